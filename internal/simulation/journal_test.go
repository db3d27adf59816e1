package simulation

import (
	"fmt"
	"hash/fnv"
	"strings"
	"time"
)

// journal is all that happened in a world, line by line. Two that have the same sum
// are the same; the lines are kept only where somebody wants to read them.
type journal struct {
	keep  bool
	over  bool // what happens no more belongs to it
	lines []string
	sum   uint64
	n     int
}

func (j *journal) line(at time.Duration, format string, args ...any) {
	if j.over {
		return
	}
	line := fmt.Sprintf("%12s  ", at) + fmt.Sprintf(format, args...)
	h := fnv.New64a()
	_, _ = fmt.Fprintf(h, "%d %s", j.sum, line) // a hash never fails
	j.sum = h.Sum64()
	j.n++
	if j.keep {
		j.lines = append(j.lines, line)
	}
}

// String is the journal as it is printed.
func (j *journal) String() string { return strings.Join(j.lines, "\n") }
