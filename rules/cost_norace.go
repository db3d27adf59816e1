//go:build !race

package rules

// slowness is how much longer everything may take.
const slowness = 1
