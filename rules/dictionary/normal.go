package dictionary

import (
	"strings"
	"unicode/utf8"

	"github.com/takeback-chat/takeback/rules/fold"
)

// normal is a term as texts are compared: folded, ASCII in small letters, one
// space where there were several.
func normal(term string) string {
	low := []byte(strings.Join(strings.Fields(fold.Fold(term)), " "))
	for i, b := range low {
		low[i] = lowered[b]
	}
	return string(low)
}

// simplify appends text with traditional characters as simplified ones. A
// character whose other form has another length in bytes stays as it is, so that
// places keep their numbers: that leaves the basic plane, where Han characters
// have three bytes, the first of which is E3 to E9.
func simplify(dst, text []byte) []byte {
	from := len(dst)
	dst = append(dst, text...)
	for i := from; i+2 < len(dst); i++ {
		b := dst[i]
		if b < 0xE3 || b > 0xE9 || dst[i+1]&0xC0 != 0x80 || dst[i+2]&0xC0 != 0x80 {
			continue
		}
		r := rune(b&0x0F)<<12 | rune(dst[i+1]&0x3F)<<6 | rune(dst[i+2]&0x3F)
		if s := fold.Simplified(r); s != r && utf8.RuneLen(s) == 3 {
			utf8.EncodeRune(dst[i:], s)
		}
		i += 2
	}
	return dst
}

func ascii(text []byte) bool {
	for _, b := range text {
		if b >= utf8.RuneSelf {
			return false
		}
	}
	return true
}
