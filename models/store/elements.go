package store

import (
	"encoding/binary"
	"fmt"

	"github.com/takeback-chat/takeback/models"
)

// elementsVersion is the first byte of encoded elements.
const elementsVersion = 1

const opaqueFlag = 1

// encodeElements writes elements as bytes: a version, their number, and of each
// the flags, kind, path and text with their lengths in front. JSON would be read
// and written several times as slowly, and nobody but this package ever sees it.
func encodeElements(elements []models.Element) []byte {
	size := 2 + binary.MaxVarintLen32
	for _, e := range elements {
		size += 1 + 3*binary.MaxVarintLen32 + len(e.Kind) + len(e.Path) + len(e.Text)
	}
	b := append(make([]byte, 0, size), elementsVersion)
	b = binary.AppendUvarint(b, uint64(len(elements)))
	for _, e := range elements {
		b = append(b, flagsOf(e))
		b = appendString(b, string(e.Kind))
		b = appendString(b, e.Path)
		b = appendString(b, e.Text)
	}
	return b
}

func flagsOf(e models.Element) byte {
	if e.Opaque {
		return opaqueFlag
	}
	return 0
}

func appendString(b []byte, s string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

// decodeElements reads what encodeElements wrote. The error quotes nothing.
func decodeElements(b []byte) ([]models.Element, error) {
	if len(b) == 0 {
		return nil, nil // a tombstone has no content
	}
	r := elementReader{rest: b[1:]}
	n := r.number()
	if b[0] != elementsVersion || n > uint64(len(b)) {
		return nil, fmt.Errorf("content of version %d with %d elements cannot be read", b[0], n)
	}
	var elements []models.Element
	for range n {
		opaque := r.flags()&opaqueFlag != 0
		elements = append(elements, models.Element{
			Kind: models.ElementKind(r.text()), Path: r.text(), Text: r.text(), Opaque: opaque,
		})
	}
	if r.broken || len(r.rest) != 0 {
		return nil, fmt.Errorf("content of %d bytes is not well formed", len(b))
	}
	return elements, nil
}

// elementReader takes encoded elements apart and remembers that it failed.
type elementReader struct {
	rest   []byte
	broken bool
}

func (r *elementReader) number() uint64 {
	n, size := binary.Uvarint(r.rest)
	if size <= 0 {
		r.broken, r.rest = true, nil
		return 0
	}
	r.rest = r.rest[size:]
	return n
}

func (r *elementReader) flags() byte {
	if len(r.rest) == 0 {
		r.broken = true
		return 0
	}
	f := r.rest[0]
	r.rest = r.rest[1:]
	return f
}

func (r *elementReader) text() string {
	n := r.number()
	if n > uint64(len(r.rest)) {
		r.broken, r.rest = true, nil
		return ""
	}
	s := string(r.rest[:n])
	r.rest = r.rest[n:]
	return s
}
