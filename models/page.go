package models

import "time"

// MaxLimit is the largest page a list answers.
const MaxLimit = 500

// Page asks for one page of a list. Limit 0 means the list's default.
type Page struct {
	Cursor string // opaque; empty: from the start
	Limit  int    // up to MaxLimit
}

// MessageFilter narrows a list of messages; zero fields do not narrow.
type MessageFilter struct {
	App          string
	Conversation string         // our id, or the platform's ref
	In           ConversationID // the same, and never another one that somebody named so
	Sender       string
	State        MessageState
	Verdict      Verdict
	Detector     string
	Since, Until time.Time // of ReceivedAt; Until exclusive
	Page
}

// RecallFilter narrows a list of recalls.
type RecallFilter struct {
	App          string
	Conversation string
	Message      MessageID
	State        RecallState
	Reason       ReasonCode
	Trigger      Trigger
	Rule         string
	Actor        string
	Since, Until time.Time // of RequestedAt
	Page
}

// CaseFilter narrows a list of cases.
type CaseFilter struct {
	App          string
	Conversation string
	Message      MessageID
	State        CaseState
	Page
}

// ConversationFilter narrows a list of conversations.
type ConversationFilter struct {
	App  string
	Kind ConversationKind
	// Ref is the platform's name of it, or of the group whose roles hold there.
	Ref     string
	Missing bool // only those in which something was never delivered and not read back
	Page
}

// AuditFilter narrows a list of audit entries.
type AuditFilter struct {
	Chain        string
	Actor        string
	Action       string
	Thing        string
	Since, Until time.Time
	Page
}

// Change tells the live views that something was committed.
type Change struct {
	Kind         ChangeKind
	ID           string // of the thing
	Message      MessageID
	App          string
	Conversation Conversation
	At           time.Time
}

// ChangeKind is the kind of thing that changed.
type ChangeKind string

// The kinds of change.
const (
	MessageChanged ChangeKind = "message"
	RecallChanged  ChangeKind = "recall"
	CaseChanged    ChangeKind = "case"
	PolicyChanged  ChangeKind = "policy"
	SetAsideKept   ChangeKind = "set_aside"
	ConflictKept   ChangeKind = "conflict"
	BreakerChanged ChangeKind = "breaker"
	SweepChanged   ChangeKind = "sweep"
)
