package main

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	_ "github.com/mattn/go-sqlite3"

	"github.com/takeback-chat/takeback/platforms/tencent/tencentsim"
)

const (
	fewDeaths  = 6   // in every run of the tests, spread over all
	manyDeaths = 500 // at least in a proof
)

// The service dies at one system call after another while a message is taken back by
// policy and another by a moderator, between its start and its end. Whenever it was,
// it starts again, what was answered is there, and both recalls end as the platform says.
func TestKilledAtEverySystemCall(t *testing.T) {
	t.Parallel()
	began := time.Now()
	before := newTemplate(t)
	all := before.calls(t)
	seed := rand.Uint64()
	points := points(all, rand.New(rand.NewPCG(seed, 0)))
	var killed, through atomic.Int32
	t.Run("at", func(t *testing.T) {
		for _, n := range points {
			t.Run(strconv.Itoa(n), func(t *testing.T) {
				t.Parallel()
				if newDeathRun(t, before).dies(t, n) {
					killed.Add(1)
				} else {
					through.Add(1)
				}
			})
		}
	})
	t.Logf("proof: %d cases of %d points, %d killed there and %d ran through, seed %d, %.0f s",
		killed.Load()+through.Load(), all, killed.Load(), through.Load(), seed, time.Since(began).Seconds())
	if least := map[bool]int32{false: fewDeaths / 2, true: manyDeaths}[proof()]; killed.Load() < least {
		t.Errorf("%d deaths are too few to prove anything, want %d", killed.Load(), least)
	}
}

// points are the numbers of all calls, or in every run of the tests a few at even distances.
func points(all int, random *rand.Rand) (some []int) {
	first, stride := 1, 1
	if !proof() {
		stride = max(1, all/fewDeaths)
		first += random.IntN(stride)
	}
	for n := first; n <= all; n += stride {
		some = append(some, n)
	}
	return some
}

// template is a service that was set up and has not run, from which each case begins.
type template struct{ binary, database, keys, token string }

func newTemplate(t *testing.T) template {
	t.Helper()
	k := newKillRun(t, build(t), databases["SQLite"](t))
	token := strings.TrimSpace(k.run(t, "token", "create", "--role", "operator"))
	return template{k.binary, strings.TrimPrefix(k.conf.Database, "sqlite:"), k.conf.Keys, token}
}

// calls runs the script to its end and counts the system calls.
func (b template) calls(t *testing.T) int {
	t.Helper()
	r := newDeathRun(t, b)
	if !r.script(t, 0) {
		t.Fatalf("the service died by itself: %v\n%s", r.tracer.status, r.errOut.String())
	}
	return r.tracer.calls
}

// deathRun is one service that dies within a script.
type deathRun struct {
	*killRun

	token  string
	tracer *tracer
}

func newDeathRun(t *testing.T, b template) *deathRun {
	t.Helper()
	r := &deathRun{killRun: newKillRun(t, b.binary, databases["SQLite"](t)), token: b.token}
	r.sim.SetFaults(tencentsim.Faults{})
	for from, to := range map[string]string{b.database: strings.TrimPrefix(r.conf.Database, "sqlite:"), b.keys: r.conf.Keys} {
		content, err := os.ReadFile(from)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(to, content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return r
}

// dies runs the script with death at the n-th call, and checks what is left. It reports
// whether the script came to that point.
func (r *deathRun) dies(t *testing.T, n int) bool {
	t.Helper()
	through := r.script(t, n)
	r.settle(t)
	_, called := r.compare(t)
	for key, n := range called {
		if n > 2 || through && n > 1 {
			t.Errorf("message %s was called for %d times", key, n)
		}
	}
	integrity(t, strings.TrimPrefix(r.conf.Database, "sqlite:"))
	return !through
}

// integrity lets SQLite look at every page of a database.
func integrity(t *testing.T, path string) {
	t.Helper()
	db, err := sql.Open("sqlite3", "file:"+path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var said string
	if err := db.QueryRowContext(t.Context(), "PRAGMA integrity_check").Scan(&said); err != nil || said != "ok" {
		t.Errorf("the database is damaged: %s, %v", said, err)
	}
}

// script lets the service live: it starts, takes a card back, takes back what a moderator
// asks for, and stops. It reports whether the service lived to the end.
func (r *deathRun) script(t *testing.T, die int) bool {
	t.Helper()
	r.tracer = r.traced(die)
	r.moderated = map[string]bool{}
	for _, step := range []func(*testing.T) bool{r.ready, r.posted, r.confirmed("g0/1"), r.confirmed("g3/1"), r.moderates, r.confirmed("g1/1")} {
		if !step(t) {
			<-r.tracer.ended
			return false
		}
	}
	_ = r.cmd.Process.Signal(syscall.SIGTERM)
	<-r.tracer.ended
	return r.tracer.status.Exited() && r.tracer.status.ExitStatus() == exitOK
}

// until asks again and again, and returns false if the service dies before it is so.
func (r *deathRun) until(t *testing.T, so func() bool) bool {
	t.Helper()
	for end := time.Now().Add(patience); !so(); {
		select {
		case <-r.tracer.ended:
			return false
		case <-time.After(10 * time.Millisecond):
		}
		if time.Now().After(end) {
			_ = r.cmd.Process.Kill()
			t.Fatalf("the service neither goes on nor dies\n%s", r.errOut.String())
		}
	}
	return true
}

func (r *deathRun) ready(t *testing.T) bool {
	t.Helper()
	return r.until(t, func() bool {
		status, _ := r.ask(t, http.MethodGet, "/readyz", "")
		return status == http.StatusOK
	})
}

// posted lets people say a few things, of which two are to be taken back.
func (r *deathRun) posted(t *testing.T) bool {
	t.Helper()
	said := []string{card(), "the wrong window", "lunch at noon?", card()}
	for n, text := range said {
		if _, err := r.sim.Post(t.Context(), tencentsim.Post{Group: fmt.Sprintf("g%d", n), From: "bob", Text: text}); err != nil {
			t.Fatal(err)
		}
	}
	if err := r.sim.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	acked, _ := r.lines.read(t)
	return len(acked) == len(said)
}

// confirmed waits until the API shows a recall of a message as confirmed.
func (r *deathRun) confirmed(key string) func(*testing.T) bool {
	group, ref, _ := strings.Cut(key, "/")
	return func(t *testing.T) bool {
		t.Helper()
		return r.until(t, func() bool {
			_, list := r.ask(t, http.MethodGet, "/api/v1/recalls?conversation="+group, "")
			for _, i := range items(list) {
				message, _ := i["message"].(map[string]any)
				if i["state"] == "confirmed" && message["ref"] == ref {
					return true
				}
			}
			return false
		})
	}
}

// moderates asks for a recall as a moderator does. Once that is answered it has to happen.
func (r *deathRun) moderates(t *testing.T) bool {
	t.Helper()
	r.moderated["g1/1"] = false
	status, body := r.ask(t, http.MethodPost, "/api/v1/recalls",
		`{"app":"demo","conversation":"g1","refs":["1"],"reason":{"code":"wrong_recipient"}}`)
	if status != 0 && status != http.StatusAccepted {
		_ = r.cmd.Process.Kill()
		t.Fatalf("a moderator's recall: %d %v", status, body)
	}
	r.moderated["g1/1"] = status == http.StatusAccepted
	return status == http.StatusAccepted
}

// ask asks the service, which may die meanwhile: then the status is 0.
func (r *deathRun) ask(t *testing.T, method, path, body string) (status int, answer map[string]any) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, method, "http://"+r.conf.Listen+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+r.token)
	req.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, nil
	}
	defer resp.Body.Close()
	if err := json.NewDecoder(resp.Body).Decode(&answer); err != nil && path != "/readyz" {
		return 0, nil
	}
	return resp.StatusCode, answer
}
