package main

import (
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/takeback-chat/takeback/platforms/tencent/tencentsim"
)

// restartRun is a service whose socket somebody else holds, as systemd does.
type restartRun struct {
	*floodRun

	restarts int
	metrics  string
}

func newRestartRun(t *testing.T, database string) *restartRun {
	t.Helper()
	r := &restartRun{floodRun: &floodRun{killRun: newKillRun(t, build(t), database)}, restarts: 3}
	r.sim.SetFaults(tencentsim.Faults{})
	r.length = 10 * time.Second
	if proof() {
		r.restarts, r.length = 30, 60*time.Second
	}
	r.holdSockets(t)
	app := r.conf.Apps[0]
	r.signed = &stream{address: r.conf.Listen, rate: 100, connections: 20, request: deliveries(app, true)}
	r.strangers = &stream{address: r.conf.Listen, rate: 20, connections: 5, request: deliveries(app, false)}
	return r
}

// handingOver runs the service with its sockets as the first descriptors after the usual three.
var handingOver = []string{"sh", "-c", `LISTEN_PID=$$ LISTEN_FDS=2 LISTEN_FDNAMES=http:metrics exec "$@"`, "sh"}

// holdSockets opens the service's sockets and hands them to every process that is started.
func (r *restartRun) holdSockets(t *testing.T) {
	t.Helper()
	r.before, r.metrics = handingOver, freeAddress(t)
	for _, address := range []string{r.conf.Listen, r.metrics} {
		l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = l.Close() })
		f, err := l.(*net.TCPListener).File() //nolint:forcetypeassert // that is what tcp gives
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = f.Close() })
		r.opened = append(r.opened, f)
	}
}

// A platform posts all the time while the service is restarted again and again: no
// connection is refused, none breaks, everything is answered 200 and kept, once.
func TestARestartRefusesNobodyAndLosesNothing(t *testing.T) {
	onBoth(t, func(t *testing.T, database string) {
		t.Helper()
		r := newRestartRun(t, database)
		r.start(t)
		ended := make(chan struct{})
		go func() { defer close(ended); r.flood(t) }()
		for range r.restarts {
			time.Sleep(r.length / time.Duration(2*r.restarts))
			r.restart(t)
		}
		<-ended
		defer r.kill(t)
		for s, want := range map[*stream]int{r.signed: http.StatusOK, r.strangers: http.StatusUnauthorized} {
			t.Logf("proof: %d restarts: %s", r.restarts, s.figures())
			if len(s.answers) != 1 || len(s.answers[want]) != s.sent || s.sent == 0 || len(s.broken) > 0 {
				t.Errorf("not all were answered %d: %s\n%s", want, s.figures(), r.errOut.String())
			}
		}
		if slowest := r.signed.answers[http.StatusOK]; proof() && len(slowest) > 0 && slowest[len(slowest)-1] > 2*time.Second {
			t.Error("the platform waits two seconds for an answer")
		}
		r.normal(t, time.Now())
		r.all(t)
		if n := metric(t, r.metrics, "go_goroutines"); n < 1 {
			t.Errorf("%v goroutines", n)
		}
	})
}

// restart stops the service as a service manager does, and starts it once it has ended.
func (r *restartRun) restart(t *testing.T) {
	t.Helper()
	if err := r.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := r.cmd.Wait(); err != nil {
		t.Fatalf("the service ended with: %v\n%s", err, r.errOut.String())
	}
	r.start(t)
}

// Sockets that cannot be what they are said to be end the start with a sentence.
func TestSocketsThatAreNone(t *testing.T) {
	pid := strconv.Itoa(os.Getpid())
	for name, c := range map[string]struct {
		env  map[string]string
		want string // of the error; empty: none
	}{
		"none":                {map[string]string{}, ""},
		"for another process": {map[string]string{"LISTEN_PID": "1", "LISTEN_FDS": "1"}, ""},
		"no number":           {map[string]string{"LISTEN_PID": pid, "LISTEN_FDS": "many"}, "no number of sockets"},
	} {
		t.Run(name, func(t *testing.T) {
			s, err := handedOver(func(key string) string { return c.env[key] })
			if c.want == "" && (err != nil || s.main != nil || s.metrics != nil) || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
				t.Errorf("handed over %+v, %v, want an error with %q", s, err, c.want)
			}
		})
	}
	k := newKillRun(t, build(t), databases["SQLite"](t))
	k.before = handingOver
	k.launch(t) // nothing is handed over
	if code := k.ends(t); code != exitUsage || !strings.Contains(k.errOut.String(), "no listening socket") {
		t.Errorf("the service ended with %d\n%s", code, k.errOut.String())
	}
}
