package rules

import (
	"cmp"
	"slices"
	"unicode"
	"unicode/utf8"
)

// heard is a context word that stands in a text.
type heard struct{ word, start, end int32 }

// maxHeard bounds the context words of one text.
const maxHeard = 4000

// read appends the context words that start between two places of the text, in order of their starts.
// No word of Latin letters nor character goes on at the first of these.
func (x *contextIndex) read(text []byte, from, stop int, out []heard) []heard {
	for at := from; at < stop && len(out) < maxHeard; {
		b := text[at]
		switch {
		case alnum(b):
			end := wordEnd(text, at)
			if x.latins[b] {
				if key := wordKey(text, at, end); x.maybe(key) {
					out = x.checkAll(text, x.latin.find(key), at, out)
				}
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
