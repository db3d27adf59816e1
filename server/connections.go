package server

import (
	"context"
	"maps"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// mostConnections is how many connections are open at once: some 20 KB each, and as many
// files of the process. Nobody needs more than a few hundred behind a proxy.
const mostConnections = 4096

// Bounded lets a server have no more connections of a listener than that. Where there is no
// place for one more, the one that has been idle for longest is closed for it, or the next to
// become idle; the others wait in the kernel meanwhile, and slow ones are ended by time-outs.
func Bounded(l net.Listener, s *http.Server) *Connections { return bounded(l, s, mostConnections) }

func bounded(l net.Listener, s *http.Server, most int) *Connections {
	b := &Connections{Listener: l, places: make(chan struct{}, most), ended: make(chan struct{}), order: map[net.Conn]uint64{}, open: map[net.Conn]struct{}{}}
	s.ConnState, s.Handler = b.note, b.last(s.Handler)
	return b
}

// Connections are those of one server, and the listener that they come from.
type Connections struct {
	net.Listener

	draining atomic.Bool

	places chan struct{} // one in it for each open connection
	ended  chan struct{}
	once   sync.Once

	mu      sync.Mutex // guards what follows
	open    map[net.Conn]struct{}
	order   map[net.Conn]uint64 // of the idle ones, since when they are
	turn    uint64
	waiting bool // somebody, for a place
}

// Accept takes the next connection once there is a place for it.
func (b *Connections) Accept() (net.Conn, error) {
	select {
	case b.places <- struct{}{}:
	default:
		b.evict()
		select {
		case b.places <- struct{}{}:
			b.served()
		case <-b.ended:
			return nil, net.ErrClosed
		}
	}
	c, err := b.Listener.Accept()
	if err != nil {
		<-b.places
		return nil, err //nolint:wrapcheck // the server looks at what it is
	}
	return &placed{Conn: c, places: b.places}, nil
}

// Close closes the listener.
func (b *Connections) Close() error {
	b.once.Do(func() { close(b.ended) })
	return b.Listener.Close() //nolint:wrapcheck // a listener like the one beneath
}

// Drain ends connections without refusing anything on them: each is told with its next answer
// that none will follow, and who comes is still served. It returns when all are gone that may
// not have been told, idle or not, and when ctx ends, for some may never be used again.
func (b *Connections) Drain(ctx context.Context) {
	b.draining.Store(true)
	untold := b.all()
	await(ctx, func() bool { return !b.any(untold) })
}

// Leave lets nobody in any more, and returns when those who came before were answered and are
// gone, or when ctx ends. It is called while connections are drained. An http.Server that is
// shut down hangs up on who was let in and has not sent a whole request yet.
func (b *Connections) Leave(ctx context.Context) {
	_ = b.Close()
	await(ctx, func() bool { return len(b.places) == 0 })
}

// await returns when something is so, or when ctx ends.
func await(ctx context.Context, so func() bool) {
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for !so() {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

func (b *Connections) all() map[net.Conn]struct{} {
	b.mu.Lock()
	defer b.mu.Unlock()
	return maps.Clone(b.open)
}

// any reports whether any of some connections is still open.
func (b *Connections) any(some map[net.Conn]struct{}) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	for c := range some {
		if _, ok := b.open[c]; ok {
			return true
		}
	}
	return false
}

// last says with each answer that it is the last one, while connections are drained.
func (b *Connections) last(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if b.draining.Load() {
			w.Header().Set("Connection", "close")
		}
		h.ServeHTTP(w, r)
	})
}

// note follows which connections are idle, and closes one that becomes so while another
// waits for its place.
func (b *Connections) note(c net.Conn, state http.ConnState) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch state {
	case http.StateNew:
		b.open[c] = struct{}{}
	case http.StateClosed, http.StateHijacked:
		delete(b.open, c)
	case http.StateActive, http.StateIdle:
	}
	switch {
	case state != http.StateIdle:
		delete(b.order, c)
	case b.waiting:
		b.waiting = false
		_ = c.Close()
	default:
		b.turn++
		b.order[c] = b.turn
	}
}

// evict closes the connection that has been idle for longest, or the next that will be.
func (b *Connections) evict() {
	b.mu.Lock()
	defer b.mu.Unlock()
	var longest net.Conn
	for c, turn := range b.order {
		if longest == nil || turn < b.order[longest] {
			longest = c
		}
	}
	if longest == nil {
		b.waiting = true
		return
	}
	delete(b.order, longest)
	_ = longest.Close()
}

func (b *Connections) served() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.waiting = false
}

// placed is a connection that gives its place up when it is closed.
type placed struct {
	net.Conn

	places chan struct{}
	once   sync.Once
}

// Close closes the connection.
func (p *placed) Close() error {
	err := p.Conn.Close()
	p.once.Do(func() { <-p.places })
	return err //nolint:wrapcheck // a connection like the one beneath
}

// CloseWrite says that nothing follows, so that the last answer is read before the end.
func (p *placed) CloseWrite() error {
	if c, ok := p.Conn.(interface{ CloseWrite() error }); ok {
		return c.CloseWrite() //nolint:wrapcheck // a connection like the one beneath
	}
	return nil
}
