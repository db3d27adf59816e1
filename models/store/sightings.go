package store

import (
	"sync"
	"time"

	"github.com/takeback-chat/takeback/models"
)

// Which numbers of a conversation were seen is not read from the messages: the
// writer remembers the refs of what it kept until somebody asks for them. What a
// crash or a full memory forgets is found again when the hole that it leaves in
// the count is looked at.

// maxSighted is how many refs are remembered.
const maxSighted = 200_000

// sightings remembers what was kept. It is safe for concurrent use.
type sightings struct {
	mu    sync.Mutex // guards all below
	by    map[models.ConversationID]*models.Sighting
	count int
}

// sighted is one message that was kept.
type sighted struct {
	conversation models.Conversation
	ref          string
}

// add remembers messages that are committed.
func (s *sightings) add(all []sighted, at time.Time) {
	if len(all) == 0 {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.by == nil {
		s.by = map[models.ConversationID]*models.Sighting{}
	}
	for _, one := range all {
		known, ok := s.by[one.conversation.ID]
		if !ok && len(s.by) >= maxPlaces {
			continue
		}
		if !ok {
			known = &models.Sighting{Conversation: one.conversation}
			s.by[one.conversation.ID] = known
		}
		known.At = at
		if s.count < maxSighted {
			known.Refs = append(known.Refs, one.ref)
			s.count++
		}
	}
}

// Sightings hands over which messages were kept since it was asked last. What is
// handed over is forgotten here.
func (s *Store) Sightings() []models.Sighting {
	s.sightings.mu.Lock()
	defer s.sightings.mu.Unlock()
	all := make([]models.Sighting, 0, len(s.sightings.by))
	for _, one := range s.sightings.by {
		all = append(all, *one)
	}
	s.sightings.by, s.sightings.count = nil, 0
	return all
}

// sight notes that a message was kept which a webhook brought. What was read
// back from history is accounted for by whoever read it, and what was never
// stored by the platform has no place among the rest.
func (u *unit) sight(e *event) {
	if in := &e.in.Event; !in.Past && !in.Message.Ephemeral {
		u.sighted = append(u.sighted, sighted{e.model(), in.Message.Ref})
	}
}

// missed puts on record that a message was never delivered and only read back.
func (u *unit) missed(e *event) error {
	if !e.in.Event.Past {
		return nil
	}
	return u.record(models.AuditEntry{
		Actor: "history", Action: "message.backfilled", Subject: "message", Thing: e.row.ID,
		Details: map[string]string{"conversation": e.conv.id, "ref": e.in.Event.Message.Ref},
	})
}
