package tracing

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"math/rand/v2"

	"go.opentelemetry.io/otel/trace"

	"github.com/takeback-chat/takeback/models"
)

// traceOf is the id of a message's trace: the message's own, as people know it from
// the console, without the dashes.
func traceOf(m models.MessageID) (id trace.TraceID, ok bool) {
	if len(m) != 36 {
		return id, false
	}
	var digits [32]byte
	to := digits[:0]
	for _, part := range [...]models.MessageID{m[:8], m[9:13], m[14:18], m[19:23], m[24:]} {
		to = append(to, part...)
	}
	_, err := hex.Decode(id[:], digits[:])
	return id, err == nil && id.IsValid() && firstOf(id).IsValid()
}

// firstOf is the id of the first span of a trace.
func firstOf(id trace.TraceID) trace.SpanID { return trace.SpanID(id[8:]) }

// chance is a number from 0 to 1 that belongs to a trace. The bits of the id itself will
// not do: most of them are the time, and others always the same.
func chance(id trace.TraceID) float64 {
	sum := sha256.Sum256(id[:])
	return float64(binary.BigEndian.Uint64(sum[:8])>>11) / (1 << 53)
}

// begins is the key of the trace that a context begins.
type begins struct{}

// within is the context of a span: the first of a trace, or one below the first.
func within(id trace.TraceID, first bool) context.Context {
	if first {
		return context.WithValue(context.Background(), begins{}, id)
	}
	return trace.ContextWithRemoteSpanContext(context.Background(), trace.NewSpanContext(trace.SpanContextConfig{
		TraceID: id, SpanID: firstOf(id), TraceFlags: trace.FlagsSampled, Remote: true,
	}))
}

// ids gives spans their ids.
type ids struct{}

// NewIDs implements the SDK's IDGenerator for the first span of a trace.
func (ids) NewIDs(ctx context.Context) (trace.TraceID, trace.SpanID) {
	id, _ := ctx.Value(begins{}).(trace.TraceID) // always there: see within
	return id, firstOf(id)
}

// NewSpanID implements the SDK's IDGenerator for all others.
func (ids) NewSpanID(context.Context, trace.TraceID) (id trace.SpanID) {
	for !id.IsValid() {
		binary.BigEndian.PutUint64(id[:], rand.Uint64())
	}
	return id
}
