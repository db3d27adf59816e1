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

// appendTree writes a tree of YAML nodes: kind, line, value, children.
func appendTree(out []byte, n *yaml.Node) []byte {
	out = append(out, byte(n.Kind))
	out = binary.AppendUvarint(out, uint64(n.Line))
	out = binary.AppendUvarint(out, uint64(len(n.Value)))
	out = append(out, n.Value...)
	children := make([]*yaml.Node, 0, len(n.Content))
	for i, c := range n.Content {
		if n.Kind == yaml.MappingNode && leftOut(n.Content[i&^1].Value) {
			continue
		}
		children = append(children, c)
	}
	out = binary.AppendUvarint(out, uint64(len(children)))
	for _, c := range children {
		out = appendTree(out, c)
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
	nodes []yaml.Node
	short bool // it ended too early
}

// next reads one tree.
func (r *treeReader) next() (*yaml.Node, error) {
	if len(r.nodes) == 0 {
		r.nodes = make([]yaml.Node, 1024)
	}
	if r.data == "" {
		return nil, errTree
	}
	n := &r.nodes[0]
	r.nodes = r.nodes[1:]
	n.Kind = yaml.Kind(r.byte())
	n.Line = r.number()
	n.Value = r.text()
	children := r.count()
	if r.short {
		return nil, errTree
	}
	n.Content = make([]*yaml.Node, children)
	for i := range n.Content {
		c, err := r.next()
		if err != nil {
			return nil, err
		}
		n.Content[i] = c
	}
	return n, nil
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
