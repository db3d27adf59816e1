package testservers

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
)

// watchdog is a shell that waits for the end of its standard input. Only this
// process holds the other end, so the wait is over when this process ends,
// even by kill -9 or a test's time-out; then the server goes too, and its data.
//
// A parent-death signal would not do: it follows the thread that started the
// server, not the process, and leaves the data behind.
type watchdog struct {
	dir string
	cmd *exec.Cmd
	in  io.WriteCloser
}

// The shell reads the number of the process from a file, since a restarted
// server is another process. $1 folder, $2 signal.
const watchdogScript = `trap '' INT TERM HUP QUIT
cat >/dev/null
if read pid <"$1/watched"; then
  kill -CONT "$pid"; kill -"$2" "$pid"
  for i in 1 2 3 4 5 6 7 8 9 10; do kill -0 "$pid" || break; sleep 0.1; done
  kill -KILL "$pid"
fi 2>/dev/null
rm -rf "$1"`

func newWatchdog(dir string, sig syscall.Signal) (*watchdog, error) {
	cmd := exec.CommandContext(context.Background(), "/bin/sh", "-c", watchdogScript, "watchdog", dir, strconv.Itoa(int(sig)))
	cmd.Dir = "/"
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, fmt.Errorf("start the watchdog: %w", err)
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start the watchdog: %w", err)
	}
	return &watchdog{dir: dir, cmd: cmd, in: in}, nil
}

// follow names the process to end. The file is replaced whole, so that the
// watchdog never reads half a number.
func (w *watchdog) follow(pid int) error {
	fresh := filepath.Join(w.dir, "watched.new")
	if err := os.WriteFile(fresh, []byte(strconv.Itoa(pid)+"\n"), 0o600); err != nil {
		return fmt.Errorf("tell the watchdog: %w", err)
	}
	if err := os.Rename(fresh, filepath.Join(w.dir, "watched")); err != nil {
		return fmt.Errorf("tell the watchdog: %w", err)
	}
	return nil
}

// dismiss ends the watchdog of a server that has ended. It removes the data;
// it must not signal a process number that may belong to somebody else by now.
func (w *watchdog) dismiss() {
	if w == nil || w.cmd == nil {
		return
	}
	_ = os.Remove(filepath.Join(w.dir, "watched"))
	_ = w.in.Close()
	_ = w.cmd.Wait()
	w.cmd = nil
}
