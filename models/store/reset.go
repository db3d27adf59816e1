package store

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/takeback-chat/takeback/models"
)

// StopRecalls stops all automatic recalls on all nodes until somebody starts
// them again: none leaves from now on, those that had not left are withdrawn,
// and what a rule would take back becomes a case. What people ask for goes on.
// Where they are stopped already that stop is returned, and nothing changes. The
// reason may be empty: whoever stops may be in a hurry.
func (s *Store) StopRecalls(ctx context.Context, actor, reason string) (models.Breaker, error) {
	var stop models.Breaker
	err := s.write(ctx, func(u *unit) error {
		b, err := u.stop(actor, reason)
		if err != nil {
			return err
		}
		stop = s.breakerModel(b)
		return nil
	})
	if err != nil {
		return models.Breaker{}, fmt.Errorf("stop automatic recalls: %w", err)
	}
	return stop, nil
}

func (u *unit) stop(actor, reason string) (*breakerRow, error) {
	t, err := u.tallied()
	if err != nil {
		return nil, err
	}
	b, err := u.stopBreaker()
	if err == nil || !errors.Is(err, models.ErrNotFound) {
		return b, err
	}
	id := u.id()
	b = &breakerRow{
		ID: id, Kind: string(models.StopBreaker), TrippedBy: actor, TrippedAt: t.now,
		Note: u.s.sealText(reason, "breakers", "note", id),
	}
	if err := u.addBreaker(b, "recalls.stopped", u.noted(reason)); err != nil {
		return nil, err
	}
	t.open = append(t.open, b)
	if _, err := u.withdraw(withdrawAtOnce); err != nil {
		return nil, err
	}
	return b, first(u.tx.Where("id = ?", id), b)
}

// stopBreaker returns the stop that is in force, or models.ErrNotFound.
func (u *unit) stopBreaker() (*breakerRow, error) {
	var b breakerRow
	err := first(u.tx.Where("kind = ? AND reset_at = 0", string(models.StopBreaker)), &b)
	return &b, err
}

// noted ties a free text to an audit entry by its digest.
func (u *unit) noted(text string) map[string]string {
	if text == "" {
		return map[string]string{}
	}
	return map[string]string{"note_digest": u.s.noteDigest(text)}
}

// StartRecalls lifts the stop of automatic recalls, and lets go of what waits since a
// backup was restored; one person may. What was stopped stays with people. models.ErrConflict: they are not stopped;
// models.ErrInvalid: no reason was given.
func (s *Store) StartRecalls(ctx context.Context, actor, reason string) (models.Breaker, error) {
	var lifted models.Breaker
	err := s.write(ctx, func(u *unit) error {
		if err := needReason(reason); err != nil {
			return err
		}
		if _, err := u.lockCaps(); err != nil {
			return err
		}
		b, err := u.stopBreaker()
		if errors.Is(err, models.ErrNotFound) {
			return refuse(fmt.Errorf("automatic recalls are not stopped: %w", models.ErrConflict))
		}
		if err != nil {
			return err
		}
		lifted, err = u.reset(b, actor, reason, "recalls.started")
		return err
	})
	if err != nil {
		return models.Breaker{}, fmt.Errorf("start automatic recalls: %w", err)
	}
	return lifted, nil
}

func needReason(reason string) error {
	if reason == "" {
		return refuse(fmt.Errorf("a reason is needed: %w", models.ErrInvalid))
	}
	return nil
}

// ResetBreaker lets the automatic recalls that a breaker stopped leave again:
// new ones, for what it withdrew stays with people. Where there is another
// operator, the first to ask only asks, and the breaker is returned as
// BreakerAsked; somebody else has to ask for the same. models.ErrConflict: it was
// reset before, or the same person asked; models.ErrInvalid: no reason was given.
func (s *Store) ResetBreaker(ctx context.Context, id models.BreakerID, actor, reason string) (models.Breaker, error) {
	var b models.Breaker
	err := s.write(ctx, func(u *unit) (err error) {
		b, err = u.resetOrAsk(id, actor, reason)
		return err
	})
	if err != nil {
		return models.Breaker{}, fmt.Errorf("reset breaker: %w", err)
	}
	return b, nil
}

func (u *unit) resetOrAsk(id models.BreakerID, actor, reason string) (models.Breaker, error) {
	if err := needReason(reason); err != nil {
		return models.Breaker{}, err
	}
	if _, err := u.lockCaps(); err != nil {
		return models.Breaker{}, err
	}
	var b breakerRow
	if err := first(u.tx.Where("id = ?", string(id)), &b); err != nil {
		return models.Breaker{}, missing(err, "breaker", string(id))
	}
	if b.ResetAt != 0 {
		return models.Breaker{}, refuse(fmt.Errorf("reset by %s at %s: %w",
			b.ResetBy, fromMillis(b.ResetAt).Format(time.RFC3339), models.ErrConflict))
	}
	people, err := u.operators()
	switch {
	case err != nil:
		return models.Breaker{}, err
	case b.Kind == string(models.StopBreaker):
		return u.reset(&b, actor, reason, "recalls.started")
	case people.alone(actor), people.second(b.AskedBy, actor):
		return u.reset(&b, actor, reason, "breaker.reset")
	case b.AskedBy != "" && people.same(b.AskedBy, actor):
		return models.Breaker{}, refuse(fmt.Errorf("%s asked for it at %s, and another operator has to: %w",
			b.AskedBy, fromMillis(b.AskedAt).Format(time.RFC3339), models.ErrConflict))
	}
	return u.askReset(&b, actor, reason)
}

// askReset notes that somebody wants the breaker reset.
func (u *unit) askReset(b *breakerRow, actor, reason string) (models.Breaker, error) {
	b.AskedBy, b.AskedAt, b.AskedNote = actor, u.now.UnixMilli(), u.s.sealText(reason, "breakers", "asked_note", b.ID)
	err := u.exec("UPDATE breakers SET asked_by = ?, asked_at = ?, asked_note = ? WHERE id = ? AND reset_at = 0",
		b.AskedBy, b.AskedAt, b.AskedNote, b.ID)
	if err != nil {
		return models.Breaker{}, fmt.Errorf("breaker %s: %w", b.ID, err)
	}
	if err := u.recordBreaker(b, actor, "breaker.reset_asked", u.noted(reason)); err != nil {
		return models.Breaker{}, err
	}
	return u.s.breakerModel(b), nil
}

// reset closes a breaker by a moment that all nodes share, for it is compared
// with the moments at which recalls counted.
func (u *unit) reset(b *breakerRow, actor, reason, action string) (models.Breaker, error) {
	now, err := u.clock()
	if err != nil {
		return models.Breaker{}, err
	}
	for n := withdrawSwept; n == withdrawSwept; { // or what the sweeper had not come to would leave after all
		if n, err = u.withdraw(withdrawSwept); err != nil {
			return models.Breaker{}, err
		}
	}
	if err := u.flushTally(); err != nil {
		return models.Breaker{}, err
	}
	if b.Kind == string(models.StopBreaker) {
		if err := u.letGo(); err != nil {
			return models.Breaker{}, err
		}
	}
	u.tally = nil                                                // whatever follows in this transaction counts anew
	if err := first(u.tx.Where("id = ?", b.ID), b); err != nil { // with its counts
		return models.Breaker{}, err
	}
	b.ResetBy, b.ResetAt, b.ResetNote = actor, now, u.s.sealText(reason, "breakers", "reset_note", b.ID)
	err = u.exec("UPDATE breakers SET reset_by = ?, reset_at = ?, reset_note = ? WHERE id = ? AND reset_at = 0",
		b.ResetBy, b.ResetAt, b.ResetNote, b.ID)
	if err != nil {
		return models.Breaker{}, fmt.Errorf("breaker %s: %w", b.ID, err)
	}
	details := u.noted(reason)
	if b.AskedBy != "" {
		details["asked_by"] = b.AskedBy
	}
	if err := u.recordBreaker(b, actor, action, details); err != nil {
		return models.Breaker{}, err
	}
	return u.s.breakerModel(b), nil
}

// commandLine begins the actors that give commands on the machine itself.
const commandLine = "command-line"

// operators tells the people apart who may reset a breaker: the live logins and
// tokens that are operators everywhere. Those linked to one platform account are
// one person.
type operators map[string]string // person by actor

func (u *unit) operators() (operators, error) {
	var tokens []tokenRow
	err := u.tx.Where("grant_name = ? AND revoked_at = 0", string(models.GrantOperator)).Find(&tokens).Error
	if err != nil {
		return nil, fmt.Errorf("operators: %w", clean(err))
	}
	var moderators []moderatorRow
	err = u.tx.Where("grant_name = ? AND disabled_at = 0", string(models.GrantOperator)).Find(&moderators).Error
	if err != nil {
		return nil, fmt.Errorf("operators: %w", clean(err))
	}
	people := operators{}
	for _, t := range tokens {
		people.add("token:"+t.Name, t.App, t.Account, t.Places)
	}
	for _, m := range moderators {
		people.add("moderator:"+m.Name, m.App, m.Account, m.Places)
	}
	return people, nil
}

// add knows one, unless it was limited to some groups.
func (o operators) add(actor, app, account, places string) {
	if places != "null" && places != "[]" && places != "" {
		return
	}
	o[actor] = actor
	if account != "" {
		o[actor] = "account:" + app + ":" + account
	}
}

// person returns who an actor is. Whoever sits at the command line may call
// themselves anything, so all of them are one person.
func (o operators) person(actor string) string {
	if p, ok := o[actor]; ok {
		return p
	}
	kind, _, _ := strings.Cut(actor, ":")
	if kind == commandLine {
		return kind
	}
	return actor
}

// same reports whether two actors are one person.
func (o operators) same(a, b string) bool { return o.person(a) == o.person(b) }

// alone reports whether there is no other operator than the actor.
func (o operators) alone(actor string) bool {
	for other := range o {
		if !o.same(other, actor) {
			return false
		}
	}
	return true
}

// second reports whether the actor is another person than the one who asked, who
// must still be one that may ask.
func (o operators) second(asked, actor string) bool {
	_, may := o[asked]
	return (may || o.person(asked) == commandLine) && !o.same(asked, actor)
}
