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
	Why        string           `json:"why,omitzero"` // why not
	Authority  models.Authority `json:"authority"`
	Deadline   moment           `json:"deadline,omitzero"`
	Exposure   exposureView     `json:"exposure"`
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
		return previewView{
			Message: r.Message, Ref: refs[r.Message], Recallable: r.Preview.Recallable, Why: r.Preview.Why,
			Authority: r.Preview.Authority, Deadline: moment(r.Preview.Deadline), Exposure: viewExposure(r.Preview.Exposure),
		}
	})
}
