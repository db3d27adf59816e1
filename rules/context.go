package rules

import (
	"cmp"
	"encoding/binary"
	"slices"
	"strings"
	"unicode"
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
	heads  [1 << 10]uint64  // by a hash of any key of these: whether some word has it
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

func wordEnd(text []byte, at int) int {
	for at < len(text) && alnum(text[at]) {
		at++
	}
	return at
}

// heard is a context word that stands in a text.
type heard struct{ word, start, end int32 }

// maxHeard bounds the context words of one text.
const maxHeard = 4000

// read appends the context words of the text, in order of their starts.
func (x *contextIndex) read(text []byte, out []heard) []heard {
	for at := 0; at < len(text) && len(out) < maxHeard; {
		b := text[at]
		switch {
		case alnum(b):
			end := wordEnd(text, at)
			if key := wordKey(text, at, end); x.maybe(key) {
				out = x.checkAll(text, x.latin.find(key), at, out)
			}
			at = end
		case b < utf8.RuneSelf:
			for i := 0; i < len(otherLengths) && x.starts[b]; i++ {
				out = x.checkAll(text, x.other[i].find(prefixKey(text[at:], otherLengths[i])), at, out)
			}
			at++
		default:
			if key := prefixKey(text[at:], 6); x.maybe(key) {
				out = x.checkAll(text, x.other[0].find(key), at, out)
			}
			if key := prefixKey(text[at:], 3); x.maybe(key) {
				out = x.checkAll(text, x.other[1].find(key), at, out)
			}
			if x.starts[b] {
				out = x.checkAll(text, x.other[2].find(prefixKey(text[at:], 2)), at, out)
			}
			for at++; at < len(text) && text[at]&0xC0 == 0x80; {
				at++
			}
		}
	}
	return out
}

func (x *contextIndex) checkAll(text []byte, ids []int32, at int, out []heard) []heard {
	for _, id := range ids {
		out = x.check(text, id, at, out)
	}
	return out
}

// check compares the whole word. A space of the word may be any one character
// of the text that is no letter or digit: "id-number" is "id number".
func (x *contextIndex) check(text []byte, id int32, at int, out []heard) []heard {
	w := x.words[id].text
	if len(text)-at < len(w) {
		return out
	}
	for i := range len(w) {
		b, c := w[i], text[at+i]
		if b != c && b != lowerASCII(c) && !(b == ' ' && c < utf8.RuneSelf && !alnum(c)) {
			return out
		}
	}
	if end := at + len(w); whole(text, at, end) {
		return append(out, heard{id, int32(at), int32(end)})
	}
	return out
}

// whole reports whether text[start:end] is not a piece of a word: of a Latin
// word on either side, of a Cyrillic or Greek one at its beginning, since these have endings.
func whole(text []byte, start, end int) bool {
	if start > 0 {
		first, _ := utf8.DecodeRune(text[start:])
		last, _ := utf8.DecodeLastRune(text[:start])
		if first < utf8.RuneSelf && alnum(text[start]) && last < utf8.RuneSelf && alnum(text[start-1]) || inflected(first) && inflected(last) {
			return false
		}
	}
	return end >= len(text) || !alnum(text[end]) || !alnum(text[end-1])
}

func inflected(r rune) bool {
	return r >= 0x370 && r < 0x530 && unicode.IsLetter(r)
}

// nearest returns how many characters lie between the span and the nearest
// word that the detector uses so; ok is false when none is within near characters.
func (x *contextIndex) nearest(text []byte, words []heard, u use, near, start, end int) (distance int, ok bool) {
	distance = near + 1
	low := int32(start - utf8.UTFMax*near)
	first, _ := slices.BinarySearchFunc(words, low, func(h heard, at int32) int { return cmp.Compare(h.end, at) })
	for _, h := range words[max(first-8, 0):] {
		if int(h.start) > end+utf8.UTFMax*near {
			break
		}
		if x.used(h.word, u) {
			distance = min(distance, gap(text, h, start, end, distance))
		}
	}
	return distance, distance <= near
}

// gap counts the characters between a word and the span; most when there are
// more than that.
func gap(text []byte, h heard, start, end, most int) int {
	from, to := int(h.end), start
	if int(h.start) >= end {
		from, to = end, int(h.start)
	}
	switch {
	case from >= to: // inside, or touching
		return 0
	case to-from > utf8.UTFMax*most:
		return most
	}
	return utf8.RuneCount(text[from:to])
}

func (x *contextIndex) used(word int32, u use) bool {
	uses := x.words[word].uses
	if len(uses) <= 4 {
		return slices.Contains(uses, u)
	}
	_, ok := slices.BinarySearchFunc(uses, u, use.compare)
	return ok
}

func alnum(b byte) bool {
	return b-'0' < 10 || b|0x20-'a' < 26
}

func digit(b byte) bool { return b-'0' < 10 }

func lowerASCII(b byte) byte {
	if b-'A' < 26 {
		return b | 0x20
	}
	return b
}
