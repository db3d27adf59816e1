package rules

import (
	"cmp"
	"slices"
)

// settle keeps, of candidates that overlap, the better one: a validated one
// before one that is not, then the longer, then the surer, then the one whose
// detector stands first. What it returns is sorted by start.
func settle(found []candidate) []candidate {
	if len(found) < 2 {
		return found
	}
	slices.SortFunc(found, func(a, b candidate) int {
		return cmp.Or(
			cmp.Compare(rank(b), rank(a)),
			cmp.Compare(b.end-b.start, a.end-a.start),
			cmp.Compare(b.confidence, a.confidence),
			cmp.Compare(a.detector, b.detector),
			cmp.Compare(a.start, b.start),
		)
	})
	kept := make([]candidate, 0, len(found)) // sorted by start
	for _, c := range found {
		at, _ := slices.BinarySearchFunc(kept, c.start, func(k candidate, start int) int { return cmp.Compare(k.start, start) })
		left := at == 0 || kept[at-1].end <= c.start
		if right := at == len(kept) || c.end <= kept[at].start; left && right {
			kept = slices.Insert(kept, at, c)
		}
	}
	return kept
}

// gravest cuts a list that is too long to its gravest and surest.
func (e *Engine) gravest(found []candidate) []candidate {
	if len(found) <= maxFindings {
		return found
	}
	slices.SortStableFunc(found, func(a, b candidate) int {
		return cmp.Or(
			cmp.Compare(e.detectors[b.detector].Severity.Rank(), e.detectors[a.detector].Severity.Rank()),
			cmp.Compare(b.confidence, a.confidence),
		)
	})
	found = found[:maxFindings]
	slices.SortFunc(found, func(a, b candidate) int { return cmp.Compare(a.start, b.start) })
	return found
}

func rank(c candidate) int {
	if c.validated {
		return 1
	}
	return 0
}
