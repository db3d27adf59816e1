package models

import "time"

// AuditEntry is one line of the tamper-evident log.
type AuditEntry struct {
	Chain   string // one chain per writing node
	Seq     int64  // from 1, without holes
	ID      string
	At      time.Time
	Actor   string
	Action  string // "recall.requested", "policy.applied", ...
	Subject string // the kind of the thing, "recall", "message", ...
	Thing   string // its id
	Details map[string]string
	Prev    []byte // hash of the entry before; 32 zero bytes for the first
	Hash    []byte // SHA-256 over Prev and the canonical bytes of the entry
}

// AuditReport is what verifying the log found.
type AuditReport struct {
	Chains      int
	Entries     int64
	Removed     int64 // older entries, that retention removed before the first
	Checkpoints int   // outside the database that it was compared with
	// Broken names the first entry of a chain that does not hold, with the reason
	// in words. Empty: all holds.
	Broken []AuditBreak
}

// AuditBreak is the first entry of a chain that does not verify.
type AuditBreak struct {
	Chain string
	Seq   int64
	Why   string
}
