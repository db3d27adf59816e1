//go:build !race

// The race detector makes sync.Pool forget what it was given.

package rules_test

import (
	"runtime/debug"
	"testing"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/rules"
)

func TestIndexesCostNoAllocation(t *testing.T) {
	defer debug.SetGCPercent(debug.SetGCPercent(-1)) // a collection would take the memory away
	people, err := rules.ParseExact("c.edm", exactFile(t, "name,born\nJane Doe,1985-03-01\n", 1, "name:words", "born:date"), indexSecret())
	if err != nil {
		t.Fatal(err)
	}
	papers, err := rules.ParseDocuments("p.fp", documentsFile(t), indexSecret())
	if err != nil {
		t.Fatal(err)
	}
	e := engineWith(t, people, papers)
	message := []models.Element{{Text: "are we still on for lunch tomorrow? I could do half past twelve, ok"}}
	if n := testing.AllocsPerRun(100, func() { e.Scan(message) }); n != 0 {
		t.Errorf("a clean message costs %v allocations", n)
	}
}
