package main

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/platforms/tencent/tencentsim"
)

// run gives a command of the program beside the service.
func (k *killRun) run(t *testing.T, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), k.binary, append(args, "--config", k.file)...)
	cmd.Env = k.env
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("takeback %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return string(out)
}

// chatter posts a message every few milliseconds until the returned function is called.
func (k *killRun) chatter(t *testing.T) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for n := 0; ctx.Err() == nil; n++ {
			_, _ = k.sim.Post(ctx, tencentsim.Post{Group: fmt.Sprintf("g%d", n%10), From: "bob", Text: "lunch at noon?"})
			time.Sleep(5 * time.Millisecond)
		}
	}()
	return func() { cancel(); <-ended }
}

// calls counts the recall calls that reached the platform after a moment.
func (k *killRun) calls(t *testing.T, after time.Time) int {
	t.Helper()
	n := 0
	for _, e := range k.lines.entries(t) {
		if e.Command == "group_open_http_svc/group_msg_recall" && time.Unix(0, e.At).After(after) {
			n++
		}
	}
	return n
}

// quiet checks that a second after a moment nothing leaves any more, although
// people go on talking.
func (k *killRun) quiet(t *testing.T, since time.Time) {
	t.Helper()
	if k.calls(t, time.Time{}) == 0 {
		t.Fatal("nothing left before the stop: it proves nothing")
	}
	time.Sleep(3 * time.Second)
	if n := k.calls(t, since.Add(time.Second)); n != 0 {
		t.Errorf("%d calls left more than a second after the stop", n)
	}
}

// flows waits for calls after a moment.
func (k *killRun) flows(t *testing.T, since time.Time) {
	t.Helper()
	eventually(t, func() string {
		if k.calls(t, since) == 0 {
			return "nothing leaves"
		}
		return ""
	})
}

// newStopRun is a service that takes everything back, without a cap in the way.
func newStopRun(t *testing.T, database string) (k *killRun, file string) {
	t.Helper()
	k = newBadRun(t, build(t), database)
	file = filepath.Join(t.TempDir(), "takeback.stop")
	k.env = append(k.env, "TAKEBACK_CAPS__RULE=100000", "TAKEBACK_STOP_FILE="+file)
	return k, file
}

// Everything automatic stops within a second at a command, which writes to the
// database and asks nothing of the service; what people ask for goes on; and it
// goes on at another command.
func TestStopAtACommand(t *testing.T) {
	onBoth(t, func(t *testing.T, database string) {
		t.Helper()
		k, _ := newStopRun(t, database)
		k.start(t)
		defer k.kill(t)
		defer k.chatter(t)()
		k.flows(t, time.Time{})
		k.run(t, "stop", "--reason", "it runs wild")
		k.quiet(t, time.Now())
		if out := k.run(t, "breakers"); !strings.Contains(out, "every rule") || !strings.Contains(out, "it runs wild") {
			t.Errorf("takeback breakers says: %s", out)
		}
		token := strings.TrimSpace(k.run(t, "token", "create", "--role", "operator", "--name", "op"))
		api := &client{"http://" + k.conf.Listen}
		_, list := api.call(t, token, http.MethodGet, "/api/v1/cases?state=open&limit=1", nil)
		message := items(list)[0]["message"]
		stopped := time.Now()
		status, body := api.call(t, token, http.MethodPost, "/api/v1/recalls", map[string]any{
			"messages": []any{message}, "reason": map[string]any{"code": "abuse"},
		})
		if status != http.StatusAccepted {
			t.Fatalf("a person's recall: %d %v", status, body)
		}
		k.flows(t, stopped)
		k.run(t, "start", "--reason", "the old policy is back")
		k.flows(t, time.Now())
	})
}

// The stop file does the same, also where it is there before the start; it has
// to go before anything starts again.
func TestStopByAFile(t *testing.T) {
	k, file := newStopRun(t, databases["SQLite"](t))
	k.start(t)
	quiet := k.chatter(t)
	k.flows(t, time.Time{})
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	k.quiet(t, time.Now())
	cmd := exec.CommandContext(t.Context(), k.binary, "start", "--reason", "x", "--config", k.file)
	cmd.Env = k.env
	if out, err := cmd.CombinedOutput(); err == nil || !strings.Contains(string(out), "remove it first") {
		t.Errorf("start beside the file: %v\n%s", err, out)
	}
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
	time.Sleep(time.Second)
	k.quiet(t, time.Now().Add(-2*time.Second)) // that the file is gone is no reason
	k.run(t, "start", "--reason", "mended")
	k.flows(t, time.Now())
	quiet()
	k.kill(t)
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	before := time.Now()
	k.start(t)
	defer k.kill(t)
	defer k.chatter(t)()
	time.Sleep(3 * time.Second)
	if n := k.calls(t, before); n != 0 {
		t.Errorf("%d calls left a service that started beside the stop file", n)
	}
	s := k.open(t)
	defer s.Close()
	open, err := s.OpenBreakers(t.Context())
	if err != nil || len(open) != 1 || open[0].Kind != models.StopBreaker || open[0].TrippedBy != "stop-file" {
		t.Errorf("open breakers: %+v, %v", open, err)
	}
}
