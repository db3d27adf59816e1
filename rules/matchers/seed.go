package matchers

import (
	"encoding/binary"
	"math/bits"
	"slices"
	"unicode/utf8"

	"github.com/takeback-chat/takeback/rules/bip39"
)

const (
	// leastPhrase is the bytes of the shortest phrase: twelve words of three
	// letters, or of one Han character, and what stands between them. So every phrase
	// holds one of the places that are that far apart.
	leastPhrase = bip39.Fewest*3 + bip39.Fewest - 1
	// maxGap is what may stand between two words: "\n 12. ", with room.
	maxGap = 8
	// maxRun bounds the words of a run that are looked at in one go.
	maxRun = 64
	// maxShift is how many words that are in the list by chance may stand before
	// a phrase.
	maxShift = 4
)

// numerals are the places of the number words in the English list.
var numerals = func() (places []uint16) {
	for _, w := range []string{"zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "double", "triple", "hundred"} {
		if place, ok := bip39.Place([]byte(w)); ok {
			places = append(places, place)
		}
	}
	return places
}()

// word is a word of a list in a text.
type word struct {
	start, end int
	place      uint16
	han        bool
}

// seedPhrase finds twelve to twenty-four words of a list of BIP 39 in a row.
// Most texts are dismissed by a look at one word in each leastPhrase bytes.
func seedPhrase(text []byte, at int) (start, end int, ok bool) {
	for p := max(at, 0) + leastPhrase - 1; p < len(text); p += leastPhrase {
		w, listed := wordNear(text, p)
		if !listed || w.start < at {
			continue
		}
		n, done := countAround(text, max(at, 0), w)
		if n >= bip39.Fewest {
			if start, end, done, ok = phraseAround(text, max(at, 0), w); ok {
				return start, end, true
			}
		}
		p = max(p, done-1) // the run is done; the next look is leastPhrase behind it
	}
	return 0, 0, false
}

// phraseAround finds the phrase in the run around a listed word, and where the run ends.
func phraseAround(text []byte, from int, w word) (start, end, done int, ok bool) {
	var run [maxRun]word
	words := runAround(text, from, w, run[:])
	start, end, ok = phrase(words)
	return start, end, words[len(words)-1].end, ok
}

// wordNear returns the listed word at p, or the one before the gap at p.
func wordNear(text []byte, p int) (word, bool) {
	for n := 0; p > 0 && n < maxGap && text[p] < 0x80 && !letter(text[p]); n++ {
		p--
	}
	for p > 0 && !utf8.RuneStart(text[p]) {
		p--
	}
	if text[p] >= 0x80 {
		return hanWord(text, p)
	}
	start, end := lettersAround(text, p)
	place, ok := bip39.PlaceIn(text, start, end)
	return word{start: start, end: end, place: place}, ok && apart(text, start, end)
}

// lettersAround returns where the word at p starts and ends, or a piece of it that is too long for any list.
func lettersAround(text []byte, p int) (start, end int) {
	if start, end = p, p+1; p >= 8 && p+9 <= len(text) {
		before, behind := binary.LittleEndian.Uint64(text[p-8:]), binary.LittleEndian.Uint64(text[p+1:])
		return p - bits.LeadingZeros64(othersThanLetters(before))/8, end + bits.TrailingZeros64(othersThanLetters(behind))/8
	}
	for start > 0 && p-start < 8 && letter(text[start-1]) {
		start--
	}
	for end < len(text) && end-p < 9 && letter(text[end]) {
		end++
	}
	return start, end
}

// othersThanLetters marks the bytes of w that are no ASCII letters by their highest bits.
func othersThanLetters(w uint64) uint64 {
	const ones, high = 0x0101010101010101, 0x8080808080808080
	small := w&^high | 0x20*ones
	letters := (small + (0x80-'a')*ones) &^ (small + (0x80-'z'-1)*ones)
	return (w | ^letters) & high
}

// hanWord returns the character at p where it stands alone: Chinese prose is
// made of the characters of the list.
func hanWord(text []byte, p int) (word, bool) {
	r, size := utf8.DecodeRune(text[p:])
	if !apart(text, p, p+size) {
		return word{}, false
	}
	place, ok := bip39.PlaceHan(r)
	return word{start: p, end: p + size, place: place, han: true}, ok
}

// apart reports whether nothing of a longer word touches text[start:end]. An
// English phrase may stand next to Han.
func apart(text []byte, start, end int) bool {
	if text[start] < 0x80 {
		l, r := at0(text, start-1), at0(text, end)
		elided := r == '\'' && letter(at0(text, end+1)) // can't, that's
		return !alnum(l) && !alnum(r) && l != '_' && r != '_' && !elided
	}
	return at0(text, end) < 0x80 && at0(text, start-1) < 0x80
}

// countAround counts the listed words around w that stand in a row, and says where the last ends.
// It stops counting where there are enough for a phrase.
func countAround(text []byte, from int, w word) (n, end int) {
	n = 1
	for p, ok := wordBefore(text, from, w); ok && n < bip39.Fewest; p, ok = wordBefore(text, from, p) {
		n++
	}
	for next, ok := wordBehind(text, w); ok && n < bip39.Fewest; next, ok = wordBehind(text, w) {
		n, w = n+1, next
	}
	return n, w.end
}

// runAround collects the listed words around w that stand in a row.
func runAround(text []byte, from int, w word, into []word) []word {
	first := w
	for range maxRun / 2 {
		prev, ok := wordBefore(text, from, first)
		if !ok {
			break
		}
		first = prev
	}
	run := into[:1]
	run[0] = first
	for len(run) < cap(into) {
		next, ok := wordBehind(text, run[len(run)-1])
		if !ok {
			break
		}
		run = append(run, next)
	}
	return run
}

// wordBefore returns the listed word before w in its row, if it does not begin before from.
func wordBefore(text []byte, from int, w word) (word, bool) {
	p := w.start - 1
	for p >= from && w.start-p <= maxGap && gap(text[p]) {
		p--
	}
	if p < from || w.start-p > maxGap || w.start-p < 2 {
		return word{}, false
	}
	prev, ok := wordNear(text, p)
	return prev, ok && prev.han == w.han && prev.start >= from && prev.end == p+1
}

// wordBehind returns the listed word behind w in its row.
func wordBehind(text []byte, w word) (word, bool) {
	p := w.end
	for p < len(text) && p-w.end <= maxGap && gap(text[p]) {
		p++
	}
	next, ok := wordFrom(text, p)
	return next, ok && next.han == w.han && p-w.end >= 1 && p-w.end <= maxGap
}

// wordFrom returns the listed word that begins at p.
func wordFrom(text []byte, p int) (word, bool) {
	if p >= len(text) {
		return word{}, false
	}
	w, ok := wordNear(text, p)
	return w, ok && w.start == p
}

// gap reports whether b may stand between two words of a phrase.
func gap(b byte) bool {
	switch b {
	case ' ', '\n', '\r', '\t', ',', ';', '.', ':', ')', '(', '/', '|', '"', '\'', '-', '#':
		return true
	}
	return digit(b)
}

// phrase finds a phrase in a run: one with a right checksum, or the last words
// of the run, as many as make a phrase: "phrase" and "secret" are in the list themselves.
func phrase(run []word) (start, end int, ok bool) {
	if len(run) < bip39.Fewest {
		return 0, 0, false
	}
	var places [maxRun]uint16
	said := 0
	for i, w := range run {
		places[i] = w.place
		if !w.han && slices.Contains(numerals, w.place) {
			said++
		}
	}
	if 2*said > len(run) {
		return 0, 0, false // somebody says a number
	}
	for n := bip39.Most; n >= bip39.Fewest; n -= 3 {
		for i := 0; i+n <= len(run) && i <= maxShift; i++ {
			if bip39.Valid(places[i : i+n]) {
				return run[i].start, run[i+n-1].end, true
			}
		}
	}
	n := min(len(run)-len(run)%3, bip39.Most)
	return run[len(run)-n].start, run[len(run)-1].end, len(run) < bip39.Most+maxShift
}
