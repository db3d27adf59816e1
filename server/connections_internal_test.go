package server

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"testing"
	"time"
)

// small is a server that has three connections at most, and answers /slow when it is told to.
func small(t *testing.T) (b *Connections, slow chan struct{}) {
	t.Helper()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	slow = make(chan struct{})
	s := NewHTTP(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/slow" {
			<-slow
		}
	}))
	b, ended := bounded(l, s, 3), make(chan struct{})
	go func() { defer close(ended); _ = s.Serve(b) }()
	t.Cleanup(func() { _ = s.Close(); <-ended })
	return b, slow
}

// idles waits until so many connections do.
func (b *Connections) idles(t *testing.T, n int) {
	t.Helper()
	for end := time.Now().Add(2 * time.Minute); b.idle() != n; time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("%d connections are idle, want %d", b.idle(), n)
		}
	}
}

// client is one connection to it.
type client struct {
	net.Conn

	in *bufio.Reader
}

func connect(t *testing.T, b *Connections) *client {
	t.Helper()
	c, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", b.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	if err := c.SetDeadline(time.Now().Add(2 * time.Minute)); err != nil {
		t.Fatal(err)
	}
	return &client{c, bufio.NewReader(c)}
}

func (c *client) send(t *testing.T, path string) {
	t.Helper()
	if _, err := io.WriteString(c, "GET "+path+" HTTP/1.1\r\nHost: x\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
}

func (c *client) answered(t *testing.T) {
	t.Helper()
	resp, err := http.ReadResponse(c.in, nil)
	if err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("answered %v, %v", resp, err)
	}
	_ = resp.Body.Close()
}

func (c *client) closed(t *testing.T) {
	t.Helper()
	if _, err := c.in.ReadByte(); err == nil || !isEnd(err) {
		t.Errorf("the connection is not closed: %v", err)
	}
}

// isEnd tells the end of a connection from running out of patience.
func isEnd(err error) bool {
	timeout, ok := err.(net.Error) //nolint:errorlint // as it comes from the connection
	return !ok || !timeout.Timeout()
}

// Where all places are taken the connection goes that was idle for longest, and nobody else.
func TestTheLongestIdleConnectionMakesRoom(t *testing.T) {
	b, _ := small(t)
	first, second := connect(t, b), connect(t, b)
	for i, c := range []*client{first, second} {
		c.send(t, "/")
		c.answered(t)
		b.idles(t, i+1)
	}
	third := connect(t, b)
	third.send(t, "/")
	third.answered(t)
	first.closed(t)
	second.send(t, "/")
	second.answered(t)
}

// Where none is idle who comes waits, and gets the place of the first that becomes idle.
func TestWhoComesWaitsWhereNoneIsIdle(t *testing.T) {
	b, slow := small(t)
	var busy []*client
	for range 3 {
		c := connect(t, b)
		c.send(t, "/slow")
		busy = append(busy, c)
	}
	late := connect(t, b)
	late.send(t, "/")
	slow <- struct{}{} // one of the three is answered
	late.answered(t)
	close(slow)
	for _, c := range busy {
		c.answered(t)
	}
}

// A drained connection is answered once more and ends with that, who comes meanwhile is
// served too, and draining is over when none is left.
func TestDrainingRefusesNothing(t *testing.T) {
	b, _ := small(t)
	old := connect(t, b)
	old.send(t, "/")
	old.answered(t)
	b.idles(t, 1)
	drained := make(chan struct{})
	go func() { defer close(drained); b.Drain(t.Context()) }()
	for end := time.Now().Add(2 * time.Minute); !b.draining.Load() && time.Now().Before(end); {
		time.Sleep(time.Millisecond)
	}
	for _, c := range []*client{connect(t, b), old} {
		select {
		case <-drained:
			t.Fatal("drained while a connection was open that may be used")
		default:
		}
		c.send(t, "/")
		c.answered(t)
		c.closed(t)
	}
	<-drained
}
