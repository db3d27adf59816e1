package tracing

import (
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/trace"

	"github.com/takeback-chat/takeback/models"
)

// attributesOf says of a station what is known of it.
func attributesOf(s models.Station) []attribute.KeyValue {
	all := []attribute.KeyValue{attribute.String("takeback.message", string(s.Message))}
	for _, a := range [...]struct{ key, value string }{
		{"takeback.app", s.App},
		{"takeback.conversation", string(s.Conversation)},
		{"takeback.conversation.kind", string(s.Kind)},
		{"takeback.recall", string(s.Recall)},
		{"takeback.verdict", string(s.Verdict)},
		{"takeback.result", s.Result},
		{"takeback.platform.code", s.Code},
	} {
		if a.value != "" {
			all = append(all, attribute.String(a.key, a.value))
		}
	}
	for _, a := range [...]struct {
		key   string
		value int
	}{{"takeback.findings", s.Findings}, {"takeback.attempt", s.Attempt}, {"takeback.batch", s.Batch}} {
		if a.value != 0 {
			all = append(all, attribute.Int(a.key, a.value))
		}
	}
	return all
}

// kindOf says which way a station looks: to who calls us, or to whom we call.
func kindOf(n models.StationName) trace.SpanKind {
	switch n {
	case models.StationReceived:
		return trace.SpanKindServer
	case models.StationCalled, models.StationLooked:
		return trace.SpanKindClient
	case models.StationBackfilled, models.StationScanned, models.StationKept, models.StationClaimed:
	}
	return trace.SpanKindInternal
}
