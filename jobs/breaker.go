package jobs

import (
	"errors"
	"log/slog"
	"time"

	"github.com/sony/gobreaker/v2"

	"github.com/takeback-chat/takeback/platforms"
)

const (
	breakAfter = 5               // failures in a row
	openFor    = 5 * time.Second // until one call is let through to try
)

// newBreaker stops calls to a platform that does not answer. One that says no, or
// not so fast, answers.
func newBreaker(app string, m *metrics, log *slog.Logger) *gobreaker.CircuitBreaker[[]platforms.Outcome] {
	return gobreaker.NewCircuitBreaker[[]platforms.Outcome](gobreaker.Settings{
		Name:         app,
		Timeout:      openFor,
		ReadyToTrip:  func(c gobreaker.Counts) bool { return c.ConsecutiveFailures >= breakAfter },
		IsSuccessful: reached,
		OnStateChange: func(app string, from, to gobreaker.State) {
			m.breaker.WithLabelValues(app).Set(float64(to))
			log.Warn("breaker of a platform changed", slog.String("app", app), slog.String("from", from.String()), slog.String("to", to.String()))
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
