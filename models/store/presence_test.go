package store

import (
	"database/sql"
	"errors"
	"testing"
	"time"

	"github.com/takeback-chat/takeback/models"
)

// openProcess opens a database as another process would.
func openProcess(t *testing.T, database, node string) *Store {
	t.Helper()
	s, err := Open(t.Context(), Options{Database: database, Keys: testKeys(t), Migrate: true, Node: node})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// appears has a process appear, and fails the test unless so many leases end with that.
func appears(t *testing.T, s *Store, want int64) {
	t.Helper()
	if n, err := s.Appear(t.Context()); n != want || err != nil {
		t.Errorf("%s appears: %d leases end, %v, want %d", s.opts.Node, n, err, want)
	}
}

// claims is what a process gets of the one conversation there is.
func claimsOf(t *testing.T, s *Store, c models.ConversationID) []models.RecallClaim {
	t.Helper()
	claims, err := s.ClaimRecalls(t.Context(), c, 10, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	return claims
}

// Who comes when nobody else lives takes up what a dead process had leased; while somebody
// lives the leases last.
func TestLeasesEndWithTheLastProcess(t *testing.T) {
	for name, fresh := range databases {
		t.Run(name, func(t *testing.T) {
			database := fresh(t)
			first := openProcess(t, database, "first")
			appears(t, first, 0)
			id := aRecall(t, first)
			r, err := first.Recall(t.Context(), models.Scope{All: true}, id)
			if err != nil {
				t.Fatal(err)
			}
			held := claimsOf(t, first, r.Conversation.ID)
			if len(held) != 1 {
				t.Fatalf("%d recalls are claimed, want 1", len(held))
			}
			second := openProcess(t, database, "second")
			appears(t, second, 0)
			if _, err := second.Appear(t.Context()); !errors.Is(err, models.ErrConflict) {
				t.Errorf("it appears again: %v", err)
			}
			_ = first.Close() // as far as others can tell that is its death
			third := openProcess(t, database, "third")
			appears(t, third, 0) // for the second lives
			if got := claimsOf(t, third, r.Conversation.ID); len(got) != 0 {
				t.Errorf("%d recalls are claimed under a lease that lasts", len(got))
			}
			_ = second.Close()
			_ = third.Close()
			fourth := openProcess(t, database, "fourth")
			appears(t, fourth, 1)
			again := claimsOf(t, fourth, r.Conversation.ID)
			if len(again) != 1 || again[0].Was != models.Sent || again[0].Fence <= held[0].Fence {
				t.Errorf("claimed again: %+v, want the one that was sent, under a later fence than %d", again, held[0].Fence)
			}
			if n, err := fourth.Settle(t.Context(), []models.Settlement{{Recall: id, Fence: held[0].Fence, State: models.Accepted}}); n != 0 || err != nil {
				t.Errorf("the dead settles %d recalls, %v", n, err)
			}
		})
	}
}

// A process whose connection broke lives on, and shows it again.
func TestAPresenceOutlastsItsConnection(t *testing.T) {
	database := databases["postgres"](t)
	first := openProcess(t, database, "first")
	appears(t, first, 0)
	aRecall(t, first)
	outside, err := sql.Open("pgx", database)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = outside.Close() }()
	const holders = "FROM pg_locks WHERE locktype = 'advisory' AND mode = 'ShareLock' AND granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
	var pid, other int
	if err := outside.QueryRow("SELECT pid " + holders).Scan(&pid); err != nil {
		t.Fatal(err)
	}
	if _, err := outside.Exec("SELECT pg_terminate_backend($1)", pid); err != nil {
		t.Fatal(err)
	}
	for end := time.Now().Add(20 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		if err := outside.QueryRow("SELECT pid "+holders+" AND pid <> $1", pid).Scan(&other); err == nil {
			break
		} else if time.Now().After(end) {
			t.Fatalf("nobody holds the lock again: %v", err)
		}
	}
	appears(t, openProcess(t, database, "second"), 0)
}

// Where it cannot be told who lives, leases run out as ever.
func TestWhoCannotAppearSaysSo(t *testing.T) {
	s := openProcess(t, freshSQLite(t), "one")
	file := s.db.presence.(*lockedFile)
	file.path += "/nowhere"
	if _, err := s.Appear(t.Context()); err == nil {
		t.Error("it appears, though its file cannot be made")
	}
}
