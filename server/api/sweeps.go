package api

import (
	"fmt"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/server/access"
)

// sweepRequest orders a sweep; access.Sweeps says what each kind needs.
type sweepRequest struct {
	Kind         models.SweepKind  `json:"kind" validate:"required,listed"`
	App          string            `json:"app" validate:"required,max=100,plain"`
	Conversation string            `json:"conversation" validate:"max=300,plain"`
	Sender       string            `json:"sender" validate:"max=200,plain"`
	Message      models.MessageID  `json:"message" validate:"omitempty,id"`
	Since        time.Time         `json:"since"`
	Until        time.Time         `json:"until" validate:"omitempty,gtfield=Since"`
	Include      []models.SweepWhy `json:"include" validate:"max=3,unique,dive,oneof=owner admin own_account"`
	Reason       reasonRequest     `json:"reason"`
}

func (r sweepRequest) order() models.SweepOrder {
	return models.SweepOrder{
		Kind: r.Kind, App: r.App, Conversation: r.Conversation, Sender: r.Sender, Message: r.Message,
		Since: r.Since.UTC(), Until: r.Until.UTC(), Include: r.Include, Reason: r.Reason.reason(),
	}
}

// sweepView is a sweep as a list shows it.
type sweepView struct {
	ID           models.SweepID    `json:"id"`
	Kind         models.SweepKind  `json:"kind"`
	State        models.SweepState `json:"state"`
	App          string            `json:"app"`
	Conversation string            `json:"conversation,omitzero"`
	Sender       string            `json:"sender,omitzero"`
	Message      models.MessageID  `json:"message,omitzero"`
	Since        moment            `json:"since,omitzero"`
	Until        moment            `json:"until,omitzero"`
	Include      []models.SweepWhy `json:"include,omitempty"`
	Reason       reasonView        `json:"reason"`
	Actor        string            `json:"actor"`
	Trigger      models.Trigger    `json:"trigger"`
	CreatedAt    moment            `json:"created_at"`
	Count        int               `json:"count"`
	SecondPerson bool              `json:"second_person"`
	AskedAt      moment            `json:"asked_at,omitzero"`
	RunBy        string            `json:"run_by,omitzero"`
	RunAt        moment            `json:"run_at,omitzero"`
	EndedBy      string            `json:"ended_by,omitzero"`
	EndedAt      moment            `json:"ended_at,omitzero"`
	EndReason    string            `json:"end_reason,omitzero"`
	Trouble      string            `json:"trouble,omitzero"`
}

func viewSweep(s models.Sweep) sweepView {
	return sweepView{
		ID: s.ID, Kind: s.Kind, State: s.State, App: s.App, Conversation: s.Conversation, Sender: s.Sender, Message: s.Message,
		Since: moment(s.Since), Until: moment(s.Until), Include: s.Include, Reason: reasonView{s.Reason.Code, s.Reason.Note},
		Actor: s.Actor, Trigger: s.Trigger, CreatedAt: moment(s.CreatedAt), Count: s.Chosen, SecondPerson: s.Second,
		AskedAt: moment(s.AskedAt), RunBy: s.RunBy, RunAt: moment(s.RunAt), EndedBy: s.EndedBy, EndedAt: moment(s.EndedAt),
		EndReason: s.EndReason, Trouble: s.Trouble,
	}
}

// sweepDetail is one sweep with how far it reaches and how far it came.
type sweepDetail struct {
	sweepView
	Narrowed      bool          `json:"narrowed,omitzero"`
	Conversations int           `json:"conversations"`
	ExpectedMS    int64         `json:"expected_ms"`
	Excluded      whysView      `json:"excluded"`
	Progress      progressView  `json:"progress"`
	Sample        []messageView `json:"sample,omitempty"`
}

// whysView counts the messages that a sweep leaves alone by why.
type whysView struct {
	Count int                     `json:"count"`
	By    map[models.SweepWhy]int `json:"by"`
}

func viewWhys(by map[models.SweepWhy]int) whysView {
	v := whysView{By: map[models.SweepWhy]int{}}
	for why, n := range by {
		v.Count += n
		v.By[why] = n
	}
	return v
}

// progressView counts the messages that a sweep takes back. Waiting, Asked and
// Passed make Count of the sweep; Confirmed, Failed and Pending make Asked.
type progressView struct {
	Waiting   int                        `json:"waiting"`
	Asked     int                        `json:"asked"`
	Passed    whysView                   `json:"passed"`
	Confirmed int                        `json:"confirmed"`
	Failed    int                        `json:"failed"`
	Pending   int                        `json:"pending"`
	Recalls   map[models.RecallState]int `json:"recalls"`
}

func viewProgress(p models.SweepProgress) progressView {
	v := progressView{Waiting: p.Waiting, Passed: viewWhys(p.Passed), Recalls: map[models.RecallState]int{}}
	for state, n := range p.Recalls {
		v.Recalls[state] = n
		v.Asked += n
		switch {
		case state == models.Confirmed, state == models.AlreadyGone:
			v.Confirmed += n
		case state.Terminal():
			v.Failed += n
		default:
			v.Pending += n
		}
	}
	return v
}

// answerSweep writes one sweep.
func (a *API) answerSweep(c *gin.Context, status int, s models.Sweep) error {
	ctx := c.Request.Context()
	conversations, takes, err := a.sweeps.Reach(ctx, s)
	if err != nil {
		return err
	}
	sample, err := a.sweeps.Sample(ctx, caller(c), s)
	if err != nil {
		return err
	}
	v := sweepDetail{
		sweepView: viewSweep(s), Narrowed: s.Narrowed, Conversations: conversations, ExpectedMS: takes.Milliseconds(),
		Excluded: viewWhys(s.Progress.Excluded), Progress: viewProgress(s.Progress),
	}
	for _, m := range sample {
		v.Sample = append(v.Sample, viewMessage(m, caller(c).Grant))
	}
	return answer(c, status, v)
}

// createSweep answers POST /sweeps: the preview. Nothing is taken back by it.
func (a *API) createSweep(c *gin.Context) error {
	if err := access.CheckRecall(caller(c)); err != nil {
		return err
	}
	request, err := bind[sweepRequest](c)
	if err != nil {
		return err
	}
	s, err := a.sweeps.Preview(c.Request.Context(), caller(c), models.FromAPI, request.order())
	if err != nil {
		return err
	}
	return a.answerSweep(c, http.StatusCreated, s)
}

type sweepsQuery struct {
	pageQuery
	State models.SweepState `query:"state" validate:"omitempty,listed"`
}

// listSweeps answers GET /sweeps: newest first, without their progress.
func (a *API) listSweeps(c *gin.Context) error {
	q, err := bindQuery[sweepsQuery](c)
	if err != nil {
		return err
	}
	found, next, err := a.sweeps.List(c.Request.Context(), caller(c), models.SweepFilter{State: q.State, Page: q.page()})
	if err != nil {
		return err
	}
	return answerList(c, found, next, viewSweep)
}

// oneSweep answers GET /sweeps/{id}.
func (a *API) oneSweep(c *gin.Context) error {
	id, err := idOf[models.SweepID](c)
	if err != nil {
		return err
	}
	s, err := a.sweeps.Get(c.Request.Context(), caller(c), id)
	if err != nil {
		return err
	}
	return a.answerSweep(c, http.StatusOK, s)
}

type sweepMessagesQuery struct {
	pageQuery
	State models.SweepItemState `query:"state" validate:"omitempty,listed"`
}

// sweepItemView is what became of one message of a sweep.
type sweepItemView struct {
	Message         models.MessageID      `json:"message"`
	Conversation    models.ConversationID `json:"conversation"`
	ConversationRef string                `json:"conversation_ref"`
	Sender          string                `json:"sender"`
	State           models.SweepItemState `json:"state"`
	Why             models.SweepWhy       `json:"why,omitzero"`
	Authority       models.Authority      `json:"authority,omitzero"`
	Recall          models.RecallID       `json:"recall,omitzero"`
	RecallState     models.RecallState    `json:"recall_state,omitzero"`
}

func viewSweepItem(i models.SweepItem) sweepItemView {
	return sweepItemView{
		Message: i.Message, Conversation: i.Conversation.ID, ConversationRef: i.Conversation.Ref, Sender: i.Sender,
		State: i.State, Why: i.Why, Authority: i.Authority, Recall: i.Recall, RecallState: i.RecallState,
	}
}

// sweepMessages answers GET /sweeps/{id}/messages, the newest first.
func (a *API) sweepMessages(c *gin.Context) error {
	id, err := idOf[models.SweepID](c)
	if err != nil {
		return err
	}
	q, err := bindQuery[sweepMessagesQuery](c)
	if err != nil {
		return err
	}
	f := models.SweepItemFilter{State: q.State, Page: q.page()}
	items, next, err := a.sweeps.Items(c.Request.Context(), caller(c), id, f)
	if err != nil {
		return fmt.Errorf("messages of sweep %s: %w", id, err)
	}
	return answerList(c, items, next, viewSweepItem)
}

// runSweep answers POST /sweeps/{id}/run: 200 where it runs, 202 where a second
// person has to run it too.
func (a *API) runSweep(c *gin.Context) error {
	if err := access.CheckRecall(caller(c)); err != nil {
		return err
	}
	id, err := idOf[models.SweepID](c)
	if err != nil {
		return err
	}
	s, err := a.sweeps.Run(c.Request.Context(), caller(c), id)
	if err != nil {
		return err
	}
	status := http.StatusOK
	if s.State == models.SweepAsked {
		status = http.StatusAccepted
	}
	return a.answerSweep(c, status, s)
}

// cancelSweep answers POST /sweeps/{id}/cancel.
func (a *API) cancelSweep(c *gin.Context) error {
	if err := access.CheckRecall(caller(c)); err != nil {
		return err
	}
	id, err := idOf[models.SweepID](c)
	if err != nil {
		return err
	}
	request, err := bindOptional[stopRequest](c)
	if err != nil {
		return err
	}
	s, err := a.sweeps.Cancel(c.Request.Context(), caller(c), id, string(request.Reason))
	if err != nil {
		return err
	}
	return a.answerSweep(c, http.StatusOK, s)
}
