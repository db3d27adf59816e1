package store

import (
	"fmt"
	"maps"
	"slices"

	"github.com/takeback-chat/takeback/models"
)

// hand holds the recalls that the operations of one transaction work on. They are
// read with one statement and written with one, whatever their number: every
// statement is a way to the database and back, and all writes of a process stand
// in one line.
type hand struct {
	recalls   map[string]*recallRow
	byMessage map[string]*recallRow // those that had not ended
	saved     map[string]*saving
	followed  []recallRow // as they came to where something follows
	gone      []string    // messages that recalls took away
	closing   []string    // messages whose cases have nothing to decide any more
}

// saving is a recall as it is in the table, and as it will be.
type saving struct {
	state string
	fence int64
	next  recallRow
}

// together runs operations that need no more of recalls than is in the hand.
func (u *unit) together(run func() error) error {
	u.hand = &hand{recalls: map[string]*recallRow{}, byMessage: map[string]*recallRow{}, saved: map[string]*saving{}}
	err := run()
	if err == nil {
		err = u.putDown()
	}
	u.hand = nil
	return err
}

// pickUp reads recalls, those of some ids and those of some messages that have not
// ended. They are locked in the order of their ids, so that nodes which work on
// the same recalls do not wait for each other in a ring.
func (u *unit) pickUp(ids, messages []string) error {
	if len(ids)+len(messages) == 0 {
		return nil
	}
	found, err := recallsView.read(u.tx, "WHERE id"+u.among(u.listed()+" UNION SELECT id FROM recalls WHERE ended_at = 0 AND "+u.in("message_id"))+
		" ORDER BY id"+u.forUpdate(false), list(ids), list(messages))
	if err != nil {
		return fmt.Errorf("recalls: %w", err)
	}
	u.hold(found)
	return u.nameConversations(idsOf(found, func(r recallRow) string { return r.ConversationID }))
}

// hold puts recalls that were read under their locks into the hand.
func (u *unit) hold(found []recallRow) {
	for i := range found {
		r := &found[i]
		u.hand.recalls[r.ID] = r
		if r.EndedAt == 0 {
			u.hand.byMessage[r.MessageID] = r
		}
	}
}

// nameConversations loads conversations that are to be announced.
func (u *unit) nameConversations(ids []string) error {
	unknown := slices.DeleteFunc(slices.Compact(slices.Sorted(slices.Values(ids))), func(id string) bool {
		_, ok := u.byID[id]
		return ok
	})
	if len(unknown) == 0 {
		return nil
	}
	found, err := conversationsByID(u.tx, unknown)
	maps.Copy(u.byID, found)
	return err
}

// save keeps what is to be written of a recall until all are written.
func (h *hand) save(old *recallRow, next recallRow) {
	if s, ok := h.saved[old.ID]; ok {
		s.next = next
		return
	}
	h.saved[old.ID] = &saving{old.State, old.Fence, next}
}

// putDown writes what became of the recalls, and what follows from that.
func (u *unit) putDown() error {
	if err := u.saveAll(); err != nil {
		return err
	}
	if err := u.decideReplacements(); err != nil {
		return err
	}
	if err := u.messagesGone(u.hand.gone); err != nil {
		return err
	}
	return u.casesGone(u.hand.closing)
}

// savedRecalls is what a move changes of a recall.
var savedRecalls = &table{name: "recalls", keys: 3, columns: slices.Concat(
	texts("id", "state"), numbers("fence"),
	texts("state", "code", "explanation"),
	numbers("due_at", "leased_until", "attempts", "looks", "asked_at", "fence", "sent_at", "accepted_at", "confirmed_at", "ended_at", "members", "evidence_at"),
)}

// saved are the values of a recall, with those it is known by.
func (r *recallRow) saved(was *saving) []any {
	return []any{
		r.ID, was.state, was.fence, r.State, r.Code, r.Explanation, r.DueAt, r.LeasedUntil, r.Attempts, r.Looks, r.AskedAt,
		r.Fence, r.SentAt, r.AcceptedAt, r.ConfirmedAt, r.EndedAt, r.Members, r.EvidenceAt,
	}
}

func (u *unit) saveAll() error {
	batch := rows{table: savedRecalls}
	for _, id := range slices.Sorted(maps.Keys(u.hand.saved)) {
		s := u.hand.saved[id]
		batch.add(s.next.saved(s)...)
	}
	return u.saveRecalls(&batch)
}

func (u *unit) saveRecalls(batch *rows) error {
	n, err := u.update(batch)
	if err != nil {
		return fmt.Errorf("move recalls: %w", err)
	}
	if int(n) != batch.len() { // they were read under a lock, so this is a race with another node
		return &databaseError{text: "a recall moved meanwhile", again: true}
	}
	return nil
}

// decideReplacements lets the replacements of the recalls leave, or cancels them.
func (u *unit) decideReplacements() error {
	if len(u.hand.followed) == 0 {
		return nil
	}
	var found []postingRow
	err := u.locked(false).Where(u.in("recall_id"), list(idsOf(u.hand.followed, func(r recallRow) string { return r.ID }))).
		Where(isLiveReplacement, string(models.ReplacementPosting)).Order("id").Find(&found).Error
	if err != nil {
		return fmt.Errorf("replacements: %w", clean(err))
	}
	for i := range found {
		for _, r := range u.hand.followed {
			if r.ID != found[i].RecallID || found[i].State != string(models.PostingOrdered) {
				continue
			}
			if err := u.replace(&r, &found[i]); err != nil {
				return err
			}
		}
	}
	return nil
}

// messagesGone marks messages as removed, since recalls of them ended so.
func (u *unit) messagesGone(messages []string) error {
	if len(messages) == 0 {
		return nil
	}
	err := u.exec("UPDATE messages SET state = ?, removed_at = ? WHERE "+u.in("id")+" AND state IN (?, ?)",
		string(models.Removed), u.now.UnixMilli(), list(messages), string(models.Visible), string(models.Rewritten))
	if err != nil {
		return fmt.Errorf("messages are gone: %w", err)
	}
	return nil
}

// casesGone closes the cases of messages that are gone.
func (u *unit) casesGone(messages []string) error {
	if len(messages) == 0 {
		return nil
	}
	var open []caseRow
	err := u.locked(false).Where(u.in("message_id")+" AND decided_at = 0", list(messages)).Order("id").Find(&open).Error
	if err != nil {
		return fmt.Errorf("cases of messages that are gone: %w", clean(err))
	}
	for _, r := range open {
		if err := u.closeCase(r, closing{verdict: models.VerdictAllow, by: models.PlatformDecides}); err != nil {
			return err
		}
	}
	return nil
}
