// Package plain reads files of text in the encodings that people have.
package plain

import (
	"bytes"
	"errors"
	"io"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/simplifiedchinese"
	utf16 "golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

// Reader reads a file of UTF-8, UTF-16 with a byte order mark, or GB 18030, of
// which GBK is a part, as UTF-8. The file is read once to its end before. What
// cannot be decoded becomes U+FFFD.
func Reader(file io.ReadSeeker) (io.Reader, error) {
	from, err := encodingOf(file)
	if err != nil {
		return nil, err
	}
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	return transform.NewReader(file, from.NewDecoder()), nil
}

// encodingOf reads a file to its end, for only that says whether it is UTF-8. One
// that ends in the middle of a character is UTF-8 all the same.
func encodingOf(file io.Reader) (encoding.Encoding, error) {
	buf := make([]byte, 64<<10)
	kept, first, valid := 0, true, true
	for {
		n, err := file.Read(buf[kept:])
		b := buf[:kept+n]
		if first && len(b) >= 2 {
			if bytes.HasPrefix(b, []byte{0xFF, 0xFE}) || bytes.HasPrefix(b, []byte{0xFE, 0xFF}) {
				return utf16.UTF16(utf16.LittleEndian, utf16.UseBOM), nil
			}
			first = false
		}
		whole := wholeRunes(b)
		valid = valid && utf8.Valid(b[:whole])
		kept = copy(buf, b[whole:])
		switch {
		case errors.Is(err, io.EOF) && valid:
			return utf16.UTF8BOM, nil
		case errors.Is(err, io.EOF) || !valid:
			return simplifiedchinese.GB18030, nil
		case err != nil:
			return nil, err
		}
	}
}

// wholeRunes returns how much of b are whole characters.
func wholeRunes(b []byte) int {
	for n := 1; n < utf8.UTFMax && n <= len(b); n++ {
		if tail := b[len(b)-n:]; utf8.RuneStart(tail[0]) {
			if !utf8.FullRune(tail) {
				return len(b) - n
			}
			break
		}
	}
	return len(b)
}
