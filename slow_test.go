package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/takeback-chat/takeback/platforms/tencent/tencentsim"
)

// slowRun is the service with clients that keep connections busy and say next to nothing.
type slowRun struct {
	*killRun

	each    int // slow clients of each kind
	idlers  int // clients that were answered and stay
	metrics string
}

// slowKinds are what slow clients send at once; then follows a byte a second.
var slowKinds = map[string]func(*slowRun) string{
	"nothing": func(*slowRun) string { return "" },
	"headers": func(*slowRun) string { return "POST /webhooks/demo/x HTTP/1.1\r\nHost: takeback\r\nX-Slow: " },
	"a body of the platform": func(r *slowRun) string {
		return fmt.Sprintf("POST %s?%s HTTP/1.1\r\nHost: takeback\r\nContent-Length: %d\r\n\r\n{", r.path(), signedQuery(r.conf.Apps[0])(time.Now()), 1<<20)
	},
	"a body of a stranger": func(*slowRun) string {
		return "POST /webhooks/demo/guessed HTTP/1.1\r\nHost: takeback\r\nContent-Length: 1048576\r\n\r\n{"
	},
	"idle after an answer": func(*slowRun) string { return "GET /healthz HTTP/1.1\r\nHost: takeback\r\n\r\n" },
}

func (r *slowRun) path() string {
	return "/webhooks/" + demoApp + "/" + r.conf.Apps[0].PathSecret.Reveal()
}

// Slow and silent clients cost others nothing: every delivery meanwhile is answered 200.
// They are ended by the service, and with them goes what they cost.
func TestSlowClientsHurtNobody(t *testing.T) {
	t.Parallel()
	r := &slowRun{killRun: newKillRun(t, build(t), databases["SQLite"](t)), each: 60, idlers: 60, metrics: freeAddress(t)}
	if proof() {
		r.each, r.idlers = 2000/(len(slowKinds)-1), 2000 // together as many as may be open at once, nearly
	}
	r.sim.SetFaults(tencentsim.Faults{})
	r.env = append(r.env, "TAKEBACK_METRICS_LISTEN="+r.metrics)
	r.start(t)
	defer r.kill(t)
	platform := &stream{address: r.conf.Listen, rate: 100, connections: 10, request: deliveries(r.conf.Apps[0], true)}
	platform.run(t.Context(), time.Second)
	before := metric(t, r.metrics, "go_goroutines")
	ctx, stop := context.WithCancel(t.Context())
	var clients, load sync.WaitGroup
	const idle = "idle after an answer"
	defer r.idle(t, slowKinds[idle](r))() // for two minutes: they are there before those that are soon ended
	for name, send := range slowKinds {
		if name == idle {
			continue
		}
		for range r.each {
			clients.Go(func() { r.drip(ctx, t, name, send(r)) })
		}
	}
	load.Go(func() { platform.run(ctx, 40*time.Second) })
	eventually(t, func() string {
		if n := metric(t, r.metrics, "go_goroutines"); n < before+float64((len(slowKinds)-1)*r.each+r.idlers) {
			return fmt.Sprintf("%.0f goroutines: the slow clients are not there", n)
		}
		return ""
	})
	heap := r.alive(t)
	clients.Wait()
	load.Wait()
	stop()
	all := r.each*(len(slowKinds)-1) + r.idlers
	t.Logf("proof: %d slow clients, %d of them idle; the platform: %s; heap meanwhile %.0f MB", all, r.idlers, platform.figures(), heap/(1<<20))
	if len(platform.answers) != 1 || len(platform.answers[http.StatusOK]) == 0 || len(platform.broken) > 0 {
		t.Errorf("others were not all answered 200: %s", platform.figures())
	}
	if heap > float64(64<<20+all*(32<<10)) {
		t.Errorf("the slow clients cost %.0f MB of heap", heap/(1<<20))
	}
	r.recovers(t, before)
}

// drip sends a byte a second after the first words, until the service hangs up.
func (r *slowRun) drip(ctx context.Context, t *testing.T, kind, first string) {
	t.Helper()
	c, err := (&net.Dialer{}).DialContext(ctx, "tcp", r.conf.Listen)
	if err != nil {
		t.Errorf("%s: %v", kind, err)
		return
	}
	defer c.Close()
	if _, err := io.WriteString(c, first); err != nil {
		t.Errorf("%s: %v", kind, err)
		return
	}
	in := bufio.NewReader(c)
	for end := time.Now().Add(patience); time.Now().Before(end); {
		_ = c.SetReadDeadline(time.Now().Add(time.Second))
		if _, err := in.WriteTo(io.Discard); !errors.Is(err, os.ErrDeadlineExceeded) {
			return // hung up
		}
		if first == "" {
			continue
		}
		if _, err := c.Write([]byte("x")); err != nil {
			return
		}
	}
	t.Errorf("%s: the service never hangs up", kind)
}

// idle opens connections that were answered once and stay open.
func (r *slowRun) idle(t *testing.T, first string) (end func()) {
	t.Helper()
	var all []net.Conn
	for range r.idlers {
		c, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", r.conf.Listen)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(c, first); err != nil {
			t.Fatal(err)
		}
		all = append(all, c)
	}
	return func() {
		for _, c := range all {
			_ = c.Close()
		}
	}
}

// recovers waits until nothing is left of the slow clients but the idle ones.
func (r *slowRun) recovers(t *testing.T, before float64) {
	t.Helper()
	eventually(t, func() string {
		heap, goroutines := r.alive(t), metric(t, r.metrics, "go_goroutines")
		if goroutines > before+float64(2*r.idlers)+20 {
			return fmt.Sprintf("%.0f goroutines, before the slow clients %.0f", goroutines, before)
		}
		if heap > float64(64<<20+r.idlers*(32<<10)) {
			return fmt.Sprintf("%.0f MB of heap", heap/(1<<20))
		}
		t.Logf("proof: afterwards %.0f goroutines, before %.0f; %.0f MB of heap; the process at most %d MB",
			goroutines, before, heap/(1<<20), memory(t, r.cmd.Process.Pid, "VmHWM")>>20)
		return ""
	})
}

// alive collects the service's garbage and says how much of its heap is left.
func (r *slowRun) alive(t *testing.T) float64 {
	t.Helper()
	resp, err := http.Get("http://" + r.metrics + "/debug/pprof/heap?gc=1")
	if err != nil {
		t.Fatal(err)
	}
	_, err = io.Copy(io.Discard, resp.Body)
	_ = resp.Body.Close()
	if err != nil {
		t.Fatal(err)
	}
	return metric(t, r.metrics, "go_memstats_heap_alloc_bytes")
}

// metric reads one figure without labels of those that a service serves at an address.
func metric(t *testing.T, address, name string) float64 {
	t.Helper()
	resp, err := http.Get("http://" + address + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	for l := range strings.Lines(string(text)) {
		if value, ok := strings.CutPrefix(l, name+" "); ok {
			n, err := strconv.ParseFloat(strings.TrimSpace(value), 64)
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
	}
	t.Fatalf("there is no figure %s", name)
	return 0
}
