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
// places keep their numbers.
func simplify(dst, text []byte) []byte {
	dst = append(dst, text...)
	for i := 0; i < len(dst); {
		if dst[i] < utf8.RuneSelf {
			i++
			continue
		}
		r, size := utf8.DecodeRune(dst[i:])
		if s := fold.Simplified(r); s != r && utf8.RuneLen(s) == size {
			utf8.EncodeRune(dst[i:], s)
		}
		i += size
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
