package store

import (
	"cmp"
	"errors"

	"github.com/takeback-chat/takeback/models"
)

// giveUp ends a recall that was claimed, and for which no call may leave after
// all: it goes back to the queue, as if it had never been claimed, and ends there.
func (u *unit) giveUp(r *recallRow, st models.Settlement) (bool, error) {
	if r.State != string(models.Sent) || st.Called {
		return false, nil
	}
	back := move{to: models.Queued, actor: "worker:" + u.s.opts.Node, attempts: -1, details: whyOf(st)}
	if err := u.move(r, back); err != nil {
		return false, err
	}
	end := move{
		to: models.Cancelled, actor: back.actor, code: st.Code, explanation: st.Explanation, details: whyOf(st),
		asks: st.Ask != "",
	}
	if err := u.move(r, end); err != nil || !end.asks {
		return err == nil, err
	}
	return true, u.askPerson(r, st.Ask, end.actor)
}

// whyOf is what the audit says of a settlement beside its state.
func whyOf(st models.Settlement) map[string]string {
	if st.Why == "" {
		return nil
	}
	return map[string]string{"why": st.Why}
}

// askPerson makes a case of a recall's message. One that waits already is told why.
func (u *unit) askPerson(r *recallRow, words, actor string) error {
	u.notify(r, false, words)
	open, err := u.openCase(r.MessageID)
	if err == nil {
		return u.exec("UPDATE cases SET why = ? WHERE id = ? AND why = ''", words, open.ID)
	}
	if !errors.Is(err, models.ErrNotFound) {
		return err
	}
	severities, err := u.severities([]recallRow{*r})
	if err != nil {
		return err
	}
	w := u.newWork()
	s := cmp.Or(severities[r.DecisionID], models.Medium) // a person's recall has none
	if err := u.addRecallCase(w, r, s, words, actor, map[string]string{"rule": r.Rule, "recall": r.ID}); err != nil {
		return err
	}
	return w.flush(u)
}

// addRecallCase adds a case of a recall's message, with the reason why a person is asked.
func (u *unit) addRecallCase(w *work, r *recallRow, s models.Severity, words, actor string, details map[string]string) error {
	c, err := u.conversationByID(r.ConversationID)
	if err != nil {
		return err
	}
	return u.addCase(w, caseRow{
		MessageID: r.MessageID, ConversationID: r.ConversationID, App: r.App, Severity: string(s), Rule: r.Rule, Why: words,
	}, c, actor, details)
}
