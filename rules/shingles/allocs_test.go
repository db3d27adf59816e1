//go:build !race

// The race detector makes sync.Pool forget what it was given.

package shingles_test

import (
	"runtime/debug"
	"strings"
	"testing"
)

func TestOrdinaryTextsCostNoAllocation(t *testing.T) {
	defer debug.SetGCPercent(debug.SetGCPercent(-1)) // a collection would take the memory away
	x, _ := build(t, map[string]string{"d": strings.Join(prose(1, 400, false), " ")})
	text := []byte(strings.Join(prose(5, 40, false), " "))
	if n := testing.AllocsPerRun(100, func() { x.Find(text) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
