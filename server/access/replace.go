package access

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/takeback-chat/takeback/models"
)

// MaxReplacement is the largest number of bytes of a text that is to stand in the
// place of a message.
const MaxReplacement = 8000

// Judge decides on a message that is not posted yet; the rule set in force.
type Judge func(m models.Message) models.Decision

// Judging makes a door ask j before a text is posted in somebody's name. A door
// without it lets nobody replace anything.
func Judging(j Judge) Option { return func(d *Door) { d.judge = j } }

// Replace is Recall for one message, in whose place a text is posted in its
// sender's name once it is gone. The text must be one that the policy would let
// stand. Only the sender and operators may put words into the sender's mouth;
// for others the result's error wraps models.ErrForbidden.
func (d *Door) Replace(
	ctx context.Context, c models.Caller, t models.Trigger, id models.MessageID, r models.Reason, text string, wishes ...Wish,
) (Result, error) {
	reason, err := CleanReason(r)
	if err != nil {
		return Result{}, err
	}
	results, orders, err := d.examine(ctx, c, []models.MessageID{id})
	if err != nil {
		return Result{}, err
	}
	if len(orders) == 0 {
		return results[0], nil
	}
	o := orders[0]
	if text, err = d.replacement(o, text); err != nil {
		results[0].Err = err
		return results[0], nil //nolint:nilerr // the refusal is the result
	}
	request := models.RecallRequest{
		Message: o.message.ID, Reason: reason, Actor: c.Actor, Authority: o.authority, Account: accountOf(c, o.authority),
		Trigger: t, Replacement: text,
	}
	for _, wish := range wishes {
		wish(&request)
	}
	err = d.decide(ctx, orders, []models.RecallRequest{request}, results)
	return results[0], err
}

// replacement returns the text as it is posted, or an error that says why it is not.
func (d *Door) replacement(o order, text string) (string, error) {
	text = strings.TrimSpace(text)
	switch {
	case o.authority != models.ByOperator && o.authority != models.BySender:
		return "", forbidden("Only its sender or an operator can say what stands in the place of a message.")
	case text == "" || !utf8.ValidString(text):
		return "", invalid("The new text is not a text.")
	case len(text) > MaxReplacement:
		return "", invalid(fmt.Sprintf("The new text may have at most %d bytes.", MaxReplacement))
	case d.judge == nil:
		return "", errors.New("no rules to judge a replacement by")
	}
	m := o.message
	m.Elements, m.Findings, m.SentAt, m.Revision = models.TextElements(text), nil, d.now(), 1
	decision := d.judge(m)
	switch decision.Verdict {
	case models.VerdictRecall, models.VerdictBlock, models.VerdictMask:
		return "", invalid(fmt.Sprintf("The policy would not let the new text stand either: the rule %s would take it back.", decision.Rule))
	case models.VerdictAllow, models.VerdictReview:
	}
	return text, nil
}
