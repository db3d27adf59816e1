package main

import (
	"cmp"
	"context"
	"fmt"
	"os"

	"github.com/prometheus/client_golang/prometheus"

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
		return a.countLostTraces(func() (int64, int64) { return 0, 0 })
	}
	host, _ := os.Hostname() // without one it has none
	t, err := tracing.New(ctx, tracing.Options{
		Endpoint: c.Endpoint, Sample: c.Sample, Node: cmp.Or(a.conf.Node, host), Version: version, Logger: a.log,
	})
	if err != nil {
		return err
	}
	a.traces = t
	return a.countLostTraces(t.Lost)
}

// countLostTraces shows what did not come to the collector, by why.
func (a *app) countLostTraces(both func() (crowded, refused int64)) error {
	for why, lost := range map[string]func() int64{
		"queue":     func() int64 { crowded, _ := both(); return crowded },
		"collector": func() int64 { _, refused := both(); return refused },
	} {
		c := prometheus.NewCounterFunc(prometheus.CounterOpts{
			Name: "takeback_trace_spans_lost_total", Help: "Stations of traces that did not come to the collector.",
			ConstLabels: prometheus.Labels{"why": why},
		}, func() float64 { return float64(lost()) })
		if err := a.registry.Register(c); err != nil {
			return fmt.Errorf("register metrics: %w", err)
		}
	}
	return nil
}

// closeTraces sends what is left of traces.
func (a *app) closeTraces() {
	if a.traces != nil {
		a.traces.Close()
	}
}
