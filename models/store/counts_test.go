package store

import (
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/takeback-chat/takeback/internal/testservers"
	"github.com/takeback-chat/takeback/models"
)

// However often and wherever the border is moved, the number of messages is the same.
func TestMovingTheBorderChangesNoCount(t *testing.T) {
	databases := map[string]func(testing.TB) string{
		"SQLite": func(tb testing.TB) string {
			tb.Helper()
			return "sqlite:" + filepath.Join(tb.TempDir(), "counts.db")
		},
		"PostgreSQL": testservers.Postgres,
	}
	for name, open := range databases {
		t.Run(name, func(t *testing.T) {
			now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
			s, err := Open(t.Context(), Options{Database: open(t), Keys: testKeys(t), Migrate: true, Now: func() time.Time { return now }})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = s.Close() })
			group := models.Conversation{Kind: models.Group, Ref: "g", Group: "g"}
			keep := func(e models.Event) {
				t.Helper()
				e.Conversation = group
				if e.Message != nil {
					e.Message.ReceivedAt = now
				}
				if _, err := s.Keep(t.Context(), "main", []models.Judged{{Event: e}}); err != nil {
					t.Fatal(err)
				}
				now = now.Add(time.Second)
			}
			wants := func(when string, want int64, last time.Time) {
				t.Helper()
				cs, _, err := s.Conversations(t.Context(), models.Scope{All: true}, models.ConversationFilter{})
				if err != nil || len(cs) != 1 || cs[0].Messages != want || !cs[0].LastMessageAt.Equal(last) {
					t.Errorf("%s: %+v, %v; want %d messages, the last at %s", when, cs, err, want, last)
				}
			}
			keep(models.Event{Kind: models.EventRemoved, Refs: []string{"0"}})
			for n := range 10 {
				keep(models.Event{Kind: models.EventPosted, Message: &models.Message{Ref: strconv.Itoa(n + 1), Sender: "a"}})
			}
			last := now.Add(-time.Second)
			wants("before", 10, last)
			for _, back := range []time.Duration{5 * time.Second, 5 * time.Second, 8 * time.Second, 0, -time.Minute} {
				border := models.FirstID(now.Add(-back))
				err := s.write(t.Context(), func(u *unit) error { return u.moveBorder([]string{u.s.idOf(group)}, border) })
				if err != nil {
					t.Fatal(err)
				}
				wants("after moving it to "+back.String()+" ago", 10, last)
			}
			keep(models.Event{Kind: models.EventPosted, Message: &models.Message{Ref: "0", Sender: "a"}})
			wants("after a tombstone below it was filled", 11, last)
			now = now.Add(time.Hour)
			keep(models.Event{Kind: models.EventPosted, Message: &models.Message{Ref: "99", Sender: "a"}})
			wants("after another", 12, now.Add(-time.Second))
			now = now.Add(time.Hour)
			s.writer.rollUp() // nothing else is under way
			if len(s.writer.counts) != 0 {
				t.Errorf("%d conversations still wait", len(s.writer.counts))
			}
			wants("after the writer moved it", 12, now.Add(-time.Hour-time.Second))
		})
	}
}

// idOf is the id of the one conversation of the test.
func (s *Store) idOf(c models.Conversation) string {
	return s.writer.places[placeOf("main", c)].id
}
