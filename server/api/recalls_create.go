package api

import (
	"context"
	"errors"
	"net/http"
	"slices"

	"github.com/gin-gonic/gin"
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/server/access"
	"github.com/takeback-chat/takeback/server/problem"
)

// recallAct is Cancel or Retry of the door.
type recallAct func(context.Context, models.Caller, models.RecallID, models.Reason) (models.Recall, error)

// createRequest names messages by our ids, or by the platform's words for them;
// those may stand under messages or beside it.
type createRequest struct {
	Messages *targets `json:"messages" validate:"required_without_all=App Conversation Refs,excluded_with=Refs"`
	byRef
	Reason      reasonRequest       `json:"reason"`
	Anyway      bool                `json:"anyway"` // although somebody decided that a message may stay
	Replacement *replacementRequest `json:"replacement"`
}

// replacementRequest is what is to stand in the place of one message.
type replacementRequest struct {
	Text prose `json:"text" validate:"required,max=8000"`
}

// previewRequest needs no reason: nothing is decided.
type previewRequest struct {
	Messages *targets `json:"messages" validate:"required_without_all=App Conversation Refs,excluded_with=Refs"`
	byRef
	Reason *reasonRequest `json:"reason"`
	Anyway bool           `json:"anyway"`
}

// byRef names messages by an app, the platform's name of a conversation there, and
// its names of messages in that.
type byRef struct {
	App          string   `json:"app" validate:"max=100,plain,required_with=Refs"`
	Conversation string   `json:"conversation" validate:"max=300,plain,required_with=Refs"`
	Refs         []string `json:"refs" validate:"required_with=App,omitnil,min=1,max=500,unique,dive,required,max=200,plain"`
}

// targets is a list of our ids, or an object that names messages by ref.
type targets struct {
	IDs []models.MessageID `json:"-" validate:"required_without_all=App Conversation Refs,omitnil,min=1,max=500,unique"`
	byRef
}

// UnmarshalJSONFrom reads either form.
func (t *targets) UnmarshalJSONFrom(d *jsontext.Decoder) error {
	if d.PeekKind() == '[' {
		return json.UnmarshalDecode(d, &t.IDs)
	}
	return json.UnmarshalDecode(d, &t.byRef)
}

// named is what a request names, wherever it stood.
func named(under *targets, beside byRef) targets {
	if under == nil {
		return targets{byRef: beside}
	}
	return *under
}

// target is one message that was asked for: by ref it may not be known here.
type target struct {
	id  models.MessageID
	ref string
}

type createQuery struct {
	DryRun bool `query:"dry_run"`
}

// createRecalls answers POST /recalls, and with ?dry_run=true says what it would meet.
func (a *API) createRecalls(c *gin.Context) error {
	if err := access.CheckRecall(caller(c)); err != nil {
		return err
	}
	q, err := bindQuery[createQuery](c)
	if err != nil {
		return err
	}
	if q.DryRun {
		return a.previewRecalls(c)
	}
	request, err := bind[createRequest](c)
	if err != nil {
		return err
	}
	wanted, err := a.resolve(c, named(request.Messages, request.byRef))
	if err != nil {
		return err
	}
	results, err := a.take(c, request, idsOf(wanted))
	if err != nil {
		return err
	}
	now := a.now()
	return answerResults(c, http.StatusAccepted, wanted, results, func(r access.Result) recallView {
		view := viewRecall(*r.Recall, now)
		view.Joined = r.Joined
		return view
	})
}

// take takes messages back, or one message with something in its place.
func (a *API) take(c *gin.Context, request createRequest, ids []models.MessageID) ([]access.Result, error) {
	ctx, by, reason := c.Request.Context(), caller(c), request.Reason.reason()
	if request.Replacement == nil {
		return a.door.Recall(ctx, by, models.FromAPI, ids, reason, access.Anyway(request.Anyway)) //nolint:wrapcheck // the door's words are the caller's
	}
	if len(ids) != 1 {
		return nil, problem.Malformed("A replacement is for one message.", problem.Field{Field: "replacement", Words: "needs exactly one message"})
	}
	result, err := a.door.Replace(ctx, by, models.FromAPI, ids[0], reason, string(request.Replacement.Text), access.Anyway(request.Anyway))
	return []access.Result{result}, err //nolint:wrapcheck // as above
}

// resolve turns what was asked for into targets. A message that no ref leads to
// keeps an empty id, which the door finds nothing under.
func (a *API) resolve(c *gin.Context, t targets) ([]target, error) {
	if t.Refs == nil {
		wanted := make([]target, len(t.IDs))
		for i, id := range t.IDs {
			wanted[i].id = id
		}
		return wanted, nil
	}
	found, err := a.door.Find(c.Request.Context(), caller(c), t.App, t.Conversation, t.Refs)
	if err != nil {
		return nil, err
	}
	wanted := make([]target, len(t.Refs))
	for i, ref := range t.Refs {
		wanted[i] = target{found[ref], ref}
	}
	return wanted, nil
}

// idsOf leaves out what cannot be an id, so that it costs no query: the door
// answers an empty id with "not found" like any other.
func idsOf(wanted []target) []models.MessageID {
	ids := make([]models.MessageID, len(wanted))
	for i, w := range wanted {
		if idShaped(string(w.id)) {
			ids[i] = w.id
		}
	}
	return ids
}

// refusedView is one message that was not taken back, and why. A message asked
// for by ref is named by it alone: its id is not told before the right to it.
type refusedView struct {
	Message models.MessageID `json:"message,omitzero"`
	Ref     string           `json:"ref,omitzero"`
	Type    string           `json:"type"`
	Title   string           `json:"title"`
	Status  int              `json:"status"`
	Detail  string           `json:"detail"`
}

type resultsView[V any] struct {
	Items   []V           `json:"items"`
	Refused []refusedView `json:"refused"`
}

// answerResults writes what became of each message; where all were refused the
// answer is a problem.
func answerResults[V any](
	c *gin.Context, status int, wanted []target, results []access.Result, view func(access.Result) V,
) error {
	var done resultsView[V]
	for i, r := range results {
		if r.Err == nil {
			done.Items = append(done.Items, view(r))
			continue
		}
		refused, err := refuse(wanted[i], r.Err)
		if err != nil {
			return err
		}
		done.Refused = append(done.Refused, refused)
	}
	if len(done.Items) == 0 {
		return allRefused(done.Refused, results)
	}
	return answer(c, status, done)
}

func refuse(t target, err error) (refusedView, error) {
	p, known := problem.Of(err)
	if !known {
		return refusedView{}, err
	}
	v := refusedView{Message: t.id, Ref: t.ref, Type: p.Type, Title: p.Title, Status: p.Status, Detail: p.Detail}
	if t.ref != "" {
		v.Message = ""
	}
	return v, nil
}

// gravity orders refusals by what the caller can do about them: trying again may
// help with the first, nothing with the last.
var gravity = []error{access.ErrUnavailable, models.ErrConflict, models.ErrForbidden, models.ErrInvalid, models.ErrNotFound}

// allRefused is the answer to a request of which nothing was done.
func allRefused(refused []refusedView, results []access.Result) error {
	err := results[0].Err
	for _, kind := range slices.Backward(gravity) {
		for _, r := range results {
			if errors.Is(r.Err, kind) {
				err = r.Err
			}
		}
	}
	p, _ := problem.Of(err)
	return p.With("refused", refused)
}
