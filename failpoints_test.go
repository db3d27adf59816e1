package main

import (
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/takeback-chat/takeback/internal/testservers"
	"github.com/takeback-chat/takeback/platforms/tencent/tencentsim"
	"github.com/takeback-chat/takeback/server/oidc"
)

const (
	fewFaults = 6 // in every run of the tests, drawn from all
	metMost   = 6 // how often a place is met before it is believed to be always the same
)

var failActions = []string{"error", "panic", "exit", "stall"}

// Every commit and every call to others goes wrong, before and after it, in every way,
// while a message is taken back by policy and another by a moderator, and somebody tries to
// sign in at an identity provider. Afterwards what was
// answered is there, both recalls end as the platform says, and hooks are told.
func TestEveryCommitAndCallMayFail(t *testing.T) {
	t.Parallel()
	began, marks := time.Now(), marksOf(t)
	before := newTemplate(t)
	before.binary = buildWithFailpoints(t)
	places := before.places(t)
	for _, name := range marks {
		if !slices.Contains(places, name+"@1") {
			t.Errorf("the place %s is not met", name)
		}
	}
	var all []string
	for _, place := range places {
		for _, action := range failActions {
			name, n, _ := strings.Cut(place, "@")
			all = append(all, name+"="+action+"@"+n)
		}
	}
	seed, of := rand.Uint64(), len(all)
	if !proof() {
		random := rand.New(rand.NewPCG(seed, 0))
		random.Shuffle(of, func(i, j int) { all[i], all[j] = all[j], all[i] })
		all = all[:min(of, fewFaults)]
	}
	var failed, died atomic.Int32
	t.Run("at", func(t *testing.T) {
		for _, fault := range all {
			t.Run(fault, func(t *testing.T) {
				t.Parallel()
				r := newFailRun(t, before)
				if r.fails(t, fault) {
					died.Add(1)
				}
				failed.Add(1)
			})
		}
	})
	t.Logf("proof: %d of %d cases at %d marks, the process died in %d, seed %d, %.0f s",
		failed.Load(), of, len(marks), died.Load(), seed, time.Since(began).Seconds())
	if of < 100 || int(failed.Load()) != len(all) {
		t.Errorf("%d of %d cases prove nothing", failed.Load(), of)
	}
}

// buildWithFailpoints compiles the program with its failpoints alive.
func buildWithFailpoints(t *testing.T) string {
	t.Helper()
	binary := filepath.Join(t.TempDir(), "takeback-failpoints")
	tags := []string{"failpoints"}
	for flag := range strings.FieldsSeq(os.Getenv("GOFLAGS")) {
		if more, ok := strings.CutPrefix(flag, "-tags="); ok {
			tags = append(tags, more)
		}
	}
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-tags="+strings.Join(tags, ","), "-o", binary, ".").CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	return binary
}

// places are where the script meets marks when nothing fails, each with its number.
func (b template) places(t *testing.T) (places []string) {
	t.Helper()
	r, log := newFailRun(t, b), filepath.Join(t.TempDir(), "met")
	r.env = append(r.env, "FAILPOINTS_LOG="+log)
	r.script(t)
	if code := r.cmd.ProcessState.ExitCode(); code != exitOK {
		t.Fatalf("the service ended with %d by itself:\n%s", code, r.errOut.String())
	}
	text, err := os.ReadFile(log)
	if err != nil {
		t.Fatal(err)
	}
	met := map[string]int{}
	for name := range strings.FieldsSeq(string(text)) {
		if met[name]++; met[name] <= metMost {
			places = append(places, fmt.Sprintf("%s@%d", name, met[name]))
		}
	}
	return places
}

// failRun is one service in which something fails.
type failRun struct {
	*deathRun

	ended chan struct{}
	told  *heard
}

// refuser is the address of an identity provider that says where things are, and gives
// nobody a token.
func refuser(t *testing.T) string {
	t.Helper()
	mux := http.NewServeMux()
	provider := httptest.NewServer(mux)
	t.Cleanup(provider.Close)
	mux.HandleFunc("GET /.well-known/openid-configuration", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = fmt.Fprintf(w, `{"issuer": %[1]q, "authorization_endpoint": "%[1]s/authorize", "token_endpoint": "%[1]s/token", "jwks_uri": "%[1]s/keys"}`, provider.URL)
	})
	mux.HandleFunc("POST /token", func(w http.ResponseWriter, _ *http.Request) {
		http.Error(w, `{"error":"invalid_grant"}`, http.StatusBadRequest)
	})
	return provider.URL
}

// signsIn tries to sign in at the provider, and comes back with a code that it does not know.
func (r *failRun) signsIn(t *testing.T) {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	browser := &http.Client{Jar: jar, Timeout: 10 * time.Second, CheckRedirect: func(*http.Request, []*http.Request) error {
		return http.ErrUseLastResponse
	}}
	service := "http://" + r.conf.Listen
	resp, err := browser.Get(service + "/sign-in/oidc")
	if err != nil {
		return // it died of that, or hangs
	}
	_ = resp.Body.Close()
	at, err := resp.Location()
	if err != nil {
		return // it says that the provider does not answer
	}
	resp, err = browser.Get(service + oidc.CallbackPath + "?" + url.Values{"code": {"made up"}, "state": {at.Query().Get("state")}}.Encode())
	if err != nil {
		return
	}
	_ = resp.Body.Close()
	if resp.StatusCode == http.StatusSeeOther && resp.Header.Get("Location") == "/" {
		t.Error("somebody without a token is signed in")
	}
}

// heard is what a hook was told, event by event.
type heard struct {
	mu     sync.Mutex
	events []string
}

func (h *heard) ServeHTTP(_ http.ResponseWriter, r *http.Request) {
	event, _ := io.ReadAll(r.Body) // what was cut off is not what is waited for
	h.mu.Lock()
	defer h.mu.Unlock()
	h.events = append(h.events, string(event))
}

// of reports whether one event has all of some words.
func (h *heard) of(words ...string) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.ContainsFunc(h.events, func(event string) bool {
		return !slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(event, w) })
	})
}

func newFailRun(t *testing.T, b template) *failRun {
	t.Helper()
	r := &failRun{deathRun: newDeathRun(t, b), told: &heard{}}
	hook := httptest.NewServer(r.told)
	t.Cleanup(hook.Close)
	collector := newCollector(t)
	r.conf.Redis = []string{testservers.Redis(t)}
	// One place, and calls that take their time: the third card is rung for through the queue.
	r.sim.SetFaults(tencentsim.Faults{SlowAnswer: 1, SlowFor: 400 * time.Millisecond})
	r.more = fmt.Sprintf("workers: 1\ntracing: {endpoint: %q, sample: 1}\nhooks:\n  - id: crm\n    url: %q\n    secret_file: %s\n"+
		"public_url: http://%s\noidc: {issuer: %q, client_id: takeback, claim: groups, roles: [{value: security, role: moderator}]}\n",
		collector.URL, hook.URL, write(t, "hook", "whsec_"+strings.Repeat("a2tr", 11)), r.conf.Listen, refuser(t))
	r.writeConfig(t)
	return r
}

// fails runs the script with a fault, and checks what is left. It reports whether the
// process died of it.
func (r *failRun) fails(t *testing.T, fault string) bool {
	t.Helper()
	env := r.env
	r.env = append(slices.Clone(env), "FAILPOINTS="+fault)
	r.script(t)
	died := r.cmd.ProcessState.ExitCode() != exitOK
	r.env = env
	r.settle(t)
	_, called := r.compare(t)
	for key, n := range called {
		if n > 2 {
			t.Errorf("message %s was called for %d times", key, n)
		}
	}
	r.tells(t)
	return died
}

// tells waits until the hook was told how every recall ended.
func (r *failRun) tells(t *testing.T) {
	t.Helper()
	s := r.open(t)
	recalls := r.recalls(t, s)
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	r.start(t)
	defer r.kill(t)
	for _, recall := range recalls {
		within(t, patience, func() string {
			if !r.told.of(`"recall.`+string(recall.State)+`"`, string(recall.ID)) {
				return fmt.Sprintf("the hook was not told that recall %s is %s", recall.ID, recall.State)
			}
			return ""
		})
	}
}

// script lets the service live and people do what they do, whatever becomes of it.
func (r *failRun) script(t *testing.T) {
	t.Helper()
	r.moderated = map[string]bool{}
	r.launch(t)
	r.ended = make(chan struct{})
	go func() {
		_ = r.cmd.Wait()
		close(r.ended)
	}()
	r.until(func() bool { status, _ := r.ask(t, http.MethodGet, "/readyz", ""); return status == http.StatusOK })
	for n, text := range []string{card(), "the wrong window", "lunch at noon?", card()} {
		if _, err := r.sim.Post(t.Context(), tencentsim.Post{Group: fmt.Sprintf("g%d", n), From: "bob", Text: text}); err != nil {
			t.Fatal(err)
		}
	}
	if err := r.sim.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	r.signsIn(t)
	r.moderated["g1/1"] = false
	r.until(func() bool { return r.orders(t) })
	r.until(func() bool { return r.isTaken(t, "g0") && r.isTaken(t, "g3") && r.isTaken(t, "g1") })
	r.until(func() bool { return r.told.of(`"recall.confirmed"`) })
	_ = r.cmd.Process.Signal(syscall.SIGTERM)
	gone := time.AfterFunc(patience, func() { _ = r.cmd.Process.Kill() })
	defer gone.Stop()
	<-r.ended
}

// until tries until it is so, but not for long, and not beyond the death of the service:
// what was to happen then has to happen afterwards.
func (r *failRun) until(so func() bool) {
	for end := time.Now().Add(10 * time.Second); time.Now().Before(end) && !so(); {
		select {
		case <-r.ended:
			return
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// orders asks for a recall as a moderator does.
func (r *failRun) orders(t *testing.T) bool {
	t.Helper()
	status, _ := r.ask(t, http.MethodPost, "/api/v1/recalls", `{"app":"demo","conversation":"g1","refs":["1"],"reason":{"code":"wrong_recipient"}}`)
	r.moderated["g1/1"] = status == http.StatusAccepted
	return r.moderated["g1/1"]
}

// isTaken asks whether what was said first in a group is confirmed as taken back.
func (r *failRun) isTaken(t *testing.T, group string) bool {
	t.Helper()
	_, list := r.ask(t, http.MethodGet, "/api/v1/recalls?conversation="+group, "")
	return slices.ContainsFunc(items(list), func(i map[string]any) bool { return i["state"] == "confirmed" })
}
