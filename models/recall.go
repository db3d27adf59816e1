package models

import "time"

// RecallState is where a recall stands; see docs/states.md.
type RecallState string

// The states of a recall.
const (
	Requested   RecallState = "requested"
	Held        RecallState = "held"
	Queued      RecallState = "queued"
	Sent        RecallState = "sent"         // the call is about to leave, or left; written before it leaves
	Accepted    RecallState = "accepted"     // the platform's API said yes
	Confirmed   RecallState = "confirmed"    // the platform's removal event, or history read back, says it is gone
	AlreadyGone RecallState = "already_gone" // it was gone before our call
	Expired     RecallState = "expired"
	Refused     RecallState = "refused"
	Failed      RecallState = "failed"
	Unknown     RecallState = "unknown" // nobody knows yet; looked at again, never an end
	Cancelled   RecallState = "cancelled"
)

// RecallStates lists every state in the order of a recall's life.
var RecallStates = []RecallState{
	Requested, Held, Queued, Sent, Accepted, Confirmed,
	AlreadyGone, Expired, Refused, Failed, Unknown, Cancelled,
}

// Terminal reports whether a recall in this state is over.
func (s RecallState) Terminal() bool {
	switch s {
	case Confirmed, AlreadyGone, Expired, Refused, Failed, Cancelled:
		return true
	case Requested, Held, Queued, Sent, Accepted, Unknown:
		return false
	}
	return false
}

// Priorities of a recall: what people asked for goes before what the policy
// asked for, then the gravest first. One message that somebody asked for does
// not wait behind the many of a sweep.
const (
	PriorityModerator = 100
	PrioritySweep     = 50
	PriorityPolicy    = 0 // plus Severity.Rank
)

// Recall is the intent to take one message back, and its whole life.
type Recall struct {
	ID           RecallID
	Message      MessageID
	App          string
	Conversation Conversation
	Ref          string // the message's
	Sender       string // the message's
	Decision     DecisionID
	Rule         string // that asked for it; empty where a person did
	Automatic    bool   // nobody but the rule stands behind it, so that a breaker stops it

	State     RecallState
	Reason    Reason
	Text      string // the reason as the platform gets it
	Actor     string
	Authority Authority
	Account   string  // whose right that is; see Right
	Joined    []Right // of those who asked for the same afterwards
	Trigger   Trigger
	Priority  int // larger goes first

	Attempts    int    // calls that left for the platform
	Looks       int    // since the last call, that told nothing
	Code        string // the platform's last code
	Explanation string // the same in words for people

	SentAtPlatform time.Time // when the message was posted
	RequestedAt    time.Time
	DueAt          time.Time // not before this is it worked on again
	SentAt         time.Time // first call
	AcceptedAt     time.Time
	ConfirmedAt    time.Time
	EndedAt        time.Time
	Deadline       time.Time

	AskedAt    time.Time // when a person was asked what to do with it; zero: nobody was
	EvidenceAt time.Time // when the platform was asked who could see the message; zero: not yet
	Members    int       // of the conversation at that time; -1: not known
}

// Rights lists in what rights the recall is asked for, the first one first.
func (r Recall) Rights() []Right {
	return append([]Right{{r.Authority, r.Account}}, r.Joined...)
}

// RecallClaim is a recall that a worker has leased. Was is the state in which
// it was found: Queued (call the platform), Sent or Unknown (a call may have
// been applied), Accepted (look whether it is gone).
type RecallClaim struct {
	Recall
	Was   RecallState
	Fence int // names this lease; a settlement under an older one changes nothing
	// Barred says that a breaker is open, or that LegalHold: it may be looked for, and
	// not be sent again.
	Barred    bool
	LegalHold bool // a legal hold is on its message
}

// Settlement is what a worker learned of one claimed recall.
type Settlement struct {
	Recall      RecallID
	Fence       int
	State       RecallState // where it goes; Queued: try again at DueAt
	Code        string
	Explanation string
	DueAt       time.Time // for Queued, Unknown and Accepted: when to look again
	Called      bool      // a call left for the platform
	Looked      bool      // the platform was asked about the message, and told nothing
	Why         string    // a word for the audit, where the state does not say it all
	// Ask makes a case of the message and says why, as a sentence. Of a recall that goes
	// on it does so once.
	Ask string
}

// Evidence is what the platform told of who could see a message, just before its
// recall left.
type Evidence struct {
	Recall  RecallID
	Fence   int
	Members int   // of the conversation; -1: not known
	Read    *Read // the message's receipt; nil: the platform told of none
}

// RecallRequest asks for one message to be taken back, in a right already checked.
type RecallRequest struct {
	Message   MessageID
	Reason    Reason
	Actor     string
	Authority Authority
	Account   string // whose right that is; see Right
	Trigger   Trigger
	// Anyway asks although a person has said that the message may stay as it is.
	Anyway bool
	// Replacement is a text to be posted in the sender's name once the message is
	// gone; empty: none. It was judged before.
	Replacement string
	Sweep       SweepID // that it is part of; empty: it was asked for by itself
}

// Right is the right in which the recall is asked for.
func (q RecallRequest) Right() Right { return Right{q.Authority, q.Account} }
