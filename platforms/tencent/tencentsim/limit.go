package tencentsim

import (
	"sync"
	"time"
)

// limiter bounds the REST calls of each API in any second, and shuts an API that
// is called more often for a while, if it is told to.
type limiter struct {
	mu    sync.Mutex
	limit int
	ban   time.Duration
	seen  map[string]*lately
}

// lately are the last calls of one API that were let through, oldest first.
type lately struct {
	calls []time.Time
	shut  time.Time // until then
}

func newLimiter(limit int, ban time.Duration) *limiter {
	return &limiter{limit: limit, ban: ban, seen: map[string]*lately{}}
}

// allow reports whether a call is let through, and whether it is the one for
// which the API is shut.
func (l *limiter) allow(api string, now time.Time) (ok, banned bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	w, known := l.seen[api]
	if !known {
		w = &lately{}
		l.seen[api] = w
	}
	if now.Before(w.shut) {
		return false, false
	}
	for len(w.calls) > 0 && now.Sub(w.calls[0]) >= time.Second {
		w.calls = w.calls[1:]
	}
	if len(w.calls) < l.limit {
		w.calls = append(w.calls, now)
		return true, false
	}
	w.shut = now.Add(l.ban)
	return false, l.ban > 0
}
