package rules

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"
)

// A clock of the test's own: reading it makes time pass.
func clockOf(step time.Duration) func() time.Time {
	now := time.Unix(0, 0)
	return func() time.Time { now = now.Add(step); return now }
}

func TestCostsAreToldAndRefused(t *testing.T) {
	p, err := ParsePack("mine.yaml", []byte(goodPack))
	if err != nil {
		t.Fatal(err)
	}
	cheap, err := p.Costs(clockOf(time.Millisecond))
	if err != nil || len(cheap) != 1 {
		t.Fatalf("costs %+v, %v", cheap, err)
	}
	c := cheap[0]
	if c.Detector != "staff_number" || c.Worst != time.Millisecond || len(c.Patterns) != 1 || c.Patterns[0].Longest != 12+4 || c.Patterns[0].States == 0 {
		t.Errorf("the cost is %+v", c)
	}
	if err := p.TooCostly(cheap); err != nil {
		t.Errorf("refused: %v", err)
	}
	dear, err := p.Costs(clockOf(slowness * 21 * time.Millisecond))
	if err != nil {
		t.Fatal(err)
	}
	all, ok := errors.AsType[*SourceErrors](p.TooCostly(dear))
	if !ok || len(all.Problems) != 1 {
		t.Fatalf("the error is %v", p.TooCostly(dear))
	}
	if got := all.Problems[0]; got.File != "mine.yaml" || got.Line != 4 || got.Field != "detectors[0]" || !strings.Contains(got.Words, fmt.Sprintf("%d ms", slowness*21)) || !strings.Contains(got.Words, "at most 20 ms") {
		t.Errorf("the problem is %+v", got)
	}
}

func TestCostOfAPatternOfOneCharacter(t *testing.T) {
	p, _ := readPack("mine.yaml", []byte(strings.Replace(goodPack, `'staff-\d{6}'`, `'[A-F]'`, 1)))
	if len(p.detectors) != 1 {
		t.Fatalf("the pack has %d detectors", len(p.detectors))
	}
	if costs, err := p.Costs(clockOf(time.Millisecond)); err != nil || len(costs) != 1 {
		t.Errorf("costs %+v, %v", costs, err)
	}
}
