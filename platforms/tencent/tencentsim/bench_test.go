package tencentsim_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/takeback-chat/takeback/platforms/tencent/tencentsim"
)

const (
	appID = 1400000000
	admin = "administrator"
	token = "xxxx" + "yyyy"
)

// demoKey is the vendor's published demo key.
var demoKey = "5bd2850fff3ecb11d7c805251c51ee46" + "3a25727bddc2385f3fa8bfee1bb93b5e"

// bench is a simulator with somebody who calls it and somebody whom it calls.
type bench struct {
	t        *testing.T
	sim      *tencentsim.Sim
	api      string
	receiver *receiver
	journal  *lockedBuffer
}

func newBench(t *testing.T, set ...func(*tencentsim.Options)) *bench {
	t.Helper()
	b := &bench{t: t, receiver: &receiver{}, journal: &lockedBuffer{}}
	hook := httptest.NewServer(b.receiver)
	o := tencentsim.Options{
		SDKAppID: appID, Key: demoKey, Admin: admin, WebhookURL: hook.URL + "/in/path", WebhookToken: token, Journal: b.journal,
	}
	for _, f := range set {
		f(&o)
	}
	sim, err := tencentsim.New(o)
	if err != nil {
		t.Fatal(err)
	}
	b.sim = sim
	server := httptest.NewServer(sim.Handler())
	b.api = server.URL
	t.Cleanup(func() {
		sim.Close()
		server.Close()
		hook.Close()
	})
	return b
}

// team makes a group of each type, with ann as owner, bob as admin where there
// are admins, and cid and dan as members.
func (b *bench) team() *bench {
	b.t.Helper()
	for _, g := range []tencentsim.GroupSpec{
		{ID: "work", Type: "Work"},
		{ID: "public", Type: "Public"},
		{ID: "meeting", Type: "Meeting"},
		{ID: "live", Type: "Live"},
		{ID: "town", Type: "Community", Topics: []tencentsim.TopicSpec{{"a", "First"}, {"b", "Second"}}},
	} {
		g.Name, g.Owner = "The "+g.ID, "ann"
		g.Members = map[string]tencentsim.Role{"bob": tencentsim.Admin, "cid": "", "dan": ""}
		if g.ID == "work" || g.ID == "live" {
			g.Members["bob"] = tencentsim.Member
		}
		if err := b.sim.CreateGroup(g); err != nil {
			b.t.Fatal(err)
		}
	}
	return b
}

func (b *bench) post(group, from, text string) tencentsim.Sent {
	b.t.Helper()
	return b.postAll(tencentsim.Post{Group: group, From: from, Text: text})
}

func (b *bench) postAll(p tencentsim.Post) tencentsim.Sent {
	b.t.Helper()
	sent, err := b.sim.Post(b.t.Context(), p)
	if err != nil {
		b.t.Fatalf("post to %s as %s: %v", p.Group, p.From, err)
	}
	return sent
}

type object = map[string]any

// call calls the REST API as the administrator and returns the answer.
func (b *bench) call(api, body string) object {
	b.t.Helper()
	_, answer, err := b.exchange(b.query(), api, body)
	if err != nil {
		b.t.Fatalf("%s: %v", api, err)
	}
	return answer
}

func (b *bench) query() url.Values {
	return url.Values{
		"sdkappid": {strconv.Itoa(appID)}, "identifier": {admin}, "usersig": {b.sim.UserSig(admin, time.Hour)},
		"random": {"4294967295"}, "contenttype": {"json"},
	}
}

func (b *bench) exchange(q url.Values, api, body string) (int, object, error) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.t.Context(), 5*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, b.api+"/v4/"+api+"?"+q.Encode(), strings.NewReader(body))
	if err != nil {
		b.t.Fatal(err)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, nil, err
	}
	defer func() { _ = res.Body.Close() }()
	raw, err := io.ReadAll(res.Body)
	if err != nil {
		return res.StatusCode, nil, err
	}
	var answer object
	return res.StatusCode, answer, json.Unmarshal(raw, &answer)
}

func code(answer object) int {
	n, ok := answer["ErrorCode"].(float64)
	if !ok {
		return -1
	}
	return int(n)
}

// flush waits for all webhooks and returns those of one command.
func (b *bench) flush(command string) []hook {
	b.t.Helper()
	if err := b.sim.Flush(b.t.Context()); err != nil {
		b.t.Fatal(err)
	}
	return b.receiver.of(command)
}

func (b *bench) entries() []tencentsim.JournalEntry {
	b.t.Helper()
	var out []tencentsim.JournalEntry
	for line := range strings.Lines(b.journal.String()) {
		var e tencentsim.JournalEntry
		if err := json.Unmarshal([]byte(line), &e); err != nil {
			b.t.Fatalf("journal line %q: %v", line, err)
		}
		out = append(out, e)
	}
	return out
}

// hook is a webhook as it was received.
type hook struct {
	query url.Values
	raw   string // of the query
	body  object
	text  string
}

// receiver collects webhooks and answers them with what answer says, by default
// the platform's "handled".
type receiver struct {
	mu     sync.Mutex
	got    []hook
	answer func(h hook) (status int, body string)
}

func (r *receiver) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	raw, _ := io.ReadAll(req.Body)
	h := hook{query: req.URL.Query(), raw: req.URL.RawQuery, text: string(raw)}
	_ = json.Unmarshal(raw, &h.body)
	r.mu.Lock()
	r.got = append(r.got, h)
	answer := r.answer
	r.mu.Unlock()
	status, body := http.StatusOK, `{"ActionStatus":"OK","ErrorInfo":"","ErrorCode":0}`
	if answer != nil {
		status, body = answer(h)
	}
	w.WriteHeader(status)
	_, _ = io.WriteString(w, body)
}

func (r *receiver) of(command string) []hook {
	r.mu.Lock()
	defer r.mu.Unlock()
	var out []hook
	for _, h := range r.got {
		if command == "" || h.query.Get("CallbackCommand") == command {
			out = append(out, h)
		}
	}
	return out
}

func (r *receiver) say(answer func(h hook) (int, string)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.answer = answer
}

type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// clock is a clock that tests turn; it starts at 1700000000.
type clock struct{ past atomic.Int64 }

func newClock() *clock { return &clock{} }

func (c *clock) now() time.Time { return time.Unix(1700000000, 0).Add(time.Duration(c.past.Load())) }

func (c *clock) add(d time.Duration) { c.past.Add(int64(d)) }

func (c *clock) set(d time.Duration) { c.past.Store(int64(d)) }
