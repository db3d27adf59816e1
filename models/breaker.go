package models

import (
	"fmt"
	"time"
)

// CapWindow is the time in which automatic recalls count against the caps.
const CapWindow = time.Minute

// Caps is how many automatic recalls may be asked for within CapWindow, on all
// nodes together. 0: no cap. A recall that would pass one trips a breaker.
type Caps struct {
	Rule         int // of one rule
	Sender       int // of messages of one sender, by whatever rule
	Conversation int // of messages of one conversation, by whatever rule
	All          int
}

// Cap names one of the caps.
type Cap string

// The caps.
const (
	CapRule         Cap = "rule"
	CapSender       Cap = "sender"
	CapConversation Cap = "conversation"
	CapAll          Cap = "all"
)

// BreakerKind says what a breaker stops.
type BreakerKind string

// The kinds of breaker.
const (
	RuleBreaker BreakerKind = "rule" // the automatic recalls of one rule
	AllBreaker  BreakerKind = "all"  // those of every rule, since the cap of all was passed
	StopBreaker BreakerKind = "stop" // those of every rule, since somebody said so
)

// BreakerState says whether a breaker still stops recalls.
type BreakerState string

// The states of a breaker.
const (
	BreakerOpen  BreakerState = "open"
	BreakerAsked BreakerState = "reset_asked" // it stops them until a second person agrees
	BreakerReset BreakerState = "reset"
)

// Breaker is one time that automatic recalls were stopped: by a cap that was
// passed, or by a person. While it is open none of them leaves, and what a rule
// would have taken back becomes a case. It ends by the word of people only.
type Breaker struct {
	ID        BreakerID
	Kind      BreakerKind
	Rule      string // of a RuleBreaker
	State     BreakerState
	TrippedBy string
	TrippedAt time.Time
	Cap       Cap    // which one was passed; empty for a stop
	Allowed   int    // what that cap allows
	Place     string // for CapConversation its id, for CapSender "app:account"
	Reason    string // of a stop, as the person gave it
	Stopped   int    // recalls that had not left, and were withdrawn
	Cases     int    // messages that became cases instead of recalls

	AskedBy     string // who asked for the reset, where a second person must agree
	AskedAt     time.Time
	AskedReason string
	ResetBy     string
	ResetAt     time.Time
	ResetReason string
}

// Why says in a sentence for people what opened the breaker.
func (b Breaker) Why() string {
	switch b.Cap {
	case CapRule:
		return fmt.Sprintf("The rule %s wanted more than %d messages back within a minute.", b.Rule, b.Allowed)
	case CapSender:
		return fmt.Sprintf("The rules wanted more than %d messages of one sender back within a minute, the last by the rule %s.", b.Allowed, b.Rule)
	case CapConversation:
		return fmt.Sprintf("The rules wanted more than %d messages of one conversation back within a minute, the last by the rule %s.", b.Allowed, b.Rule)
	case CapAll:
		return fmt.Sprintf("The rules wanted more than %d messages back within a minute.", b.Allowed)
	}
	return "Somebody stopped automatic recalls."
}

// BreakerFilter narrows a list of breakers.
type BreakerFilter struct {
	Open bool // only those that still stop recalls
	Page
}
