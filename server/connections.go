package server

import (
	"net"
	"net/http"
	"sync"
)

// mostConnections is how many connections are open at once: some 20 KB each, and as many
// files of the process. Nobody needs more than a few hundred behind a proxy.
const mostConnections = 4096

// Bounded lets a server have no more connections of a listener than that. Where there is no
// place for one more, the one that has been idle for longest is closed for it, or the next to
// become idle; the others wait in the kernel meanwhile, and slow ones are ended by time-outs.
func Bounded(l net.Listener, s *http.Server) net.Listener { return bounded(l, s, mostConnections) }

func bounded(l net.Listener, s *http.Server, most int) *connections {
	b := &connections{Listener: l, places: make(chan struct{}, most), ended: make(chan struct{}), order: map[net.Conn]uint64{}}
	s.ConnState = b.note
	return b
}

type connections struct {
	net.Listener

	places chan struct{} // one in it for each open connection
	ended  chan struct{}
	once   sync.Once

	mu      sync.Mutex          // guards what follows
	order   map[net.Conn]uint64 // of the idle ones, since when they are
	turn    uint64
	waiting bool // somebody, for a place
}

// Accept takes the next connection once there is a place for it.
func (b *connections) Accept() (net.Conn, error) {
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
func (b *connections) Close() error {
	b.once.Do(func() { close(b.ended) })
	return b.Listener.Close() //nolint:wrapcheck // a listener like the one beneath
}

// note follows which connections are idle, and closes one that becomes so while another
// waits for its place.
func (b *connections) note(c net.Conn, state http.ConnState) {
	b.mu.Lock()
	defer b.mu.Unlock()
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
func (b *connections) evict() {
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

func (b *connections) served() {
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
