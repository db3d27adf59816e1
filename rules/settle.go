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
	kept := found[:0]
	for _, c := range found {
		if !overlaps(kept, c) {
			kept = append(kept, c)
		}
	}
	slices.SortFunc(kept, func(a, b candidate) int { return cmp.Compare(a.start, b.start) })
	return kept
}

func rank(c candidate) int {
	if c.validated {
		return 1
	}
	return 0
}

func overlaps(kept []candidate, c candidate) bool {
	return slices.ContainsFunc(kept, func(k candidate) bool { return c.start < k.end && k.start < c.end })
}
