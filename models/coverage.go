package models

import "time"

// HoleID names a hole.
type HoleID string

// Range is some numbers of a conversation, both ends among them.
type Range struct{ First, Last int64 }

// Len is how many numbers the range has.
func (r Range) Len() int64 { return r.Last - r.First + 1 }

// Closing says how a number that was missing came to be accounted for.
type Closing string

// The ways to close a hole.
const (
	ClosedLate    Closing = "late_webhook" // its message was delivered after all
	ClosedHistory Closing = "history"      // its message was missed, read back and scanned
	ClosedTip     Closing = "system_tip"   // no message: a notice of the platform's own
	ClosedGone    Closing = "gone"         // taken back, deleted or expired before anybody could look
)

// ClosedInTime is for a message that was kept in time and is only counted now. It
// is not told of.
const ClosedInTime = Closing("in_time")

// Closings lists the ways that are told of.
var Closings = []Closing{ClosedLate, ClosedHistory, ClosedTip, ClosedGone}

// Tally counts numbers by how they were accounted for.
type Tally struct {
	Seen       int64 // delivered, also those that came late
	Late       int64 // of Seen: after they had been missing for longer than the grace period
	Backfilled int64 // read back from history
	Tips       int64
	Gone       int64
	Missing    int64 // not accounted for yet
}

// Percent is how much of what people posted was scanned, as far as anybody
// knows: of what is missing, it may turn out that nobody posted it. 100 where
// nothing was posted.
func (t Tally) Percent() float64 {
	scanned, unseen := t.Seen+t.Backfilled, t.Missing+t.Gone
	if unseen <= 0 {
		return 100
	}
	return 100 * float64(scanned) / float64(scanned+unseen)
}

// Coverage says how much of one conversation takeback has seen. First to Newest
// are the numbers that it answers for; they are 0 where the platform gives none.
type Coverage struct {
	Tally
	First    int64
	Newest   int64
	Through  int64 // up to here everything is accounted for
	AskedAt  time.Time
	Numbered bool // the platform numbers what is posted here without a break
}

// Hole is a range of numbers that nobody has accounted for, or that were once missing.
type Hole struct {
	Range
	ID           HoleID
	App          string
	Conversation ConversationID
	FoundAt      time.Time
	ClosedAt     time.Time // zero while it is open
	How          Closing   // empty while it is open
	Tries        int       // how often history was asked in vain
	Code         string    // what the platform answered last
	Words        string    // the same for people
}

// Sighting is what the writer has kept of one conversation since it was asked last.
type Sighting struct {
	Conversation Conversation
	Refs         []string
	At           time.Time
}

// Seen is which messages of a conversation are kept. Where the platform numbers
// them they are told by their numbers, elsewhere by how many they are.
type Seen struct {
	Conversation Conversation
	Numbered     bool
	Ranges       []Range // in order, none touching the next
	Count        int64
	Begin        int64 // the first number to answer for if the conversation is new
	At           time.Time
}

// Newest is what the platform says of the numbers of a conversation.
type Newest struct {
	Conversation ConversationID
	First        int64 // where nothing was accounted for before: the first to answer for; 0: unknown
	Number       int64 // the highest number given out; 0: the platform does not say
}

// Due is a conversation of which the platform is to be asked what passed.
type Due struct {
	Conversation Conversation
	FirstRef     string    // where nothing is accounted for yet: the first message kept of it in the window
	HeardAt      time.Time // when its last message was delivered
	AskedAt      time.Time // zero: never
}

// HoleClaim is a hole that is ours to fill for a while.
type HoleClaim struct {
	Hole
	Place Conversation
}

// Accounted says how some numbers are accounted for.
type Accounted struct {
	Range
	How Closing
}

// Cadence says when the platform is asked what passed.
type Cadence struct {
	Grace   time.Duration // how long a number may be missing before history is read
	Ask     time.Duration // how long after its last message a conversation is asked for its newest number
	Poll    time.Duration // how often a one-to-one chat is read back
	PollFor time.Duration // for how long after its last message
}

// HoleCount is what is open in one app.
type HoleCount struct {
	App     string
	Holes   int64
	Missing int64
	Oldest  time.Time // when the oldest was found
}

// DayCoverage is what passed in one app on one day.
type DayCoverage struct {
	Tally
	App string
	Day time.Time // its beginning, UTC
}
