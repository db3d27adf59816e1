package main

import (
	"context"

	"github.com/takeback-chat/takeback/config"
	"github.com/takeback-chat/takeback/tracing"
)

// lookAtTraces sends the collector no traces, and sees whether it takes them.
func lookAtTraces(ctx context.Context, conf config.Config) []symptom {
	if conf.Tracing.Endpoint == "" {
		return nil
	}
	if err := tracing.Try(ctx, conf.Tracing.Endpoint); err != nil {
		return []symptom{warns("traces", "look at the collector, or correct tracing.endpoint; nothing else depends on it", "traces would be lost: %s", err)}
	}
	return []symptom{fine("traces", "the collector takes them; %g of all messages are traced", conf.Tracing.Sample)}
}
