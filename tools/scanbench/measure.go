package main

import (
	"math"
	"runtime"
	"syscall"
	"time"
)

// scanner finds what it knows in a text, and says how many it found.
type scanner func(text string) int

// engine is one way to scan.
type engine struct {
	product
	name   string
	what   string // it reports
	speeds map[string]speed
}

// speed is the best of the rounds over one corpus.
type speed struct {
	perText time.Duration
	partly  bool // there was no time for all texts
	worst   time.Duration
	slowest string // the name of that text
}

// measure scans the texts in turn for a time, and keeps what it took if that is
// the best so far.
func (e *engine) measure(c *texts, length time.Duration) {
	scan(e.scan, c.texts, length/4, nil) // automata learn, caches fill
	var worst []time.Duration
	if c.names != nil {
		worst = make([]time.Duration, len(c.texts))
	}
	n, took := scan(e.scan, c.texts, length, worst)
	now := speed{perText: took / time.Duration(n), partly: n < len(c.texts)}
	for i, d := range worst {
		if d > now.worst {
			now.worst, now.slowest = d, c.names[i]
		}
	}
	was, again := e.speeds[c.name]
	if again && was.worst < now.worst {
		now.worst, now.slowest = was.worst, was.slowest
	}
	now.perText = least(now.perText, was.perText)
	e.speeds[c.name] = now
}

// least is the smaller of two durations that were measured; 0 is none.
func least(a, b time.Duration) time.Duration {
	if b == 0 {
		return a
	}
	return min(a, b)
}

// scan runs over the texts until the time is up, at least over one. Where each
// is not nil, it takes what each text cost at best.
func scan(f scanner, texts []string, length time.Duration, each []time.Duration) (n int, took time.Duration) {
	begin := cpuTime()
	last := begin
	for batch := 1; ; {
		for range batch {
			f(texts[n%len(texts)])
			n++
		}
		now := cpuTime()
		if took = now - begin; took >= length {
			return n, max(took, 1)
		}
		if each != nil {
			i := (n - 1) % len(texts)
			if each[i] == 0 || now-last < each[i] {
				each[i] = now - last
			}
		} else if now-last < 5*time.Millisecond && batch < math.MaxInt32 {
			batch *= 2
		}
		last = now
	}
}

// cpuTime is what the process has used of the processor: what the neighbours on
// a shared machine use does not count.
func cpuTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err) // cannot happen: the arguments are right
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// made builds something and says what that took, in time and on Go's heap.
func made(build func() error) (took time.Duration, heap int64, err error) {
	before := heapInUse()
	begin := cpuTime()
	err = build()
	took = cpuTime() - begin
	return took, heapInUse() - before, err
}

func heapInUse() int64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}
