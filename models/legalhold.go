package models

import (
	"fmt"
	"time"
)

// LegalHoldKind says what a legal hold is on.
type LegalHoldKind string

// The kinds of legal hold.
const (
	HoldConversation LegalHoldKind = "conversation" // every message in it, also those to come
	HoldMessage      LegalHoldKind = "message"
	HoldSender       LegalHoldKind = "sender" // what one account posted in an app, also what it will
)

// LegalHoldKinds lists every kind.
var LegalHoldKinds = []LegalHoldKind{HoldConversation, HoldMessage, HoldSender}

// LegalHoldState says whether a legal hold still keeps messages.
type LegalHoldState string

// The states of a legal hold. The first two keep.
const (
	HoldStands    LegalHoldState = "stands"
	HoldLiftAsked LegalHoldState = "lift_asked" // it keeps until a second person agrees
	HoldLifted    LegalHoldState = "lifted"
	HoldOver      LegalHoldState = "over" // the end that it was placed with has come
)

// LegalHoldStates lists every state.
var LegalHoldStates = []LegalHoldState{HoldStands, HoldLiftAsked, HoldLifted, HoldOver}

// LegalHold keeps messages from being taken back, by whomever, and their content
// from being erased. It is no recall that is Held, which waits for a while by its
// rule. What several holds are on is kept until the last of them is gone.
type LegalHold struct {
	ID       LegalHoldID
	Kind     LegalHoldKind
	App      string
	Thing    string // the id of the conversation or message, or the sender's account
	Reason   string // as the person gave it
	PlacedBy string
	PlacedAt time.Time
	Until    time.Time // when it ends by itself; zero: not before it is lifted
	Stopped  int       // recalls that had not left when it was placed, and were cancelled
	TooLate  int       // recalls then under way, whose calls may have left

	AskedBy     string // who asked for the lift, where a second person must agree
	AskedAt     time.Time
	AskedReason string
	LiftedBy    string
	LiftedAt    time.Time
	LiftReason  string
}

// State is how the hold stands at a time.
func (h LegalHold) State(now time.Time) LegalHoldState {
	switch {
	case !h.LiftedAt.IsZero():
		return HoldLifted
	case !h.Until.IsZero() && !now.Before(h.Until):
		return HoldOver
	case h.AskedBy != "":
		return HoldLiftAsked
	}
	return HoldStands
}

// Words says to those who may not read the reason who holds, and since when.
func (h LegalHold) Words() string {
	return fmt.Sprintf("It is under a legal hold by %s since %s, and is not taken back until that is lifted.",
		h.PlacedBy, h.PlacedAt.UTC().Format("2006-01-02 15:04 MST"))
}

// Err is the refusal of a recall of what the hold is on.
func (h LegalHold) Err() error { return &LegalHoldError{Hold: h} }

// LegalHoldError refuses what a legal hold forbids. It is both ErrLegalHold and
// ErrConflict, and its text is for people.
type LegalHoldError struct{ Hold LegalHold }

// Error says who holds and since when.
func (e *LegalHoldError) Error() string { return e.Hold.Words() }

// Is makes it ErrLegalHold, and a conflict for those who know no better word.
func (e *LegalHoldError) Is(kind error) bool { return kind == ErrLegalHold || kind == ErrConflict }

// LegalHoldFilter narrows a list of legal holds.
type LegalHoldFilter struct {
	Open  bool // only those that still keep
	Kind  LegalHoldKind
	App   string
	Thing string
	Page
}
