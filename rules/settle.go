package rules

import (
	"cmp"
	"slices"
)

// settle keeps, of candidates that overlap, the better one. Those around others
// are settled among themselves. What it returns is sorted by start.
func settle(found []candidate) []candidate {
	if !slices.ContainsFunc(found, func(c candidate) bool { return c.around }) {
		return settleAll(found)
	}
	slices.SortStableFunc(found, func(a, b candidate) int { return compareBool(a.around, b.around) })
	n := slices.IndexFunc(found, func(c candidate) bool { return c.around })
	kept := append(settleAll(found[:n:n]), settleAll(found[n:])...)
	slices.SortStableFunc(kept, func(a, b candidate) int { return cmp.Compare(a.start, b.start) })
	return kept
}

func settleAll(found []candidate) []candidate {
	if len(found) < 2 {
		return found
	}
	slices.SortFunc(found, better)
	kept := found[:0]
	for _, c := range found {
		at, _ := slices.BinarySearchFunc(kept, c.start, func(k candidate, start int) int { return cmp.Compare(k.start, start) })
		left := at == 0 || kept[at-1].end <= c.start
		if right := at == len(kept) || c.end <= kept[at].start; left && right {
			kept = slices.Insert(kept, at, c)
		}
	}
	return kept
}

// better orders candidates, the better first: by class, then what stands there
// undisguised, the longer, the surer, the one with a check digit, the one whose context word is
// nearer, and the one whose detector stands first.
func better(a, b candidate) int {
	return cmp.Or(
		cmp.Compare(a.class(), b.class()),
		-compareBool(a.view == asItStands, b.view == asItStands),
		cmp.Compare(b.end-b.start, a.end-a.start),
		cmp.Compare(a.step, b.step),
		-compareBool(a.validated, b.validated),
		cmp.Compare(a.distance, b.distance),
		cmp.Compare(a.detector, b.detector),
		cmp.Compare(a.start, b.start),
		cmp.Compare(a.view, b.view),
	)
}

// class says how well a candidate is founded, 0 best. A check digit lifts it by one, so that
// a proved number removes what is weaker on its span, whatever its length, but not
// what a word beside it makes surer: a check digit alone passes once in ten.
func (c *candidate) class() int {
	switch {
	case c.step >= levelLow:
		return 3
	case c.step == levelMedium && c.validated, c.step < levelMedium && !c.validated:
		return 1
	case c.step == levelMedium:
		return 2
	}
	return 0
}

func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return 1
	}
	return -1
}

// gravest cuts a list that is too long to its gravest and surest.
func (e *Engine) gravest(found []candidate) []candidate {
	if len(found) <= maxFindings {
		return found
	}
	slices.SortStableFunc(found, func(a, b candidate) int {
		return cmp.Or(
			cmp.Compare(e.detectors[b.detector].Severity.Rank(), e.detectors[a.detector].Severity.Rank()),
			cmp.Compare(a.step, b.step),
		)
	})
	found = found[:maxFindings]
	slices.SortFunc(found, func(a, b candidate) int { return cmp.Compare(a.start, b.start) })
	return found
}
