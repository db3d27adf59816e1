package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/takeback-chat/takeback/config"
)

// stream is load of one kind that is offered at a rate, on connections that stay open,
// whether or not the service keeps up: a connection that is late sends what is due at once.
type stream struct {
	address     string
	rate        int // requests a second, of all connections together
	connections int
	request     func(to *bytes.Buffer, n int) // writes the n-th

	mu       sync.Mutex // guards what follows
	answers  map[int][]time.Duration
	statuses map[int]int // by number of the request
	broken   map[string]int
	sent     int
}

// run offers the load for a time and waits for the last answers.
func (s *stream) run(ctx context.Context, length time.Duration) {
	s.answers, s.statuses, s.broken = map[int][]time.Duration{}, map[int]int{}, map[string]int{}
	s.sent = 0
	begin := time.Now()
	var all sync.WaitGroup
	for first := range s.connections {
		all.Go(func() { s.talk(ctx, begin, length, first) })
	}
	all.Wait()
}

// talk sends on one connection every request that is its own, each when it is due.
func (s *stream) talk(ctx context.Context, begin time.Time, length time.Duration, first int) {
	var c line
	defer c.close()
	for n := first; n < int(length.Seconds()*float64(s.rate)); n += s.connections {
		time.Sleep(time.Until(begin.Add(time.Duration(n) * time.Second / time.Duration(s.rate))))
		if time.Since(begin) > length || ctx.Err() != nil {
			return
		}
		s.one(ctx, &c, n)
	}
}

// one sends the n-th request and notes how it was answered.
func (s *stream) one(ctx context.Context, c *line, n int) (status int) {
	var request bytes.Buffer
	s.request(&request, n)
	began := time.Now()
	status, err := c.ask(ctx, s.address, request.Bytes())
	took := time.Since(began)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sent++
	if err != nil {
		s.broken[err.Error()]++
		return 0
	}
	s.answers[status] = append(s.answers[status], took)
	s.statuses[n] = status
	return status
}

// again sends everything once more that was not answered 200, as the platform does, until it
// is, and returns how many requests that took.
func (s *stream) again(ctx context.Context, t *testing.T) (sent int) {
	t.Helper()
	var owed []int
	for n, status := range s.statuses {
		if status != http.StatusOK {
			owed = append(owed, n)
		}
	}
	var all sync.WaitGroup
	const beside = 64
	var mu sync.Mutex
	for part := range beside {
		all.Go(func() {
			var c line
			defer c.close()
			for i := part; i < len(owed); i += beside {
				for end := time.Now().Add(patience); s.one(ctx, &c, owed[i]) != http.StatusOK && time.Now().Before(end); {
					time.Sleep(10 * time.Millisecond)
				}
				mu.Lock()
				sent++
				mu.Unlock()
			}
		})
	}
	all.Wait()
	return sent
}

// figures are what became of the load, in a line.
func (s *stream) figures() string {
	var b strings.Builder
	_, _ = fmt.Fprintf(&b, "%d sent", s.sent)
	for status, took := range s.answers {
		slices.Sort(took)
		_, _ = fmt.Fprintf(&b, "; %d: %d, p50 %s, p99 %s, max %s ms", status, len(took), quantile(took, 0.5), quantile(took, 0.99), quantile(took, 1))
	}
	for why, n := range s.broken {
		_, _ = fmt.Fprintf(&b, "; %s: %d", why, n)
	}
	return b.String()
}

// line is a connection on which request follows request; it is opened when it is needed.
type line struct {
	conn net.Conn
	in   *bufio.Reader
}

func (c *line) ask(ctx context.Context, address string, request []byte) (status int, err error) {
	if c.conn == nil {
		if c.conn, err = (&net.Dialer{Timeout: patience}).DialContext(ctx, "tcp", address); err != nil {
			return 0, fmt.Errorf("connect: %w", reason(err))
		}
		c.in = bufio.NewReaderSize(c.conn, 1024)
	}
	_ = c.conn.SetDeadline(time.Now().Add(patience))
	if _, err := c.conn.Write(request); err != nil {
		c.close()
		return 0, fmt.Errorf("send: %w", reason(err))
	}
	status, last, err := c.answer()
	if err != nil || last {
		c.close()
	}
	if err != nil {
		return 0, fmt.Errorf("read the answer: %w", reason(err))
	}
	return status, nil
}

// answer reads one answer with a length, by hand, so that most of the machine is the
// service's; last says that none will follow on this connection.
func (c *line) answer() (status int, last bool, err error) {
	length := 0
	for n := 0; ; n++ {
		l, err := c.in.ReadSlice('\n')
		if err != nil {
			return 0, false, err //nolint:wrapcheck // said by the caller
		}
		name, value, _ := bytes.Cut(bytes.TrimSpace(l), []byte(" "))
		switch {
		case n == 0:
			status, err = strconv.Atoi(string(value[:min(3, len(value))]))
		case len(name) == 0:
			_, err = c.in.Discard(length)
			return status, last, err //nolint:wrapcheck // said by the caller
		case string(name) == "Content-Length:":
			length, err = strconv.Atoi(string(value))
		case string(name) == "Connection:":
			last = string(value) == "close"
		}
		if err != nil {
			return 0, false, err //nolint:wrapcheck // said by the caller
		}
	}
}

func (c *line) close() {
	if c.conn != nil {
		_ = c.conn.Close()
		c.conn = nil
	}
}

// reason is an error of the network without the addresses, which differ.
func reason(err error) error {
	for _, inner := range []error{os.ErrDeadlineExceeded, io.EOF, io.ErrUnexpectedEOF} {
		if strings.HasSuffix(err.Error(), inner.Error()) {
			return inner
		}
	}
	if i := strings.LastIndex(err.Error(), ": "); i >= 0 {
		return fmt.Errorf("%s", err.Error()[i+2:]) //nolint:err113 // a word for a table
	}
	return err
}

// deliveries writes webhooks of an app, signed or not; the n-th is message n/floodGroups+1 of
// group n%floodGroups.
func deliveries(app config.App, signed bool) func(*bytes.Buffer, int) {
	query, path := signedQuery(app), "/webhooks/"+app.ID+"/"+app.PathSecret.Reveal()
	return func(to *bytes.Buffer, n int) {
		now := time.Now()
		q := query(now)
		if !signed {
			q = strings.Replace(q, "&Sign=", "&Sign=0", 1)
		}
		body := fmt.Sprintf(benchBody, n%floodGroups, n, n/floodGroups+1, now.Unix(), n)
		_, _ = fmt.Fprintf(to, "POST %s?%s HTTP/1.1\r\nHost: takeback\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", path, q, len(body), body)
	}
}

// memory returns what a line of /proc/PID/status says, in bytes.
func memory(t *testing.T, pid int, name string) int64 {
	t.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		t.Fatal(err)
	}
	for l := range strings.Lines(string(text)) {
		if value, ok := strings.CutPrefix(l, name+":"); ok {
			kb, err := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(value), " kB"), 10, 64)
			if err != nil {
				t.Fatal(err)
			}
			return kb << 10
		}
	}
	t.Fatalf("/proc/%d/status has no %s", pid, name)
	return 0
}
