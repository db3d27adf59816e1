//go:build !race

// The race detector makes sync.Pool forget what it was given.

package rules

import (
	"os"
	"runtime/debug"
	"strings"
	"testing"

	"github.com/takeback-chat/takeback/internal/corpus"
	"github.com/takeback-chat/takeback/models"
)

// TestCleanMessagesCostNoMemory scans the messages of the clean corpus, with their
// numbers, links and words about passwords, and made chat. Where nothing had to be
// weighed, nothing may be allocated. Where something was, package regexp and a few validators
// allocate; such messages are few.
func TestCleanMessagesCostNoMemory(t *testing.T) {
	text, err := os.ReadFile("testdata/clean.txt")
	if err != nil {
		t.Fatal(err)
	}
	e := builtinRuleset(t).Engine
	defer debug.SetGCPercent(debug.SetGCPercent(-1)) // a collection would take the scratch away
	clean, plain, costly := 0, 0, 0
	for _, line := range append(strings.Split(string(text), "\n"), corpus.Chat(500)...) {
		m := []models.Element{{Text: line}}
		if line == "" || line[0] == '#' || e.Scan(m) != nil {
			continue
		}
		clean++
		allocs, idle := testing.AllocsPerRun(3, func() { e.Scan(m) }), weighsNothing(e, line)
		if idle {
			plain++
		}
		if allocs > 0 {
			costly++
		}
		if idle && allocs > 0 {
			t.Errorf("%.1f allocations for %q", allocs, line)
		}
	}
	t.Logf("%d clean messages, in %d nothing was weighed, for %d something was allocated", clean, plain, costly)
	if clean < 600 || plain < 150 || costly > clean/15 {
		t.Errorf("of %d clean messages nothing was weighed in %d, and %d cost memory", clean, plain, costly)
	}
}

// weighsNothing reports whether no pattern has anything to look at in a text:
// it has no digit, and no text that a pattern begins with.
func weighsNothing(e *Engine, text string) bool {
	s := e.scratches.get(e)
	defer e.scratches.put(s)
	e.scan(s, text)
	s.turn(&s.folded, asItStands)
	e.findHits(s)
	return s.weighed == 0 && len(s.hits) == 0
}
