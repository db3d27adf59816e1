package store

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"time"

	"github.com/takeback-chat/takeback/models"
)

// delivery is what one call of Keep brought.
type delivery struct {
	events []*event
}

// event is one judged event on its way into the tables. Everything that needs
// no database is done before it waits: the writer is one, the callers are many.
type event struct {
	app     string
	in      *models.Judged
	id      string // for the message, if it is new
	encoded []byte // the content as encodeElements writes it
	sealed  []byte // the same, sealed for id
	digest  []byte

	conv    *conversation
	cause   string // the message that completed a split value, for the others that hold a part
	breaker string // the one that made a case of what was to be a recall
	hold    string // the legal hold that did
	twin    *event // an event of this transaction with the same ref, earlier
	row     stored // what the table holds of the message, once that is known
	kept    models.Kept
}

// stored is what the writer needs to know of a message in the table.
type stored struct {
	ID       string
	Digest   []byte
	State    string
	Revision int64
	EditedAt int64
	ErasedAt int64
}

// Keep stores the judged events of one delivery of an app, together with the
// decisions, cases, recalls and audit entries that follow from them, in one
// transaction that concurrent calls share. With a nil error everything is
// committed, and there is one result per event, in their order.
// models.ErrBusy: the queue is full, nothing was stored. When ctx ends first its
// error is returned, and the events may be stored nevertheless; the events must
// not be changed after the call.
func (s *Store) Keep(ctx context.Context, app string, events []models.Judged) ([]models.Kept, error) {
	d, err := s.deliver(app, events)
	if err != nil {
		return nil, err
	}
	op := &operation{keep: d, done: make(chan struct{})}
	if err := s.writer.offer(op); err != nil {
		return nil, err
	}
	if err := s.writer.wait(ctx, op); err != nil {
		return nil, err
	}
	kept := make([]models.Kept, len(d.events))
	for i, e := range d.events {
		kept[i] = e.kept
	}
	return kept, nil
}

// deliver checks events and seals their contents.
func (s *Store) deliver(app string, events []models.Judged) (*delivery, error) {
	made := make([]event, len(events))
	d := &delivery{events: make([]*event, len(events))}
	for i := range events {
		made[i] = event{app: app, in: &events[i]}
		d.events[i] = &made[i]
		if err := s.check(&made[i]); err != nil {
			return nil, fmt.Errorf("event %d: %w", i, err)
		}
	}
	return d, nil
}

func (s *Store) check(e *event) error {
	in := &e.in.Event
	if in.Conversation.Ref == "" && in.Kind != models.EventStanding {
		return fmt.Errorf("%s without a conversation: %w", in.Kind, models.ErrInvalid)
	}
	if in.Kind != models.EventPosted && in.Kind != models.EventEdited {
		return nil
	}
	if in.Message == nil || in.Message.Ref == "" {
		return fmt.Errorf("%s without a message: %w", in.Kind, models.ErrInvalid)
	}
	s.prepare(e)
	return nil
}

// prepare makes the id, the digest and the sealed content of an event's message.
func (s *Store) prepare(e *event) {
	m := e.in.Event.Message
	e.id = s.msgIDs.At(s.received(m))
	e.encoded = encodeElements(m.Elements)
	e.digest = s.contentDigest(m.Sender, m.Elements)
	e.sealed = s.keys.Seal(e.encoded, "messages", "content", e.id)
}

func (s *Store) received(m *models.Message) time.Time {
	if m.ReceivedAt.IsZero() {
		return s.now()
	}
	return m.ReceivedAt
}

// keep stores the events of all deliveries of a transaction: first what was
// posted, in few statements, then the rest one by one, and in the end what was
// removed, in few statements again. It returns the messages that are gone now; what
// follows from that is left to the caller. The order among events is free, since
// deliveries of one moment come in any order anyway.
func (u *unit) keep(deliveries []*delivery) ([]removal, error) {
	var posted, removed, rest []*event
	recalls := false
	for _, d := range deliveries {
		for _, e := range d.events {
			e.kept, e.twin, e.row, e.breaker, e.hold = models.Kept{}, nil, stored{}, "", "" // of an attempt before
			recalls = recalls || e.recalls()
			switch e.in.Event.Kind {
			case models.EventPosted:
				posted = append(posted, e)
			case models.EventRemoved:
				removed = append(removed, e)
			default:
				rest = append(rest, e)
			}
		}
	}
	if recalls { // first of all, so that two nodes never wait for each other in a ring
		if _, err := u.tallied(); err != nil {
			return nil, err
		}
	}
	if err := u.hear(); err != nil {
		return nil, err
	}
	if err := u.post(posted); err != nil {
		return nil, err
	}
	for _, e := range rest {
		if err := u.apply(e); err != nil {
			return nil, fmt.Errorf("keep %s: %w", e.in.Event.Kind, err)
		}
	}
	return u.remove(removed)
}

// recalls reports whether a rule wants messages taken back for an event.
func (e *event) recalls() bool {
	return e.in.Decision.Verdict == models.VerdictRecall || e.in.Split.Verdict == models.VerdictRecall
}

// apply stores one event that is no new message.
func (u *unit) apply(e *event) error {
	switch e.in.Event.Kind {
	case models.EventStanding:
		e.kept.Result = models.KeptUpdate // roles are asked of the platform, never stored
		return nil
	case models.EventPosted, models.EventEdited, models.EventRemoved, models.EventRead,
		models.EventGap, models.EventDissolved:
	}
	if err := u.locate(e); err != nil {
		return err
	}
	switch e.in.Event.Kind {
	case models.EventEdited:
		return u.edited(e)
	case models.EventRead:
		return u.read(e)
	case models.EventGap:
		return u.gap(e)
	case models.EventDissolved:
		return u.dissolved(e)
	case models.EventPosted, models.EventRemoved, models.EventStanding:
	}
	return fmt.Errorf("an event of kind %q: %w", e.in.Event.Kind, models.ErrInvalid)
}

func (u *unit) locate(e *event) (err error) {
	e.conv, err = u.conversation(e.app, &e.in.Event)
	if err != nil {
		return err
	}
	e.kept.Conversation = models.ConversationID(e.conv.id)
	return nil
}

// model returns the event's conversation as announced.
func (e *event) model() models.Conversation {
	return e.conv.model(placeOf(e.app, e.in.Event.Conversation))
}

// refKey names a message within a transaction.
type refKey struct{ conversation, ref string }

func (e *event) key() refKey { return refKey{e.conv.id, e.in.Event.Message.Ref} }

// post stores posted messages. What the insert leaves out is known already.
func (u *unit) post(events []*event) error {
	if len(events) == 0 {
		return nil
	}
	fresh := map[refKey]*event{}
	var order []*event
	for _, e := range events {
		if err := u.locate(e); err != nil {
			return err
		}
		if twin, ok := fresh[e.key()]; ok {
			e.twin = twin
			continue
		}
		fresh[e.key()] = e
		order = append(order, e)
	}
	n, err := u.addMessages(order)
	if err != nil {
		return err
	}
	if err := u.found(order, fresh, n == len(order)); err != nil {
		return err
	}
	return u.follow(events)
}

// addMessages stores the messages that are not known, and says how many those were.
func (u *unit) addMessages(events []*event) (int, error) {
	elsewhere, err := u.elsewhere(events)
	if err != nil {
		return 0, err
	}
	batch := rows{table: messagesTable, values: make([]any, 0, len(events)*len(messagesTable.columns))}
	for _, e := range events {
		if !elsewhere[e.key()] {
			u.addMessage(&batch, e, models.Visible)
		}
	}
	n, err := u.insert(&batch)
	return int(n), err
}

// addMessage adds the row of a new message.
func (u *unit) addMessage(r *rows, e *event, state models.MessageState) {
	m, d := e.in.Event.Message, &e.in.Decision
	r.add(e.id, e.conv.id, e.app, m.Ref, m.Sender, m.Operator,
		millis(m.SentAt), u.s.received(m).UnixMilli(), millis(m.EditedAt), int64(1),
		string(cmp.Or(m.State, state)), string(inspection(m)), e.sealed, e.digest,
		string(cmp.Or(d.Verdict, models.VerdictAllow)), d.Rule, int64(d.Policy), millis(m.Deadline),
		flag(m.Ephemeral), int64(0), "")
}

// inspection returns how the scan ended; a message that does not say is told by
// what was found in it, and by whether all of it could be read.
func inspection(m *models.Message) models.Inspection {
	if m.Inspection != "" {
		return m.Inspection
	}
	if len(m.Findings) > 0 {
		return models.Found
	}
	for _, e := range m.Elements {
		if e.Opaque {
			return models.Unreadable
		}
	}
	return models.Clean
}

// found learns which rows the table holds for the events: their own, or ones
// that were there before.
func (u *unit) found(order []*event, fresh map[refKey]*event, all bool) error {
	if all {
		for _, e := range order {
			e.row = stored{ID: e.id, Digest: e.digest}
		}
		return nil
	}
	for key, e := range fresh {
		var r messageRow
		err := first(u.tx.Select("id", "digest", "state", "revision", "edited_at", "erased_at").
			Where("conversation_id = ? AND ref = ?", key.conversation, key.ref), &r)
		if err != nil {
			return fmt.Errorf("look for message: %w", err)
		}
		e.row = stored{r.ID, r.Digest, r.State, r.Revision, r.EditedAt, r.ErasedAt}
	}
	return nil
}

// follow does what follows from each posted message.
func (u *unit) follow(events []*event) error {
	work := u.newWork()
	for _, e := range events {
		if e.twin != nil {
			e.row = e.twin.row
		}
		u.know(e)
		e.kept.Message = models.MessageID(e.row.ID)
		if err := u.settlePosted(work, e); err != nil {
			return err
		}
	}
	return work.flush(u)
}

func (u *unit) settlePosted(work *work, e *event) error {
	switch {
	case e.row.ID == e.id:
		e.kept.Result = models.KeptNew
		u.touched[e.conv.id] = struct{}{}
		u.sight(e)
		if err := u.missed(e); err != nil {
			return err
		}
		return u.judged(work, e, 1, true)
	case e.row.State == string(models.Tombstone):
		return u.fill(work, e)
	case bytes.Equal(e.row.Digest, e.digest), e.row.ErasedAt > 0: // what was erased does not come back
		e.kept.Result = models.KeptDuplicate
		return nil
	case e.row.EditedAt != 0 && e.in.Event.Message.EditedAt.IsZero():
		return u.original(work, e)
	}
	return u.conflict(e)
}
