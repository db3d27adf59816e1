package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// under lets the service run beneath strace, which tampers with its system calls as
// the arguments say. The service is our own child, and strace a process beside it.
func (c *child) under(t *testing.T, args ...string) {
	t.Helper()
	c.before = append([]string{"strace", "-D", "-f", "-qq", "--seccomp-bpf", "-o", filepath.Join(t.TempDir(), "strace")}, args...)
}

// files are the flags by which strace minds only what is done to the database's files.
func (c *child) files() []string {
	path := strings.TrimPrefix(c.conf.Database, "sqlite:")
	return []string{"-P", path, "-P", path + "-wal"}
}

// hurt tampers with the system calls of the service until mend is called.
func (c *child) hurt(t *testing.T, args ...string) (mend func()) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "strace", append([]string{"-f", "-o", os.DevNull, "-p", itoa(uint32(c.cmd.Process.Pid))}, args...)...) //nolint:gosec // a process id
	var said locked
	cmd.Stderr = &said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	mend = sync.OnceFunc(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM) // it lets go of the service
		_ = cmd.Wait()
	})
	t.Cleanup(mend)
	eventually(t, func() string {
		if !strings.Contains(said.String(), "attached") {
			return "strace is not attached: " + said.String()
		}
		return ""
	})
	return mend
}

// ends waits until the service has ended by itself and returns its exit code.
func (c *child) ends(t *testing.T) int {
	t.Helper()
	ended := time.AfterFunc(patience, func() { _ = c.cmd.Process.Kill() })
	defer ended.Stop()
	_ = c.cmd.Wait()
	return c.cmd.ProcessState.ExitCode()
}

// logged counts the lines of the log that hold all of some words.
func (c *child) logged(words ...string) (n int) {
lines:
	for line := range bytes.Lines([]byte(c.errOut.String())) {
		for _, w := range words {
			if !strings.Contains(string(line), w) {
				continue lines
			}
		}
		n++
	}
	return n
}
