// Package units cuts folded texts into what people compare: words, and the
// characters of scripts that are written without spaces.
package units

import (
	"unicode"
	"unicode/utf8"
)

// Unit is a word, or one character of a script that is written without spaces.
type Unit struct {
	Start, End int  // bytes of the text
	Wide       bool // it is such a character
}

// Next returns the first unit that begins at or behind at. A word is letters and
// digits of all other scripts, unbroken: an apostrophe or a hyphen parts two
// words. Bytes that are not UTF-8 part words.
func Next(text []byte, at int) (Unit, bool) {
	for at < len(text) {
		if Alnum(text[at]) {
			return word(text, at), true
		}
		if text[at] < utf8.RuneSelf {
			at++
			continue
		}
		r, size := utf8.DecodeRune(text[at:])
		switch {
		case wide(r):
			return Unit{at, at + size, true}, true
		case r != utf8.RuneError && wordRune(r):
			return word(text, at), true
		}
		at += size
	}
	return Unit{}, false
}

// word returns the word that begins at at.
func word(text []byte, at int) Unit {
	end := at
	for end < len(text) {
		if text[end] < utf8.RuneSelf {
			if !Alnum(text[end]) {
				break
			}
			end++
			continue
		}
		r, size := utf8.DecodeRune(text[end:])
		if r == utf8.RuneError || wide(r) || !wordRune(r) {
			break
		}
		end += size
	}
	return Unit{Start: at, End: end}
}

// Alnum reports whether b is an ASCII letter or digit.
func Alnum(b byte) bool { return alnum[b] }

var alnum = func() (class [256]bool) {
	for b := range class {
		small := byte(b) | 0x20
		class[b] = small >= 'a' && small <= 'z' || Digit(byte(b))
	}
	return class
}()

// Digit reports whether b is an ASCII digit.
func Digit(b byte) bool { return b-'0' < 10 }

// Lower appends b with its ASCII letters made small; folding has done the rest.
func Lower(dst, b []byte) []byte {
	for _, c := range b {
		if c >= 'A' && c <= 'Z' {
			c |= 0x20
		}
		dst = append(dst, c)
	}
	return dst
}

func wordRune(r rune) bool { return unicode.In(r, unicode.L, unicode.N, unicode.M) }

// wide reports whether r is Han, kana or Hangul.
func wide(r rune) bool {
	switch {
	case r < 0x2E80:
		return false
	case r >= 0x4E00 && r <= 0x9FFF, r >= 0xAC00 && r <= 0xD7A3:
		return true
	}
	return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul)
}
