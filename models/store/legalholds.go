package store

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/takeback-chat/takeback/models"
)

// PlaceLegalHold puts a conversation, a message, or what a sender posts in an app
// under legal hold from its commit on. Recalls that have not left are cancelled,
// and where a rule wanted one its message becomes a case, in the same transaction;
// those that were too many for it end when they are claimed. A conversation may be
// named by our id or the platform's. models.ErrNotFound: there is no such thing;
// models.ErrInvalid: the order is not complete.
func (s *Store) PlaceLegalHold(ctx context.Context, h models.LegalHold) (models.LegalHold, error) {
	var placed models.LegalHold
	err := s.write(ctx, func(u *unit) (err error) {
		placed, err = u.placeHold(h)
		return err
	})
	if err != nil {
		return models.LegalHold{}, fmt.Errorf("place a legal hold: %w", err)
	}
	return placed, nil
}

// holdAtOnce is how many recalls a hold ends in the transaction that places it.
const holdAtOnce = 500

func (u *unit) placeHold(h models.LegalHold) (models.LegalHold, error) {
	if err := needReason(h.Reason); err != nil {
		return models.LegalHold{}, err
	}
	h, err := u.heldThing(h)
	if err != nil {
		return models.LegalHold{}, err
	}
	id := u.id()
	r := &legalHoldRow{
		ID: id, Kind: string(h.Kind), App: h.App, Thing: h.Thing, Note: u.s.sealText(h.Reason, "legal_holds", "note", id),
		PlacedBy: h.PlacedBy, PlacedAt: u.now.UnixMilli(), Until: millis(h.Until), AskedNote: []byte{}, LiftNote: []byte{},
	}
	if err := u.addHold(r); err != nil {
		return models.LegalHold{}, err
	}
	if err := u.endUnderHold(r); err != nil {
		return models.LegalHold{}, err
	}
	details := u.noted(h.Reason)
	details["stopped"], details["too_late"] = strconv.FormatInt(r.Stopped, 10), strconv.FormatInt(r.TooLate, 10)
	if !h.Until.IsZero() {
		details["until"] = h.Until.UTC().Format(time.RFC3339)
	}
	if err := u.recordHold(r, h.PlacedBy, "legal_hold.placed", details); err != nil {
		return models.LegalHold{}, err
	}
	return u.s.legalHoldModel(r), nil
}

func (u *unit) addHold(r *legalHoldRow) error {
	batch := rows{table: legalHoldsTable}
	batch.add(r.ID, r.Kind, r.App, r.Thing, r.Note, r.PlacedBy, r.PlacedAt, r.Until, int64(0), int64(0),
		"", int64(0), r.AskedNote, "", int64(0), r.LiftNote)
	_, err := u.insert(&batch)
	return err
}

// heldThing returns the order with the app and the id of what it names.
func (u *unit) heldThing(h models.LegalHold) (models.LegalHold, error) {
	switch h.Kind {
	case models.HoldMessage:
		var m messageRow
		err := first(u.tx.Select("id", "app").Where("id = ?", h.Thing), &m)
		h.App = m.App
		return h, missing(err, "message", h.Thing)
	case models.HoldConversation:
		return u.heldConversation(h)
	case models.HoldSender:
		if h.App == "" || h.Thing == "" {
			return h, refuse(fmt.Errorf("a hold on a sender needs the app and the account: %w", models.ErrInvalid))
		}
		return h, nil
	}
	return h, refuse(fmt.Errorf("a hold is on a conversation, a message or a sender, not on %q: %w", h.Kind, models.ErrInvalid))
}

// heldConversation finds a conversation by our id, or by the platform's name the one
// that bears it now.
func (u *unit) heldConversation(h models.LegalHold) (models.LegalHold, error) {
	var found []conversationRow
	q := where(u.tx.Select("id", "app"), "app = ?", h.App).Where("id = ? OR (ref = ? AND retired = 0)", h.Thing, h.Thing)
	if err := q.Order("id").Limit(2).Find(&found).Error; err != nil {
		return h, fmt.Errorf("conversation %s: %w", h.Thing, clean(err))
	}
	switch len(found) {
	case 0:
		return h, missing(models.ErrNotFound, "conversation", h.Thing)
	case 1:
		h.App, h.Thing = found[0].App, found[0].ID
		return h, nil
	}
	return h, refuse(fmt.Errorf("several conversations bear that name; name it by its id: %w", models.ErrInvalid))
}

// keeps narrows recalls to those of messages that one hold is on.
func (r *legalHoldRow) keeps() (condition string, args []any) {
	switch models.LegalHoldKind(r.Kind) {
	case models.HoldMessage:
		return "message_id = ?", []any{r.Thing}
	case models.HoldConversation:
		return "conversation_id = ?", []any{r.Thing}
	case models.HoldSender:
	}
	return "app = ? AND message_id IN (SELECT id FROM messages WHERE app = ? AND sender = ?)", []any{r.App, r.App, r.Thing}
}

// endUnderHold cancels the recalls that a hold which is being placed keeps from
// leaving, and counts those that may have left.
func (u *unit) endUnderHold(r *legalHoldRow) error {
	condition, args := r.keeps()
	var found []recallRow
	err := u.locked(true).Where("ended_at = 0 AND state IN ?", notLeft).Where(condition, args...).
		Order("id").Limit(holdAtOnce).Find(&found).Error
	if err != nil {
		return fmt.Errorf("recalls under a legal hold: %w", clean(err))
	}
	for i := range found {
		if err := u.endHeldBack(&found[i], r.ID, r.PlacedBy); err != nil {
			return err
		}
	}
	r.Stopped = int64(len(found))
	err = u.tx.Model(&recallRow{}).Where("ended_at = 0 AND state IN ?",
		[]string{string(models.Sent), string(models.Unknown), string(models.Accepted)}).
		Where(condition, args...).Count(&r.TooLate).Error
	if err != nil {
		return fmt.Errorf("recalls under way: %w", clean(err))
	}
	return u.exec("UPDATE legal_holds SET stopped = ?, too_late = ? WHERE id = ?", r.Stopped, r.TooLate, r.ID)
}

// What is said where a legal hold kept a message.
const (
	stoppedByHold = "Stopped before it left: the message is under a legal hold."
	caseByHold    = "It is under a legal hold, so nothing was taken back: a person has to look."
)

// endHeldBack cancels a recall that has not left, since a hold is on its message.
// What a rule wanted becomes a case.
func (u *unit) endHeldBack(r *recallRow, hold, actor string) error {
	recall, err := u.recallModel(*r)
	if err != nil {
		return err
	}
	ruled := slices.ContainsFunc(recall.Rights(), func(q models.Right) bool { return q.Authority == models.ByPolicy })
	end := move{
		to: models.Cancelled, actor: actor, explanation: stoppedByHold, asks: ruled,
		details: map[string]string{"why": "legal_hold", "legal_hold": hold},
	}
	if err := u.move(r, end); err != nil || !ruled {
		return err
	}
	return u.askPerson(r, caseByHold, actor)
}

// recordHold writes the audit entry of an act on a hold.
func (u *unit) recordHold(r *legalHoldRow, actor, action string, details map[string]string) error {
	details["kind"], details["app"], details["on"] = r.Kind, r.App, r.Thing
	if r.Kind == string(models.HoldMessage) {
		u.changed(models.MessageChanged, r.Thing, models.MessageID(r.Thing), models.Conversation{App: r.App})
	}
	return u.record(models.AuditEntry{Actor: actor, Action: action, Subject: "legal_hold", Thing: r.ID, Details: details})
}

// LiftLegalHold lets go of what a hold is on, with a reason. Where there is another
// operator, the first to ask only asks, and the hold is returned as it stands;
// somebody else has to ask for the same. What it kept from being taken back stays
// with people. models.ErrConflict: it is lifted or over, or the same person asked.
func (s *Store) LiftLegalHold(ctx context.Context, id models.LegalHoldID, actor, reason string) (models.LegalHold, error) {
	var h models.LegalHold
	err := s.write(ctx, func(u *unit) (err error) {
		h, err = u.liftOrAsk(id, actor, reason)
		return err
	})
	if err != nil {
		return models.LegalHold{}, fmt.Errorf("lift legal hold %s: %w", id, err)
	}
	return h, nil
}

func (u *unit) liftOrAsk(id models.LegalHoldID, actor, reason string) (models.LegalHold, error) {
	if err := needReason(reason); err != nil {
		return models.LegalHold{}, err
	}
	var r legalHoldRow
	if err := first(u.locked(false).Where("id = ?", string(id)), &r); err != nil {
		return models.LegalHold{}, missing(err, "legal hold", string(id))
	}
	now, err := u.clock()
	if err != nil {
		return models.LegalHold{}, err
	}
	if err := r.liftable(now); err != nil {
		return models.LegalHold{}, refuse(err)
	}
	people, err := u.operators()
	switch {
	case err != nil:
		return models.LegalHold{}, err
	case people.alone(actor), people.second(r.AskedBy, actor):
		return u.lift(&r, actor, reason)
	case r.AskedBy != "" && people.same(r.AskedBy, actor):
		return models.LegalHold{}, refuse(fmt.Errorf("%s asked for it at %s, and another operator has to: %w",
			r.AskedBy, fromMillis(r.AskedAt).Format(time.RFC3339), models.ErrConflict))
	}
	return u.askLift(&r, actor, reason)
}

// liftable says why a hold cannot be lifted: it keeps nothing any more.
func (r *legalHoldRow) liftable(now int64) error {
	switch {
	case r.LiftedAt != 0:
		return fmt.Errorf("lifted by %s at %s: %w", r.LiftedBy, fromMillis(r.LiftedAt).Format(time.RFC3339), models.ErrConflict)
	case r.Until != 0 && r.Until <= now:
		return fmt.Errorf("it ended by itself at %s: %w", fromMillis(r.Until).Format(time.RFC3339), models.ErrConflict)
	}
	return nil
}

func (u *unit) askLift(r *legalHoldRow, actor, reason string) (models.LegalHold, error) {
	r.AskedBy, r.AskedAt, r.AskedNote = actor, u.now.UnixMilli(), u.s.sealText(reason, "legal_holds", "asked_note", r.ID)
	err := u.exec("UPDATE legal_holds SET asked_by = ?, asked_at = ?, asked_note = ? WHERE id = ? AND lifted_at = 0",
		r.AskedBy, r.AskedAt, r.AskedNote, r.ID)
	if err != nil {
		return models.LegalHold{}, err
	}
	if err := u.recordHold(r, actor, "legal_hold.lift_asked", u.noted(reason)); err != nil {
		return models.LegalHold{}, err
	}
	return u.s.legalHoldModel(r), nil
}

func (u *unit) lift(r *legalHoldRow, actor, reason string) (models.LegalHold, error) {
	r.LiftedBy, r.LiftedAt, r.LiftNote = actor, u.now.UnixMilli(), u.s.sealText(reason, "legal_holds", "lift_note", r.ID)
	err := u.exec("UPDATE legal_holds SET lifted_by = ?, lifted_at = ?, lift_note = ? WHERE id = ? AND lifted_at = 0",
		r.LiftedBy, r.LiftedAt, r.LiftNote, r.ID)
	if err != nil {
		return models.LegalHold{}, err
	}
	details := u.noted(reason)
	if r.AskedBy != "" {
		details["asked_by"] = r.AskedBy
	}
	if err := u.recordHold(r, actor, "legal_hold.lifted", details); err != nil {
		return models.LegalHold{}, err
	}
	return u.s.legalHoldModel(r), nil
}

// legalHoldModel completes a row with the reasons that people gave.
func (s *Store) legalHoldModel(r *legalHoldRow) models.LegalHold {
	h := r.model()
	h.Reason = s.openText(r.Note, "legal_holds", "note", r.ID)
	h.AskedReason = s.openText(r.AskedNote, "legal_holds", "asked_note", r.ID)
	h.LiftReason = s.openText(r.LiftNote, "legal_holds", "lift_note", r.ID)
	return h
}
