// Package bip39 knows the words of recovery phrases: twelve to twenty-four words
// of a list that stand for the key of a wallet, the last bits being a checksum.
//
// Source: BIP 39, with its lists for English and for Chinese, simplified and traditional.
package bip39

import (
	"crypto/sha256"
	_ "embed"
	"encoding/binary"
	"math/bits"
	"strings"
	"sync"
	"unicode/utf8"
)

// Fewest and Most are the words of the shortest and the longest phrase; the
// lengths between are multiples of three.
const (
	Fewest = 12
	Most   = 24
)

// maxWord is the letters of the longest English word of the list, so that each
// fits into one number.
const maxWord = 8

var (
	//go:embed english.txt
	english string
	//go:embed chinese_simplified.txt
	simplified string
	//go:embed chinese_traditional.txt
	traditional string
)

// table finds a word's place by its first four letters, which no two words of the list share: a
// table of these is small enough for a cache, and most words are not in it.
type table struct {
	heads [4096]uint32
	place [4096]uint16
	words [2048]uint64 // by place
}

// head is the first four letters of a word that pack made a number of.
func head(key uint64) uint32 {
	if n := bits.Len64(key); n > 32 {
		key >>= (n + 7 - 32) &^ 7
	}
	return uint32(key)
}

func slot(head uint32) uint32 { return head * 0x9E3779B1 >> 20 }

var words = sync.OnceValue(func() *table {
	t := new(table)
	for i, w := range strings.Fields(english) {
		key, _ := pack([]byte(w))
		at := slot(head(key))
		for t.heads[at] != 0 {
			at = (at + 1) % uint32(len(t.heads))
		}
		t.heads[at], t.place[at], t.words[i] = head(key), uint16(i), key
	}
	return t
})

// pack makes one number of a word of ASCII letters, whatever their case.
func pack(word []byte) (key uint64, ok bool) {
	if len(word) < 3 || len(word) > maxWord {
		return 0, false
	}
	for _, b := range word {
		b |= 0x20
		if b < 'a' || b > 'z' {
			return 0, false
		}
		key = key<<8 | uint64(b)
	}
	return key, true
}

// Place returns where an English word stands in the list, from 0 to 2047.
func Place(word []byte) (place uint16, ok bool) {
	key, ok := pack(word)
	if !ok {
		return 0, false
	}
	return placeOfKey(key)
}

// PlaceIn is Place for the word text[start:end], all of which are ASCII letters.
func PlaceIn(text []byte, start, end int) (place uint16, ok bool) {
	n := end - start
	if start+8 > len(text) {
		return Place(text[start:end])
	}
	if n < 3 || n > maxWord {
		return 0, false
	}
	eight := binary.BigEndian.Uint64(text[start:]) | 0x2020202020202020
	return placeOfKey(eight >> (64 - 8*n))
}

func placeOfKey(key uint64) (place uint16, ok bool) {
	t, first := words(), head(key)
	for at := slot(first); t.heads[at] != 0; at = (at + 1) % uint32(len(t.heads)) {
		if t.heads[at] == first {
			place = t.place[at]
			return place, t.words[place] == key
		}
	}
	return 0, false
}

// han is both Chinese lists: a character has the same place in each.
var han = sync.OnceValue(func() map[rune]uint16 {
	places := make(map[rune]uint16, 4096)
	for _, list := range []string{simplified, traditional} {
		place := uint16(0)
		for _, r := range strings.TrimSpace(list) {
			places[r] = place
			place++
		}
	}
	return places
})

// PlaceHan returns where a character stands in the Chinese lists.
func PlaceHan(r rune) (place uint16, ok bool) {
	place, ok = han()[r]
	return place, ok
}

// Valid checks the checksum of a phrase: of its bits, eleven a word, one in
// thirty-three is from the SHA-256 of the rest.
func Valid(places []uint16) bool {
	n := len(places)
	if n < Fewest || n > Most || n%3 != 0 {
		return false
	}
	var packed [Most*11/8 + 1]byte
	at, waiting, held := 0, uint32(0), 0
	for _, p := range places {
		waiting, held = waiting<<11|uint32(p&0x7FF), held+11
		for ; held >= 8; held -= 8 {
			packed[at] = byte(waiting >> (held - 8))
			at++
		}
	}
	if held > 0 {
		packed[at] = byte(waiting << (8 - held))
	}
	size := n / 3 * 4 // bytes of entropy
	check := n / 3    // bits of checksum
	sum := sha256.Sum256(packed[:size])
	return sum[0]>>(8-check) == packed[size]>>(8-check)
}

// Parse returns the places of the words of a phrase, with anything that is no
// letter between them; nothing when one is not in its list.
func Parse(phrase string) []uint16 {
	var places []uint16
	for len(phrase) > 0 && len(places) <= Most {
		r, size := utf8.DecodeRuneInString(phrase)
		switch {
		case r < utf8.RuneSelf && !letter(phrase[0]):
			phrase = phrase[size:]
			continue
		case r < utf8.RuneSelf:
			size = strings.IndexFunc(phrase, func(r rune) bool { return r >= utf8.RuneSelf || !letter(byte(r)) })
			if size < 0 {
				size = len(phrase)
			}
		}
		place, ok := placeOf(r, phrase[:size])
		if !ok {
			return nil
		}
		places = append(places, place)
		phrase = phrase[size:]
	}
	return places
}

func placeOf(first rune, word string) (uint16, bool) {
	if first >= utf8.RuneSelf {
		return PlaceHan(first)
	}
	return Place([]byte(word))
}

func letter(b byte) bool { return b|0x20-'a' < 26 }
