package models

import "time"

// StationName says which stretch of a message's way a station is. The end of a recall
// is a station too, under the name of its state.
type StationName string

// The stations on a message's way.
const (
	StationReceived   StationName = "received"   // from the arrival of what brought it until that may be answered
	StationBackfilled StationName = "backfilled" // the same, where it was read back from history
	StationScanned    StationName = "scanned"    // read among those around it, and judged
	StationKept       StationName = "kept"       // until it was committed
	StationClaimed    StationName = "claimed"    // from the moment its recall was due until a worker had it
	StationLooked     StationName = "looked"     // the platform was asked about it
	StationCalled     StationName = "called"     // the platform was asked to take it back
)

// Station is a stretch of a message's way through takeback, for its trace. It holds
// ids, kinds, states, codes and counts, and has no field for anything that people wrote.
type Station struct {
	Message    MessageID
	Name       StationName
	Begin, End time.Time
	First      bool // the message was not known before: its trace begins here
	Failed     bool // this is not how it ought to go

	App          string
	Conversation ConversationID
	Kind         ConversationKind
	Recall       RecallID
	Verdict      Verdict
	Result       string // what became of it, in a word of ours
	Code         string // the platform's
	Findings     int
	Attempt      int // which call this is, or will be
	Batch        int // messages in the call
}
