package console

import (
	"context"
	"fmt"
	"net/http"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/server/access"
)

// HookStore is what the page of hooks reads, of *store.Store. It is only asked for after
// the grant was checked; the door has things delivered again.
type HookStore interface {
	Hooks(ctx context.Context) ([]models.HookStatus, error)
	HookDeliveries(ctx context.Context, f models.HookFilter) ([]models.HookDelivery, string, error)
}

// hooksView lists the endpoints of other systems, and what they were told.
type hooksView struct {
	shell
	Hooks  []models.HookStatus
	Filter hooksFilter
	States []models.HookState
	Rows   []models.HookDelivery
	Again  bool // the visitor may have things delivered again
	Next   string
	First  string
}

type hooksFilter struct{ Hook, State, Cursor string }

func (v *visit) hooksPage() error {
	f := hooksFilter{v.query("hook"), v.query("state"), v.query("cursor")}
	if err := known(v, f.State, models.HookStates); err != nil {
		return err
	}
	view := hooksView{Filter: f, States: models.HookStates, Again: v.may(access.DeliverHooks)}
	var next string
	var err error
	if view.Hooks, err = v.Store.Hooks(v.ctx()); err != nil {
		return fmt.Errorf("list hooks: %w", err)
	}
	view.Rows, next, err = v.Store.HookDeliveries(v.ctx(), models.HookFilter{
		Hook: f.Hook, State: models.HookState(f.State), Page: models.Page{Cursor: f.Cursor, Limit: pageRows},
	})
	if err != nil {
		return fmt.Errorf("list deliveries: %w", err)
	}
	if view.shell, err = v.shell("hooks", v.words.T("hooks.title"), ""); err != nil {
		return err
	}
	view.Next, view.First = pages("/hooks", values("hook", f.Hook, "state", f.State, "cursor", f.Cursor), next)
	return v.render(http.StatusOK, "hooks", view)
}

func (v *visit) deliverAgain() error {
	if _, err := v.Door.DeliverAgain(v.ctx(), v.caller, models.HookDeliveryID(v.gin.Param("id"))); err != nil {
		return err //nolint:wrapcheck // a refusal with its own sentence
	}
	v.redirect("/hooks")
	return nil
}
