package api

import (
	"context"
	"errors"
	"fmt"

	"github.com/takeback-chat/takeback/models"
)

// postingView is something that takeback posted, or is to post, by itself. What it
// says is not shown here.
type postingView struct {
	ID          models.PostingID    `json:"id"`
	Kind        models.PostingKind  `json:"kind"`
	State       models.PostingState `json:"state"`
	Account     string              `json:"account,omitzero"`
	Sender      string              `json:"sender,omitzero"`
	OrderedBy   string              `json:"ordered_by"`
	OrderedAt   moment              `json:"ordered_at"`
	SentAt      moment              `json:"sent_at,omitzero"`
	PostedAt    moment              `json:"posted_at,omitzero"`
	Attempts    int                 `json:"attempts"`
	Code        string              `json:"code,omitzero"`
	Explanation string              `json:"explanation,omitzero"`
	Ref         string              `json:"ref,omitzero"`
	Message     models.MessageID    `json:"message,omitzero"`
}

func viewPosting(p models.Posting) postingView {
	return postingView{
		ID: p.ID, Kind: p.Kind, State: p.State, Account: p.Account, Sender: p.Sender, OrderedBy: p.OrderedBy,
		OrderedAt: moment(p.OrderedAt), SentAt: moment(p.SentAt), PostedAt: moment(p.PostedAt), Attempts: p.Attempts,
		Code: p.Code, Explanation: p.Explanation, Ref: p.Ref, Message: p.Message,
	}
}

// standsForView says in whose place a message of ours stands.
type standsForView struct {
	Recall  models.RecallID  `json:"recall"`
	Message models.MessageID `json:"message"`
	By      string           `json:"ordered_by"`
}

// standsFor returns in whose place a message stands, nil for one that people posted.
func (a *API) standsFor(ctx context.Context, scope models.Scope, id models.MessageID) (*standsForView, error) {
	p, err := a.store.PostingOf(ctx, scope, id)
	if errors.Is(err, models.ErrNotFound) {
		return nil, nil //nolint:nilnil // most messages stand for themselves
	}
	if err != nil {
		return nil, fmt.Errorf("posting of message %s: %w", id, err)
	}
	return &standsForView{p.Recall, p.Original, p.OrderedBy}, nil
}

// followUp lists what followed a recall.
func (a *API) followUp(ctx context.Context, scope models.Scope, id models.RecallID) ([]postingView, error) {
	postings, err := a.store.Postings(ctx, scope, id)
	if err != nil {
		return nil, fmt.Errorf("postings of recall %s: %w", id, err)
	}
	views := make([]postingView, len(postings))
	for i, p := range postings {
		views[i] = viewPosting(p)
	}
	return views, nil
}
