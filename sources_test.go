package main

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/takeback-chat/takeback/config"
	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/platforms/tencent/tencentsim"
	"github.com/takeback-chat/takeback/rules"
)

// rewrite changes a file, and makes sure that it looks changed.
func rewrite(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	later := time.Now().Add(time.Hour)
	if err := os.Chtimes(path, later, later); err != nil {
		t.Fatal(err)
	}
}

func TestSourcesAreReadAgainWhenTheyChange(t *testing.T) {
	list := write(t, "names.txt", "moonshine\n")
	lost := 0
	s := &sources{packs: []config.Pack{{File: list, ID: "projects"}}, lost: func(_ string, terms int) { lost += terms }}
	engine, err := s.open()
	if err != nil {
		t.Fatal(err)
	}
	finds := func(e *rules.Engine, text string) bool {
		for _, f := range e.Scan([]models.Element{{Text: text}}) {
			if f.Detector == "projects" {
				return true
			}
		}
		return false
	}
	if !finds(engine, "moonshine") {
		t.Fatal("the list is not in force")
	}
	look := func(want string) *rules.Engine {
		t.Helper()
		e, err := s.changed()
		got := "nothing"
		switch {
		case err != nil:
			got = "refused"
		case e != nil:
			got = "another"
		}
		if got != want {
			t.Errorf("changed = %s (%v), want %s", got, err, want)
		}
		return e
	}
	look("nothing")
	rewrite(t, list, "moonshine\nharbour\n")
	look("nothing") // it may still be being written
	if e := look("another"); e == nil || !finds(e, "harbour") {
		t.Error("the new word is not found")
	}
	look("nothing")
	rewrite(t, list, "")
	look("nothing")
	look("refused")
	look("nothing") // it is told once
	if err := os.Remove(list); err != nil {
		t.Fatal(err)
	}
	look("nothing")
	look("refused")
	rewrite(t, list, "lighthouse\nthe\nx\n")
	look("nothing")
	if e := look("another"); e == nil || !finds(e, "lighthouse") {
		t.Error("the list that came back is not in force")
	}
	if lost != 2 {
		t.Errorf("%d terms are told to be lost, want 2", lost)
	}
}

// A list that changes counts within moments, without a restart; one that is
// broken leaves the old one in force.
func TestListIsSwappedWithoutRestart(t *testing.T) {
	list := filepath.Join(t.TempDir(), "names.csv")
	rewrite(t, list, "term,category,severity\nmoonshine,custom,high\n")
	w := newWorld(t, databases["SQLite"](t), func(c *config.Config, _ *tencentsim.Options) {
		c.Packs = []config.Pack{{File: list, ID: "projects", Title: "Projects"}}
	})
	policy := "policy: words\nrules:\n  - name: words\n    when: findings.exists(f, f.category == 'custom')\n    verdict: review\n    reason: {code: policy_violation}\n"
	if _, err := w.store.ApplyPolicy(t.Context(), models.PolicyVersion{Source: policy, AppliedBy: "test"}); err != nil {
		t.Fatal(err)
	}
	eventually(t, func() string {
		if w.rules.Current().Policy.Name() != "words" {
			return "the policy is not in force"
		}
		return ""
	})
	w.group(t, "sales")
	token := w.operator(t)
	cases := func(want int) {
		t.Helper()
		eventually(t, func() string {
			_, out := w.call(t, token, http.MethodGet, "/api/v1/cases", nil)
			if n := len(items(out)); n != want {
				return fmt.Sprintf("%d cases, want %d", n, want)
			}
			return ""
		})
	}
	w.post(t, "sales", "bob", "about moonshine")
	cases(1)
	before := w.rules.Current().Engine
	if err := os.WriteFile(list, []byte("term,category,severity\nmoonshine,custom,high\n\"harb"), 0o600); err != nil {
		t.Fatal(err)
	}
	eventually(t, func() string {
		if !strings.Contains(w.log.String(), "detectors not loaded; those before stay in force") {
			return "the broken list is not told"
		}
		return ""
	})
	if w.rules.Current().Engine != before {
		t.Error("a broken list is in force")
	}
	rewrite(t, list, "term,category,severity\nmoonshine,custom,high\nharbour,custom,high\n")
	eventually(t, func() string {
		if w.rules.Current().Engine == before {
			return "the list is not read again"
		}
		return ""
	})
	if got := w.rules.Current().Policy.Name(); got != "words" {
		t.Errorf("the policy in force is %s", got)
	}
	w.post(t, "sales", "bob", "about the harbour")
	cases(2)
	if n := strings.Count(w.log.String(), "detectors not loaded"); n != 1 {
		t.Errorf("the broken list is told %d times", n)
	}
}
