package store

import (
	"cmp"
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/takeback-chat/takeback/models"
)

// removals are the messages that the removal events of one transaction name. They
// are read with one statement and written with two, however many there are.
type removals struct {
	known   map[refKey]*messageRow
	changed map[string]*messageRow
	fresh   []*messageRow // tombstones
	gone    []removal     // of which the removal was news
}

// removal is one message that is gone, by an event.
type removal struct {
	e       *event
	message string
}

// remove stores that messages are gone by the platform's word, of all events of a
// transaction, and returns those that were in the chat until now.
func (u *unit) remove(events []*event) ([]removal, error) {
	if len(events) == 0 {
		return nil, nil
	}
	r, err := u.named(events)
	if err != nil {
		return nil, fmt.Errorf("removal: %w", err)
	}
	for _, e := range events {
		e.kept.Result = models.KeptDuplicate
		for _, ref := range e.in.Event.Refs {
			u.removeOne(r, e, ref)
		}
	}
	return r.gone, u.writeRemovals(r)
}

// named finds the messages of removal events. They are locked in the order of their ids,
// so that nodes never wait for each other in a ring.
func (u *unit) named(events []*event) (*removals, error) {
	r := &removals{known: map[refKey]*messageRow{}, changed: map[string]*messageRow{}}
	pairs := [][2]string{}
	for _, e := range events {
		if err := u.locate(e); err != nil {
			return nil, err
		}
		for _, ref := range e.in.Event.Refs {
			pairs = append(pairs, [2]string{e.conv.id, ref})
		}
	}
	listed, err := json.Marshal(pairs)
	if err != nil {
		return nil, fmt.Errorf("encode refs: %w", err)
	}
	err = readRaw(u.tx, "SELECT id, conversation_id, ref, state, removed_at, removed_by FROM messages WHERE id"+u.among(u.byRefs())+
		" ORDER BY id"+u.forUpdate(false), []any{string(listed)}, func(rows *sql.Rows) error {
		m := &messageRow{}
		err := rows.Scan(&m.ID, &m.ConversationID, &m.Ref, &m.State, &m.RemovedAt, &m.RemovedBy)
		r.known[refKey{m.ConversationID, m.Ref}] = m
		return err
	})
	return r, err
}

// byRefs is a query of the ids of messages by the pairs of conversation and ref in a
// JSON array. PostgreSQL is made to look up one after the other.
func (u *unit) byRefs() string {
	if u.s.db.dialect == sqliteDialect {
		return "SELECT id FROM messages WHERE (conversation_id, ref) IN (SELECT value->>0, value->>1 FROM json_each(?))"
	}
	return `SELECT m.id FROM jsonb_array_elements(?::jsonb) AS x, LATERAL (
		SELECT id FROM messages WHERE conversation_id = x->>0 AND ref = x->>1 LIMIT 1) AS m`
}

func (u *unit) removeOne(r *removals, e *event, ref string) {
	at := cmp.Or(millis(e.in.Event.At), u.now.UnixMilli())
	m, ok := r.known[refKey{e.conv.id, ref}]
	if !ok {
		u.tombstone(r, e, ref, at)
		return
	}
	e.kept.Message = cmp.Or(e.kept.Message, models.MessageID(m.ID))
	switch models.MessageState(m.State) {
	case models.Removed, models.Tombstone:
		if !removedBefore(m, e, at) {
			return
		}
	case models.Blocked:
		return
	case models.Visible, models.Rewritten:
		r.gone = append(r.gone, removal{e, m.ID})
		m.State = string(models.Removed)
	}
	m.RemovedAt, m.RemovedBy = at, e.in.Event.Operator
	r.changed[m.ID] = m
	e.kept.Result = models.KeptUpdate
	u.changed(models.MessageChanged, m.ID, models.MessageID(m.ID), e.model())
}

// removedBefore reports whether another removal of a message that is gone is the one
// that took it from the chat: of all that are told, in whatever order, the first is.
// What names nobody is our own guess, and yields.
func removedBefore(m *messageRow, e *event, at int64) bool {
	by := e.in.Event.Operator
	if named := m.RemovedBy != ""; named != (by != "") {
		return !named
	}
	return cmp.Or(cmp.Compare(at, m.RemovedAt), cmp.Compare(by, m.RemovedBy)) < 0
}

// tombstone remembers a removal whose message has not come yet.
func (u *unit) tombstone(r *removals, e *event, ref string, at int64) {
	m := &messageRow{
		ID: u.id(), ConversationID: e.conv.id, App: e.app, Ref: ref,
		State: string(models.Tombstone), RemovedAt: at, RemovedBy: e.in.Event.Operator,
	}
	r.known[refKey{e.conv.id, ref}] = m
	r.fresh = append(r.fresh, m)
	e.kept.Result = models.KeptUpdate
	e.kept.Message = cmp.Or(e.kept.Message, models.MessageID(m.ID))
}

// removedMessages is what a removal changes of a message.
var removedMessages = &table{name: "messages", keys: 1, columns: slices.Concat(
	texts("id", "state"), numbers("removed_at"), texts("removed_by"),
)}

func (u *unit) writeRemovals(r *removals) error {
	tombstones, changed := rows{table: messagesTable}, rows{table: removedMessages}
	for _, m := range r.fresh {
		delete(r.changed, m.ID) // what a second removal said is in the row already
		tombstones.add(m.ID, m.ConversationID, m.App, m.Ref, "", "", int64(0), u.now.UnixMilli(), int64(0), int64(1),
			m.State, "", []byte{}, []byte{}, string(models.VerdictAllow), "", int64(0), int64(0),
			int64(0), m.RemovedAt, m.RemovedBy)
	}
	for _, m := range r.changed {
		changed.add(m.ID, m.State, m.RemovedAt, m.RemovedBy)
	}
	came, err := u.cameMeanwhile(r)
	if err != nil {
		return err
	}
	n, err := u.insert(&tombstones)
	if err != nil {
		return err
	}
	if came || int(n) != len(r.fresh) { // another node kept a message in this moment
		return &databaseError{text: "a message came while its removal was stored", again: true}
	}
	_, err = u.update(&changed)
	return err
}

// cameMeanwhile reports whether one of the messages that were not known is known now, where
// it may be in another partition than its tombstone would be in.
func (u *unit) cameMeanwhile(r *removals) (bool, error) {
	if u.s.db.dialect == sqliteDialect || !straddle(u.now, u.now) {
		return false, nil
	}
	keys := make([]refKey, len(r.fresh))
	for i, m := range r.fresh {
		keys[i] = refKey{m.ConversationID, m.Ref}
	}
	known, err := u.knownAlone(keys)
	return len(known) > 0, err
}

// removalsFollow moves the recalls and closes the cases of messages that are gone.
func (u *unit) removalsFollow(gone []removal) error {
	for _, m := range gone {
		u.hand.closing = append(u.hand.closing, m.message)
		r, ok := u.hand.byMessage[m.message]
		if !ok {
			continue
		}
		m.e.kept.Recall = cmp.Or(m.e.kept.Recall, models.RecallID(r.ID))
		if err := u.gone(r, "removal_event"); err != nil {
			return err
		}
	}
	return nil
}
