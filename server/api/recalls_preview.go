package api

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/server/access"
)

// previewView says what a recall of one message would meet.
type previewView struct {
	Message    models.MessageID `json:"message"`
	Ref        string           `json:"ref,omitzero"`
	Recallable bool             `json:"recallable"`
	Obstacle   models.Obstacle  `json:"obstacle,omitzero"`
	Why        string           `json:"why,omitzero"`    // the obstacle in words
	Recall     models.RecallID  `json:"recall,omitzero"` // the one under way
	Authority  models.Authority `json:"authority"`
	Deadline   moment           `json:"deadline,omitzero"`
	Left       *int64           `json:"seconds_left,omitzero"`
	Members    int              `json:"members,omitzero"`
	Likelihood likelihoodView   `json:"likelihood"`
	Exposure   exposureView     `json:"exposure"`
}

// likelihoodView says how a recall would most likely end, and why.
type likelihoodView struct {
	Word   models.Likelihood `json:"word"`
	Reason string            `json:"reason"`
}

func viewPreview(r access.Result, ref string) previewView {
	p := r.Preview
	v := previewView{
		Message: r.Message, Ref: ref, Recallable: p.Recallable, Obstacle: p.Obstacle, Why: p.Why, Recall: p.Recall,
		Authority: p.Authority, Deadline: moment(p.Deadline), Members: p.Members,
		Likelihood: likelihoodView{p.Chance.Likelihood, p.Chance.Reason}, Exposure: viewExposure(p.Exposure),
	}
	if !p.Deadline.IsZero() {
		seconds := int64(p.Left.Seconds())
		v.Left = &seconds
	}
	return v
}

// previewRecalls answers POST /recalls?dry_run=true. Nothing is stored.
func (a *API) previewRecalls(c *gin.Context) error {
	request, err := bind[previewRequest](c)
	if err != nil {
		return err
	}
	wanted, err := a.resolve(c, named(request.Messages, request.byRef))
	if err != nil {
		return err
	}
	results, err := a.door.Preview(c.Request.Context(), caller(c), idsOf(wanted))
	if err != nil {
		return err
	}
	refs := map[models.MessageID]string{}
	for _, w := range wanted {
		refs[w.id] = w.ref
	}
	return answerResults(c, http.StatusOK, wanted, results, func(r access.Result) previewView {
		return viewPreview(r, refs[r.Message])
	})
}
