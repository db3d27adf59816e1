package models

import "time"

// EventKind says what sort of fact an event is.
type EventKind string

// The kinds of event.
const (
	EventPosted    EventKind = "posted"
	EventEdited    EventKind = "edited"
	EventRemoved   EventKind = "removed"
	EventRead      EventKind = "read"
	EventStanding  EventKind = "standing"  // a role or membership changed
	EventGap       EventKind = "gap"       // the platform says that messages passed unseen
	EventDissolved EventKind = "dissolved" // the conversation was ended for all
)

// Event is one fact that a delivery carried. Which fields are set depends on its kind.
type Event struct {
	Kind         EventKind
	At           time.Time    // by the platform's clock; zero where it does not say
	Conversation Conversation // ID is empty: the store knows it
	Operator     string       // who did it, where the platform says so
	Message      *Message     // EventPosted, EventEdited
	Refs         []string     // EventRemoved: refs of the messages removed
	Reads        []Read       // EventRead
	Standings    []Standing   // EventStanding
	Past         bool         // read back from history; nobody delivered it
}

// Read says who has read what.
type Read struct {
	Ref     string    // a message; empty where Through is set
	Through time.Time // everything in the conversation posted up to this moment
	Readers []string  // accounts, where the platform names them
	Count   int       // how many have read it, where the platform counts; -1 where it does not
	Unread  int       // how many have not; -1 where unknown
}

// Judged is an event with what was decided of its message.
type Judged struct {
	Event    Event
	Decision Decision // zero where the event has no message
	// Split is what was decided of the findings of the message that have Parts, to
	// be done with the other messages that hold one; zero where there are none.
	Split Decision
}

// KeepResult says what became of one event in the store.
type KeepResult string

// The results of keeping.
const (
	KeptNew       KeepResult = "new"
	KeptUpdate    KeepResult = "update"    // it changed something known
	KeptDuplicate KeepResult = "duplicate" // nothing changed
	KeptConflict  KeepResult = "conflict"  // another body for a known message: kept aside, the first stays
)

// Kept says what became of one judged event.
type Kept struct {
	Result       KeepResult
	Conversation ConversationID
	Message      MessageID // where the event has one that is known
	Recall       RecallID  // where a recall was made or moved by it
	Ring         bool      // recalls of the conversation are due
}

// SetAside is an authentic delivery, or part of one, that could not be read. It
// is kept for a person, sealed and bounded.
type SetAside struct {
	ID         DeliveryID
	App        string
	ReceivedAt time.Time
	Reason     string // a short code such as "duplicate_key"; never holds content
	Command    string // the platform's name of the event where it is known and plain
	Body       []byte
	Truncated  bool // Body was longer than is kept
}
