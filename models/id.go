package models

import (
	"crypto/rand"
	"encoding/binary"
	"encoding/hex"
	"strconv"
	"sync"
	"time"
)

// The ids of the things that are kept. All are UUIDv7 (RFC 9562) in their
// 36-character text form, made by NewID, so they sort by the time of making.
type (
	// MessageID names a message.
	MessageID string
	// ConversationID names a conversation.
	ConversationID string
	// FindingID names a finding.
	FindingID string
	// DecisionID names a decision.
	DecisionID string
	// CaseID names a case.
	CaseID string
	// RecallID names a recall.
	RecallID string
	// DeliveryID names a delivery that was set aside.
	DeliveryID string
	// BreakerID names one time that a breaker tripped.
	BreakerID string
	// SweepID names a sweep.
	SweepID string
	// LegalHoldID names a legal hold.
	LegalHoldID string
)

// NewID returns a fresh UUIDv7. Ids made by one process are strictly
// increasing, also within one millisecond and when the wall clock runs backwards
// (RFC 9562 section 6.2, method 1).
func NewID() string { return ids.next(time.Now(), true) }

var ids IDClock

// IDClock makes UUIDv7 ids for moments that the caller names, so that the order
// of ids is the order of those moments, and within one millisecond the order of
// making. The zero value is ready; it is safe for concurrent use.
type IDClock struct {
	mu   sync.Mutex // guards ms and tail
	ms   uint64
	tail uint64 // counted up within a millisecond
}

// At returns an id for the moment t.
func (c *IDClock) At(t time.Time) string { return c.next(t, false) }

func (c *IDClock) next(t time.Time, rising bool) string {
	ms := uint64(max(t.UnixMilli(), 0))
	var r [8]byte
	_, _ = rand.Read(r[:]) // crypto/rand.Read never fails since Go 1.24
	c.mu.Lock()
	if rising {
		ms = max(ms, c.ms)
	}
	if ms != c.ms {
		c.ms, c.tail = ms, uint64(binary.BigEndian.Uint32(r[:4]))<<20
	}
	c.tail += uint64(binary.BigEndian.Uint16(r[4:6])) + 1
	tail := c.tail
	c.mu.Unlock()
	// 12 and 46 bits of the counter in front keep the order, 16 random bits behind
	// them keep ids of different nodes apart and hard to guess.
	return format(ms, uint16(tail>>46&0x0fff), tail<<16&(1<<62-1)|uint64(binary.BigEndian.Uint16(r[6:8])))
}

// FirstID is not above any id of the moment t or later, and above all earlier ones.
func FirstID(t time.Time) string { return format(uint64(max(t.UnixMilli(), 0)), 0, 0) }

// IDTime is the moment of an id, zero for what is none.
func IDTime(id string) time.Time {
	if len(id) < 13 {
		return time.Time{}
	}
	ms, err := strconv.ParseInt(id[:8]+id[9:13], 16, 64)
	if err != nil {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}

func format(ms uint64, head uint16, tail uint64) string {
	var u [16]byte
	binary.BigEndian.PutUint64(u[:8], ms<<16|0x7000|uint64(head))
	binary.BigEndian.PutUint64(u[8:], 1<<63|tail)
	var s [36]byte
	hex.Encode(s[:8], u[:4])
	hex.Encode(s[9:13], u[4:6])
	hex.Encode(s[14:18], u[6:8])
	hex.Encode(s[19:23], u[8:10])
	hex.Encode(s[24:], u[10:])
	s[8], s[13], s[18], s[23] = '-', '-', '-', '-'
	return string(s[:])
}
