package main

import (
	"cmp"
	"context"
	"os"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/tracing"
)

// traces makes traces of what messages pass; tracing.Tracer is one.
type traces interface {
	Follows(models.MessageID) bool
	Passed(models.Station)
	Close()
}

// openTraces leaves it nil where nothing is to be traced, so that nobody asks it.
func (a *app) openTraces(ctx context.Context) error {
	c := a.conf.Tracing
	if c.Endpoint == "" {
		return nil
	}
	host, _ := os.Hostname() // without one it has none
	t, err := tracing.New(ctx, tracing.Options{
		Endpoint: c.Endpoint, Sample: c.Sample, Node: cmp.Or(a.conf.Node, host), Version: version, Logger: a.log,
	})
	if err != nil {
		return err
	}
	a.traces = t
	return nil
}

// closeTraces sends what is left of traces.
func (a *app) closeTraces() {
	if a.traces != nil {
		a.traces.Close()
	}
}
