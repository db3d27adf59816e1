//go:build failpoints

package failpoint

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"
)

const stall = 3 * time.Second

type fault struct {
	action string
	at     int
}

var (
	planned = plan(os.Getenv("FAILPOINTS"))
	logFile = os.Getenv("FAILPOINTS_LOG")

	mu  sync.Mutex // guards met
	met = map[string]int{}
)

func plan(text string) map[string]fault {
	all := map[string]fault{}
	for one := range strings.SplitSeq(text, ",") {
		name, rest, ok := strings.Cut(one, "=")
		action, times, counted := strings.Cut(rest, "@")
		at, err := strconv.Atoi(times)
		if ok && (!counted || err != nil) {
			panic("FAILPOINTS: " + one + ", want NAME=ACTION@TIMES")
		}
		all[name] = fault{action, at}
	}
	return all
}

// Hit is the place of a name. Its error stands for that of what is done there: it wraps
// io.ErrUnexpectedEOF, as that of a connection that breaks.
func Hit(name string) error {
	mu.Lock()
	met[name]++
	n := met[name]
	if logFile != "" {
		f, err := os.OpenFile(logFile, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
		if err == nil {
			_, _ = f.WriteString(name + "\n")
			_ = f.Close()
		}
	}
	mu.Unlock()
	if f := planned[name]; f.at == n {
		return f.happen(name)
	}
	return nil
}

func (f fault) happen(name string) error {
	switch f.action {
	case "error":
		return fmt.Errorf("failpoint %s: %w", name, io.ErrUnexpectedEOF)
	case "panic":
		panic("failpoint " + name)
	case "exit":
		os.Exit(99)
	case "stall":
		time.Sleep(stall)
	}
	return nil
}

// Around marks what do does as NAME.before and NAME.after.
func Around(name string, do func() error) error {
	if err := Hit(name + ".before"); err != nil {
		return err
	}
	if err := do(); err != nil {
		return err
	}
	return Hit(name + ".after")
}

// Transport marks the calls of a client, before they leave and after their answer came, as
// NAME.before and NAME.after.
func Transport(name string, next http.RoundTripper) http.RoundTripper {
	if next == nil {
		next = http.DefaultTransport
	}
	return transport{name, next}
}

type transport struct {
	name string
	next http.RoundTripper
}

func (t transport) RoundTrip(r *http.Request) (*http.Response, error) {
	if err := Hit(t.name + ".before"); err != nil {
		return nil, err
	}
	resp, err := t.next.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	if err := Hit(t.name + ".after"); err != nil {
		_ = resp.Body.Close()
		return nil, err
	}
	return resp, nil
}
