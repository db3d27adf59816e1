//go:build !race

// The race detector makes sync.Pool forget what it was given.

package exact_test

import (
	"runtime/debug"
	"testing"

	"github.com/takeback-chat/takeback/rules/exact"
	"github.com/takeback-chat/takeback/rules/fold"
)

func TestOrdinaryTextsCostNothing(t *testing.T) {
	defer debug.SetGCPercent(debug.SetGCPercent(-1)) // a collection would take the memory away
	rows := tableOf(people(1000))
	numbers, _ := build(t, rows, options(t, 0, "account:digits", "born:date"))
	names, _ := build(t, rows, options(t, 1, "name:words", "born:date"))
	for _, text := range []string{"are we still on for lunch at 12:30 tomorrow?", "order 4711-0815-2342-9999 of 2024-05-06 has left", "好的，明天见，电话 13800000000"} {
		folded := []byte(fold.Fold(text))
		for _, x := range []*exact.Index{numbers, names} {
			if n := testing.AllocsPerRun(100, func() { x.Find(folded) }); n != 0 {
				t.Errorf("%q costs %v allocations", text, n)
			}
		}
	}
}
