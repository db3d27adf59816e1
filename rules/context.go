package rules

import (
	"cmp"
	"encoding/binary"
	"math/bits"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/takeback-chat/takeback/rules/fold"
)

// word is one entry of a detector that is a list of words, or a word that
// speaks for or against a match near by.
type word struct {
	text  string // as it is compared: folded, ASCII letters small
	latin bool   // it must stand as a whole word; Han and the like match anywhere
}

// contextWord is a word that speaks for or against a match near by.
type contextWord = word

// newWord folds a word of a pack in the way texts are folded.
func newWord(text string) word {
	low := lowered(fold.Fold(strings.TrimSpace(text)))
	return word{text: low, latin: low != "" && (alnum(low[0]) || alnum(low[len(low)-1]))}
}

func lowered(s string) string {
	return strings.Map(func(r rune) rune {
		if r < utf8.RuneSelf {
			return rune(lowerASCII(byte(r)))
		}
		return r
	}, s)
}

// Who uses a context word, and for what.
const (
	speaksFor     = int32(-1)
	speaksAgainst = int32(-2)
	speaksNames   = int32(-3) // numbers from 0 on are exclusions of the detector
)

// use is one detector's use of a context word.
type use struct {
	detector int32
	as       int32
}

func (u use) compare(v use) int {
	return cmp.Or(cmp.Compare(u.detector, v.detector), cmp.Compare(u.as, v.as))
}

// term of the index: a word or phrase, and its users sorted.
type indexed struct {
	text string
	uses []use
}

// contextIndex finds the context words of all detectors in one pass. It is only
// asked for texts that hold a match which wants to know.
type contextIndex struct {
	words  []indexed
	byText map[string]int32 // while it is built
	latin  hashed           // by the first ASCII word, whole
	other  [3]hashed        // by the first six, three or two bytes
	starts [256]bool        // how those of two bytes, and those with ASCII that is no letter, begin
	latins [256]bool        // how those of Latin letters and digits begin
	heads  [1 << 10]uint64  // by a hash of any key of these: whether some word has it
	most   int              // bytes of the longest word
	far    int              // how many characters from a match some detector listens at most
}

var otherLengths = [3]int{6, 3, 2}

// hashed is an open-addressing table of lists of words.
type hashed struct {
	keys  []uint64 // 0: empty
	lists [][]int32
	mask  uint64
}

func (x *contextIndex) add(w word, u use) {
	if x.byText == nil {
		x.byText = map[string]int32{}
	}
	id, ok := x.byText[w.text]
	if !ok {
		id = int32(len(x.words))
		x.byText[w.text] = id
		x.words = append(x.words, indexed{text: w.text})
	}
	x.words[id].uses = append(x.words[id].uses, u)
	x.most = max(x.most, len(w.text))
}

// seal makes the tables. Nothing is added after it.
func (x *contextIndex) seal() {
	latin := map[uint64][]int32{}
	other := [3]map[uint64][]int32{{}, {}, {}}
	for id := range x.words {
		w := &x.words[id]
		slices.SortFunc(w.uses, use.compare)
		w.uses = slices.Compact(w.uses)
		text := []byte(w.text)
		if alnum(text[0]) {
			key := wordKey(text, 0, wordEnd(text, 0))
			latin[key] = append(latin[key], int32(id))
			x.latins[text[0]], x.latins[upperASCII(text[0])] = true, true
			x.mark(key)
			continue
		}
		for i, n := range otherLengths {
			if last := i == len(otherLengths)-1; len(text) >= n || last {
				key := prefixKey(text, n)
				other[i][key] = append(other[i][key], int32(id))
				if last || text[0] < utf8.RuneSelf {
					x.starts[text[0]] = true
				} else {
					x.mark(key)
				}
				break
			}
		}
	}
	x.latin = newHashed(latin)
	for i := range other {
		x.other[i] = newHashed(other[i])
	}
	x.byText = nil
}

// mark says that some word has a key.
func (x *contextIndex) mark(key uint64) {
	h := mix(key)
	x.heads[h>>6&1023] |= 1 << (h & 63)
}

// maybe reports whether some word may have a key. It answers from the first-level cache.
func (x *contextIndex) maybe(key uint64) bool {
	h := mix(key)
	return x.heads[h>>6&1023]>>(h&63)&1 != 0
}

func newHashed(lists map[uint64][]int32) hashed {
	size := uint64(4)
	for int(size) < 2*len(lists) {
		size *= 2
	}
	h := hashed{make([]uint64, size), make([][]int32, size), size - 1}
	for key, ids := range lists {
		at := mix(key) & h.mask
		for h.keys[at] != 0 {
			at = (at + 1) & h.mask
		}
		h.keys[at], h.lists[at] = key, ids
	}
	return h
}

func (h *hashed) find(key uint64) []int32 {
	for at := mix(key) & h.mask; h.keys[at] != 0; at = (at + 1) & h.mask {
		if h.keys[at] == key {
			return h.lists[at]
		}
	}
	return nil
}

func mix(key uint64) uint64 { return key * 0x9E3779B97F4A7C15 >> 44 }

// wordKey is the length and the first bytes of the ASCII word text[at:end], case ignored.
func wordKey(text []byte, at, end int) uint64 {
	n := end - at
	if at+8 <= len(text) {
		return (binary.LittleEndian.Uint64(text[at:])|0x2020202020202020)<<(64-8*min(n, 7))>>8 | uint64(n)<<56 | 1<<63
	}
	key := uint64(0)
	for i, b := range text[at:min(end, at+7)] {
		key |= uint64(b|0x20) << (8 * i)
	}
	return key<<(56-8*min(n, 7)) | uint64(n)<<56 | 1<<63
}

// prefixKey is the first n bytes as a number, fewer where there are fewer.
func prefixKey(text []byte, n int) uint64 {
	if len(text) >= 8 {
		return binary.LittleEndian.Uint64(text)&(1<<(8*n)-1) | 1<<56
	}
	key := uint64(0)
	for i, b := range text[:min(n, len(text))] {
		key |= uint64(b) << (8 * i)
	}
	return key | 1<<56
}

// wordEnd returns where the letters and digits end that stand at text[at:].
func wordEnd(text []byte, at int) int {
	for ; at+8 <= len(text); at += 8 {
		if others := othersThanAlnum(binary.LittleEndian.Uint64(text[at:])); others != 0 {
			return at + bits.TrailingZeros64(others)/8
		}
	}
	for at < len(text) && alnum(text[at]) {
		at++
	}
	return at
}

// othersThanAlnum marks the bytes of w that are neither ASCII letters nor digits by their highest bits.
func othersThanAlnum(w uint64) uint64 {
	x := w &^ highBits
	small := x | 0x20*lowBits
	letters := (small + (0x80-'a')*lowBits) &^ (small + (0x80-'z'-1)*lowBits)
	digits := (x + (0x80-'0')*lowBits) &^ (x + (0x80-'9'-1)*lowBits)
	return (w | ^(letters | digits)) & highBits
}

func alnum(b byte) bool {
	return b-'0' < 10 || b|0x20-'a' < 26
}

func digit(b byte) bool { return b-'0' < 10 }

func upperASCII(b byte) byte {
	if b-'a' < 26 {
		return b &^ 0x20
	}
	return b
}

func lowerASCII(b byte) byte {
	if b-'A' < 26 {
		return b | 0x20
	}
	return b
}
