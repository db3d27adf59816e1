package testservers

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync"
	"syscall"
	"time"
)

// startLimit is how long a server may take to answer: far more than it needs,
// because tests of many packages share the machine.
const startLimit = 60 * time.Second

// Server is one private server process. Its methods are for the test's own
// goroutine; what goes wrong in them ends the test.
type Server struct {
	program string                      // for sentences: "postgres"
	url     string                      // what clients connect to; the same after a restart
	dir     string                      // everything the server writes
	argv    []string                    // how it is started, again and again
	cred    *syscall.Credential         // whom it runs as; nil: as we do
	crash   syscall.Signal              // ends it at once, nothing tidied up
	answers func(context.Context) error // nil when the server takes requests
	fail    func(format string, args ...any)

	mu       sync.Mutex // guards what follows
	process  *os.Process
	exited   chan struct{} // closed when process is gone
	watchdog *watchdog
}

// URL is the address clients use. It stays the same across Restart.
func (s *Server) URL() string { return s.url }

// Dir is the folder with everything that the server writes: its data and its log.
func (s *Server) Dir() string { return s.dir }

// Pid is the process that runs now.
func (s *Server) Pid() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.process.Pid
}

// Kill ends the server as a crash would: it gets no time to tidy up.
func (s *Server) Kill() { s.end(s.crash) }

// Shutdown ends the server in good order.
func (s *Server) Shutdown() { s.end(syscall.SIGTERM) }

// Restart starts the server again on the same port with the data it left
// behind, ending it first when it still runs, and returns when it answers.
func (s *Server) Restart() {
	s.end(s.crash)
	if err := s.start(); err != nil {
		s.fail("restart %s: %v", s.program, err)
	}
}

// Freeze stops the process without ending it: connections stay open and
// nothing answers, as with a host that hangs.
func (s *Server) Freeze() { s.signal(syscall.SIGSTOP) }

// Thaw lets a frozen server go on.
func (s *Server) Thaw() { s.signal(syscall.SIGCONT) }

// Close ends the server and removes its data. Closing twice does no harm.
func (s *Server) Close() {
	s.signal(syscall.SIGCONT)
	s.end(s.crash)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.watchdog.dismiss()
}

// start runs the process and returns when it answers.
func (s *Server) start() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	log, err := os.OpenFile(s.logFile(), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("open the log of %s: %w", s.program, err)
	}
	defer log.Close()
	cmd := exec.CommandContext(context.Background(), s.argv[0], s.argv[1:]...)
	cmd.Dir, cmd.Stdout, cmd.Stderr = s.dir, log, log
	cmd.Env = append(os.Environ(), "LC_ALL=C")
	// A group of its own: Ctrl-C in the terminal reaches the tests, which then end the server.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Credential: s.cred}
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("start %s: %w", s.program, err)
	}
	s.process, s.exited = cmd.Process, make(chan struct{})
	go func(exited chan struct{}) {
		_ = cmd.Wait() // how it ended is told by its log
		close(exited)
	}(s.exited)
	if err := s.watch(); err != nil {
		return err
	}
	return s.awaitAnswer()
}

// watch tells the watchdog which process to end.
func (s *Server) watch() error {
	if s.watchdog == nil {
		w, err := newWatchdog(s.dir, s.crash)
		if err != nil {
			return err
		}
		s.watchdog = w
	}
	return s.watchdog.follow(s.process.Pid)
}

// awaitAnswer asks until the server answers, ends, or the limit has passed.
// It is the one place that polls: neither server can tell us that it is ready.
func (s *Server) awaitAnswer() error {
	ctx, cancel := context.WithTimeout(context.Background(), startLimit)
	defer cancel()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for {
		err := s.answers(ctx)
		if err == nil {
			return nil
		}
		select {
		case <-s.exited:
			return fmt.Errorf("%s ended at once:\n%s", s.program, s.lastWords())
		case <-ctx.Done():
			return fmt.Errorf("%s did not answer within %s: %w\n%s", s.program, startLimit, err, s.lastWords())
		case <-tick.C:
		}
	}
}

// end sends the signal and waits until the process is gone.
func (s *Server) end(sig syscall.Signal) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.process == nil {
		return
	}
	_ = s.process.Signal(sig) // an error only says that it has ended already
	<-s.exited
	s.process = nil
}

func (s *Server) signal(sig syscall.Signal) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.process != nil {
		_ = s.process.Signal(sig) // an error only says that it has ended already
	}
}

func (s *Server) logFile() string { return filepath.Join(s.dir, s.program+".log") }

// lastWords is the end of the server's log, for a failure message.
func (s *Server) lastWords() string {
	log, err := os.ReadFile(s.logFile())
	if err != nil {
		return err.Error()
	}
	return string(log[max(0, len(log)-2000):])
}

// freePort asks the kernel for a loopback port nobody listens on. Somebody may
// take it before the server does; starters try again with another one.
func freePort() (string, error) {
	l, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		return "", fmt.Errorf("find a free loopback port: %w", err)
	}
	defer l.Close()
	return strconv.Itoa(l.Addr().(*net.TCPAddr).Port), nil
}
