package access

import (
	"context"
	"fmt"
	"time"

	"github.com/takeback-chat/takeback/models"
)

// MaxPark is for how long a case can be parked at most.
const MaxPark = 30 * 24 * time.Hour

// CaseStore is what the queue needs of *store.Store.
type CaseStore interface {
	ClaimCase(ctx context.Context, scope models.Scope, id models.CaseID, actor string, during time.Duration) (models.Case, error)
	ReleaseCase(ctx context.Context, scope models.Scope, id models.CaseID, actor string) error
	SkipCase(ctx context.Context, scope models.Scope, id models.CaseID, actor string) (models.Case, error)
	UnskipCase(ctx context.Context, scope models.Scope, id models.CaseID, actor string) (models.Case, error)
	ParkCase(ctx context.Context, scope models.Scope, id models.CaseID, actor string, until time.Time, note string) (models.Case, error)
	EscalateCase(ctx context.Context, scope models.Scope, id models.CaseID, actor, note string) (models.Case, error)
	NoteCase(ctx context.Context, scope models.Scope, id models.CaseID, actor, note string) (models.Case, error)
}

// CaseAct is something that a person does with a waiting case, short of deciding it.
type CaseAct struct {
	Kind  CaseActKind
	Until time.Time // for park; zero takes the case up again
	Note  string    // for park, escalate and note; in a person's own words
}

// CaseActKind names a kind of CaseAct.
type CaseActKind string

// The kinds of acts.
const (
	ClaimCase    CaseActKind = "claim"    // work on it; others wait for models.CaseLock
	ReleaseCase  CaseActKind = "release"  // give it up
	SkipCase     CaseActKind = "skip"     // leave it out of one's own queue
	UnskipCase   CaseActKind = "unskip"   // put it back
	ParkCase     CaseActKind = "park"     // set it aside for everybody until a time
	EscalateCase CaseActKind = "escalate" // ask for another pair of eyes
	NoteCase     CaseActKind = "note"     // write to those who come after
)

// CaseActs lists the kinds.
var CaseActs = []CaseActKind{ClaimCase, ReleaseCase, SkipCase, UnskipCase, ParkCase, EscalateCase, NoteCase}

// Act does something with a waiting case of the caller's scope. Where somebody else
// works on it, or it is decided, the error wraps models.ErrConflict and the case is
// returned as it stands. Otherwise errors are as for DecideCase.
func (d *Door) Act(ctx context.Context, c models.Caller, id models.CaseID, act CaseAct) (models.Case, error) {
	if err := CheckDecide(c); err != nil {
		return models.Case{}, err
	}
	act, err := d.cleanAct(act)
	if err != nil {
		return models.Case{}, err
	}
	scope, err := d.Scope(ctx, c)
	if err != nil {
		return models.Case{}, err
	}
	done, err := d.act(ctx, scope, c.Actor, id, act)
	return done, hide(err, fmt.Sprintf("%s case %s", act.Kind, id))
}

func (d *Door) act(ctx context.Context, scope models.Scope, actor string, id models.CaseID, act CaseAct) (models.Case, error) {
	switch act.Kind {
	case ClaimCase:
		return d.store.ClaimCase(ctx, scope, id, actor, models.CaseLock) //nolint:wrapcheck // Act says what was done
	case ReleaseCase:
		return models.Case{ID: id}, d.store.ReleaseCase(ctx, scope, id, actor) //nolint:wrapcheck // as above
	case SkipCase:
		return d.store.SkipCase(ctx, scope, id, actor) //nolint:wrapcheck // as above
	case UnskipCase:
		return d.store.UnskipCase(ctx, scope, id, actor) //nolint:wrapcheck // as above
	case ParkCase:
		return d.store.ParkCase(ctx, scope, id, actor, act.Until, act.Note) //nolint:wrapcheck // as above
	case EscalateCase:
		return d.store.EscalateCase(ctx, scope, id, actor, act.Note) //nolint:wrapcheck // as above
	case NoteCase:
		return d.store.NoteCase(ctx, scope, id, actor, act.Note) //nolint:wrapcheck // as above
	}
	return models.Case{}, invalid("There is no such thing to do with a case.")
}

func (d *Door) cleanAct(act CaseAct) (CaseAct, error) {
	note, err := cleanWhy(act.Note, false)
	if err != nil {
		return act, err
	}
	act.Note = note
	switch now := d.now(); {
	case act.Kind == NoteCase && note == "":
		return act, invalid("A note needs some words.")
	case act.Kind != ParkCase || act.Until.IsZero():
	case !act.Until.After(now):
		return act, invalid("A case is parked until a time to come.")
	case act.Until.Sub(now) > MaxPark:
		return act, invalid("A case can be parked for 30 days at most.")
	}
	return act, nil
}
