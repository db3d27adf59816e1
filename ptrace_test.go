package main

import (
	"fmt"
	"runtime"
	"slices"
	"syscall"
	"unsafe"
)

// deadly are the system calls by which something leaves the process: for the disk, the
// log, Redis, the platform and whoever called.
var deadly = []uint64{syscall.SYS_FSYNC, syscall.SYS_FDATASYNC, syscall.SYS_PWRITE64, syscall.SYS_WRITE, syscall.SYS_SENDTO}

const (
	ptraceSyscallInfo = 0x420e   // PTRACE_GET_SYSCALL_INFO
	exitKill          = 0x100000 // PTRACE_O_EXITKILL
	syscallStop       = syscall.SIGTRAP | 0x80
)

// tracer runs the service and counts its deadly system calls over all threads, which
// strace does for each thread alone: at the last of so many it kills the service, before
// the call is made.
type tracer struct {
	die    int // at which call; 0: at none
	calls  int
	status syscall.WaitStatus // how the service ended
	err    error
	ended  chan struct{}
}

// traced launches the service under a tracer.
func (c *child) traced(die int) *tracer {
	tr := &tracer{die: die, ended: make(chan struct{})}
	began := make(chan struct{})
	go func() {
		defer close(tr.ended)
		runtime.LockOSThread() // it is a thread that traces
		defer runtime.UnlockOSThread()
		c.prepare()
		c.cmd.SysProcAttr = &syscall.SysProcAttr{Ptrace: true, Setpgid: true} // a group, so that nobody else's child is waited for
		tr.err = c.cmd.Start()
		close(began)
		if tr.err != nil {
			return
		}
		tr.err = tr.follow(c.cmd.Process.Pid)
		_ = c.cmd.Wait() // it is gone; what it printed is read to the end
	}()
	<-began
	return tr
}

// follow traces a process to its end.
func (tr *tracer) follow(pid int) error {
	const options = syscall.PTRACE_O_TRACESYSGOOD | syscall.PTRACE_O_TRACECLONE | exitKill
	var ws syscall.WaitStatus
	if _, err := syscall.Wait4(pid, &ws, syscall.WALL, nil); err != nil {
		return fmt.Errorf("wait for the service to begin: %w", err)
	}
	if err := syscall.PtraceSetOptions(pid, options); err != nil {
		return fmt.Errorf("trace the service: %w", err)
	}
	_ = syscall.PtraceSyscall(pid, 0)
	for {
		tid, err := syscall.Wait4(-pid, &ws, syscall.WALL, nil)
		switch {
		case err == syscall.EINTR:
		case err != nil:
			return fmt.Errorf("wait for the service: %w", err)
		case ws.Stopped():
			tr.stopped(pid, tid, ws)
		case tid == pid:
			tr.status = ws
			return nil
		}
	}
}

// stopped looks at why a thread stands, and lets it go on. What fails here is that it
// was killed meanwhile.
func (tr *tracer) stopped(pid, tid int, ws syscall.WaitStatus) {
	deliver := 0
	switch sig := ws.StopSignal(); sig {
	case syscallStop:
		if slices.Contains(deadly, entered(tid)) {
			if tr.calls++; tr.calls == tr.die {
				_ = syscall.Kill(pid, syscall.SIGKILL)
			}
		}
	case syscall.SIGTRAP, syscall.SIGSTOP: // a thread was born, here and there
	default:
		deliver = int(sig)
	}
	_ = syscall.PtraceSyscall(tid, deliver)
}

// entered is the number of the system call that a thread is about to make.
func entered(tid int) uint64 {
	var info struct {
		op     uint8
		_      [3]byte
		arch   uint32
		ip, sp uint64
		nr     uint64
		rest   [64]byte
	}
	_, _, err := syscall.RawSyscall6(syscall.SYS_PTRACE, ptraceSyscallInfo, uintptr(tid), unsafe.Sizeof(info), uintptr(unsafe.Pointer(&info)), 0, 0)
	if err != 0 || info.op != 1 { // not the entry
		return ^uint64(0)
	}
	return info.nr
}
