package main

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/takeback-chat/takeback/internal/testservers"
)

// nextSchema is what a later version may do to the tables in which most happens.
const nextSchema = `-- +goose Up
ALTER TABLE messages ADD COLUMN next_words text NOT NULL DEFAULT '';
ALTER TABLE recalls ADD COLUMN next_number bigint NOT NULL DEFAULT 0;
ALTER TABLE conversations ADD COLUMN next_flag bigint NOT NULL DEFAULT 0;
ALTER TABLE decisions ADD COLUMN next_words text NOT NULL DEFAULT '';
ALTER TABLE postings ADD COLUMN next_words text NOT NULL DEFAULT '';
ALTER TABLE cases ADD COLUMN next_words text NOT NULL DEFAULT '';
CREATE TABLE next_things (id text NOT NULL, message_id text NOT NULL REFERENCES messages (id), PRIMARY KEY (id));
CREATE INDEX next_things_message ON next_things (message_id);
CREATE INDEX messages_next ON messages (next_words) WHERE next_words <> '';
`

// A node of the next version joins nodes of this one under load, and brings the schema
// forward while they work; then those of this version leave. Nothing that was answered is
// lost, nothing is called for twice, and a node of this version that comes too late is
// refused with a sentence.
func TestOldAndNewTogether(t *testing.T) {
	t.Parallel()
	k := newKillRun(t, build(t), databases["PostgreSQL"](t))
	k.conf.Redis = []string{testservers.Redis(t)}
	nodes := k.inFront(t)
	k.conf.Node, k.conf.Listen = "old", freeAddress(t)
	k.writeConfig(t)
	next := newChild(t, buildNext(t), k.conf)
	next.conf.Node = "new"
	next.writeConfig(t)

	ctx, stop := context.WithCancel(t.Context())
	var talk sync.WaitGroup
	talk.Go(func() { k.talk(ctx) })
	step := map[bool]time.Duration{false: time.Second, true: 10 * time.Second}[proof()]
	k.start(t)
	nodes.are(k.child)
	time.Sleep(step)
	next.start(t) // it migrates
	nodes.are(k.child, next)
	time.Sleep(2 * step)
	nodes.are(next)
	k.leave(t)
	time.Sleep(step)
	stop()
	talk.Wait()
	if err := k.sim.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	for node, c := range map[string]*child{"old": k.child, "new": next} {
		if n := nodes.taken(c); n < 20 {
			t.Errorf("the %s node took %d deliveries: too few to prove anything", node, n)
		}
		// The tables are locked while the schema changes: on a busy machine for longer than
		// one sweep waits. The next one finds the same.
		if n := c.logged("level=ERROR") - c.logged("level=ERROR", "context deadline exceeded"); n > 0 {
			t.Errorf("the %s node logged %d errors:\n%s", node, n, c.errOut.String())
		}
	}
	k.refused(t)
	acked, called := k.settledBy(t, next)
	for key, n := range called {
		if n > 2 { // an answer that was lost is asked for again
			t.Errorf("message %s was called for %d times", key, n)
		}
	}
	t.Logf("proof: %d answered, %d by the old and %d by the new node, %d called for", len(acked), nodes.taken(k.child), nodes.taken(next), len(called))
}

// settledBy waits until the new node has driven every recall to its end, and compares what
// the platform knows with what is in the API's database.
func (k *killRun) settledBy(t *testing.T, next *child) (acked, called map[string]int) {
	t.Helper()
	token := strings.TrimSpace((&killRun{child: next}).run(t, "token", "create", "--role", "operator"))
	api := &client{"http://" + next.conf.Listen}
	within(t, patience, func() string {
		for _, state := range []string{"queued", "held", "sent", "accepted", "unknown"} {
			if _, list := api.call(t, token, http.MethodGet, "/api/v1/recalls?state="+state, nil); len(items(list)) > 0 {
				return fmt.Sprintf("%d recalls are %s", len(items(list)), state)
			}
		}
		return ""
	})
	next.leave(t)
	k.forgetNext(t)
	return k.compare(t)
}

// forgetNext lets this version, of which the test is, open the database once more: what
// the next has added is in nobody's way.
func (k *killRun) forgetNext(t *testing.T) {
	t.Helper()
	db, err := sql.Open("pgx", k.conf.Database)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	done, err := db.ExecContext(t.Context(), "DELETE FROM goose_db_version WHERE version_id = 99999")
	if err != nil {
		t.Fatal(err)
	}
	if n, err := done.RowsAffected(); n != 1 || err != nil {
		t.Fatalf("%d versions are forgotten, %v", n, err)
	}
}

// refused lets the old version come too late.
func (k *killRun) refused(t *testing.T) {
	t.Helper()
	k.launch(t)
	if code := k.ends(t); code == exitOK || !strings.Contains(k.errOut.String(), "start a newer takeback") {
		t.Errorf("a node of the version before ends with %d and says %s", code, k.errOut.String())
	}
}

// leave ends a service in good order.
func (c *child) leave(t *testing.T) {
	t.Helper()
	if err := c.cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	if code := c.ends(t); code != exitOK {
		t.Errorf("the service ended with %d:\n%s", code, c.errOut.String())
	}
}

// balancer hands deliveries to nodes in turn.
type balancer struct {
	turn  atomic.Int64
	mu    sync.Mutex
	nodes []string
	by    map[string]int
}

// inFront puts a balancer where the platform posts to.
func (k *killRun) inFront(t *testing.T) *balancer {
	t.Helper()
	b := &balancer{by: map[string]int{}}
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", k.conf.Listen)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewUnstartedServer(&httputil.ReverseProxy{
		Rewrite:  func(r *httputil.ProxyRequest) { r.SetURL(b.next()) },
		ErrorLog: log.New(io.Discard, "", 0), // before the first node is there, and when one is gone
	})
	_ = server.Listener.Close()
	server.Listener = l
	server.Start()
	t.Cleanup(server.Close)
	return b
}

func (b *balancer) are(nodes ...*child) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.nodes = nil
	for _, c := range nodes {
		b.nodes = append(b.nodes, c.conf.Listen)
	}
}

func (b *balancer) next() *url.URL {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.nodes) == 0 {
		return &url.URL{Scheme: "http", Host: "127.0.0.1:1"} // nobody is there yet
	}
	node := b.nodes[int(b.turn.Add(1))%len(b.nodes)]
	b.by[node]++
	return &url.URL{Scheme: "http", Host: node}
}

func (b *balancer) taken(c *child) int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.by[c.conf.Listen]
}

// buildNext compiles the program with one migration more.
func buildNext(t *testing.T) string {
	t.Helper()
	dir, err := filepath.Abs("models/store/migrations/postgres")
	if err != nil {
		t.Fatal(err)
	}
	overlay, err := json.Marshal(map[string]any{"Replace": map[string]string{
		filepath.Join(dir, "99999_next.sql"): write(t, "99999_next.sql", nextSchema),
	}})
	if err != nil {
		t.Fatal(err)
	}
	binary := filepath.Join(t.TempDir(), "takeback-next")
	cmd := exec.CommandContext(t.Context(), "go", "build", "-overlay", write(t, "overlay.json", string(overlay)), "-o", binary, ".")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	return binary
}
