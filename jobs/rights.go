package jobs

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/takeback-chat/takeback/models"
)

// Roles is the platforms' word of this moment on who is what; *platforms.Standings
// gives it.
type Roles interface {
	Fresh(ctx context.Context, c models.Conversation, account string) (models.Role, error)
}

// errNoRole says that the platform answered and gave no role.
var errNoRole = errors.New("the platform gave no role")

const (
	roleTime = 2 * time.Second // for one answer about a role
	roleWait = 3 * time.Second // until a role is asked for again that could not be told
)

// The ends of asking for a right again, as people read them.
const (
	rightLost    = "Whoever asked is not owner or admin of this group any more; nothing left."
	rightMissing = "Whoever asked is not owner or admin of this group any more: nothing more is called for this message."
	rightAsks    = "Whoever asked is not owner or admin of this group any more, and the message may still be there: a person has to look."
	rightUnknown = "The platform could not say whether whoever asked is still owner or admin of this group; it is asked again."
)

// entitled returns the recalls to which somebody has a right still, and settles
// the others. What only a rule wants, once the right of those who joined it is
// lost, is automatic again.
func (b *batch) entitled(ctx context.Context, claims []models.RecallClaim) []models.RecallClaim {
	var may []models.RecallClaim
	for _, c := range claims {
		person, err := b.vouched(ctx, c)
		switch {
		case person:
			may = append(may, c)
		case slices.ContainsFunc(c.Rights(), byPolicy):
			b.revived[c.ID] = !c.Automatic
			c.Automatic = true
			may = append(may, c)
		case err != nil:
			b.put(unsaid(c, b.clock.now()))
		default:
			b.put(unentitled(c, b.clock.now()))
		}
	}
	return may
}

func byPolicy(r models.Right) bool { return r.Authority == models.ByPolicy }

// vouched reports whether a person who asked has the right to. Roles are asked
// for anew; an error says that one could not be told.
func (b *batch) vouched(ctx context.Context, c models.RecallClaim) (ok bool, err error) {
	for _, r := range c.Rights() {
		switch {
		case byPolicy(r):
			continue
		case !r.Role() || r.Account == "": // no role is behind it, or it was asked for by an older takeback
			return true, nil
		}
		role, failure := b.role(ctx, c.Conversation, r.Account)
		switch role {
		case models.RoleOwner, models.RoleAdmin:
			return true, nil
		case models.RoleMember, models.RoleNone:
		case models.RoleUnknown:
			err = fmt.Errorf("role of whoever asked for recall %s: %w", c.ID, failure)
		}
	}
	return false, err
}

// role asks for a role; RoleUnknown comes with an error.
func (b *batch) role(ctx context.Context, in models.Conversation, account string) (role models.Role, err error) {
	ctx, cancel := context.WithTimeout(ctx, roleTime)
	defer cancel()
	defer b.metrics.called(b.app.id, opRole, time.Now())
	defer func() {
		if err != nil || role == models.RoleUnknown {
			role, err = models.RoleUnknown, fmt.Errorf("ask for a role: %w", cmp.Or(err, errNoRole))
		}
	}()
	defer b.caught(b.app, &err)
	return b.roles.Fresh(ctx, in, account)
}

// unsaid puts a recall off because a role could not be told.
func unsaid(c models.RecallClaim, now time.Time) models.Settlement {
	return models.Settlement{
		Recall: c.ID, Fence: c.Fence, State: waiting(c), Code: c.Code, Explanation: rightUnknown,
		DueAt: before(c, now, roleWait+jitter(c, roleWait)),
	}
}

// unentitled ends a recall that nobody has a right to any more. What may have left
// before is not cancelled by that: it stays to be looked for, and after a while a
// person is asked.
func unentitled(c models.RecallClaim, now time.Time) models.Settlement {
	s := models.Settlement{Recall: c.ID, Fence: c.Fence, State: models.Cancelled, Explanation: rightLost, Why: "right_lost"}
	if c.Was != models.Queued {
		s = handed(stays(c, now, rightMissing), c, now)
		if s.Ask != "" {
			s.Explanation, s.Ask, s.Why = rightAsks, rightAsks, "right_lost"
		}
	}
	return s
}
