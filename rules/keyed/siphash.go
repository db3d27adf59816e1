package keyed

import (
	"encoding/binary"
	"math/bits"
)

// Hash is SipHash-2-4 with a key (Aumasson and Bernstein, 2012). The zero value
// has a key of zeros.
type Hash struct{ k0, k1 uint64 }

// NewHash returns the hash of a key of 16 bytes; what is longer is not used.
func NewHash(key []byte) Hash {
	return Hash{binary.LittleEndian.Uint64(key), binary.LittleEndian.Uint64(key[8:])}
}

// Sum returns the hash of b.
func (h Hash) Sum(b []byte) uint64 { return h.begin().end(b, len(b)) }

// SumOf returns the hash of eight bytes that say which place it is, and b: equal
// values in two places have nothing to do with each other.
func (h Hash) SumOf(place uint64, b []byte) uint64 {
	return h.begin().word(place).end(b, len(b)+8)
}

func (h Hash) begin() sip {
	return sip{h.k0 ^ 0x736f6d6570736575, h.k1 ^ 0x646f72616e646f6d, h.k0 ^ 0x6c7967656e657261, h.k1 ^ 0x7465646279746573}
}

// sip is the state; it is handed on by value, so that it stays in registers.
type sip struct{ v0, v1, v2, v3 uint64 }

func (s sip) word(m uint64) sip {
	s.v3 ^= m
	s = s.round().round()
	s.v0 ^= m
	return s
}

// end takes the rest of an input of size bytes.
func (s sip) end(b []byte, size int) uint64 {
	for ; len(b) >= 8; b = b[8:] {
		s = s.word(binary.LittleEndian.Uint64(b))
	}
	last := uint64(size) << 56
	for i, c := range b {
		last |= uint64(c) << (8 * i)
	}
	s = s.word(last)
	s.v2 ^= 0xff
	s = s.round().round().round().round()
	return s.v0 ^ s.v1 ^ s.v2 ^ s.v3
}

func (s sip) round() sip {
	s.v0 += s.v1
	s.v2 += s.v3
	s.v1, s.v3 = bits.RotateLeft64(s.v1, 13)^s.v0, bits.RotateLeft64(s.v3, 16)^s.v2
	s.v0 = bits.RotateLeft64(s.v0, 32) + s.v3
	s.v2 += s.v1
	s.v3, s.v1 = bits.RotateLeft64(s.v3, 21)^s.v0, bits.RotateLeft64(s.v1, 17)^s.v2
	s.v2 = bits.RotateLeft64(s.v2, 32)
	return s
}
