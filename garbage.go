package main

import (
	"context"
	"runtime/debug"
	"runtime/metrics"
	"time"

	"github.com/takeback-chat/takeback/internal/beat"
)

// Garbage may grow to a part of what is alive before it is collected. What is alive is small
// (about 30 MB) and a delivery makes some 14 KB of garbage, so that with Go's own choice, as
// much as is alive, a flood would spend a fifth of its time collecting; and with the choice
// that is right in a flood, an ordinary day would take a hundred megabytes for nothing. So
// it grows with the pace at which garbage is made.
const (
	leastGarbage   = 40  // percent of what is alive
	mostGarbage    = 300 // the same
	garbagePerPace = 1.2 // percent for each megabyte a second
	garbageEvery   = time.Second
)

// paceGarbage decides every second how much garbage may grow, until ctx ends.
func paceGarbage(ctx context.Context) error {
	debug.FreeOSMemory() // what starting took and nothing will again
	percent, made := leastGarbage, allocated()
	debug.SetGCPercent(percent)
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-beat.Next(garbageEvery):
		}
		now := allocated()
		if next := nextGarbage(percent, now-made); next != percent {
			percent = next
			debug.SetGCPercent(percent)
		}
		made = now
	}
}

// nextGarbage is how much garbage may grow after a second in which so many bytes were
// allocated. It goes down slowly, as floods come in waves.
func nextGarbage(percent int, made uint64) int {
	next := int(garbagePerPace * float64(made) / (1 << 20))
	return min(max(next, percent-percent/20-1, leastGarbage), mostGarbage)
}

// allocated is how many bytes the process has allocated so far.
func allocated() uint64 {
	sample := []metrics.Sample{{Name: "/gc/heap/allocs:bytes"}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}
