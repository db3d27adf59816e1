package main

import (
	"context"
	"database/sql"
	"fmt"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/takeback-chat/takeback/internal/testservers"
)

// postgresFault is a way in which PostgreSQL fails, for a while.
type postgresFault func(*testing.T, *postgresRun)

var postgresFaults = map[string]postgresFault{
	"stopped at once, again and again": func(t *testing.T, r *postgresRun) {
		t.Helper()
		for range r.times {
			r.server.Kill()
			r.server.Restart()
			time.Sleep(200 * time.Millisecond)
		}
	},
	"backends killed": func(t *testing.T, r *postgresRun) {
		t.Helper()
		for range 5 * r.times {
			r.tell(t, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'")
			time.Sleep(50 * time.Millisecond)
		}
	},
	"a black hole": func(t *testing.T, r *postgresRun) {
		t.Helper()
		for range r.times {
			r.server.Freeze()
			time.Sleep(300 * time.Millisecond)
			r.server.Thaw()
			time.Sleep(200 * time.Millisecond)
		}
	},
	"read only": func(t *testing.T, r *postgresRun) {
		t.Helper()
		for _, only := range []string{"on", "off"} {
			r.tell(t, "ALTER SYSTEM SET default_transaction_read_only = "+only)
			r.tell(t, "SELECT pg_reload_conf()")
			time.Sleep(time.Duration(r.times) * 200 * time.Millisecond)
		}
	},
}

// postgresRun is the service under load on a PostgreSQL of its own that fails.
type postgresRun struct {
	*killRun

	server *testservers.Server
	times  int // how often it is hurt
}

// Whatever becomes of PostgreSQL, nothing is answered 200 that is not committed, and
// soon after all goes on by itself.
func TestPostgreSQLMayFailInAnyWay(t *testing.T) {
	for name, fault := range postgresFaults {
		if !proof() && !inEveryRun[name] {
			continue
		}
		t.Run(name, func(t *testing.T) {
			if !proof() {
				t.Parallel()
			}
			server := testservers.PostgresServer(t)
			r := &postgresRun{newKillRun(t, build(t), server.URL()), server, 4}
			r.rounds = 1
			if proof() {
				r.times = 50
			}
			r.start(t)
			back := r.fail(t, fault)
			r.killRun.kill(t)
			r.settle(t)
			r.check(t)
			t.Logf("proof: %s; it took webhooks again %s after", name, back)
			if proof() && back > 10*time.Second {
				t.Error("too slow: 10 s are promised")
			}
		})
	}
}

// fail hurts the database while people talk, and returns how long after it a webhook is
// taken again.
func (r *postgresRun) fail(t *testing.T, fault postgresFault) time.Duration {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	var talk sync.WaitGroup
	talk.Go(func() { r.talk(ctx) })
	time.Sleep(500 * time.Millisecond)
	fault(t, r)
	began := time.Now()
	eventuallyIn(t, patience, func() string {
		for _, e := range r.lines.entries(t) {
			if e.Command == "Group.CallbackAfterSendMsg" && e.Status == http.StatusOK && time.Unix(0, e.At).After(began) {
				return ""
			}
		}
		return "no webhook is taken\n" + r.errOut.String()
	})
	back := time.Since(began)
	eventuallyIn(t, patience, func() string {
		if acked, _ := r.lines.read(t); len(acked) < 150 {
			return fmt.Sprintf("%d webhooks were taken: too few to prove anything", len(acked))
		}
		return ""
	})
	stop()
	talk.Wait()
	return back
}

// tell gives PostgreSQL a statement.
func (r *postgresRun) tell(t *testing.T, statement string) {
	t.Helper()
	db, err := sql.Open("pgx", r.server.URL())
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.ExecContext(t.Context(), statement); err != nil {
		t.Fatal(fmt.Errorf("%s: %w", statement, err))
	}
}
