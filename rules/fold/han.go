package fold

import (
	"sync"
	"unicode/utf8"
)

const (
	// firstHan and endHan enclose the traditional characters of the Basic
	// Multilingual Plane.
	firstHan = 0x3400
	endHan   = 0xA000
)

// simplifiedHan is the table of simplifications, put together when it is first asked.
var simplifiedHan = sync.OnceValue(func() *simplified {
	t := &simplified{rare: map[rune]rune{}}
	for s := simplifications; s != ""; {
		from, n := utf8.DecodeRuneInString(s)
		to, m := utf8.DecodeRuneInString(s[n:])
		s = s[n+m:]
		if from >= firstHan && from < endHan && to <= 0xFFFF {
			t.common[from-firstHan] = uint16(to)
		} else {
			t.rare[from] = to
		}
	}
	return t
})

type simplified struct {
	common [endHan - firstHan]uint16
	rare   map[rune]rune
}

// Simplified returns the simplified form of a traditional Han character, and
// every other character as it is. Where a character has several simplified
// forms it is the commonest.
func Simplified(r rune) rune {
	switch {
	case r < firstHan:
		return r
	case r < endHan:
		if to := simplifiedHan().common[r-firstHan]; to != 0 {
			return rune(to)
		}
	}
	if to, ok := simplifiedHan().rare[r]; ok {
		return to
	}
	return r
}
