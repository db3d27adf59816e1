package jobs

import (
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/takeback-chat/takeback/internal/testservers"
	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/models/store"
	"github.com/takeback-chat/takeback/models/store/seal"
	"github.com/takeback-chat/takeback/models/store/storetest"
	"github.com/takeback-chat/takeback/platforms"
)

// opened opens stores on one database, one for each node, and tells what changed
// to the last argument.
func opened(t *testing.T, database string, nodes int, changed func(models.Change)) []*store.Store {
	t.Helper()
	keys, err := seal.Create(filepath.Join(t.TempDir(), "keys"))
	if err != nil {
		t.Fatal(err)
	}
	var all []*store.Store
	for n := range nodes {
		s, err := store.Open(t.Context(), store.Options{
			Database: database, Keys: keys, Node: "node" + strconv.Itoa(n), Migrate: true, Announce: changed,
		})
		if err != nil {
			t.Fatalf("open the store of node %d: %v", n, err)
		}
		t.Cleanup(func() {
			if err := s.Close(); err != nil {
				t.Errorf("Close: %v", err)
			}
		})
		all = append(all, s)
	}
	return all
}

// posted is a message with a card number that the policy takes back.
func posted(conversation, ref int) models.Judged {
	now := time.Now()
	name := "group" + strconv.Itoa(conversation)
	return models.Judged{
		Event: models.Event{
			Kind: models.EventPosted, At: now,
			Conversation: models.Conversation{Kind: models.Group, Ref: name, Group: name},
			Message: &models.Message{
				Ref: name + "-" + strconv.Itoa(ref), Sender: "alice", SentAt: now, ReceivedAt: now,
				Inspection: models.Found, Deadline: now.Add(2 * time.Minute),
				Elements: []models.Element{{Kind: models.TextElement, Path: "text", Text: "4000 0000 0000 0002"}},
			},
		},
		Decision: models.Decision{
			Verdict: models.VerdictRecall, Actor: "policy", Policy: 1, Rule: "cards", Severity: models.High,
			Reason: models.Reason{Code: models.SensitiveInformation}, Text: "It held a card number.",
		},
	}
}

// flood keeps n messages in conversations of ten, and rings for each.
func flood(t *testing.T, s *store.Store, n int, ring func(models.ConversationID)) {
	t.Helper()
	for g := range n / 10 {
		var events []models.Judged
		for ref := range 10 {
			events = append(events, posted(g, ref))
		}
		kept, err := s.Keep(t.Context(), "main", events)
		if err != nil {
			t.Fatalf("Keep: %v", err)
		}
		for _, k := range kept {
			if !k.Ring {
				t.Fatal("a message that is to be taken back asks for no ring")
			}
			ring(k.Conversation)
		}
	}
}

// A thousand recalls on the real store, two nodes, and a Redis that dies in the
// middle: each leaves exactly once, and the audit chain holds.
func TestRealStore(t *testing.T) {
	databases := map[string]string{
		"sqlite":   storetest.SQLite(t),
		"postgres": storetest.Postgres(t),
	}
	for name, database := range databases {
		t.Run(name, func(t *testing.T) {
			const recalls = 1000
			server := testservers.RedisServer(t)
			c := newChat()
			c.fault = func(n int, _ platforms.Order) ([]platforms.Outcome, bool, error) {
				if n == 20 {
					server.Kill()
				}
				return nil, false, nil
			}
			moved := make(chan struct{}, 1)
			stores := opened(t, database, 2, func(models.Change) {
				select {
				case moved <- struct{}{}:
				default:
				}
			})
			var ring func(models.ConversationID)
			for _, s := range stores {
				j := node(t, Options{
					Store: s, Redis: Redis{URL: server.URL()}, Rates: map[string]int{"main": 1000},
					Adapters: map[string]platforms.Adapter{"main": c},
				})
				ring = j.Ring
			}
			flood(t, stores[0], recalls, ring)
			emptied(t, stores[1], moved)
			if _, gone := c.count(); gone != recalls {
				t.Errorf("%d messages are gone, want %d", gone, recalls)
			}
			if twice := c.twice(); len(twice) > 0 {
				t.Errorf("%d messages were called for twice", len(twice))
			}
			report, err := stores[0].VerifyAudit(t.Context())
			if err != nil || len(report.Broken) > 0 {
				t.Errorf("audit: %v, %v", report.Broken, err)
			}
		})
	}
}

// emptied waits until every recall has left, counting again after each change.
func emptied(t *testing.T, s *store.Store, moved <-chan struct{}) {
	t.Helper()
	late := time.After(2 * time.Minute)
	for {
		b, err := s.Backlog(t.Context())
		if err != nil {
			t.Fatalf("Backlog: %v", err)
		}
		if b[models.Queued]+b[models.Sent]+b[models.Unknown] == 0 {
			return
		}
		select {
		case <-moved:
		case <-late:
			t.Fatalf("not all recalls left: %v", b)
		}
	}
}
