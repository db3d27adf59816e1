// Package tracing makes OpenTelemetry traces of what messages pass on their way, and
// sends them to a collector. It alone knows OpenTelemetry.
//
// A trace is known by its message: its id is the message's, and its first span has the
// second half of it. So every process of every node adds its stations to the same trace
// without being handed anything, and all agree which messages are followed.
package tracing

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace"
	"go.opentelemetry.io/otel/sdk/resource"
	sdk "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"

	"github.com/takeback-chat/takeback/models"
)

const (
	queueSize  = 4096            // spans that wait for the collector; more are lost
	batchSize  = 512             // spans in one call
	batchTime  = 2 * time.Second // how long a span waits for others
	exportTime = 5 * time.Second // bounds one call to the collector
	stopTime   = 2 * time.Second // bounds the wait for the collector when the process stops
)

// Options say where traces go. Endpoint is required.
type Options struct {
	Endpoint string  // of the collector, without /v1/traces
	Sample   float64 // the share of messages that are followed, 0 to 1
	Node     string
	Version  string
	Logger   *slog.Logger
}

// Tracer makes traces. It is safe for concurrent use and never waits for the collector.
type Tracer struct {
	sample    float64
	collector *collector
	provider  *sdk.TracerProvider
	tracer    trace.Tracer
}

// New returns a tracer. The collector need not be there, now or later.
func New(ctx context.Context, o Options) (*Tracer, error) {
	c := newCollector(o.Endpoint, o.Logger)
	exporter, err := otlptrace.New(ctx, c)
	if err != nil {
		return nil, fmt.Errorf("prepare the export of traces: %w", err)
	}
	provider := sdk.NewTracerProvider(
		sdk.WithSampler(sdk.AlwaysSample()), // what is not followed never comes there
		sdk.WithIDGenerator(ids{}),
		sdk.WithResource(resource.NewSchemaless(
			attribute.String("service.name", "takeback"), attribute.String("service.version", o.Version),
			attribute.String("service.instance.id", o.Node),
		)),
		sdk.WithBatcher(exporter, sdk.WithMaxQueueSize(queueSize), sdk.WithMaxExportBatchSize(batchSize),
			sdk.WithBatchTimeout(batchTime), sdk.WithExportTimeout(exportTime)),
	)
	return &Tracer{sample: o.Sample, collector: c, provider: provider, tracer: provider.Tracer("github.com/takeback-chat/takeback")}, nil
}

// Follows reports whether a trace is made of a message. All nodes say the same of it.
func (t *Tracer) Follows(m models.MessageID) bool {
	id, ok := traceOf(m)
	return ok && chance(id) < t.sample
}

// Passed adds a station to the trace of a message that is followed. It never blocks:
// what the collector is too slow for is lost.
func (t *Tracer) Passed(s models.Station) {
	id, ok := traceOf(s.Message)
	if !ok || chance(id) >= t.sample {
		return
	}
	if !t.collector.room() {
		return
	}
	if s.Begin.IsZero() || s.Begin.After(s.End) {
		s.Begin = s.End // two clocks differ
	}
	_, span := t.tracer.Start(within(id, s.First), string(s.Name), trace.WithTimestamp(s.Begin),
		trace.WithSpanKind(kindOf(s.Name)), trace.WithAttributes(attributesOf(s)...))
	if s.Failed {
		span.SetStatus(codes.Error, "")
	}
	span.End(trace.WithTimestamp(s.End))
}

// Lost is how many stations never came to the collector: since too many waited for it,
// and since it did not take them.
func (t *Tracer) Lost() (crowded, refused int64) {
	return t.collector.crowded.Load(), t.collector.refused.Load()
}

// Close sends what is left, for two seconds at most.
func (t *Tracer) Close() {
	ctx, cancel := context.WithTimeout(context.Background(), stopTime)
	defer cancel()
	if err := t.provider.Shutdown(ctx); err != nil {
		t.collector.log.WarnContext(ctx, "the last traces are lost: the collector did not take them in time")
	}
	t.collector.giveUp()
	<-t.collector.left
}
