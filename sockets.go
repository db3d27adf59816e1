package main

import (
	"context"
	"net"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// firstSocket is the descriptor of the first socket that is handed over.
const firstSocket = 3

// metricsSocket is the name under which the socket for metrics is handed over; any other
// name, and none, is for webhooks, API and console.
const metricsSocket = "metrics"

// sockets are listening sockets that whoever started the process opened before and keeps open
// after it, as systemd does for a socket unit. Who connects while no process runs waits in them.
type sockets struct{ main, metrics net.Listener }

// handedOver takes the sockets that the environment tells of, by the protocol of
// sd_listen_fds(3). Without any both are nil.
func handedOver(getenv func(string) string) (s sockets, err error) {
	if getenv("LISTEN_PID") != strconv.Itoa(os.Getpid()) {
		return sockets{}, nil // none, or meant for the process that started this one
	}
	n, err := strconv.Atoi(getenv("LISTEN_FDS"))
	if err != nil || n < 1 {
		return sockets{}, usage("LISTEN_FDS=%s is no number of sockets", getenv("LISTEN_FDS"))
	}
	names := strings.Split(getenv("LISTEN_FDNAMES"), ":")
	for i := range n {
		to := &s.main
		if i < len(names) && names[i] == metricsSocket {
			to = &s.metrics
		}
		if *to != nil {
			s.close()
			return sockets{}, usage("of the %d sockets that were handed over two are for the same; name one %q in its FileDescriptorName", n, metricsSocket)
		}
		if *to, err = socket(firstSocket + i); err != nil {
			s.close()
			return sockets{}, err
		}
	}
	return s, nil
}

// socket makes a listener of a descriptor.
func socket(fd int) (net.Listener, error) {
	syscall.CloseOnExec(fd)
	f := os.NewFile(uintptr(fd), "socket") //nolint:gosec // a small number
	if f == nil {
		return nil, usage("the descriptor %d that was handed over is not open", fd)
	}
	defer f.Close() // the listener has one of its own
	l, err := net.FileListener(f)
	if err != nil {
		return nil, usage("the descriptor %d that was handed over is no listening socket: %w", fd, err)
	}
	return l, nil
}

func (s sockets) close() {
	for _, l := range []net.Listener{s.main, s.metrics} {
		if l != nil {
			_ = l.Close()
		}
	}
}

const (
	// leaveTime is how long connections have for the request that will be their last.
	leaveTime = 5 * time.Second
	// lastTime is how long those who were let in last have, while others wait at the door.
	lastTime = time.Second
)

// handOver ends what may take its time while everybody is still served, so that the next
// process comes to the door soon after this one has left it. Who knocks between waits.
func (a *app) handOver(ctx context.Context, jobsEnded <-chan struct{}) {
	a.log.InfoContext(ctx, "the socket is handed over to the next process")
	drain, cancel := context.WithTimeout(ctx, leaveTime)
	defer cancel()
	a.connections.Drain(drain)
	select {
	case <-jobsEnded:
	case <-time.After(stopTime):
	}
	last, cancelLast := context.WithTimeout(ctx, lastTime)
	defer cancelLast()
	a.connections.Leave(last)
}
