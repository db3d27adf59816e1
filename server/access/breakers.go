package access

import (
	"context"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/takeback-chat/takeback/models"
)

// Stop stops all automatic recalls at once. The reason may be empty. Where they
// are stopped already that stop is returned.
func (d *Door) Stop(ctx context.Context, c models.Caller, reason string) (models.Breaker, error) {
	if err := CheckStop(c); err != nil {
		return models.Breaker{}, err
	}
	reason, err := cleanWhy(reason, false)
	if err != nil {
		return models.Breaker{}, err
	}
	b, err := d.store.StopRecalls(ctx, c.Actor, reason)
	return b, hide(err, "stop automatic recalls")
}

// Start lifts the stop. An error wraps models.ErrConflict where there is none.
func (d *Door) Start(ctx context.Context, c models.Caller, reason string) (models.Breaker, error) {
	if err := CheckStop(c); err != nil {
		return models.Breaker{}, err
	}
	reason, err := cleanWhy(reason, true)
	if err != nil {
		return models.Breaker{}, err
	}
	b, err := d.store.StartRecalls(ctx, c.Actor, reason)
	return b, hide(err, "start automatic recalls")
}

// ResetBreaker resets a breaker, or, where there is another operator, asks for
// it: then the breaker is models.BreakerAsked, and another has to ask for the
// same. An error wraps models.ErrConflict where it was reset before, and where
// the same person asks twice.
func (d *Door) ResetBreaker(ctx context.Context, c models.Caller, id models.BreakerID, reason string) (models.Breaker, error) {
	if err := CheckStop(c); err != nil {
		return models.Breaker{}, err
	}
	reason, err := cleanWhy(reason, true)
	if err != nil {
		return models.Breaker{}, err
	}
	b, err := d.store.ResetBreaker(ctx, id, c.Actor, reason)
	return b, hide(err, fmt.Sprintf("reset breaker %s", id))
}

// cleanWhy returns a reason in a person's own words as it is kept.
func cleanWhy(reason string, needed bool) (string, error) {
	reason = strings.TrimSpace(reason)
	switch {
	case needed && reason == "":
		return "", invalid("A reason is needed.")
	case !utf8.ValidString(reason):
		return "", invalid("The reason is not text.")
	case utf8.RuneCountInString(reason) > MaxNote:
		return "", invalid(fmt.Sprintf("The reason may have at most %d characters.", MaxNote))
	}
	return reason, nil
}
