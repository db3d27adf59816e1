package access

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/takeback-chat/takeback/models"
)

// ReplaceOwn is TakeBack with another text, which is posted in the sender's name
// once the message is gone. It is for the time in which the sender takes it back
// alone, and for a text that the policy would let stand: otherwise the error wraps
// models.ErrInvalid and nothing is taken back. Asking again with the same text
// changes nothing.
func (d *Door) ReplaceOwn(
	ctx context.Context, c models.Caller, t models.Trigger, id models.MessageID, r models.Reason, text string,
) (Own, error) {
	m, q, err := d.ownRequest(ctx, c, t, id, r)
	if err != nil {
		return Own{}, err
	}
	before, err := d.ownState(ctx, c, m)
	if err != nil || before.replacedBy(text) {
		return before, err
	}
	if !d.alone(m) {
		return Own{}, invalid("A new text can stand in its place only while you take the message back alone, and that time is over.")
	}
	if q.Replacement, err = d.replacement(order{message: m, authority: models.BySender}, text); err != nil {
		return Own{}, err
	}
	err = d.takeOwn(ctx, m, q)
	if err != nil && !errors.Is(err, models.ErrInvalid) {
		return Own{}, err
	}
	after, again := d.Own(ctx, c, id)
	if again != nil || err == nil || after.replacedBy(text) {
		return after, again // of two requests at the same moment one is late
	}
	return Own{}, err
}

// replacedBy reports whether a text stands in the place of the message, or will.
func (o Own) replacedBy(text string) bool {
	p := o.Replacement
	return p != nil && p.State != models.PostingFailed && p.State != models.PostingCancelled &&
		len(p.Elements) == 1 && p.Elements[0].Text == strings.TrimSpace(text)
}

// replacementOf returns what a recall posts in the place of its message, nil for nothing.
func (d *Door) replacementOf(ctx context.Context, id models.RecallID) (*models.Posting, error) {
	postings, err := d.store.Postings(ctx, models.Scope{All: true}, id)
	if err != nil {
		return nil, fmt.Errorf("postings of recall %s: %w", id, err)
	}
	var newest *models.Posting
	for i := range postings {
		if postings[i].Kind == models.ReplacementPosting {
			newest = &postings[i]
		}
	}
	return newest, nil
}
