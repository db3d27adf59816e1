package models

import "time"

// ErasureOrder asks to erase a person: one account of an app.
type ErasureOrder struct {
	App, Account string
	Reason       string // as the person who asks gave it
	Actor        string
}

// Erasure is what was erased of a person, or would be. It does not say of whom: an alias
// stands in the place of the account wherever that was.
type Erasure struct {
	ID       string // empty: nothing was done
	App      string
	Alias    string
	Reason   string
	By       string
	At       time.Time
	Messages int64 // whose content, digests and sender went
	Findings int64 // whose masks and fingerprints went
	Reads    int64 // notes of what the account has read, and of who has read its messages
	Names    int64 // other places where the account stood
	Held     int64 // messages that stay: a legal hold is on them
	Busy     int64 // messages that stay: a case or recall of them is not over
}
