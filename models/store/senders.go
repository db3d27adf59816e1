package store

import (
	"context"
	"errors"
	"fmt"

	"github.com/takeback-chat/takeback/models"
)

// AskResult is what became of a sender's request: a case that waits for people, or a
// recall that is under way already.
type AskResult struct {
	Case   models.Case
	Recall *models.Recall // the case is empty then
}

// AskRecall puts a sender's wish before people: a case of the message, or the one
// that is open, names who asks, when and why. A recall under way is joined. Who
// asks again for what waits changes nothing. An error wraps models.ErrNotFound where
// the message is not the asker's, models.ErrInvalid where it cannot be recalled, and
// models.ErrConflict where people have answered the sender already, and
// models.ErrLegalHold.
func (s *Store) AskRecall(ctx context.Context, q models.RecallRequest) (AskResult, error) {
	var result AskResult
	err := s.write(ctx, func(u *unit) (err error) {
		result, err = u.ask(q)
		return err
	})
	if err != nil {
		return AskResult{}, fmt.Errorf("ask for a recall: %w", err)
	}
	return result, nil
}

func (u *unit) ask(q models.RecallRequest) (AskResult, error) {
	if err := complete(q); err != nil {
		return AskResult{}, refuse(err)
	}
	var m messageRow
	if err := first(u.locked(false).Where("id = ?", string(q.Message)), &m); err != nil {
		return AskResult{}, missing(err, "message", string(q.Message))
	}
	if q.Actor != m.owner() {
		return AskResult{}, refuse(fmt.Errorf("message %s: %w", m.ID, models.ErrNotFound))
	}
	if err := u.notUnderHold(m); err != nil {
		return AskResult{}, err
	}
	active, err := u.activeRecall(m.ID)
	if err == nil {
		return u.askJoins(active, q)
	}
	if !errors.Is(err, models.ErrNotFound) {
		return AskResult{}, err
	}
	ok, why, err := u.recallable(m, u.now)
	switch {
	case err != nil:
		return AskResult{}, err
	case !ok:
		return AskResult{}, refuse(fmt.Errorf("%w: %s", models.ErrInvalid, why))
	}
	return u.askPeople(m, q)
}

// owner is the actor whose message it is.
func (r messageRow) owner() string { return models.Account{App: r.App, Name: r.Sender}.Actor() }

func (u *unit) askJoins(active recallRow, q models.RecallRequest) (AskResult, error) {
	if err := u.vouched(&active, q); err != nil {
		return AskResult{}, err
	}
	recall, err := u.recallModel(active)
	return AskResult{Recall: &recall}, err
}

// askPeople opens a case with the request, or puts it into the one that is open.
func (u *unit) askPeople(m messageRow, q models.RecallRequest) (AskResult, error) {
	var newest caseRow
	err := first(u.locked(false).Where("message_id = ?", m.ID).Order("id DESC"), &newest)
	if err != nil && !errors.Is(err, models.ErrNotFound) {
		return AskResult{}, err
	}
	id := newest.ID
	switch {
	case newest.answers(q.Actor) && newest.DecidedAt > m.EditedAt:
		return AskResult{}, refuse(lost(&newest))
	case newest.ID == "" || newest.DecidedAt != 0:
		id, err = u.openRequest(m, q)
	case newest.RequestedBy == "":
		err = u.addRequest(newest, q)
	}
	if err != nil {
		return AskResult{}, err
	}
	c, err := u.caseModel(id)
	return AskResult{Case: c}, err
}

// answers reports whether people told somebody that the message stays.
func (r caseRow) answers(actor string) bool {
	return r.DecidedAt != 0 && r.RequestedBy == actor && r.Verdict == string(models.VerdictAllow)
}

// openRequest opens a case for a request. It counts as of middle severity, or as
// grave as what was found in the message.
func (u *unit) openRequest(m messageRow, q models.RecallRequest) (string, error) {
	c, err := u.conversationByID(m.ConversationID)
	if err != nil {
		return "", err
	}
	severity, err := u.gravest(m)
	if err != nil {
		return "", err
	}
	id, w := u.id(), u.newWork()
	r := caseRow{
		ID: id, MessageID: m.ID, ConversationID: m.ConversationID, App: m.App, Severity: string(severity),
		RequestedBy: q.Actor, RequestedAt: u.now.UnixMilli(), RequestCode: string(q.Reason.Code),
		RequestNote: u.s.sealText(q.Reason.Note, "cases", "request_note", id),
	}
	if err := u.addCase(w, r, c, q.Actor, u.requested(q)); err != nil {
		return "", err
	}
	return id, w.flush(u)
}

// addRequest puts a request into a case that waits already.
func (u *unit) addRequest(r caseRow, q models.RecallRequest) error {
	err := u.exec("UPDATE cases SET requested_by = ?, requested_at = ?, request_code = ?, request_note = ? WHERE id = ?",
		q.Actor, u.now.UnixMilli(), string(q.Reason.Code), u.s.sealText(q.Reason.Note, "cases", "request_note", r.ID), r.ID)
	if err != nil {
		return fmt.Errorf("request in case %s: %w", r.ID, err)
	}
	c, err := u.conversationByID(r.ConversationID)
	if err != nil {
		return err
	}
	u.changed(models.CaseChanged, r.ID, models.MessageID(r.MessageID), c)
	details := u.requested(q)
	details["message"] = r.MessageID
	return u.record(models.AuditEntry{Actor: q.Actor, Action: "case.requested", Subject: "case", Thing: r.ID, Details: details})
}

// requested tells of a request in an audit entry.
func (u *unit) requested(q models.RecallRequest) map[string]string {
	details := u.why(q.Reason)
	details["authority"], details["trigger"] = string(q.Authority), string(q.Trigger)
	return details
}

// gravest is the severity of what was found in a message, at least medium.
func (u *unit) gravest(m messageRow) (models.Severity, error) {
	found, err := currentFindings(u.tx, []messageRow{m})
	if err != nil {
		return "", err
	}
	worst := models.Medium
	for _, f := range found[m.ID] {
		if f.Severity.Rank() > worst.Rank() {
			worst = f.Severity
		}
	}
	return worst, nil
}

// TokenByName returns the live token of a name. models.ErrNotFound: there is none,
// or it is revoked.
func (s *Store) TokenByName(ctx context.Context, name string) (models.Token, error) {
	var r tokenRow
	if err := first(s.reader(ctx).Where("name = ? AND revoked_at = 0", name), &r); err != nil {
		return models.Token{}, fmt.Errorf("token: %w", err)
	}
	return r.model()
}
