package main

import (
	"fmt"
	"io"
	"time"
)

// progressEvery is how often the line changes.
const progressEvery = 200 * time.Millisecond

// progress is a line on a terminal that says how far the scan is.
type progress struct {
	out   io.Writer
	now   func() time.Time
	on    bool
	start time.Time
	last  time.Time
	bytes int64
}

// add counts bytes that were scanned, and shows it now and then.
func (p *progress) add(bytes, found int) {
	if !p.on {
		return
	}
	now := p.now()
	if p.start.IsZero() {
		p.start, p.last = now, now
	}
	p.bytes += int64(bytes)
	if now.Sub(p.last) < progressEvery {
		return
	}
	p.last = now
	rate := float64(p.bytes) / now.Sub(p.start).Seconds()
	_, _ = fmt.Fprintf(p.out, "\r\x1b[K%s, %s/s, %d findings", sizeWords(float64(p.bytes)), sizeWords(rate), found)
}

// clear takes the line away.
func (p *progress) clear() {
	if !p.last.Equal(p.start) {
		_, _ = fmt.Fprint(p.out, "\r\x1b[K")
	}
}

// sizeWords is a number of bytes for people.
func sizeWords(n float64) string {
	for _, unit := range []string{"bytes", "KB", "MB", "GB"} {
		if n < 1000 {
			return fmt.Sprintf("%.3g %s", n, unit)
		}
		n /= 1000
	}
	return fmt.Sprintf("%.3g TB", n)
}
