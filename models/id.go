package models

import (
	"crypto/rand"
	"encoding/binary"
	"encoding/hex"
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
)

// NewID returns a fresh UUIDv7. Ids made by one process are strictly
// increasing, also within one millisecond (RFC 9562 section 6.2, method 2).
func NewID() string { return ids.next(time.Now()) }

var ids idClock

// idClock remembers the last id given, so that ids never run backwards when
// the wall clock does.
type idClock struct {
	mu   sync.Mutex
	ms   uint64
	tail uint64 // the 74 random bits are seeded per millisecond and then counted up in their lower 62
	head uint16 // 12 bits
}

func (c *idClock) next(now time.Time) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	ms := uint64(max(now.UnixMilli(), 0))
	if ms > c.ms {
		c.ms = ms
		c.seed()
	} else {
		c.count()
	}
	return format(c.ms, c.head, c.tail)
}

func (c *idClock) seed() {
	var b [10]byte
	_, _ = rand.Read(b[:]) // crypto/rand.Read never fails since Go 1.24
	c.head = binary.BigEndian.Uint16(b[:2]) & 0x07ff
	c.tail = binary.BigEndian.Uint64(b[2:]) & (1<<61 - 1)
}

func (c *idClock) count() {
	var b [4]byte
	_, _ = rand.Read(b[:])
	c.tail += uint64(binary.BigEndian.Uint32(b[:])) + 1 // a random step keeps ids hard to guess
	if c.tail>>62 == 0 {
		return
	}
	c.tail &= 1<<62 - 1
	c.head++
	if c.head > 0x0fff {
		c.ms++
		c.seed()
	}
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
