// Package matchers finds the values that a regexp finds slowly or not at all:
// those that are known by a text in their middle (the @ of an e-mail address,
// the colons of an IPv6 address), and those that need a list (recovery phrases).
//
// A matcher looks at a bounded piece around its anchor, never panics whatever
// the bytes are, and gives offsets that cut no character.
package matchers

import (
	"maps"
	"slices"
	"unicode/utf8"
)

// Matcher finds values around an anchor in a folded text.
type Matcher struct {
	// Anchors are texts (small ASCII letters or punctuation, 1 to 32 bytes) one of
	// which every value has or begins at; Find is called for each place where one
	// stands, in any case of letters. Empty: Find is asked once a text with at = 0,
	// and then again from the end of what it found.
	Anchors []string
	// Beside, unless it is nil, holds the bytes one of which stands on either side of every anchor,
	// each of which is one byte.
	Beside *[256]bool
	// Find returns the value text[start:end] that belongs to the anchor at
	// text[at:], or ok false. The edges are checked: nothing that touches the value
	// continues it. Nothing is allocated where nothing has the shape of a value.
	Find func(text []byte, at int) (start, end int, ok bool)
}

var all = map[string]Matcher{
	"email":          {Anchors: []string{"@"}, Find: email},
	"handle":         {Anchors: []string{"@"}, Find: handle},
	"ipv6":           {Anchors: []string{":"}, Find: ipv6},
	"mac":            {Anchors: []string{":", "-", "."}, Beside: &hexBytes, Find: mac},
	"otp_before":     {Anchors: codeWords, Find: otpBefore},
	"seed_phrase":    {Find: seedPhrase},
	"china_address":  {Anchors: chinaAnchors, Find: chinaAddress},
	"street_address": {Anchors: streetWords, Find: streetAddress},
	"upi":            {Anchors: []string{"@"}, Find: upi},
	"url_query":      {Anchors: []string{"://"}, Find: urlQuery},
	"url_userinfo":   {Anchors: []string{"://"}, Find: urlUserinfo},
}

// Lookup returns the matcher of that name.
func Lookup(name string) (Matcher, bool) {
	m, ok := all[name]
	return m, ok
}

// Names lists the matchers, sorted.
func Names() []string { return slices.Sorted(maps.Keys(all)) }

// at0 is text[i], or a space outside the text.
func at0(text []byte, i int) byte {
	if i < 0 || i >= len(text) {
		return ' '
	}
	return text[i]
}

func digit(b byte) bool  { return b-'0' < 10 }
func letter(b byte) bool { return b|0x20-'a' < 26 }
func alnum(b byte) bool  { return digit(b) || letter(b) }
func hex(b byte) bool    { return digit(b) || b|0x20-'a' < 6 }

// hexBytes are the hexadecimal digits.
var hexBytes = func() (is [256]bool) {
	for b := range is {
		is[b] = hex(byte(b))
	}
	return is
}()

// low is b as a small letter.
func low(b byte) byte {
	if b-'A' < 26 {
		return b | 0x20
	}
	return b
}

// equal reports whether b is the small word, whatever its case.
func equal(b []byte, word string) bool {
	if len(b) != len(word) {
		return false
	}
	for i := range b {
		if low(b[i]) != word[i] {
			return false
		}
	}
	return true
}

// nativeLetter reports whether the character at the start of text is a letter
// of a script that is written with spaces between its words (Greek, Cyrillic,
// Arabic, ...), and its length. In the others, as in Han, a neighbour says nothing.
func nativeLetter(text []byte) (size int, ok bool) {
	r, size := utf8.DecodeRune(text)
	return size, spacedScript(r)
}

// nativeLetterBefore is nativeLetter for the character that ends text.
func nativeLetterBefore(text []byte) (size int, ok bool) {
	r, size := utf8.DecodeLastRune(text)
	return size, spacedScript(r)
}

func spacedScript(r rune) bool {
	switch {
	case r < 0x00C0, r == 0x00D7, r == 0x00F7:
		return false
	case r < 0x0E00: // Latin to Malayalam and Sinhala
		return r != 0x037E && r != 0x0589 && (r < 0x0600 || r > 0x061F) && r != 0x0964 && r != 0x0965
	case r >= 0x10A0 && r <= 0x10FF, r >= 0x1E00 && r <= 0x1FFF: // Georgian, Latin, Greek
		return true
	}
	return false
}
