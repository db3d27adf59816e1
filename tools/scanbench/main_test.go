package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/takeback-chat/takeback/internal/corpus"
	"github.com/takeback-chat/takeback/rules"
)

func TestPeersFindTheSame(t *testing.T) {
	engines, err := build("loop,keyword")
	if err != nil {
		t.Fatal(err)
	}
	if len(engines) != 3 {
		t.Fatalf("%d engines", len(engines))
	}
	loop, filtered, re2 := engines[0].scan, engines[1].scan, engines[2].scan
	all := 0
	for _, text := range append(corpus.Chat(60), corpus.Numbers(5)...) {
		a, b, c := loop(text), filtered(text), re2(text)
		if a < b || b != c {
			t.Errorf("the loop finds %d, with keywords %d, RE2 %d in %q", a, b, c, text)
		}
		all += b
	}
	if all < 50 {
		t.Errorf("%d hits in all", all)
	}
}

func TestPatternsCarryKeywords(t *testing.T) {
	f := newFilter(rules.Patterns(rules.Builtin()))
	none, some := len(f.worth("nothing here")), len(f.worth("my PASSWORD is in the password manager"))
	if none == 0 || some <= none {
		t.Errorf("%d patterns are tried on any text, %d where a keyword stands", none, some)
	}
}

func TestNumbersAreReadable(t *testing.T) {
	for x, want := range map[float64]string{0.0123: "0.012", 9.96: "10", 42.4: "42", 1234: "1,230", 99999: "99,900", 1234567: "1,230,000"} {
		if got := number(x); got != want {
			t.Errorf("number(%v) = %q, want %q", x, got, want)
		}
	}
}

func TestTablesAreWrittenBetweenTheMarks(t *testing.T) {
	file := filepath.Join(t.TempDir(), "page.md")
	if err := os.WriteFile(file, []byte("before\n"+pageBegin+"old\n"+pageEnd+"after\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := writePage(file, "new"); err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if want := "before\n" + pageBegin + "\nnew\n" + pageEnd + "after\n"; string(got) != want {
		t.Errorf("the page is\n%s", got)
	}
	if err := os.WriteFile(file, []byte("no marks"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := writePage(file, "new"); err == nil || !strings.Contains(err.Error(), "lacks the lines") {
		t.Errorf("a page without marks: %v", err)
	}
}

func TestSlowEnginesAreMeasuredOnAPart(t *testing.T) {
	e := &engine{speeds: map[string]speed{}, product: product{scan: func(string) int {
		for begin := cpuTime(); cpuTime()-begin < 2*time.Millisecond; {
		}
		return 0
	}}}
	e.measure(&texts{name: "x", texts: make([]string, 100)}, 5*time.Millisecond)
	if s := e.speeds["x"]; !s.partly || s.perText < time.Millisecond {
		t.Errorf("measured %+v", s)
	}
}
