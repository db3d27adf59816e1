package fold

import (
	"encoding/binary"
	"math/bits"
	"strings"
	"unicode"
	"unicode/utf8"
)

// The classes of bytes that the quick test of the leet view tells apart.
const (
	apartClass = iota
	letterClass
	leetClass
	skipClass // goes on with a character
)

var leetClasses = func() (t [256]uint8) {
	for i := range t {
		switch c := byte(i); {
		case letter(c):
			t[i] = letterClass
		case leetLetter[c] != 0:
			t[i] = leetClass
		case c >= 0x80 && c < 0xC0:
			t[i] = skipClass
		}
	}
	return t
}()

// telling is the set of six classes in a row, two bits each, that a word has
// which the leet view reads, and that other words hardly have.
var telling = func() (t [1 << 12 / 64]uint64) {
	for h := range uint(1 << 12) {
		var s strings.Builder
		for shift := 10; shift >= 0; shift -= 2 {
			s.WriteByte(" a4?"[h>>shift&3])
		}
		word := s.String()
		chain := strings.ReplaceAll(word, "4", "a") == "a a a "
		inside := strings.HasSuffix(word, "a4a") || strings.HasSuffix(word, "a44a") || strings.HasSuffix(word, "a444a")
		if chain || inside || strings.HasSuffix(word, "aaa4 ") || strings.HasSuffix(word, " 4aaa") {
			t[h/64] |= 1 << (h % 64)
		}
	}
	return t
}()

// anyLeet reports whether b may have a word that the leet view reads.
func anyLeet(b []byte, other bool) bool {
	from := plainWords(b)
	if from == len(b) {
		return other && anyHanApart(b)
	}
	h, last := uint(0), uint8(apartClass)
	for _, c := range b[from:] {
		class := leetClasses[c]
		if class == skipClass || class|last == apartClass {
			continue // separators count as one
		}
		if h, last = (h<<2|uint(class))&(1<<12-1), class; telling[h/64]>>(h%64)&1 != 0 {
			return true
		}
	}
	h = h << 2 & (1<<12 - 1)
	return telling[h/64]>>(h%64)&1 != 0 || other && anyHanApart(b)
}

// plainWords returns how much of b is plain words at least, eight bytes at a
// time: without anything that is written for a letter and without letters standing apart.
func plainWords(b []byte) int {
	const ones, high = 0x0101010101010101, 0x8080808080808080
	i := 0
	for ; i+8 <= len(b); i += 8 {
		whole := binary.LittleEndian.Uint64(b[i:])
		if whole&high == high {
			continue // nothing of ASCII
		}
		x := whole &^ high
		small := x | ones*0x20
		letters := (small + ones*(0x80-'a')) &^ (small + ones*(0x80-'z'-1)) & high &^ whole
		signs := (x+ones*(0x80-'0'))&^(x+ones*(0x80-'9'-1)) | zeroes(x^ones*'@') | zeroes(x^ones*'$') | zeroes(x^ones*'!')
		changes := (letters ^ letters>>8) & (high >> 8) // between a letter and what is none
		if signs&high&^whole != 0 || changes&(changes>>8)&(changes>>16) != 0 || letters != 0 && bits.OnesCount64(letters) < 4 {
			return max(0, i-8)
		}
	}
	if i == len(b) {
		return i
	}
	return max(0, i-8)
}

// zeroes marks the bytes of x that are zero. All bytes must be ASCII.
func zeroes(x uint64) uint64 {
	const ones, high = 0x0101010101010101, 0x8080808080808080
	return high &^ (x + ones*0x7F)
}

// anyHanApart reports whether there are Han characters that something keeps apart.
func anyHanApart(b []byte) bool {
	for i := 0; i+3 < len(b); {
		switch {
		case b[i] < 0xE4 || b[i] > 0xE9:
			i++
		case b[i+3] >= 0xE4 && b[i+3] <= 0xE9: // the common case: side by side
			i += 3
		case hanNext(b, i) > 0:
			return true
		default:
			i += 3
		}
	}
	return false
}

// hanChain writes the character at i if the next is a Han character that a
// sign keeps apart from it, and returns where that one stands.
func (w writer) hanChain(b []byte, i int) (next int, ok bool) {
	if !hanBytes(b, i) {
		return i, false
	}
	if next = hanNext(b, i); next == 0 {
		return i, false
	}
	w.keep(i, i+3)
	return next, true
}

// hanNext returns where the next Han character stands, if one or two signs keep it
// apart from the one at i, or a space does and one of the two stands alone
// between spaces; else 0.
func hanNext(b []byte, i int) int {
	at := i + 3
	if at >= len(b) || hanBytes(b, at) {
		return 0
	}
	if b[at] == ' ' {
		next := at + 1
		if next < len(b) && hanBytes(b, next) && (spaceThenHan(b, next+3) || i >= 4 && b[i-1] == ' ' && hanBytes(b, i-4)) {
			return next
		}
		return 0
	}
	for range 2 {
		size := joiner(b, at)
		if size == 0 {
			return 0
		}
		if at += size; at < len(b) && hanBytes(b, at) {
			return at
		}
	}
	return 0
}

func spaceThenHan(b []byte, i int) bool {
	return i+1 < len(b) && b[i] == ' ' && hanBytes(b, i+1)
}

// joiners are the signs of ASCII that no sentence has between two Han characters.
var joiners = func() (t [utf8.RuneSelf]uint8) {
	for _, c := range []byte("*_-|/~+#^&=.\\`") {
		t[c] = 1
	}
	return t
}()

// joiner returns the size of the sign at i if it is one that stands between Han
// characters only to keep them apart, as no comma or stop does.
func joiner(b []byte, i int) int {
	if i >= len(b) {
		return 0
	}
	if b[i] < utf8.RuneSelf {
		return int(joiners[b[i]])
	}
	r, size := utf8.DecodeRune(b[i:])
	if r >= 0x3000 && r < 0x3040 { // the punctuation of Chinese
		return 0
	}
	if unicode.In(r, unicode.So, unicode.Sk) || strings.ContainsRune("·•・‧∙●", r) {
		return size
	}
	return 0
}
