package models

import "time"

// Retention says for how long things are kept, by their class; zero: for ever.
//
// The age of a message counts from when it came, was edited, its case was decided or its
// recall ended, whichever was last.
type Retention struct {
	// Clean is for messages in which nothing was found and of which nothing was decided.
	Clean time.Duration
	// Evidence is for the content of the others, and for deliveries that were set aside.
	// What stays of a message is its row, and what was found, decided and done.
	Evidence time.Duration
	// Finding is for all of the others: the message, its findings, cases, decisions and recalls.
	Finding time.Duration
	// Audit is for entries of the audit.
	Audit time.Duration
	// Shown is how long the platforms may tell of a message again. Its row stays so long,
	// without content where that is to go, so that it is known and not taken for a new one.
	Shown time.Duration
}

// Forever reports whether nothing is ever removed.
func (r Retention) Forever() bool {
	return r.Clean <= 0 && r.Evidence <= 0 && r.Finding <= 0 && r.Audit <= 0
}

// RetentionRound is the right to remove what is too old, which one node has at a time.
type RetentionRound struct {
	Fence int64     // what comes under an older one is void
	Now   time.Time // as of which things are too old
}

// RetentionStep is what one step of a round did.
type RetentionStep struct {
	After   MessageID // the next step looks behind it; empty: there is nothing more to look at
	Erased  int64     // messages whose content went
	Removed int64     // messages that went
	Entries int64     // of the audit
	Rest    int64     // deliveries set aside, sweeps that are over, and what hooks were told
	Kept    int64     // messages old enough to go that are under a legal hold
}

// Add adds what another step did.
func (e *RetentionStep) Add(more RetentionStep) {
	e.Erased, e.Removed = e.Erased+more.Erased, e.Removed+more.Removed
	e.Entries, e.Rest, e.Kept = e.Entries+more.Entries, e.Rest+more.Rest, e.Kept+more.Kept
}

// Nothing reports whether nothing went.
func (e RetentionStep) Nothing() bool { return e.Erased+e.Removed+e.Entries+e.Rest == 0 }
