package main

import (
	"context"
	"encoding/base64"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/takeback-chat/takeback/config"
	"github.com/takeback-chat/takeback/internal/testservers"
	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/models/store/storetest"
	"github.com/takeback-chat/takeback/platforms/tencent/tencentsim"
)

// leakPolicy takes cards back with everything that may follow, and gives addresses
// to people.
const leakPolicy = `policy: leaks
notices: {sender: true, group: true, moderators: [olga], per_hour: 1000}
rules:
  - name: cards
    when: findings.exists(f, f.detector == "credit_card")
    verdict: recall
    mask_and_repost: true
    reason: {code: sensitive_information}
  - name: addresses
    when: findings.exists(f, f.detector == "email")
    verdict: review
    reason: {code: sensitive_information}
examples: []
`

// leaks is a world in which everything that leaves it is looked at.
type leaks struct {
	*world
	said     []words
	told     locked // by hooks, with their headers
	redis    locked // every command to Redis
	cache    *testservers.Server
	traces   *collector
	answers  locked // what was refused, and how
	operator string
	forged   uint32 // how many messages were forged
}

func (l *leaks) secret(where string) string { return l.says(secret(where)) }

func (l *leaks) note(where string) string { return l.says(note(where)) }

// why makes a note that a moderator gives as a reason.
func (l *leaks) why(where string) string {
	w := note(where)
	w.why = true
	return l.says(w)
}

func (l *leaks) says(w words) string {
	l.said = append(l.said, w)
	return w.text
}

func newLeaks(t *testing.T, database string) *leaks {
	t.Helper()
	l := &leaks{traces: newCollector(t), cache: testservers.RedisServer(t, "--appendonly", "yes", "--rdbcompression", "no")}
	hook := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_ = r.Write(&l.told)
	}))
	t.Cleanup(hook.Close)
	l.listen(t, l.cache.URL())
	l.world = newWorldAt(t, database, slog.LevelDebug, func(c *config.Config, _ *tencentsim.Options) {
		key := "whsec_" + base64.StdEncoding.EncodeToString([]byte(strings.Repeat("k", 32)))
		c.Hooks = []config.Hook{{ID: "crm", URL: hook.URL, Secret: config.Secret(key)}}
		c.Policy, c.Redis = write(t, "policy.yaml", leakPolicy), []string{l.cache.URL()}
		c.Apps[0].Sender.Window = time.Hour
		c.Tracing = config.Tracing{Endpoint: l.traces.URL, Sample: 1}
	})
	l.group(t, "sales")
	l.operator = l.world.operator(t)
	l.said = append(l.said, words{where: "a token", text: l.operator, parts: []string{l.operator}})
	return l
}

// listen keeps every command that Redis gets.
func (l *leaks) listen(t *testing.T, address string) {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	conn, err := net.Dial("tcp", u.Host)
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	t.Cleanup(func() { _ = conn.Close(); <-ended })
	if _, err := conn.Write([]byte("MONITOR\r\n")); err != nil {
		t.Fatal(err)
	}
	go func() {
		defer close(ended)
		_, _ = io.Copy(&l.redis, conn) // until it is closed
	}()
}

// raw makes a call as a program would that gets it wrong, and keeps the answer.
func (l *leaks) raw(t *testing.T, method, path, kind, body string, header ...string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, l.URL()+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+l.operator)
	req.Header.Set("Content-Type", kind)
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode < 400 {
		t.Errorf("%s of something wrong was answered %d", method, resp.StatusCode)
	}
	if err := resp.Write(&l.answers); err != nil {
		t.Fatal(err)
	}
}

// want makes a call that has to go well.
func (l *leaks) want(t *testing.T, status int, method, path string, body any) map[string]any {
	t.Helper()
	got, out := l.call(t, l.operator, method, path, body)
	if got != status {
		t.Fatalf("%s %s: %d %v, want %d", method, path, got, out, status)
	}
	return out
}

// Whatever people say comes into the database sealed, and nowhere else.
func TestNothingLeaks(t *testing.T) {
	t.Parallel()
	t.Run("SQLite", func(t *testing.T) {
		t.Parallel()
		nothingLeaks(t, storetest.SQLite(t), nil)
	})
	t.Run("PostgreSQL", func(t *testing.T) {
		t.Parallel()
		// All that a statement brings is in this server's log.
		server := testservers.PostgresServer(t, "log_statement=all", "log_parameter_max_length=-1", "log_parameter_max_length_on_error=-1")
		nothingLeaks(t, server.URL(), server)
	})
}

// leakRounds is how often everything is said; each round brings more than fifty secrets.
// More rounds than twenty the sender of a message may not take part in within an hour.
var leakRounds = map[bool]int{false: 1, true: 20}

func nothingLeaks(t *testing.T, database string, server *testservers.Server) {
	t.Helper()
	l := newLeaks(t, database)
	if err := l.sim.Join("olga", "sales", "mallory"); err != nil {
		t.Fatal(err)
	}
	for range leakRounds[proof()] {
		l.messages(t)
		l.mistakes(t)
		l.people(t)
		l.sweeps(t)
		l.sender(t)
	}
	l.settle(t)
	places := l.places(t)
	shown := l.onlookers(t)
	backup := l.backup(t)
	l.stop()
	places["the log"], places["a trace"] = l.log.String(), l.traced(t) // with what is said at the end
	places["a backup"] = backup
	l.files(t, server, places)
	l.nowhere(t, places)
	l.notShown(t, shown)
}

// nowhere searches places for all that was said.
func (l *leaks) nowhere(t *testing.T, places map[string]string) {
	t.Helper()
	all, bytes := newFinder(l.said...), 0
	for where, in := range places {
		bytes += len(in)
		f := all
		if where == "an answer" { // whoever asked is told which of what they named is meant
			f = newFinder(slices.DeleteFunc(slices.Clone(l.said), func(w words) bool { return w.where == "an id" || w.where == "a name" })...)
		}
		for _, found := range f.in([]byte(in), where) {
			t.Error(found)
		}
	}
	t.Logf("%d secrets, %d places, %d bytes", len(l.said), len(places), bytes)
}

// seq is a number that no message of the simulator's has.
func (l *leaks) seq() uint32 {
	l.forged++
	return 9000 + l.forged
}

// gone waits until a message of the group is taken back.
func (l *leaks) gone(t *testing.T, seq uint32) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if _, err := l.sim.AwaitRecall(ctx, "sales", "", seq); err != nil {
		t.Fatal(err)
	}
}

// messages lets messages come in by every way.
func (l *leaks) messages(t *testing.T) {
	t.Helper()
	for range 8 {
		l.post(t, "sales", "bob", l.note("small talk"))
	}
	posted := l.post(t, "sales", "bob", l.secret("a message"))
	l.recallOf(t, l.operator, posted.Seq)
	edited := l.post(t, "sales", "bob", l.note("a message that is edited"))
	l.kept(t, l.operator, edited.Seq, 1)
	l.edit(t, edited.Seq, l.secret("an edit"))
	l.gone(t, edited.Seq)
	chat, err := l.sim.PostC2C(t.Context(), "bob", "mia", l.secret("a chat of two"))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if _, err := l.sim.AwaitRecallC2C(ctx, "bob", "mia", chat.Key); err != nil {
		t.Fatal(err)
	}
	custom := tencentsim.Elem("TIMCustomElem", map[string]any{"Data": l.note("custom data"), "Desc": l.note("its description"), "Ext": "", "Sound": ""})
	if _, err := l.sim.Post(t.Context(), tencentsim.Post{Group: "sales", From: "bob", Body: []tencentsim.Element{custom}, Cloud: l.note("data beside the body")}); err != nil {
		t.Fatal(err)
	}
	odd := forgedPost("bob", l.seq(), "")
	odd["MsgBody"] = []any{map[string]any{"MsgType": "TIMTextElem", "MsgContent": map[string]any{"Text": map[string]any{"odd": l.note("what cannot be read")}}}}
	l.forge(t, "Group.CallbackAfterSendMsg", odd)
	whole := forgedPost("bob", l.seq(), l.note("a delivery that is set aside"))
	whole["MsgSeq"] = map[string]any{"no": "number"}
	l.forge(t, "Group.CallbackAfterSendMsg", whole)
	l.forge(t, "Group.CallbackAfterSendMsg", forgedPost("bob", posted.Seq, l.secret("another content under the same name")))
	l.sim.SetFaults(tencentsim.Faults{BrokenJSON: 1, Only: recallCommand})
	broken := l.post(t, "sales", "bob", l.secret("a message whose recall goes wrong"))
	time.Sleep(time.Second)
	l.sim.SetFaults(tencentsim.Faults{})
	l.recallOf(t, l.operator, broken.Seq)
}

// mistakes puts secrets where they do not belong.
func (l *leaks) mistakes(t *testing.T) {
	t.Helper()
	const kind = "application/json"
	for where, body := range map[string]string{
		"an id": `{"messages":[%q],"reason":{"code":"abuse"}}`, "a reason": `{"messages":[],"reason":{"code":%q}}`,
		"a name": `{%q:1}`, "half a body": `{"messages":[%q`, "a twin": `{"app":%[1]q,"app":%[1]q}`, "another type": `{"reason":%q}`,
	} {
		l.raw(t, http.MethodPost, "/api/v1/recalls", kind, fmt.Sprintf(body, l.note(where)))
	}
	l.raw(t, http.MethodPost, "/api/v1/rules/test", kind, fmt.Sprintf(`{"text":"x","policy":%q}`, l.note("a policy that is none")))
	l.raw(t, http.MethodGet, "/api/v1/messages/"+url.PathEscape(l.note("a path")), kind, "")
	l.raw(t, http.MethodGet, "/api/v1/messages?state="+url.QueryEscape(l.note("a query")), kind, "")
	l.raw(t, http.MethodGet, "/api/v1/messages", kind, "", "Authorization", "Bearer "+l.note("a wrong token"))
	l.raw(t, http.MethodGet, "/own/"+url.PathEscape(l.note("a wrong link")), kind, "")
	l.raw(t, http.MethodPost, "/webhooks/"+demoApp+"/"+url.PathEscape(l.note("a wrong path")), kind, l.note("a stranger's webhook"))
	l.raw(t, http.MethodPost, "/sign-in", "application/x-www-form-urlencoded", url.Values{"name": {"eve"}, "password": {l.note("a wrong password")}}.Encode())
	l.want(t, http.StatusOK, http.MethodPost, "/api/v1/scan", map[string]any{"text": l.secret("a scan")})
}

// people lets operators say what they may say.
func (l *leaks) people(t *testing.T) {
	t.Helper()
	why := func(where string) map[string]any { return map[string]any{"code": "other", "note": l.why(where)} }
	sent := l.post(t, "sales", "mia", l.note("a message that is replaced"))
	id := l.messageID(t, l.operator, "sales", itoa(sent.Seq))
	l.want(t, http.StatusOK, http.MethodPost, "/api/v1/messages/"+id+"/reveal", map[string]any{"purpose": l.why("a purpose")})
	made := l.want(t, http.StatusAccepted, http.MethodPost, "/api/v1/recalls", map[string]any{
		"messages": []string{id}, "reason": why("a recall"), "replacement": map[string]any{"text": l.note("a replacement")},
	})
	l.gone(t, sent.Seq)
	recall, _ := items(made)[0]["id"].(string)
	eventually(t, func() string {
		if p := replacementIn(l.want(t, http.StatusOK, http.MethodGet, "/api/v1/recalls/"+recall, nil)); p["state"] != "posted" {
			return fmt.Sprintf("the replacement is %v", p)
		}
		return ""
	})
	l.want(t, http.StatusOK, http.MethodGet, "/api/v1/messages/"+id+"/copies", nil)
	l.post(t, "sales", "mia", l.note("a message for people")+" ann.smith"+"@example.org")
	var open []map[string]any
	eventually(t, func() string {
		if open = items(l.want(t, http.StatusOK, http.MethodGet, "/api/v1/cases?state=open", nil)); len(open) == 0 {
			return "there is no case"
		}
		return ""
	})
	l.want(t, http.StatusOK, http.MethodPost, fmt.Sprintf("/api/v1/cases/%v/decide", open[0]["id"]), map[string]any{"verdict": "allow", "reason": why("a decision")})
	l.want(t, http.StatusOK, http.MethodPost, "/api/v1/stop", map[string]any{"reason": l.why("a stop")})
	l.want(t, http.StatusOK, http.MethodPost, "/api/v1/start", map[string]any{"reason": l.why("a start")})
}

// sweeps takes what mallory said back, and ends a sweep.
func (l *leaks) sweeps(t *testing.T) {
	t.Helper()
	said := l.note("a message that is swept")
	l.post(t, "sales", "mallory", said+", every one of you")
	last := l.post(t, "sales", "mallory", said+", all of you")
	id := l.messageID(t, l.operator, "sales", itoa(last.Seq))
	for _, kind := range []string{"content", "sender"} {
		order := map[string]any{"kind": kind, "app": demoApp, "reason": map[string]any{"code": "other", "note": l.why("a sweep of a " + kind)}}
		if order["sender"] = "mallory"; kind == "content" {
			delete(order, "sender")
			order["message"] = id
		}
		sweep, _ := l.order(t, l.operator, order)
		if kind == "sender" {
			l.want(t, http.StatusOK, http.MethodPost, "/api/v1/sweeps/"+sweep+"/cancel", map[string]any{"reason": l.why("the end of a sweep")})
			continue
		}
		l.want(t, http.StatusOK, http.MethodPost, "/api/v1/sweeps/"+sweep+"/run", nil)
		l.sweepIsDone(t, l.operator, sweep)
	}
}

// sender takes a message back through the page of its link.
func (l *leaks) sender(t *testing.T) {
	t.Helper()
	sent := l.post(t, "sales", "bob", l.note("a message that its sender takes back"))
	id := l.messageID(t, l.operator, "sales", itoa(sent.Seq))
	link, _ := l.want(t, http.StatusCreated, http.MethodPost, "/api/v1/messages/"+id+"/sender-link", nil)["url"].(string)
	ticket := strings.TrimPrefix(link, l.URL()+"/own/")
	l.said = append(l.said, words{where: "a link", text: ticket, parts: []string{ticket}})
	user := l.user(t, l.operator, "bob")
	l.said = append(l.said, words{where: "a user token", text: user, parts: []string{user}})
	for _, form := range []url.Values{{"reason": {l.note("a reason that is none")}}, {"reason": {"wrong_recipient"}, "note": {l.why("a sender's note")}}} {
		resp, err := http.PostForm(link, form)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
	}
	l.gone(t, sent.Seq)
}

// settle waits until everything that follows has followed.
func (l *leaks) settle(t *testing.T) {
	t.Helper()
	within(t, patience, func() string {
		if told := l.told.String(); !strings.Contains(told, "case.opened") || !strings.Contains(told, "recall.confirmed") {
			return "the hook was not told"
		}
		for _, state := range []models.PostingState{models.PostingOrdered, models.PostingQueued, models.PostingSent} {
			if n, all, err := l.postings(t, string(state)); n > 0 || all == 0 || err != nil {
				return fmt.Sprintf("%d of %d postings are %s, %v", n, all, state, err)
			}
		}
		return ""
	})
}
