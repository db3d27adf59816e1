package webhooks_test

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/platforms"
	"github.com/takeback-chat/takeback/rules"
	"github.com/takeback-chat/takeback/webhooks"
	"github.com/takeback-chat/takeback/webhooks/strikes"
)

// deadly ends the process at one text, as no recover can prevent.
type deadly struct {
	judge
	adapter
}

func kill(text string) {
	if strings.Contains(text, "poison") {
		_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
		select {}
	}
}

func (d deadly) JudgeAfter(m *models.Message, r models.Role, before bool, past []rules.Past, next ...rules.Past) (own, split models.Decision) {
	kill(m.Elements[0].Text)
	return d.judge.JudgeAfter(m, r, before, past, next...)
}

func (d deadly) Decode(r platforms.Request) platforms.Delivery {
	if strings.HasPrefix(string(r.Body), "nothing:") {
		kill(string(r.Body))
	}
	return d.adapter.Decode(r)
}

// mortal is an intake that counts strikes in a file.
func mortal(tb testing.TB, file string) *intake {
	tb.Helper()
	s, err := strikes.Open(file, []byte("secret"), time.Now)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = s.Close() })
	return newIntake(func(o *webhooks.Options) {
		o.Apps[0].Adapter, o.Apps[0].Receiver = deadly{}, deadly{}
		o.Judge, o.Strikes = func() webhooks.Judge { return deadly{} }, s
	})
}

// deadlyWays are the ways by which a text comes in.
var deadlyWays = map[string]func(*testing.T, *intake){
	"a delivery": func(t *testing.T, in *intake) {
		t.Helper()
		if w := in.post(good, strings.NewReader("post:allow poison")); w.Code != 200 {
			t.Errorf("answered %d %q", w.Code, w.Body)
		}
	},
	"a delivery that cannot be decoded": func(t *testing.T, in *intake) {
		t.Helper()
		if w := in.post(good, strings.NewReader("nothing:poison")); w.Code != 200 {
			t.Errorf("answered %d %q", w.Code, w.Body)
		}
	},
	"a proposal": func(t *testing.T, in *intake) {
		t.Helper()
		if w := in.post(good, strings.NewReader("ask:allow poison")); w.Code != 200 || !strings.HasPrefix(w.Body.String(), "allow") {
			t.Errorf("answered %d %q", w.Code, w.Body)
		}
	},
	"history": func(t *testing.T, in *intake) {
		t.Helper()
		kept, err := in.Backfill(t.Context(), "main", []models.Event{
			read("1", "bob", "allow one"), read("2", "bob", "allow poison"), read("3", "bob", "allow three"),
		})
		if err != nil || len(kept) != 3 || kept[0].Result != models.KeptNew || kept[1].Result != "" || kept[2].Result != models.KeptNew {
			t.Errorf("kept %+v, %v", kept, err)
		}
	},
}

// TestDiesOfAText is run in a process of its own by the test below.
func TestDiesOfAText(t *testing.T) {
	if way := os.Getenv("STRIKES_WAY"); way != "" {
		deadlyWays[way](t, mortal(t, os.Getenv("STRIKES_FILE")))
	}
}

// dies has a text come in to a process of its own, and reports whether that was killed.
func dies(t *testing.T, way, file string) bool {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestDiesOfAText$") //nolint:gosec // this test
	cmd.Env = append(os.Environ(), "STRIKES_WAY="+way, "STRIKES_FILE="+file)
	err := cmd.Run()
	var exit *exec.ExitError
	if err == nil || !errors.As(err, &exit) {
		return false
	}
	status, ok := exit.Sys().(syscall.WaitStatus)
	return ok && status.Signaled()
}

// What kills the process twice is set aside the third time, unread, and holds up
// nothing else.
func TestWhatKillsTwiceIsSetAside(t *testing.T) {
	ran := 0
	for way, come := range deadlyWays {
		t.Run(way, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "strikes")
			for death := range strikes.Out {
				if !dies(t, way, file) {
					t.Fatalf("it did not die %d times", death+1)
				}
			}
			if dies(t, way, file) {
				t.Fatal("it died once more")
			}
			in := mortal(t, file)
			come(t, in)
			if len(in.keeper.asides) != 1 || in.keeper.asides[0].Reason != "killed" || !strings.Contains(string(in.keeper.asides[0].Body), "poison") {
				t.Errorf("set aside %+v", in.keeper.asides)
			}
			before := len(in.keeper.judged)
			if _, err := in.Backfill(t.Context(), "main", []models.Event{read("9", "ann", "allow other words")}); err != nil || len(in.keeper.judged) != before+1 {
				t.Errorf("another: %d kept, %v", len(in.keeper.judged)-before, err)
			}
			if strings.Contains(in.log.String(), "poison") {
				t.Errorf("the log holds content:\n%s", in.log)
			}
			ran++
		})
	}
	if ran != 4 {
		t.Errorf("%d ways tried, want 4", ran)
	}
}
