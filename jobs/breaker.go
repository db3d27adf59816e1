package jobs

import (
	"errors"
	"log/slog"
	"time"

	"github.com/sony/gobreaker/v2"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/platforms"
)

const (
	breakAfter = 12              // failures in a row: three lost answers in ten are no outage, and make five in a row every few seconds
	openFor    = 5 * time.Second // until one call is let through to try
)

// endpoint is a call of a platform that can fail while others work. One-to-one
// chats have calls of their own.
type endpoint struct {
	op     string
	direct bool
}

func endpointOf(op string, kind models.ConversationKind) endpoint {
	return endpoint{op, kind == models.Direct}
}

// name is the endpoint as metrics and logs show it.
func (e endpoint) name() string {
	if e.direct {
		return e.op + "_direct"
	}
	return e.op
}

// newBreakers makes one breaker for each endpoint of an app.
func newBreakers(app string, m *metrics, log *slog.Logger) map[endpoint]*gobreaker.CircuitBreaker[[]platforms.Outcome] {
	all := make(map[endpoint]*gobreaker.CircuitBreaker[[]platforms.Outcome])
	for _, op := range []string{opRecall, opVerify} {
		for _, direct := range []bool{false, true} {
			e := endpoint{op, direct}
			all[e] = newBreaker(app, e, m, log)
		}
	}
	return all
}

// newBreaker stops calls to an endpoint that does not answer. One that says no, or
// not so fast, answers.
func newBreaker(app string, e endpoint, m *metrics, log *slog.Logger) *gobreaker.CircuitBreaker[[]platforms.Outcome] {
	m.breaker.WithLabelValues(app, e.name()).Set(0)
	return gobreaker.NewCircuitBreaker[[]platforms.Outcome](gobreaker.Settings{
		Name:         app + " " + e.name(),
		Timeout:      openFor,
		ReadyToTrip:  func(c gobreaker.Counts) bool { return c.ConsecutiveFailures >= breakAfter },
		IsSuccessful: reached,
		OnStateChange: func(_ string, from, to gobreaker.State) {
			m.breaker.WithLabelValues(app, e.name()).Set(float64(to))
			log.Warn("breaker of a platform changed", slog.String("app", app), slog.String("endpoint", e.name()), slog.String("from", from.String()), slog.String("to", to.String()))
		},
	})
}

func reached(err error) bool {
	if err == nil {
		return true
	}
	class := classOf(err)
	return class != platforms.Transient && class != platforms.Lost
}

// refused reports whether the breaker let no call through.
func refused(err error) bool {
	return errors.Is(err, gobreaker.ErrOpenState) || errors.Is(err, gobreaker.ErrTooManyRequests)
}
