package server

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"testing"
	"time"
)

// small is a server that has so many connections at most, and answers /slow when it is told to.
func small(t *testing.T, most int) (b *Connections, slow chan struct{}) {
	t.Helper()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	slow = make(chan struct{})
	s := NewHTTP(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/slow" {
			_ = http.NewResponseController(w).Flush() // the headers are told
			<-slow
		}
	}))
	b, ended := bounded(l, s, most), make(chan struct{})
	go func() { defer close(ended); _ = s.Serve(b) }()
	t.Cleanup(func() { _ = s.Close(); <-ended })
	return b, slow
}

func (b *Connections) idle() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return len(b.order)
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
	b, _ := small(t, 3)
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
	b, slow := small(t, 3)
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

// A drained connection is answered once more and ends with that, also one of which an answer
// was under way that did not say so; who comes meanwhile is served too, and draining is over
// when none is left.
func TestDrainingRefusesNothing(t *testing.T) {
	b, slow := small(t, 10)
	old, busy := connect(t, b), connect(t, b)
	busy.send(t, "/slow")
	old.send(t, "/")
	old.answered(t)
	b.idles(t, 1)
	resp, err := http.ReadResponse(busy.in, nil) // its headers are told
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	drained := make(chan struct{})
	go func() { defer close(drained); b.Drain(t.Context()) }()
	for end := time.Now().Add(2 * time.Minute); !b.draining.Load() && time.Now().Before(end); {
		time.Sleep(time.Millisecond)
	}
	for i, c := range []*client{connect(t, b), old, busy} {
		if i == 2 {
			time.Sleep(50 * time.Millisecond) // none is idle, and yet it is not over
			close(slow)
			if _, err := io.Copy(io.Discard, resp.Body); err != nil {
				t.Fatal(err)
			}
			b.idles(t, 1)
		}
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

// Who was let in last, and has sent half a request, is answered before all is over.
func TestWhoWasLetInLastIsAnswered(t *testing.T) {
	b, _ := small(t, 10)
	c := connect(t, b)
	if _, err := io.WriteString(c, "GET / HTTP/1.1\r\n"); err != nil {
		t.Fatal(err)
	}
	for end := time.Now().Add(2 * time.Minute); len(b.all()) == 0 && time.Now().Before(end); {
		time.Sleep(time.Millisecond)
	}
	b.draining.Store(true)
	left := make(chan struct{})
	go func() { defer close(left); b.Leave(t.Context()) }()
	<-b.ended
	select {
	case <-left:
		t.Fatal("left while somebody waits for an answer")
	case <-time.After(50 * time.Millisecond):
	}
	if _, err := io.WriteString(c, "Host: x\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	c.answered(t)
	c.closed(t)
	<-left
}
