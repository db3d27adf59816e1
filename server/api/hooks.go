package api

import (
	"fmt"
	"net/http"

	"github.com/gin-gonic/gin"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/server/access"
)

// hookView is an endpoint of another system. Its URL is shown as far as the host:
// the rest may be a secret.
type hookView struct {
	ID           string   `json:"id"`
	Server       string   `json:"server"`
	Events       []string `json:"events"`
	Waiting      int64    `json:"waiting"`
	FailingSince moment   `json:"failing_since,omitzero"`
	DisabledAt   moment   `json:"disabled_at,omitzero"`
}

type hooksView struct {
	Items []hookView `json:"items"`
}

// listHooks answers GET /hooks, for operators and auditors.
func (a *API) listHooks(c *gin.Context) error {
	if err := access.CheckHooks(caller(c)); err != nil {
		return err
	}
	hooks, err := a.store.Hooks(c.Request.Context())
	if err != nil {
		return fmt.Errorf("list hooks: %w", err)
	}
	view := hooksView{Items: []hookView{}}
	for _, h := range hooks {
		events := h.Events
		if len(events) == 0 {
			events = []string{"*"}
		}
		view.Items = append(view.Items, hookView{h.ID, h.Server, events, h.Waiting, moment(h.FailingSince), moment(h.DisabledAt)})
	}
	return answer(c, http.StatusOK, view)
}

// hookDeliveryView is one event on its way to an endpoint.
type hookDeliveryView struct {
	ID          models.HookDeliveryID `json:"id"`
	Hook        string                `json:"hook"`
	Event       string                `json:"event"`
	Thing       string                `json:"thing"`
	State       models.HookState      `json:"state"`
	Attempts    int                   `json:"attempts"`
	Status      int                   `json:"status,omitzero"`
	Explanation string                `json:"explanation,omitzero"`
	MadeAt      moment                `json:"made_at"`
	DueAt       moment                `json:"due_at,omitzero"`
	DeliveredAt moment                `json:"delivered_at,omitzero"`
	Body        jsontext.Value        `json:"body"`
}

func viewHookDelivery(d models.HookDelivery) hookDeliveryView {
	v := hookDeliveryView{
		ID: d.ID, Hook: d.Hook, Event: d.Event, Thing: d.Thing, State: d.State, Attempts: d.Attempts, Status: d.Status,
		Explanation: d.Explanation, MadeAt: moment(d.MadeAt), DeliveredAt: moment(d.DeliveredAt), Body: jsontext.Value(d.Body),
	}
	if d.State == models.HookWaiting {
		v.DueAt = moment(d.DueAt)
	}
	return v
}

type hookDeliveriesQuery struct {
	pageQuery
	Hook  string           `query:"hook" validate:"max=100,plain"`
	State models.HookState `query:"state" validate:"omitempty,listed"`
}

// listHookDeliveries answers GET /hooks/deliveries: newest first.
func (a *API) listHookDeliveries(c *gin.Context) error {
	if err := access.CheckHooks(caller(c)); err != nil {
		return err
	}
	q, err := bindQuery[hookDeliveriesQuery](c)
	if err != nil {
		return err
	}
	found, next, err := a.store.HookDeliveries(c.Request.Context(), models.HookFilter{Hook: q.Hook, State: q.State, Page: q.page()})
	if err != nil {
		return fmt.Errorf("list deliveries: %w", err)
	}
	return answerList(c, found, next, viewHookDelivery)
}

// deliverAgain answers POST /hooks/deliveries/{id}/again.
func (a *API) deliverAgain(c *gin.Context) error {
	if err := access.CheckDeliver(caller(c)); err != nil {
		return err
	}
	id, err := idOf[models.HookDeliveryID](c)
	if err != nil {
		return err
	}
	d, err := a.door.DeliverAgain(c.Request.Context(), caller(c), id)
	if err != nil {
		return fmt.Errorf("deliver again: %w", err)
	}
	return answer(c, http.StatusAccepted, viewHookDelivery(d))
}
