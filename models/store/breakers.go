package store

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"gorm.io/gorm"

	"github.com/takeback-chat/takeback/models"
)

// barredBy is the condition that an open breaker stops the recalls of a rule. Neither
// question is about one recall, so that each is asked once in a statement.
const barredBy = `(EXISTS (SELECT 1 FROM breakers WHERE breakers.reset_at = 0 AND breakers.kind <> 'rule')
	OR recalls.rule IN (SELECT breakers.rule FROM breakers WHERE breakers.reset_at = 0 AND breakers.kind = 'rule'))`

// mayLeave is the condition that no breaker keeps a recall from being claimed
// for sending. What may have been sent already is claimed, to be looked for.
const mayLeave = "NOT (recalls.automatic = 1 AND recalls.state = 'queued' AND " + barredBy + ")"

const (
	withdrawAtOnce = 200 // recalls withdrawn in the transaction that trips a breaker; the sweeper finds the rest
	withdrawSwept  = 500 // and in one look of the sweeper
)

// trip opens the breaker of a rule, or of all, since one more recall would pass
// a cap, and withdraws what had not left.
func (u *unit) trip(t *tally, over counted, rule string) (*breakerRow, error) {
	b := &breakerRow{
		ID: u.id(), Kind: string(models.RuleBreaker), Rule: rule, TrippedBy: string(models.ByPolicy), TrippedAt: t.now,
		Cap: string(over.cap), Allowed: int64(allowed(u.s.opts.Caps, over.cap)),
	}
	switch over.cap {
	case models.CapAll:
		b.Kind, b.Rule = string(models.AllBreaker), ""
	case models.CapSender, models.CapConversation:
		b.Place = over.name
	case models.CapRule:
	}
	details := map[string]string{
		"kind": b.Kind, "rule": rule, "cap": b.Cap, "allowed": strconv.FormatInt(b.Allowed, 10),
	}
	if b.Place != "" {
		details["place"] = b.Place
	}
	if err := u.addBreaker(b, "breaker.tripped", details); err != nil {
		return nil, err
	}
	t.open = append(t.open, b)
	_, err := u.withdraw(withdrawAtOnce)
	return b, err
}

func (u *unit) addBreaker(b *breakerRow, action string, details map[string]string) error {
	row := rows{table: breakersTable}
	note := b.Note
	if note == nil {
		note = []byte{}
	}
	row.add(b.ID, b.Kind, b.Rule, b.TrippedBy, b.TrippedAt, b.Cap, b.Allowed, b.Place, note,
		int64(0), int64(0), "", int64(0), []byte{}, "", int64(0), []byte{})
	if _, err := u.insert(&row); err != nil {
		return err
	}
	return u.recordBreaker(b, b.TrippedBy, action, details)
}

func (u *unit) recordBreaker(b *breakerRow, actor, action string, details map[string]string) error {
	u.changed(models.BreakerChanged, b.ID, "", models.Conversation{})
	if err := u.hookBreaker(hookOfBreaker(action), b, actor); err != nil {
		return err
	}
	return u.record(models.AuditEntry{Actor: actor, Action: action, Subject: "breaker", Thing: b.ID, Details: details})
}

// withdraw ends automatic recalls that an open breaker stops and that have not
// left, and makes a case of each of their messages. It says how many it ended.
func (u *unit) withdraw(limit int) (int, error) {
	var found []recallRow
	err := u.locked(true).Where("ended_at = 0 AND automatic = 1 AND state IN ?",
		[]string{string(models.Requested), string(models.Held), string(models.Queued)}).
		Where(barredBy).Order("id").Limit(limit).Find(&found).Error
	if err != nil {
		return 0, fmt.Errorf("stopped recalls: %w", clean(err))
	}
	if len(found) == 0 {
		return 0, nil
	}
	open, err := openBreakers(u.tx)
	if err != nil {
		return 0, err
	}
	severities, err := u.severities(found)
	if err != nil {
		return 0, err
	}
	w, stopped := u.newWork(), map[string]int64{}
	for i := range found {
		b := barring(open, found[i].Rule)
		if b == nil {
			continue // it was reset in this moment
		}
		if err := u.withdrawOne(w, &found[i], b, severities[found[i].DecisionID]); err != nil {
			return 0, err
		}
		stopped[b.ID]++
	}
	for id, n := range stopped {
		if err := u.exec("UPDATE breakers SET stopped = stopped + ? WHERE id = ?", n, id); err != nil {
			return 0, fmt.Errorf("count recalls of breaker %s: %w", id, err)
		}
	}
	return len(found), w.flush(u)
}

// withdrawOne ends one recall and leaves its message to a person.
func (u *unit) withdrawOne(w *work, r *recallRow, b *breakerRow, s models.Severity) error {
	err := u.move(r, move{
		to: models.Cancelled, actor: "breaker", explanation: stoppedWords[models.BreakerKind(b.Kind)],
		details: map[string]string{"breaker": b.ID},
	})
	if err != nil {
		return err
	}
	_, err = u.openCase(r.MessageID)
	if !errors.Is(err, models.ErrNotFound) {
		return err // one is open already, or it could not be read
	}
	return u.addRecallCase(w, r, s, stoppedWords[models.BreakerKind(b.Kind)], "breaker",
		map[string]string{"rule": r.Rule, "breaker": b.ID, "recall": r.ID})
}

// stoppedWords say of a recall what kept it from leaving.
var stoppedWords = map[models.BreakerKind]string{
	models.RuleBreaker: "Stopped before it left: its rule took back too much. The message waits for a person.",
	models.AllBreaker:  "Stopped before it left: the rules took back too much. The message waits for a person.",
	models.StopBreaker: "Stopped before it left: automatic recalls were stopped. The message waits for a person.",
}

// severities looks up how grave the decisions of some recalls are.
func (u *unit) severities(found []recallRow) (map[string]models.Severity, error) {
	var decisions []decisionRow
	err := u.tx.Select("id", "severity").Where("id IN ?", idsOf(found, func(r recallRow) string { return r.DecisionID })).
		Find(&decisions).Error
	if err != nil {
		return nil, fmt.Errorf("decisions of recalls: %w", clean(err))
	}
	out := make(map[string]models.Severity, len(decisions))
	for _, d := range decisions {
		out[d.ID] = models.Severity(d.Severity)
	}
	return out, nil
}

// openBreakers loads the breakers that stop recalls now.
func openBreakers(db *gorm.DB) ([]*breakerRow, error) {
	var open []*breakerRow
	if err := db.Where("reset_at = 0").Order("id").Find(&open).Error; err != nil {
		return nil, fmt.Errorf("open breakers: %w", clean(err))
	}
	return open, nil
}

// OpenBreakers lists the breakers that stop automatic recalls now, without the
// reasons that people gave. It is cheap: every node asks every other second.
func (s *Store) OpenBreakers(ctx context.Context) ([]models.Breaker, error) {
	open, err := openBreakers(s.glance(ctx))
	if err != nil {
		return nil, err
	}
	out := make([]models.Breaker, len(open))
	for i, b := range open {
		out[i] = b.model()
	}
	return out, nil
}

// WithdrawStopped ends automatic recalls that an open breaker stops and that
// have not left, with a case for each message, and says how many. What the
// transaction that opened the breaker could not see, or was too many for it, is
// found here.
func (s *Store) WithdrawStopped(ctx context.Context) (int, error) {
	open, err := openBreakers(s.glance(ctx))
	if err != nil || len(open) == 0 {
		return 0, err
	}
	ended := 0
	err = s.write(ctx, func(u *unit) (err error) {
		ended, err = u.withdraw(withdrawSwept)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("withdraw stopped recalls: %w", err)
	}
	return ended, nil
}

// BarredRecalls returns which of some recalls a breaker stops now, or a legal hold, and
// which are over. A worker asks in the last moment before a call leaves, for it may have
// waited since its claim.
func (s *Store) BarredRecalls(ctx context.Context, ids []models.RecallID) ([]models.RecallID, error) {
	here := s.stopped.Load()
	some, err := anyBar(s.reader(ctx))
	if err != nil {
		return nil, err
	}
	q := s.reader(ctx).Model(&recallRow{}).
		Where(s.db.dialect.in("id"), list(idsOf(ids, func(id models.RecallID) string { return string(id) })))
	if some || here {
		now, err := s.clock(ctx)
		if err != nil {
			return nil, err
		}
		q = q.Where("(ended_at <> 0 OR automatic = 1 AND (? OR "+barredBy+") OR "+underHold+")", here, now)
	} else {
		q = q.Where("ended_at <> 0")
	}
	var barred []models.RecallID
	if err := q.Pluck("id", &barred).Error; err != nil {
		return nil, fmt.Errorf("stopped recalls: %w", clean(err))
	}
	return barred, nil
}

// anyBar reports whether a breaker is open or a legal hold in force, for any recall: most
// of the time none is.
func anyBar(db *gorm.DB) (found bool, err error) {
	err = readOne(db, `SELECT EXISTS (SELECT 1 FROM breakers WHERE reset_at = 0)
		OR EXISTS (SELECT 1 FROM legal_holds WHERE lifted_at = 0)`, &found)
	if err != nil {
		return false, fmt.Errorf("breakers and legal holds: %w", err)
	}
	return found, nil
}

// model returns the breaker without the texts that people wrote.
func (r *breakerRow) model() models.Breaker {
	b := models.Breaker{
		ID: models.BreakerID(r.ID), Kind: models.BreakerKind(r.Kind), Rule: r.Rule, State: models.BreakerOpen,
		TrippedBy: r.TrippedBy, TrippedAt: fromMillis(r.TrippedAt), Cap: models.Cap(r.Cap), Allowed: int(r.Allowed),
		Place: r.Place, Stopped: int(r.Stopped), Cases: int(r.Cases), AskedBy: r.AskedBy, AskedAt: fromMillis(r.AskedAt),
		ResetBy: r.ResetBy, ResetAt: fromMillis(r.ResetAt),
	}
	switch {
	case r.ResetAt != 0:
		b.State = models.BreakerReset
	case r.AskedBy != "":
		b.State = models.BreakerAsked
	}
	return b
}
