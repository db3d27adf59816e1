package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/takeback-chat/takeback/models/store"
)

// stopTime is how long a stopping service waits for requests that are under way.
const stopTime = 10 * time.Second

// Run serves until ctx ends, then stops gracefully: no new requests, those under
// way answered, claimed recalls finished, and only then the store is closed.
func (a *app) Run(ctx context.Context) error {
	defer a.closeTraces() // last of all, for what the others pass in the end
	defer func() {
		if err := a.store.Close(); err != nil {
			a.log.ErrorContext(ctx, "store not closed", slog.Any("error", err))
		}
	}()
	defer func() { _ = a.strikes.Close() }()
	work, stopWork := context.WithCancel(context.WithoutCancel(ctx))
	defer stopWork()
	g, gctx := errgroup.WithContext(work)
	a.serve(g, a.listener, a.http)
	if a.metricsListener != nil {
		a.serve(g, a.metricsListener, a.metricsHTTP)
	}
	if a.paced {
		g.Go(func() error { return paceGarbage(gctx) })
	}
	g.Go(func() error { return a.store.Watch(gctx) })
	g.Go(func() error { return a.rules.Run(gctx) })
	g.Go(func() error { return a.stopFile.Run(gctx) })
	g.Go(func() error { return a.health.Run(gctx) })
	g.Go(func() error { return watchReading(gctx, a.strikes) })
	g.Go(func() error { return a.checkpoints.Run(gctx) })
	g.Go(func() error { return (&slotCounter{a.store, a.log}).Run(gctx) })
	jobsCtx, stopJobs := context.WithCancel(gctx)
	defer stopJobs()
	jobsEnded := make(chan struct{})
	g.Go(func() error { defer close(jobsEnded); a.appear(jobsCtx); return a.jobs.Run(jobsCtx) })
	g.Go(func() error { return a.codes.Run(gctx) })
	g.Go(func() error {
		select {
		case <-ctx.Done():
		case <-gctx.Done(): // a part failed: stop the rest
		}
		a.stopping.Store(true)
		if a.held {
			stopJobs()
			a.handOver(context.WithoutCancel(ctx), jobsEnded)
		}
		a.stop(context.WithoutCancel(ctx), stopWork)
		return nil
	})
	return a.ended(ctx, g.Wait())
}

// appear takes up at once what a process that died had under way.
func (a *app) appear(ctx context.Context) {
	switch n, err := a.store.Appear(ctx); {
	case err != nil && ctx.Err() == nil:
		a.log.WarnContext(ctx, "what a dead process had under way is driven on in half a minute and not at once", slog.Any("error", err))
	case n > 0:
		a.log.InfoContext(ctx, "what a dead process had under way is driven on", slog.Int64("recalls", n))
	}
}

// ended says why the service does not serve any more; nil: it was told to stop.
func (a *app) ended(ctx context.Context, err error) error {
	switch {
	case err == nil, errors.Is(err, context.Canceled):
		return nil
	case errors.Is(err, store.ErrFlush):
		a.log.ErrorContext(ctx, "the process ends, since a flush to the database's disk failed: look at the disk, then start it again", slog.Any("error", err))
		return codedError{code: exitFlush} // all is said
	}
	return fmt.Errorf("serve: %w", err)
}

func (a *app) serve(g *errgroup.Group, l net.Listener, s *http.Server) {
	g.Go(func() error {
		err := s.Serve(l)
		left := a.stopping.Load() && errors.Is(err, net.ErrClosed)
		if !left && !errors.Is(err, http.ErrServerClosed) {
			return fmt.Errorf("listen on %s: %w", l.Addr(), err)
		}
		return nil
	})
}

// stop ends the parts in the order in which work runs through them.
func (a *app) stop(ctx context.Context, stopWork context.CancelFunc) {
	a.log.InfoContext(ctx, "stopping")
	ctx, cancel := context.WithTimeout(ctx, stopTime)
	defer cancel()
	for _, s := range []*http.Server{a.http, a.metricsHTTP} {
		if s == nil {
			continue
		}
		if err := s.Shutdown(ctx); err != nil {
			_ = s.Close()
		}
	}
	recorded := make(chan struct{})
	go func() { defer close(recorded); a.intake.Wait() }()
	select {
	case <-recorded:
	case <-ctx.Done(): // one that does not come to an end must not keep the process
	}
	stopWork()
}

// URL is the address that the service answers at on this machine.
func (a *app) URL() string { return "http://" + a.listener.Addr().String() }

// listen opens a port, or says in a sentence why not.
func listen(ctx context.Context, address, setting string) (net.Listener, error) {
	var lc net.ListenConfig
	l, err := lc.Listen(ctx, "tcp", address)
	if err != nil {
		return nil, usage("cannot listen on %s: %w; choose another address with %s", address, errors.Unwrap(err), setting)
	}
	return l, nil
}
