package rules

import (
	"bytes"
	"strings"
	"unicode/utf8"
)

// word is one entry of a detector that is a list of words.
type word struct {
	text  string // as the filter compares it: folded
	latin bool   // it must stand as a whole word; Han and the like match anywhere
}

// contextWord is a word that speaks for or against a match near by.
type contextWord = word

// newWord folds a word of a pack in the way texts are folded.
func newWord(text string) word {
	var f folded
	f.fold(strings.TrimSpace(text))
	low := string(bytes.Map(func(r rune) rune {
		if r < utf8.RuneSelf {
			return rune(lowerASCII(byte(r)))
		}
		return r
	}, f.text))
	return word{text: low, latin: low != "" && (alnum(low[0]) || alnum(low[len(low)-1]))}
}

// nearby reports whether one of the words stands within near characters of
// text[start:end], on either side or inside. Latin words count as whole words
// only ("lic" is not in "public"), Han words anywhere.
func nearby(text []byte, s *scratch, words []contextWord, near, start, end int) bool {
	lo, hi := back(text, start, near), forth(text, end, near)
	s.lowered = s.lowered[:0]
	for _, b := range text[lo:hi] {
		s.lowered = append(s.lowered, lowerASCII(b))
	}
	for i := range words {
		if standsIn(s.lowered, &words[i], lo > 0 && alnum(text[lo-1]), hi < len(text) && alnum(text[hi])) {
			return true
		}
	}
	return false
}

// standsIn looks for w in a cut-out of a text; cutLeft and cutRight say that
// the cut went through a word.
func standsIn(cut []byte, w *word, cutLeft, cutRight bool) bool {
	for at := 0; ; {
		i := bytes.Index(cut[at:], []byte(w.text))
		if i < 0 {
			return false
		}
		from, to := at+i, at+i+len(w.text)
		before := from > 0 && alnum(cut[from-1]) || from == 0 && cutLeft
		after := to < len(cut) && alnum(cut[to]) || to == len(cut) && cutRight
		if !w.latin || !(before && alnum(cut[from])) && !(after && alnum(cut[to-1])) {
			return true
		}
		at = from + 1
	}
}

// back returns where the n characters before at begin.
func back(text []byte, at, n int) int {
	for ; n > 0 && at > 0; n-- {
		at--
		for at > 0 && !utf8.RuneStart(text[at]) {
			at--
		}
	}
	return at
}

// forth returns where the n characters after at end.
func forth(text []byte, at, n int) int {
	for ; n > 0 && at < len(text); n-- {
		at++
		for at < len(text) && !utf8.RuneStart(text[at]) {
			at++
		}
	}
	return at
}

// word takes note of a word of a word list that stands at text[start:end].
func (e *Engine) word(text []byte, s *scratch, id, start, end int32) {
	if s.matches[-1-id] >= maxMatches {
		return
	}
	from, to := int(start), int(end)
	left := from > 0 && alnum(text[from-1]) && alnum(text[from])
	right := to < len(text) && alnum(text[to]) && alnum(text[to-1])
	if left || right {
		return
	}
	d := e.detectors[id]
	ev := evidence{d: d, p: &pattern{}, text: text, s: s, start: from, end: to, value: string(text[from:to])}
	if l := ev.best(); l != nil && ev.confidence(l) >= e.options.MinConfidence {
		s.matches[-1-id]++
		s.found = append(s.found, candidate{start: from, end: to, confidence: ev.confidence(l), detector: id})
	}
}

func alnum(b byte) bool {
	return b >= '0' && b <= '9' || b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z'
}

func digit(b byte) bool { return b >= '0' && b <= '9' }

func lowerASCII(b byte) byte {
	if b >= 'A' && b <= 'Z' {
		return b | 0x20
	}
	return b
}
