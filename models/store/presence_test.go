package store

import (
	"context"
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

// claimsOf is what a process gets of the one conversation there is.
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

// outside is a connection past all stores.
func outside(t *testing.T, database string) *sql.Conn {
	t.Helper()
	db, err := sql.Open("pgx", database)
	if err != nil {
		t.Fatal(err)
	}
	conn, err := db.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _, _ = conn.Close(), db.Close() })
	return conn
}

// holder waits until some other backend than one holds the lock of who works, and returns it.
func holder(t *testing.T, conn *sql.Conn, but int) (pid int) {
	t.Helper()
	const who = `SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND mode = 'ShareLock' AND granted AND pid <> $1
		AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`
	for end := time.Now().Add(20 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		err := conn.QueryRowContext(t.Context(), who, but).Scan(&pid)
		switch {
		case err == nil:
			return pid
		case time.Now().After(end):
			t.Fatalf("nobody else holds the lock: %v", err)
		}
	}
}

// A process whose connection broke lives on, and shows it again.
func TestAPresenceOutlastsItsConnection(t *testing.T) {
	database := databases["postgres"](t)
	first := openProcess(t, database, "first")
	appears(t, first, 0)
	r, err := first.Recall(t.Context(), models.Scope{All: true}, aRecall(t, first))
	if err != nil || len(claimsOf(t, first, r.Conversation.ID)) != 1 {
		t.Fatalf("nothing is leased that could end: %v", err)
	}
	conn := outside(t, database)
	pid := holder(t, conn, 0)
	if _, err := conn.ExecContext(t.Context(), "SELECT pg_terminate_backend($1)", pid); err != nil {
		t.Fatal(err)
	}
	holder(t, conn, pid)
	appears(t, openProcess(t, database, "second"), 0)
	var held int
	const count = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND mode = 'ShareLock' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
	if err := conn.QueryRowContext(t.Context(), count).Scan(&held); held != 2 || err != nil {
		t.Errorf("two processes hold the lock by %d connections, %v", held, err)
	}
}

// A process that cannot show itself when it starts does so as soon as it can.
func TestAPresenceIsShownLater(t *testing.T) {
	database := databases["postgres"](t)
	first, conn := openProcess(t, database, "first"), outside(t, database)
	if _, err := conn.ExecContext(t.Context(), "SELECT pg_advisory_lock($1)", int64(workersLock)); err != nil {
		t.Fatal(err)
	}
	soon, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	if _, err := first.Appear(soon); err == nil {
		t.Error("it appears beside one that is alone")
	}
	if _, err := conn.ExecContext(t.Context(), "SELECT pg_advisory_unlock($1)", int64(workersLock)); err != nil {
		t.Fatal(err)
	}
	holder(t, conn, 0)
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
