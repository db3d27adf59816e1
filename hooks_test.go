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
