package server

import (
	"net/http"
	"time"
)

// Bounds on how long a client may keep a connection busy.
const (
	headersWithin = 5 * time.Second
	bodyWithin    = 30 * time.Second
	answerWithin  = 60 * time.Second // streams push it ahead of them with each write
	idleFor       = 2 * time.Minute
	maxHeaders    = 64 << 10
)

// NewHTTP returns a server for a handler, with bounds for slow and silent
// clients. Reading and writing are bounded per request, since an
// http.Server's own timeouts would cut streams off.
func NewHTTP(h http.Handler) *http.Server {
	return &http.Server{
		Handler:           patient(h),
		ReadHeaderTimeout: headersWithin,
		IdleTimeout:       idleFor,
		MaxHeaderBytes:    maxHeaders,
	}
}

func patient(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		rc, now := http.NewResponseController(w), time.Now()
		// Neither fails on a connection of our own server; where it is not one, there
		// is nothing to bound.
		if r.ContentLength != 0 {
			_ = rc.SetReadDeadline(now.Add(bodyWithin))
		}
		_ = rc.SetWriteDeadline(now.Add(answerWithin))
		h.ServeHTTP(w, r)
	})
}
