package store

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"

	"github.com/takeback-chat/takeback/models"
)

// Case returns one case.
func (s *Store) Case(ctx context.Context, scope models.Scope, id models.CaseID) (models.Case, error) {
	var r caseRow
	err := first(scoped(s.reader(ctx), scope, "conversation_id").Where("id = ?", string(id)), &r)
	if err != nil {
		return models.Case{}, fmt.Errorf("case %s: %w", id, err)
	}
	found, err := s.caseModels(s.reader(ctx), []caseRow{r})
	if err != nil {
		return models.Case{}, err
	}
	return found[0], nil
}

// CasesIn returns those of some cases that a scope shows.
func (s *Store) CasesIn(ctx context.Context, scope models.Scope, ids []models.CaseID) (map[models.CaseID]models.Case, error) {
	all := map[models.CaseID]models.Case{}
	if len(ids) == 0 {
		return all, nil
	}
	var found []caseRow
	if err := scoped(s.reader(ctx), scope, "conversation_id").Where("id IN ?", ids).Find(&found).Error; err != nil {
		return nil, fmt.Errorf("%d cases: %w", len(ids), clean(err))
	}
	items, err := s.caseModels(s.reader(ctx), found)
	for _, c := range items {
		all[c.ID] = c
	}
	return all, err
}

// LatestCases returns the latest case of each of some messages that a scope shows;
// messages without one are left out.
func (s *Store) LatestCases(ctx context.Context, scope models.Scope, ids []models.MessageID) (map[models.MessageID]models.Case, error) {
	latest := map[models.MessageID]models.Case{}
	if len(ids) == 0 {
		return latest, nil
	}
	var found []caseRow
	err := scoped(s.reader(ctx), scope, "conversation_id").Where("message_id IN ?", ids).
		Where("NOT EXISTS (SELECT 1 FROM cases later WHERE later.message_id = cases.message_id AND later.id > cases.id)").
		Find(&found).Error
	if err != nil {
		return nil, fmt.Errorf("cases of messages: %w", clean(err))
	}
	items, err := s.caseModels(s.reader(ctx), found)
	for _, c := range items {
		latest[c.Message] = c
	}
	return latest, err
}

// Cases lists cases, newest first, and returns the cursor of the next page,
// empty at the end.
func (s *Store) Cases(ctx context.Context, scope models.Scope, f models.CaseFilter) ([]models.Case, string, error) {
	q := where(scoped(s.reader(ctx), scope, "conversation_id"), "app = ?", f.App)
	q = where(inConversation(q, f.App, f.Conversation), "state = ?", string(f.State))
	q = where(q, "message_id = ?", string(f.Message))
	q, limit, err := page(q, f.Page)
	if err != nil {
		return nil, "", err
	}
	var found []caseRow
	if err := q.Find(&found).Error; err != nil {
		return nil, "", fmt.Errorf("cases: %w", clean(err))
	}
	found, next := cut(found, limit, func(r caseRow) string { return r.ID })
	items, err := s.caseModels(s.reader(ctx), found)
	return items, next, err
}

func (s *Store) caseModels(db *gorm.DB, found []caseRow) ([]models.Case, error) {
	conversations, err := conversationsByID(db, idsOf(found, func(r caseRow) string { return r.ConversationID }))
	if err != nil {
		return nil, err
	}
	out := make([]models.Case, len(found))
	for i, r := range found {
		out[i] = models.Case{
			ID: models.CaseID(r.ID), Message: models.MessageID(r.MessageID), App: r.App,
			Conversation: conversations[r.ConversationID], State: models.CaseState(r.State),
			Severity: models.Severity(r.Severity), Rule: r.Rule, Why: r.Why, OpenedAt: fromMillis(r.OpenedAt),
			Deadline: fromMillis(r.Deadline), Unread: r.Unread != 0, ClaimedBy: r.ClaimedBy, ClaimedUntil: fromMillis(r.ClaimedUntil),
			EscalatedBy: r.EscalatedBy, EscalatedAt: fromMillis(r.EscalatedAt), ParkedBy: r.ParkedBy, ParkedUntil: fromMillis(r.ParkedUntil),
			Verdict: models.Verdict(r.Verdict), Reason: models.Reason{Code: models.ReasonCode(r.ReasonCode)},
			DecidedBy: r.DecidedBy, DecidedAt: fromMillis(r.DecidedAt),
			Request: models.Asking{
				By: r.RequestedBy, Reason: models.Reason{Code: models.ReasonCode(r.RequestCode)}, At: fromMillis(r.RequestedAt),
			},
		}
		out[i].Request.Reason.Note = s.openText(r.RequestNote, "cases", "request_note", r.ID)
		out[i].Reason.Note = s.openNote(r.Note, "cases", r.ID)
	}
	return out, nil
}

// DecideCase closes a case with a verdict, allow or recall; recall goes through
// the same door as Decide, with by's actor, authority and trigger, and its result
// is returned. When somebody was first the error wraps models.ErrConflict and
// names who and when, and the case is returned as it stands. models.ErrInvalid:
// the message cannot be recalled, and the case stays open.
func (s *Store) DecideCase(ctx context.Context, scope models.Scope, id models.CaseID, v models.Verdict, r models.Reason, by models.RecallRequest) (models.Case, *models.Recall, error) {
	if v != models.VerdictAllow && v != models.VerdictRecall {
		return models.Case{}, nil, fmt.Errorf("a case is decided allow or recall, not %q: %w", v, models.ErrInvalid)
	}
	if !r.Code.Valid() && v == models.VerdictRecall {
		return models.Case{}, nil, fmt.Errorf("the reason code %q is not in the list: %w", r.Code, models.ErrInvalid)
	}
	var decided models.Case
	var recall *models.Recall
	err := s.write(ctx, func(u *unit) (err error) {
		decided, recall, err = u.decideCase(scope, id, v, r, by)
		return err
	})
	if err != nil {
		return decided, nil, fmt.Errorf("decide case %s: %w", id, err)
	}
	return decided, recall, nil
}

func (u *unit) decideCase(scope models.Scope, id models.CaseID, v models.Verdict, reason models.Reason, by models.RecallRequest) (models.Case, *models.Recall, error) {
	r, err := u.lockedCase(scope, id)
	if err != nil {
		return models.Case{}, nil, err
	}
	if r.DecidedAt != 0 {
		return u.lostCase(r)
	}
	if who := r.lockedBy(by.Actor, u.now); who != "" {
		c, err := u.caseModel(r.ID)
		return c, nil, cmp.Or(err, refuse(taken(who, r.ClaimedUntil)))
	}
	by.Message, by.Reason, by.Anyway = models.MessageID(r.MessageID), reason, true // it was put before them anew
	recall, err := u.caseRecall(r, v, by)
	if err != nil {
		return models.Case{}, nil, err
	}
	if err := u.closeCase(r, closing{verdict: v, reason: reason, by: by.Actor}); err != nil {
		return models.Case{}, nil, err
	}
	c, err := u.caseModel(r.ID)
	return c, recall, err
}

// lockedCase returns a case under lock. Its message is locked first, as a recall of
// it does, so that the two never wait for each other in a ring.
func (u *unit) lockedCase(scope models.Scope, id models.CaseID) (caseRow, error) {
	var r caseRow
	err := first(scoped(u.tx, scope, "conversation_id").Select("message_id").Where("id = ?", string(id)), &r)
	if err != nil {
		return r, missing(err, "case", string(id))
	}
	var m messageRow
	if err := first(u.locked(false).Select("id").Where("id = ?", r.MessageID), &m); err != nil {
		return r, fmt.Errorf("message of case %s: %w", id, err)
	}
	r = caseRow{}
	err = first(u.locked(false).Where("id = ?", string(id)), &r)
	return r, missing(err, "case", string(id))
}

// lostCase answers who was first.
func (u *unit) lostCase(r caseRow) (models.Case, *models.Recall, error) {
	c, err := u.caseModel(r.ID)
	if err != nil {
		return c, nil, err
	}
	return c, nil, refuse(lost(&r))
}

// lost says who decided a case first, and when; nil for none.
func lost(r *caseRow) error {
	if r == nil {
		return nil
	}
	return fmt.Errorf("decided %s by %s at %s: %w",
		r.Verdict, r.DecidedBy, fromMillis(r.DecidedAt).Format(time.RFC3339), models.ErrConflict)
}

// caseRecall makes what follows from the verdict on a case: a decision, or a
// decision with a recall.
func (u *unit) caseRecall(r caseRow, v models.Verdict, by models.RecallRequest) (*models.Recall, error) {
	if v == models.VerdictRecall {
		result, err := u.decide(models.Scope{All: true}, by)
		if err != nil {
			return nil, err
		}
		if result.Err != nil {
			return nil, refuse(result.Err)
		}
		return &result.Recall, nil
	}
	if err := u.letStay(r.MessageID, by); err != nil {
		return nil, err
	}
	w := u.newWork()
	_, err := u.addDecision(w, r.MessageID, models.Decision{Verdict: v, Actor: by.Actor, Reason: by.Reason})
	if err != nil {
		return nil, err
	}
	return nil, w.flush(u)
}

// letStay ends what a person says need not be: the recall that a rule asked for
// and that has not left, and one of which nobody knows whether it was done.
func (u *unit) letStay(message string, by models.RecallRequest) error {
	r, err := u.activeRecall(message)
	if errors.Is(err, models.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	if r.State == string(models.Unknown) {
		return u.move(&r, move{
			to: models.Failed, actor: by.Actor, details: u.why(by.Reason),
			explanation: "A person let the message be; whether a call of ours had taken it back was never known.",
		})
	}
	if r.Automatic == 0 || !models.RecallState(r.State).CanBecome(models.Cancelled) {
		return nil
	}
	return u.move(&r, move{to: models.Cancelled, actor: by.Actor, details: u.why(by.Reason)})
}

func (u *unit) caseModel(id string) (models.Case, error) {
	var r caseRow
	if err := first(u.tx.Where("id = ?", id), &r); err != nil {
		return models.Case{}, fmt.Errorf("case %s: %w", id, err)
	}
	found, err := u.s.caseModels(u.tx, []caseRow{r})
	if err != nil {
		return models.Case{}, err
	}
	return found[0], nil
}

// closing is how a case is closed.
type closing struct {
	verdict models.Verdict
	reason  models.Reason
	by      string
}

// closeCase closes an open case, with its audit entry. One that was closed
// meanwhile, in this transaction, stays as it is.
func (u *unit) closeCase(r caseRow, c closing) error {
	n, err := u.execCount(`UPDATE cases SET state = ?, verdict = ?, reason_code = ?, note = ?, decided_by = ?, decided_at = ?
		WHERE id = ? AND decided_at = 0`,
		string(models.CaseDecided), string(c.verdict), string(c.reason.Code),
		u.s.sealText(c.reason.Note, "cases", "note", r.ID), c.by, u.now.UnixMilli(), r.ID)
	if err != nil || n == 0 {
		return err
	}
	conversation, err := u.conversationByID(r.ConversationID)
	if err != nil {
		return err
	}
	u.changed(models.CaseChanged, r.ID, models.MessageID(r.MessageID), conversation)
	err = u.hookCase("case.decided", r, map[string]any{"verdict": string(c.verdict), "decided_by": c.by, "reason": string(c.reason.Code)})
	if err != nil {
		return err
	}
	details := u.why(c.reason)
	details["message"], details["verdict"] = r.MessageID, string(c.verdict)
	return u.record(models.AuditEntry{Actor: c.by, Action: "case.decided", Subject: "case", Thing: r.ID, Details: details})
}
