package dictionary

import (
	"bytes"
	"encoding/binary"
	"errors"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"
)

var (
	errCut     = errors.New("the file ends in the middle of a character; it seems to be cut off")
	errUnknown = errors.New("the file is neither UTF-8 nor UTF-16 nor GBK; save it as UTF-8")
)

// decode returns the text of a file. An error is a sentence about the file as a
// whole.
func decode(data []byte) (string, error) {
	if order := utf16Order(data); order != nil {
		return decodeUTF16(data, order)
	}
	data = bytes.TrimPrefix(data, []byte("\uFEFF"))
	if utf8.Valid(data) {
		return string(data), nil
	}
	if cutUTF8(data) {
		return "", errCut
	}
	return decodeGBK(data)
}

// utf16Order tells UTF-16 by its byte order mark or, as no other text has zero
// bytes, by where those stand. It returns nil for anything else.
func utf16Order(data []byte) binary.ByteOrder {
	switch {
	case bytes.HasPrefix(data, []byte{0xFF, 0xFE}):
		return binary.LittleEndian
	case bytes.HasPrefix(data, []byte{0xFE, 0xFF}):
		return binary.BigEndian
	case wide(data, 1):
		return binary.LittleEndian
	case wide(data, 0):
		return binary.BigEndian
	}
	return nil
}

// wide reports whether the zero bytes stand where UTF-16 has its high bytes, 0
// or 1 in each pair: nearly all of them, and those of most line breaks. Without line breaks a
// quarter of the bytes must be zero.
func wide(data []byte, high int) bool {
	var zeros [2]int
	breaks, pairs := 0, 0
	for i, b := range data {
		switch other := i ^ 1; {
		case b == 0:
			zeros[i&1]++
		case b == '\n':
			breaks++
			if i&1 != high && other < len(data) && data[other] == 0 {
				pairs++
			}
		}
	}
	return zeros[high] > 4*zeros[1-high] && (pairs*2 > breaks || breaks == 0 && zeros[high]*4 >= len(data))
}

func decodeUTF16(data []byte, order binary.ByteOrder) (string, error) {
	if len(data)%2 != 0 {
		return "", errCut
	}
	endian := unicode.LittleEndian
	if order == binary.BigEndian {
		endian = unicode.BigEndian
	}
	text, err := unicode.UTF16(endian, unicode.UseBOM).NewDecoder().String(string(data))
	if err != nil {
		return "", errUnknown
	}
	if n := len(data); order.Uint16(data[n-2:])&0xFC00 == 0xD800 { // the first half of a pair
		return "", errCut
	}
	return text, nil
}

// cutUTF8 reports whether all is UTF-8, and not ASCII alone, but for the
// beginning of a character at the end.
func cutUTF8(data []byte) bool {
	for n := 1; n < utf8.UTFMax && n < len(data); n++ {
		head, tail := data[:len(data)-n], data[len(data)-n:]
		if utf8.RuneStart(tail[0]) {
			return tail[0] >= 0xC2 && !utf8.FullRune(tail) && utf8.Valid(head) && bytes.ContainsFunc(head, func(r rune) bool { return r >= utf8.RuneSelf })
		}
	}
	return false
}

// decodeGBK reads GB 18030, of which GBK is a part.
func decodeGBK(data []byte) (string, error) {
	text, err := simplifiedchinese.GB18030.NewDecoder().String(string(data))
	if err != nil {
		return "", errUnknown
	}
	switch first := strings.IndexRune(text, utf8.RuneError); {
	case first < 0:
		return text, nil
	case first == len(text)-len("\uFFFD"):
		return "", errCut
	}
	return "", errUnknown
}
