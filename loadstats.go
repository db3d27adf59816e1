package main

import (
	"fmt"
	"io"
	"slices"
	"sync"
	"sync/atomic"
	"text/tabwriter"
	"time"
)

// loadStats collects what a load run saw.
type loadStats struct {
	offered     atomic.Int64
	begin       time.Time
	took        time.Duration
	mu          sync.Mutex // guards what follows
	answers     []time.Duration
	recalls     []time.Duration // from webhook to recall call; only with the simulator
	wantRecalls int
	errors      map[string]int
}

func (s *loadStats) answer(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.answers = append(s.answers, d)
}

func (s *loadStats) recalled(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.recalls = append(s.recalls, d)
}

func (s *loadStats) fail(why string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.errors == nil {
		s.errors = map[string]int{}
	}
	s.errors[why]++
}

// print writes the table. Latencies are in milliseconds.
func (s *loadStats) print(w io.Writer) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	_, _ = fmt.Fprintln(t, "\toffered\tanswered\tper second\tp50 ms\tp90 ms\tp99 ms\tmax ms\terrors\t")
	failed := 0
	for _, n := range s.errors {
		failed += n
	}
	s.row(t, "webhooks", int(s.offered.Load()), s.answers, failed)
	if s.wantRecalls > 0 {
		s.row(t, "to recall call", s.wantRecalls, s.recalls, s.wantRecalls-len(s.recalls))
	}
	if err := t.Flush(); err != nil {
		return err
	}
	for _, why := range sortedKeys(s.errors) {
		_, _ = fmt.Fprintf(w, "error: %s: %d\n", why, s.errors[why])
	}
	return nil
}

func (s *loadStats) row(w io.Writer, name string, offered int, d []time.Duration, failed int) {
	slices.Sort(d)
	perSecond := float64(len(d)) / max(s.took.Seconds(), 0.001)
	_, _ = fmt.Fprintf(w, "%s\t%d\t%d\t%.0f\t%s\t%s\t%s\t%s\t%d\t\n", name, offered, len(d), perSecond,
		quantile(d, 0.5), quantile(d, 0.9), quantile(d, 0.99), quantile(d, 1), failed)
}

// quantile returns the q-quantile of sorted durations in milliseconds, or "-".
func quantile(d []time.Duration, q float64) string {
	if len(d) == 0 {
		return "-"
	}
	i := min(int(q*float64(len(d))), len(d)-1)
	return fmt.Sprintf("%.1f", float64(d[i].Microseconds())/1000)
}

func sortedKeys(m map[string]int) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
