package main

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/takeback-chat/takeback/config"
	"github.com/takeback-chat/takeback/internal/testbrowser"
	"github.com/takeback-chat/takeback/platforms/tencent/tencentsim"
)

// listener is an endpoint of another system that fails at first.
type listener struct {
	mu     sync.Mutex
	key    []byte
	fails  int
	bodies map[string]string // by webhook-id
	wrongs []string
}

func (l *listener) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	l.mu.Lock()
	defer l.mu.Unlock()
	id, at := r.Header.Get("webhook-id"), r.Header.Get("webhook-timestamp")
	mac := hmac.New(sha256.New, l.key)
	_, _ = fmt.Fprintf(mac, "%s.%s.%s", id, at, body)
	if want := "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil)); r.Header.Get("webhook-signature") != want {
		l.wrongs = append(l.wrongs, "a signature that is not ours")
	}
	if l.fails > 0 {
		l.fails--
		w.WriteHeader(http.StatusBadGateway)
		return
	}
	l.bodies[id] = string(body)
}

func (l *listener) heard(event string) (n int, all string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	var heard strings.Builder
	for _, b := range l.bodies {
		heard.WriteString(b)
		n += strings.Count(b, `"type":"`+event+`"`)
	}
	return n, heard.String() + strings.Join(l.wrongs, "")
}

// Another system is told what became of a recall, signed, also when it failed at
// first, and of nothing that people wrote.
func TestOtherSystemsAreTold(t *testing.T) {
	onBoth(t, func(t *testing.T, database string) {
		t.Helper()
		l := &listener{key: []byte(strings.Repeat("k", 32)), fails: 1, bodies: map[string]string{}}
		server := httptest.NewServer(l)
		t.Cleanup(server.Close)
		w := newWorld(t, database, func(c *config.Config, _ *tencentsim.Options) {
			secret := "whsec_" + base64.StdEncoding.EncodeToString(l.key)
			c.Hooks = []config.Hook{{ID: "crm", URL: server.URL + "/in?token=abc", Secret: config.Secret(secret), Events: []string{"recall.*"}}}
		})
		w.group(t, "sales")
		token := w.operator(t)
		report := w.recallOf(t, token, w.post(t, "sales", "bob", card()).Seq)
		eventually(t, func() string {
			accepted, _ := l.heard("recall.accepted")
			confirmed, _ := l.heard("recall.confirmed")
			if accepted+confirmed < 1 || confirmed != 1 {
				return fmt.Sprintf("%d accepted, %d confirmed", accepted, confirmed)
			}
			return ""
		})
		_, all := l.heard("")
		if !strings.Contains(all, fmt.Sprint(report["id"])) || strings.Contains(all, "1111") || strings.Contains(all, "pay with") || strings.Contains(all, "not ours") {
			t.Errorf("it heard %s", all)
		}
		_, list := w.call(t, token, http.MethodGet, "/api/v1/hooks/deliveries?hook=crm", nil)
		_, hooks := w.call(t, token, http.MethodGet, "/api/v1/hooks", nil)
		if len(items(list)) == 0 || len(items(hooks)) != 1 || items(hooks)[0]["server"] != server.URL {
			t.Errorf("deliveries %v, hooks %v", list, hooks)
		}
		id, _ := items(list)[0]["id"].(string)
		eventually(t, func() string {
			if status, body := w.call(t, token, http.MethodPost, "/api/v1/hooks/deliveries/"+id+"/again", nil); status != http.StatusAccepted {
				return fmt.Sprintf("again: %d %v", status, body)
			}
			return ""
		})
		w.silent(t, "token=abc", "whsec_", "4111 1111", "41111111")
		w.auditHolds(t)
	})
}

// The page of hooks, in a real browser over the whole program: one endpoint took what it
// was told, another is there no more, and a person has it told again.
func TestTheHooksPageTellsWhoTookIt(t *testing.T) {
	l := &listener{key: []byte(strings.Repeat("k", 32)), bodies: map[string]string{}}
	good := httptest.NewServer(l)
	t.Cleanup(good.Close)
	gone := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusGone) }))
	t.Cleanup(gone.Close)
	w := newWorld(t, databases["SQLite"](t), func(c *config.Config, _ *tencentsim.Options) {
		secret := config.Secret("whsec_" + base64.StdEncoding.EncodeToString(l.key))
		c.Hooks = []config.Hook{
			{ID: "crm", URL: good.URL + "/in?token=abc", Secret: secret, Events: []string{"recall.confirmed"}},
			{ID: "old", URL: gone.URL + "/in", Secret: secret, Events: []string{"recall.confirmed"}},
		}
	})
	w.group(t, "sales")
	w.recallOf(t, w.operator(t), w.post(t, "sales", "bob", card()).Seq)
	eventually(t, func() string {
		if got := w.told(t, "crm") + w.told(t, "old"); got != "delivered failed " {
			return "the deliveries are " + got
		}
		return ""
	})

	b := testbrowser.New(t, w.URL(), 1440, 900)
	w.enters(t, b)
	b.Press("g")
	b.Leads("k")
	b.Sees("what was taken", `[...document.querySelectorAll("#rows tr")].some((r) => r.innerText.includes("crm") && r.innerText.includes("HTTP 200") && r.querySelector(".pill.green"))`)
	b.Sees("what was not", `[...document.querySelectorAll("#rows tr")].some((r) => r.innerText.includes("old") && r.innerText.includes("HTTP 410") && r.innerText.includes("there no more") && r.querySelector(".pill.red"))`)
	b.Shoot("hooks-told")
	if page := b.Eval(`document.body.innerText`); strings.Contains(page, "token=abc") || strings.Contains(page, "whsec_") {
		t.Error("the page shows a secret")
	}
	before, _ := l.heard("recall.confirmed")
	l.forget()
	b.Follow("#rows tr:has(.pill.green) form button")
	eventually(t, func() string {
		again, _ := l.heard("recall.confirmed")
		return unlike(again, before)
	})
	b.Quiet()
}

// forget makes a listener deaf to what it heard before.
func (l *listener) forget() {
	l.mu.Lock()
	defer l.mu.Unlock()
	clear(l.bodies)
}

// told is how the deliveries to an endpoint ended.
func (w *world) told(t *testing.T, hook string) string {
	t.Helper()
	_, list := w.call(t, w.operator(t), http.MethodGet, "/api/v1/hooks/deliveries?hook="+hook, nil)
	var states strings.Builder
	for _, d := range items(list) {
		_, _ = fmt.Fprint(&states, d["state"], " ")
	}
	return states.String()
}

// enters signs a browser in as an operator.
func (w *world) enters(t *testing.T, b *testbrowser.Browser) {
	t.Helper()
	b.GoTo("/sign-in?next=/")
	b.Type("input[name=token]", w.operator(t))
	b.Leads("\r")
	b.Sees("the start of a shift", `document.querySelector("#now")`)
}
