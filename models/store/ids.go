package store

import (
	"crypto/rand"
	"encoding/binary"
	"encoding/hex"
	"strconv"
	"sync"
	"time"
)

// idClock makes UUIDv7 ids (RFC 9562) for moments that the caller names, so
// that the order of ids is the order of those moments, and within one
// millisecond the order of making. Lists page by id alone.
type idClock struct {
	mu   sync.Mutex
	ms   uint64
	tail uint64 // counted up within a millisecond
}

// at returns an id for the moment t.
func (c *idClock) at(t time.Time) string {
	ms := uint64(max(t.UnixMilli(), 0))
	var r [16]byte
	_, _ = rand.Read(r[:]) // crypto/rand.Read never fails since Go 1.24
	c.mu.Lock()
	if ms != c.ms {
		c.ms, c.tail = ms, uint64(binary.BigEndian.Uint32(r[:4]))<<20
	}
	c.tail += uint64(binary.BigEndian.Uint16(r[4:6])) + 1
	tail := c.tail
	c.mu.Unlock()
	// 12 and 46 bits of the counter in front keep the order, 16 random bits behind
	// them keep ids of different nodes apart and hard to guess.
	return uuid(ms, uint16(tail>>46&0x0fff), tail<<16&(1<<62-1)|uint64(binary.BigEndian.Uint16(r[6:8])))
}

// firstID is not above any id of the moment t or later, and above all earlier ones.
func firstID(t time.Time) string { return uuid(uint64(max(t.UnixMilli(), 0)), 0, 0) }

// idTime is the moment of an id, zero for none.
func idTime(id string) time.Time {
	if len(id) < 13 {
		return time.Time{}
	}
	ms, err := strconv.ParseInt(id[:8]+id[9:13], 16, 64)
	if err != nil {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}

func uuid(ms uint64, head uint16, tail uint64) string {
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
