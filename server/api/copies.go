package api

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/server/access"
)

type copiesQuery struct {
	Cursor models.MessageID `query:"cursor" validate:"omitempty,id"`
	Limit  int              `query:"limit" validate:"omitempty,min=1,max=500"`
}

// copyView is a message that carries the content of another: where it is, not
// what it says.
type copyView struct {
	Message    targetView          `json:"message"`
	Kind       models.CopyKind     `json:"kind"`
	Likeness   float64             `json:"likeness"`
	State      models.MessageState `json:"state"`
	Recallable bool                `json:"recallable"`
	Why        string              `json:"why,omitzero"` // why not
	Deadline   moment              `json:"deadline,omitzero"`
}

func viewCopy(c models.Copy, now time.Time) copyView {
	ok, why := c.Recallable(now)
	if ok && c.Kept != "" {
		ok, why = false, c.Kept
	}
	return copyView{
		Message: targetView{
			ID: c.ID, App: c.App, Conversation: c.Conversation.ID, ConversationRef: c.Conversation.Ref,
			Kind: c.Conversation.Kind, Ref: c.Ref, Sender: c.Sender, SentAt: moment(c.SentAt),
		},
		Kind: c.Kind, Likeness: float64(int(c.Likeness*100+0.5)) / 100, State: c.State,
		Recallable: ok, Why: why, Deadline: moment(c.Deadline),
	}
}

// copiesPage is one page of copies, and how many messages were compared for it.
type copiesPage struct {
	list[copyView]
	Looked int `json:"looked"`
}

// listCopies answers GET /messages/{id}/copies, the newest first. A page may be
// short, or empty, and have a next: so many messages are compared at once.
func (a *API) listCopies(c *gin.Context) error {
	id, err := idOf[models.MessageID](c)
	if err != nil {
		return err
	}
	q, err := bindQuery[copiesQuery](c)
	if err != nil {
		return err
	}
	found, err := a.copies.Find(c.Request.Context(), caller(c), id, access.CopyPage{After: q.Cursor, Limit: q.Limit})
	if err != nil {
		return fmt.Errorf("copies of message %s: %w", id, err)
	}
	page := copiesPage{list: list[copyView]{Items: make([]copyView, len(found.Copies)), Next: string(found.Next)}, Looked: found.Looked}
	now := a.now()
	for i, copied := range found.Copies {
		page.Items[i] = viewCopy(copied, now)
	}
	return answer(c, http.StatusOK, page)
}

// copiesView is what a recall's report says of copies.
type copiesView struct {
	Visible  int  `json:"visible"`  // of those found
	Found    int  `json:"found"`    // in what the caller may see
	Complete bool `json:"complete"` // all messages that could be copies were compared
}

func (a *API) copiesOf(ctx context.Context, scope models.Scope, id models.MessageID) (*copiesView, error) {
	visible, found, err := a.copies.InReport(ctx, scope, id)
	if err != nil {
		return nil, fmt.Errorf("copies of message %s: %w", id, err)
	}
	return &copiesView{Visible: visible, Found: len(found.Copies), Complete: found.Complete()}, nil
}
