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
}

// measure scans the texts in turn for a time, and keeps what it took if that is
// the best so far.
func (e *engine) measure(c *texts, length time.Duration) {
	scan(e.scan, c.texts, length/4, nil) // automata learn, caches fill
	var worst []time.Duration
	if c.each {
		worst = make([]time.Duration, len(c.texts))
	}
	n, took := scan(e.scan, c.texts, length, worst)
	now := speed{perText: took / time.Duration(n), partly: n < len(c.texts)}
	for _, d := range worst {
		now.worst = max(now.worst, d)
	}
	if was, ok := e.speeds[c.name]; !ok || now.perText < was.perText {
		if ok && c.each {
			now.worst = min(now.worst, was.worst)
		}
		e.speeds[c.name] = now
	}
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
