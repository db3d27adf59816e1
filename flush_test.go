package main

import (
	"net/http"
	"testing"
	"time"
)

// noFlush makes the flushes of the database's files fail from the n-th on, of each thread.
func noFlush(n string) string { return "inject=fsync,fdatasync:error=EIO:when=" + n + "+" }

// The disk says of a flush that it failed, while people talk: the process ends, having
// said why, and what was answered before is there. It is asked again for nothing: a
// second flush may say yes to what is lost.
func TestAFailedFlushEndsTheProcess(t *testing.T) {
	t.Parallel()
	for name, faults := range map[string]string{"from now on": noFlush("1"), "once": "inject=fsync,fdatasync:error=EIO:when=1"} {
		t.Run(name, func(t *testing.T) {
			k := newKillRun(t, build(t), databases["SQLite"](t))
			k.start(t)
			stop := k.chatter(t)
			k.answered(t, 50)
			k.hurt(t, append(k.files(), "-e", faults)...)
			if code := k.ends(t); code != exitFlush {
				t.Fatalf("the process ended with %d, want %d\n%s", code, exitFlush, k.errOut.String())
			}
			failed := time.Now()
			stop()
			if n := k.logged("level=ERROR", "the process ends", "flush"); n != 1 {
				t.Errorf("%d lines of the log say why, want one\n%s", n, k.errOut.String())
			}
			k.restarted(t, failed)
		})
	}
}

// What a process that died left in the write-ahead log may be there to be read and not be
// on the disk, so it is flushed anew before anything is taken: where that fails nothing is.
func TestAFailedFlushEndsTheStart(t *testing.T) {
	t.Parallel()
	k := newKillRun(t, build(t), databases["SQLite"](t))
	k.start(t)
	stop := k.chatter(t)
	k.answered(t, 50)
	k.kill(t)
	stop()
	k.under(t, append(k.files(), "-e", noFlush("1"))...)
	k.launch(t)
	if code := k.ends(t); code != exitFlush {
		t.Errorf("the process ended with %d, want %d\n%s", code, exitFlush, k.errOut.String())
	}
	k.before = nil
	k.restarted(t, time.Now())
}

// A write that fails is undone by the database: the delivery is refused, and all goes on
// once writes succeed.
func TestAFailedWriteIsRefused(t *testing.T) {
	t.Parallel()
	for _, fault := range []string{"pwrite64:error=EIO", "pwrite64:error=ENOSPC", "pwrite64:error=EIO:when=3+3"} {
		t.Run(fault, func(t *testing.T) {
			k := newKillRun(t, build(t), databases["SQLite"](t))
			k.start(t)
			stop := k.chatter(t)
			k.answered(t, 50)
			mend := k.hurt(t, append(k.files(), "-e", "inject="+fault)...)
			before := k.lines.refused(t)
			eventually(t, func() string {
				if k.lines.refused(t) < before+5 {
					return "nothing is refused"
				}
				return ""
			})
			mend()
			mended := time.Now()
			k.takes(t, mended)
			stop()
			k.kill(t)
			k.restarted(t, mended)
		})
	}
}

// takes checks that within ten seconds of a moment a delivery is answered 200 that began
// after it.
func (k *killRun) takes(t *testing.T, since time.Time) {
	t.Helper()
	eventuallyIn(t, 10*time.Second-time.Since(since), func() string {
		for _, e := range k.lines.entries(t) {
			if e.Command == "Group.CallbackAfterSendMsg" && e.Status == http.StatusOK && time.Unix(0, e.At).After(since) {
				return ""
			}
		}
		return "nothing is taken again\n" + k.errOut.String()
	})
	t.Logf("proof: taking again %.1f s after the fault was gone", time.Since(since).Seconds())
}

// answered waits until so many deliveries were answered 200.
func (k *killRun) answered(t *testing.T, n int) {
	t.Helper()
	eventually(t, func() string {
		if acked, _ := k.lines.read(t); len(acked) < n {
			return "too few deliveries were answered"
		}
		return ""
	})
}

// restarted starts the service again, and checks that what was answered before it
// ended is there, and that it takes in again.
func (k *killRun) restarted(t *testing.T, ended time.Time) {
	t.Helper()
	k.settle(t)
	acked, called := k.compare(t)
	t.Logf("proof: %d answered, %d messages called for, whole again %.1f s after the end", len(acked), len(called), time.Since(ended).Seconds())
}
