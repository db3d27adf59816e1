//go:build race

package rules

// slowness is how much longer everything may take: the race detector watches.
const slowness = 12
