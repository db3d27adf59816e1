package rules

import (
	"encoding/binary"
	"math/bits"
	"unicode/utf8"
)

// longText is how many bytes a text has of which the context words are read only around what asks
// for them, unless so much asks that all of it is soon read.
const longText = 1 << 10

// listenTo reads the context words of the text, once.
func (e *Engine) listenTo(s *scratch) {
	if !s.read {
		s.read = true
		s.heard = e.context.read(s.text, 0, len(s.text), s.heard)
	}
}

// listensNear reports whether the context words of the text are still read only around what asks.
func (e *Engine) listensNear(s *scratch) bool {
	return !s.read && len(s.text) > longText && s.listened < len(s.text)/2
}

// wordsNear returns, in order, the context words that any detector can hear from a match, and perhaps more.
func (e *Engine) wordsNear(s *scratch, start, end int) []heard {
	if !e.listensNear(s) {
		e.listenTo(s)
		return s.heard
	}
	far := e.context.far
	s.listened += far / 2
	at := run{back(s.text, start, far), forth(s.text, end, far)}
	if at.start < s.aroundAt.start || at.end > s.aroundAt.end {
		s.aroundAt = at
		from, stop := unbroken(s.text, max(at.start-e.context.most, 0)), min(at.end+1, len(s.text))
		s.listened += stop - from
		s.around = e.context.read(s.text, from, stop, s.around[:0])
	}
	return s.around
}

// mayBeSpokenFor reports whether a word that speaks for a detector, or names its kind, may stand near
// enough to a match, or at the end of the message before.
func (e *Engine) mayBeSpokenFor(s *scratch, detector int32, start, end int) bool {
	if len(s.before) > 0 && s.view == asItStands && start <= utf8.UTFMax*e.context.far {
		return true
	}
	for _, h := range e.wordsNear(s, start, end) {
		if e.context.used(h.word, use{detector, speaksFor}) || e.context.used(h.word, use{detector, speaksNames}) {
			return true
		}
	}
	return false
}

// back returns where the nth character before text[at] starts, or the text.
func back(text []byte, at, n int) int {
	for at >= 8 {
		begun := runesBegin(binary.LittleEndian.Uint64(text[at-8:]))
		if begun >= n {
			break
		}
		at, n = at-8, n-begun
	}
	for ; n > 0 && at > 0; n-- {
		for at--; at > 0 && !utf8.RuneStart(text[at]); {
			at--
		}
	}
	return at
}

// forth returns where the nth character from text[at] on ends, or the text.
func forth(text []byte, at, n int) int {
	for at+8 < len(text) {
		begun := runesBegin(binary.LittleEndian.Uint64(text[at+1:]))
		if begun >= n {
			break
		}
		at, n = at+8, n-begun
	}
	for ; n > 0 && at < len(text); n-- {
		for at++; at < len(text) && !utf8.RuneStart(text[at]); {
			at++
		}
	}
	return at
}

// runesBegin counts the bytes of w with which characters begin.
func runesBegin(w uint64) int { return 8 - bits.OnesCount64(w&^(w<<1)&highBits) }

// unbroken returns the first place from at on where no word of Latin letters and digits nor character goes on.
func unbroken(text []byte, at int) int {
	if at > 0 && alnum(text[at-1]) {
		return wordEnd(text, at)
	}
	for at > 0 && at < len(text) && !utf8.RuneStart(text[at]) && text[at-1] >= utf8.RuneSelf {
		at++
	}
	return at
}
