package rules

import (
	"encoding/binary"
	"errors"

	"go.yaml.in/yaml/v3"
)

// The packs that are shipped are embedded twice: as the YAML that people read,
// and as the tree that a YAML reader makes of it, without the examples and the patterns, with
// the patterns as they were read behind it: reading all of the YAML takes longer
// than everything else at a start. A test holds the two together.
//
//go:generate go test -run TestCompiledPacksAreOfTheYAML -args -write

// appendTree writes a tree of values: kind, line, text, items.
func appendTree(out []byte, v *value) []byte {
	out = append(out, byte(v.kind))
	out = binary.AppendUvarint(out, uint64(v.line))
	out = appendText(out, v.text)
	items := make([]*value, 0, len(v.items))
	for i := range v.items {
		if v.kind == yaml.MappingNode && leftOut(v.items[i&^1].text) {
			continue
		}
		items = append(items, &v.items[i])
	}
	out = binary.AppendUvarint(out, uint64(len(items)))
	for _, item := range items {
		out = appendTree(out, item)
	}
	return out
}

// leftOut reports whether a field of a detector holds examples, or stands with
// the patterns.
func leftOut(field string) bool {
	switch field {
	case "match", "clean", "patterns", "keywords", "digits", "unbroken":
		return true
	}
	return false
}

var errTree = errors.New("the compiled packs end early")

// treeReader reads what appendTree wrote.
type treeReader struct {
	data  string
	room  slab[value]
	short bool // it ended too early
}

// next reads one tree.
func (r *treeReader) next() (*value, error) {
	v := &r.room.take(1)[0]
	r.tree(v)
	if r.short {
		return nil, errTree
	}
	return v, nil
}

func (r *treeReader) tree(v *value) {
	v.kind, v.line, v.text = yaml.Kind(r.byte()), r.number(), r.text()
	v.items = r.room.take(r.count())
	for i := range v.items {
		r.tree(&v.items[i])
	}
}

func (r *treeReader) byte() byte {
	if r.data == "" {
		r.short = true
		return 0
	}
	b := r.data[0]
	r.data = r.data[1:]
	return b
}

// count reads how many things follow, each of a byte or more.
func (r *treeReader) count() int {
	n := r.number()
	if n > len(r.data) {
		r.short, n = true, 0
	}
	return n
}

func (r *treeReader) text() string {
	n := r.count()
	text := r.data[:n]
	r.data = r.data[n:]
	return text
}

func (r *treeReader) texts() []string {
	n := r.count()
	if n == 0 {
		return nil
	}
	out := make([]string, n)
	for i := range out {
		out[i] = r.text()
	}
	return out
}

func (r *treeReader) number() int {
	n, size := uint64(0), 0
	for shift := 0; size < len(r.data) && shift < 63; shift += 7 {
		b := r.data[size]
		size++
		n |= uint64(b&0x7F) << shift
		if b < 0x80 {
			r.data = r.data[size:]
			return int(n)
		}
	}
	r.short = true
	return 0
}
