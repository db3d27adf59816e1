package models

import (
	"slices"
	"time"
)

// SweepKind says by what a sweep chooses its messages.
type SweepKind string

// The kinds of sweep.
const (
	SweepSender  SweepKind = "sender"  // what one account posted
	SweepSpan    SweepKind = "span"    // what was posted in a conversation within a time
	SweepContent SweepKind = "content" // what says the same as a message, quotes it or carries it
	SweepFinding SweepKind = "finding" // what holds a value that was found in a message
)

// SweepKinds lists every kind.
var SweepKinds = []SweepKind{SweepSender, SweepSpan, SweepContent, SweepFinding}

// SweepState is where a sweep stands; see docs/states.md.
type SweepState string

// The states of a sweep.
const (
	SweepPreviewed SweepState = "previewed"
	SweepAsked     SweepState = "run_asked" // a second person has to run it too
	SweepRunning   SweepState = "running"
	SweepDone      SweepState = "done" // every message was asked for or passed over, and nothing waits to leave
	SweepCancelled SweepState = "cancelled"
	SweepFailed    SweepState = "failed"
)

// SweepStates lists every state in the order of a sweep's life.
var SweepStates = []SweepState{SweepPreviewed, SweepAsked, SweepRunning, SweepDone, SweepCancelled, SweepFailed}

// sweepEdges is the life of a sweep as a table: every legal transition.
var sweepEdges = map[SweepState][]SweepState{
	SweepPreviewed: {SweepAsked, SweepRunning, SweepCancelled},
	SweepAsked:     {SweepRunning, SweepCancelled},
	SweepRunning:   {SweepDone, SweepCancelled, SweepFailed},
}

// CanBecome reports whether a sweep in state s may go to state next.
func (s SweepState) CanBecome(next SweepState) bool { return slices.Contains(sweepEdges[s], next) }

// Terminal reports whether a sweep in this state is over.
func (s SweepState) Terminal() bool { return len(sweepEdges[s]) == 0 }

// SweepWhy says why a sweep does not take a message back.
type SweepWhy string

// The reasons for which a sweep leaves a message alone. The first three are of
// people whose messages it touches only where the order names them; those that
// begin with Met are the obstacles that any recall meets, in the same words.
const (
	SparedOwner      SweepWhy = "owner"
	SparedAdmin      SweepWhy = "admin"
	SparedOwn        SweepWhy = "own_account" // takeback's
	NoRight          SweepWhy = "no_right"    // whoever ordered it may not take messages of this conversation back
	MetGone          SweepWhy = "gone"
	MetBlocked       SweepWhy = "blocked"
	MetRewritten     SweepWhy = "rewritten"
	MetOnlineOnly    SweepWhy = "online_only"
	MetTooOld        SweepWhy = "too_old"
	MetLiveTooOld    SweepWhy = "live_too_old"
	MetDissolved     SweepWhy = "dissolved"
	MetNotConfigured SweepWhy = "not_configured"
	MetBeingRecalled SweepWhy = "being_recalled"
	MetLegalHold     SweepWhy = "legal_hold"
	MayStay          SweepWhy = "may_stay"        // a person decided so
	ChangedSince     SweepWhy = "changed"         // it was edited after the preview
	SweepWasStopped  SweepWhy = "sweep_cancelled" // or failed, before it was asked for
)

// SweepWhys lists every reason.
var SweepWhys = []SweepWhy{
	SparedOwner, SparedAdmin, SparedOwn, NoRight, MetGone, MetBlocked, MetRewritten, MetOnlineOnly, MetTooOld, MetLiveTooOld,
	MetDissolved, MetNotConfigured, MetBeingRecalled, MetLegalHold, MayStay, ChangedSince, SweepWasStopped,
}

// Spares lists whose messages a sweep leaves alone unless its order names them.
var Spares = []SweepWhy{SparedOwner, SparedAdmin, SparedOwn}

const (
	// MaxSweep is how many messages one sweep may choose among.
	MaxSweep = 10_000
	// SweepPreviewFor is how long a preview may be run: what it promised does not
	// stay true for ever.
	SweepPreviewFor = 24 * time.Hour
)

// SweepOrder says which messages a sweep takes back, and why.
type SweepOrder struct {
	Kind         SweepKind
	App          string
	Conversation string    // our id, or the platform's ref; empty: everywhere in the app
	Sender       string    // of a SweepSender
	Message      MessageID // of a SweepContent or SweepFinding: the one that the others are like
	Since, Until time.Time // of posting, by the platform's clock; Until exclusive
	Include      []SweepWhy
	Reason       Reason
}

// Names reports whether the order names those whose messages are spared otherwise.
func (o SweepOrder) Names(who SweepWhy) bool { return slices.Contains(o.Include, who) }

// Sweep is a recall of many messages at once. Which ones is settled when it is
// previewed, so that what was approved is what is run.
type Sweep struct {
	ID SweepID
	SweepOrder
	State     SweepState
	Actor     string  // who ordered it
	Account   Account // theirs on the platform, whose roles give the right; zero for none
	Trigger   Trigger
	CreatedAt time.Time
	Chosen    int  // messages to be taken back
	Second    bool // it takes back so many that a second person has to run it
	Narrowed  bool // only of a preview: Since was moved, for older messages could not be compared

	AskedAt   time.Time // when whoever ordered it asked for the second person
	RunBy     string
	RunAt     time.Time
	EndedBy   string
	EndedAt   time.Time
	EndReason string // of a cancelled one, as the person gave it
	Trouble   string // of a failed one, in words for people

	Progress SweepProgress // only where one sweep is asked for
}

// SweepProgress counts the messages of a sweep. Excluded are those that the
// preview left out, all others are chosen: waiting, passed over, or asked for,
// which are counted by the states of their recalls.
type SweepProgress struct {
	Excluded map[SweepWhy]int
	Waiting  int
	Passed   map[SweepWhy]int
	Recalls  map[RecallState]int
}

// SweepItemState says what a sweep did with a message.
type SweepItemState string

// The states of a message of a sweep.
const (
	ItemWaiting  SweepItemState = "waiting"
	ItemAsked    SweepItemState = "asked"
	ItemExcluded SweepItemState = "excluded" // by the preview
	ItemPassed   SweepItemState = "passed"   // over, while it ran
)

// SweepItem is one message that a sweep found.
type SweepItem struct {
	Message      MessageID
	Conversation Conversation
	Sender       string
	Revision     int       // as it was previewed
	Authority    Authority // the right in which it is taken back
	State        SweepItemState
	Why          SweepWhy // of one that is excluded or passed over
	Recall       RecallID
	RecallState  RecallState
}

// SweepClaim is a running sweep that a node has leased, and the messages that are next.
type SweepClaim struct {
	Sweep
	Fence int // names this lease
	Items []SweepItem
}

// SweepPlace counts what a sweep takes back in one conversation.
type SweepPlace struct {
	Conversation Conversation
	Chosen       int
}

// SweepItemFilter narrows a list of the messages of a sweep.
type SweepItemFilter struct {
	State SweepItemState
	Page
}

// SweepFilter narrows a list of sweeps.
type SweepFilter struct {
	Actor string // only those ordered by this actor
	State SweepState
	Page
}
