package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/takeback-chat/takeback/config"
	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/models/store/storetest"
	"github.com/takeback-chat/takeback/platforms/tencent/tencentsim"
	"github.com/takeback-chat/takeback/server/access"
)

// patience is how long a test waits for what ought to happen at once: long enough for a
// slow machine that does much else. Only what never happens costs it.
const patience = 2 * time.Minute

// databases are the two that everything must run on.
var databases = map[string]func(testing.TB) string{
	"SQLite":     storetest.SQLite,
	"PostgreSQL": storetest.Postgres,
}

// onBoth runs a test on both databases, beside others: most of them wait.
func onBoth(t *testing.T, test func(t *testing.T, database string)) {
	t.Helper()
	t.Parallel()
	for name, open := range databases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, open(t))
		})
	}
}

// card returns a text with a public test card number, put together here so that
// no scanner takes this file for a leak.
func card() string { return "please pay with 4111 1111 " + "1111 1111 exp 12/29" }

// client asks the API of a service.
type client struct{ url string }

// world is the whole program on free ports, and the simulated platform around it.
type world struct {
	*app
	sim  *tencentsim.Sim
	stop func() // returns when everything has ended
	log  locked
}

// testConfig is a configuration with one app whose platform answers at api.
func testConfig(tb testing.TB, database, api string) config.Config {
	tb.Helper()
	conf := demoCmd{Listen: "127.0.0.1:0"}.config(tb.TempDir(), api)
	conf.PublicURL, conf.Database = "", database
	conf.Caps = config.Caps{Rule: 100_000, Sender: 100_000, Conversation: 100_000, All: 100_000}
	return conf
}

// newWorld starts the program; change may alter the configuration and the simulator.
func newWorld(t *testing.T, database string, change func(*config.Config, *tencentsim.Options)) *world {
	t.Helper()
	return newWorldAt(t, database, slog.LevelInfo, change)
}

// newWorldAt is newWorld with a log of a level.
func newWorldAt(t *testing.T, database string, level slog.Level, change func(*config.Config, *tencentsim.Options)) *world {
	t.Helper()
	return newWorldOn(t, database, level, time.Now, change)
}

// newWorldOn is newWorldAt on a machine whose clock shows wall.
func newWorldOn(t *testing.T, database string, level slog.Level, wall func() time.Time, change func(*config.Config, *tencentsim.Options)) *world {
	t.Helper()
	front := &swap{}
	chat := httptest.NewServer(front)
	t.Cleanup(chat.Close)
	conf := testConfig(t, database, chat.URL)
	tc := conf.Apps[0].Tencent
	o := tencentsim.Options{SDKAppID: tc.SDKAppID, Key: tc.SecretKey.Reveal(), Admin: tc.Admin, BeforeSend: true}
	if change != nil {
		change(&conf, &o)
	}
	w := &world{}
	var err error
	if w.app, err = newAppAt(t.Context(), conf, slog.New(slog.NewJSONHandler(&w.log, &slog.HandlerOptions{Level: level})), wall); err != nil {
		t.Fatal(err)
	}
	o.WebhookURL = w.URL() + "/webhooks/" + conf.Apps[0].ID + "/" + conf.Apps[0].PathSecret.Reveal()
	o.WebhookToken = tc.WebhookToken.Reveal()
	if w.sim, err = tencentsim.New(o); err != nil {
		t.Fatal(err)
	}
	front.set(w.sim.Handler())
	w.start(t)
	t.Cleanup(w.sim.Close)
	return w
}

func (w *world) start(t *testing.T) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- w.Run(ctx) }()
	stopped := false
	w.stop = func() {
		if stopped {
			return
		}
		stopped = true
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("the service ended with: %v", err)
		}
	}
	t.Cleanup(w.stop)
}

// group makes a public group with an owner, an admin and two members.
func (w *world) group(t *testing.T, id string) {
	t.Helper()
	err := w.sim.CreateGroup(tencentsim.GroupSpec{
		ID: id, Name: "Sales", Type: tencentsim.Public, Owner: "olga",
		Members: map[string]tencentsim.Role{"adam": tencentsim.Admin, "mia": tencentsim.Member, "bob": tencentsim.Member},
	})
	if err != nil {
		t.Fatal(err)
	}
}

func (w *world) post(t *testing.T, group, from, text string) tencentsim.Sent {
	t.Helper()
	sent, err := w.sim.Post(t.Context(), tencentsim.Post{Group: group, From: from, Text: text})
	if err != nil {
		t.Fatal(err)
	}
	return sent
}

// token makes an API token.
func (w *world) token(t *testing.T, c models.Caller) string {
	t.Helper()
	plain, hash := access.NewTokenSecret()
	id := models.NewID()
	c.Actor = "token:" + id
	if err := w.store.CreateToken(t.Context(), models.Token{ID: id, Name: id, Hash: hash, Caller: c, CreatedAt: time.Now()}, "test"); err != nil {
		t.Fatal(err)
	}
	return plain
}

func (w *world) operator(t *testing.T) string {
	t.Helper()
	return w.token(t, models.Caller{Grant: models.GrantOperator})
}

func (w *world) call(t *testing.T, token, method, path string, body any) (int, map[string]any) {
	t.Helper()
	return (&client{w.URL()}).call(t, token, method, path, body)
}

// call asks the API and returns the status and the decoded body.
func (c *client) call(t *testing.T, token, method, path string, body any) (int, map[string]any) {
	t.Helper()
	var in io.Reader
	if body != nil {
		b, err := json.Marshal(body)
		if err != nil {
			t.Fatal(err)
		}
		in = bytes.NewReader(b)
	}
	req, err := http.NewRequestWithContext(t.Context(), method, c.url+path, in)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+token)
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	out := map[string]any{}
	if err := json.NewDecoder(resp.Body).Decode(&out); err != nil {
		t.Fatalf("%s %s: %d with a body that is not JSON: %v", method, path, resp.StatusCode, err)
	}
	return resp.StatusCode, out
}

// items returns the items of a list that the API answered.
func items(list map[string]any) []map[string]any {
	raw, _ := list["items"].([]any)
	var out []map[string]any
	for _, r := range raw {
		if m, ok := r.(map[string]any); ok {
			out = append(out, m)
		}
	}
	return out
}

// eventually waits until check returns "", and fails with its last word.
func eventually(t *testing.T, check func() string) {
	t.Helper()
	eventuallyIn(t, patience, check)
}

// eventuallyIn is eventually with a time of its own.
func eventuallyIn(t *testing.T, patience time.Duration, check func() string) {
	t.Helper()
	end := time.Now().Add(patience)
	for {
		why := check()
		if why == "" {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("after %s: %s", patience, why)
		}
		time.Sleep(10 * time.Millisecond)
	}
}

// recallOf waits until the recall of a message of the sales group is confirmed and returns it.
func (w *world) recallOf(t *testing.T, token string, seq uint32) map[string]any {
	t.Helper()
	const group, state = "sales", "confirmed"
	var found map[string]any
	eventually(t, func() string {
		_, list := w.call(t, token, http.MethodGet, "/api/v1/messages?conversation="+group+"&limit=500", nil)
		id := ""
		for _, m := range items(list) {
			if m["ref"] == itoa(seq) {
				id, _ = m["id"].(string)
			}
		}
		_, list = w.call(t, token, http.MethodGet, "/api/v1/recalls?conversation="+group+"&limit=500", nil)
		for _, r := range items(list) {
			message, _ := r["message"].(map[string]any)
			if message["id"] == id && id != "" {
				found = r
				if r["state"] == state {
					return ""
				}
				return fmt.Sprintf("the recall is %v, not %s", r["state"], state)
			}
		}
		return "there is no recall of message " + itoa(seq)
	})
	return found
}

// auditHolds fails the test unless every chain verifies.
func (w *world) auditHolds(t *testing.T) {
	t.Helper()
	report, err := w.store.VerifyAudit(t.Context())
	if err != nil || len(report.Broken) > 0 || report.Entries == 0 {
		t.Errorf("audit: %+v, %v", report, err)
	}
}

// swap is a handler that can be set later.
type swap struct{ handler http.Handler }

func (s *swap) set(h http.Handler) { s.handler = h }

func (s *swap) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.handler.ServeHTTP(w, r) }

// silent reports whether nothing that was logged holds any of the words.
func (w *world) silent(t *testing.T, words ...string) {
	t.Helper()
	for _, word := range words {
		if strings.Contains(w.log.String(), word) {
			t.Errorf("the log holds %q", word)
		}
	}
}

func itoa(n uint32) string { return strconv.FormatUint(uint64(n), 10) }

// now is the time of the service.
func (w *world) now() time.Time { return time.Now() }

func write(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}
