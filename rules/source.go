package rules

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// maxSource bounds a pack or policy file, so that a stranger's upload cannot
// cost more than a moment.
const maxSource = 4 << 20

// source reads one YAML file strictly and gathers all that is wrong with it.
type source struct {
	file     string
	compiled *treeReader // it is ours: the patterns, as they were read before
	problems []SourceError
}

// node is one value of the file, with its path for messages. The zero node
// stands for a field that is not there.
type node struct {
	src   *source
	value *value
	path  path
}

// value is what is wanted of a yaml.Node, in a third of the place.
type value struct {
	kind  yaml.Kind // of one with an anchor: that of an alias
	line  int
	text  string
	items []value // of a mapping: name and value in turn
}

func valueOf(n *yaml.Node) value {
	v := value{kind: n.Kind, line: n.Line, text: n.Value}
	if n.Anchor != "" {
		v.kind = yaml.AliasNode
	}
	if len(n.Content) > 0 {
		v.items = make([]value, len(n.Content))
	}
	for i, c := range n.Content {
		v.items[i] = valueOf(c)
	}
	return v
}

// path says where a value stands in its file. It becomes words only where
// something is wrong: packs have tens of thousands of values.
type path struct {
	in   *path
	name string // of a field
	item int    // in a list, counted from 1; 0: it is a field, or all of the file
}

func (p path) String() string {
	in := ""
	if p.in != nil {
		in = p.in.String()
	}
	switch {
	case p.item > 0:
		return fmt.Sprintf("%s[%d]", in, p.item-1)
	case in == "":
		return p.name
	}
	return in + "." + p.name
}

// open parses text as one YAML document.
func open(file string, text []byte) (*source, node) {
	src := &source{file: file}
	if len(text) > maxSource {
		src.add(0, "", fmt.Sprintf("the file is larger than %d bytes", maxSource))
		return src, node{src: src}
	}
	var doc yaml.Node
	if err := yaml.Unmarshal(text, &doc); err != nil {
		src.add(yamlLine(err), "", "it is not valid YAML: "+yamlWords(err))
		return src, node{src: src}
	}
	if len(doc.Content) == 0 {
		src.add(0, "", "the file is empty")
		return src, node{src: src}
	}
	v := valueOf(doc.Content[0])
	return src, node{src: src, value: &v}
}

var yamlLineWords = regexp.MustCompile(`line (\d+): `)

func yamlLine(err error) int {
	m := yamlLineWords.FindStringSubmatch(err.Error())
	if m == nil {
		return 0
	}
	n, _ := strconv.Atoi(m[1])
	return n
}

func yamlWords(err error) string {
	words := strings.TrimPrefix(err.Error(), "yaml: ")
	return yamlLineWords.ReplaceAllString(words, "")
}

func (s *source) add(line int, field, words string) {
	s.problems = append(s.problems, SourceError{File: s.file, Line: line, Field: field, Words: words})
}

// err is nil or a *SourceErrors with every problem in the order of lines.
func (s *source) err() error {
	if len(s.problems) == 0 {
		return nil
	}
	slices.SortStableFunc(s.problems, func(a, b SourceError) int { return cmp.Compare(a.Line, b.Line) })
	return &SourceErrors{Problems: s.problems}
}

func (n node) there() bool { return n.value != nil }

func (n node) line() int {
	if n.value == nil {
		return 0
	}
	return n.value.line
}

// fail records a problem with this value.
func (n node) fail(format string, args ...any) {
	n.src.add(n.line(), n.path.String(), fmt.Sprintf(format, args...))
}

// fields are the fields of a mapping. The zero value has none.
type fields struct {
	src   *source
	pairs []value // name and value in turn
	in    *path
}

// get returns a field, or the zero node.
func (f fields) get(name string) node {
	for i := 0; i+1 < len(f.pairs); i += 2 { // there are few
		if f.pairs[i].text == name {
			return node{f.src, &f.pairs[i+1], path{in: f.in, name: name}}
		}
	}
	return node{}
}

// object reads a mapping with no field but the known ones. A duplicate, an
// unknown field and an alias are problems.
func (n node) object(known ...string) fields {
	if !n.is(yaml.MappingNode, "a mapping of fields") {
		return fields{}
	}
	in := n.path
	f := fields{n.src, n.value.items, &in}
	for i := 0; i+1 < len(f.pairs); i += 2 {
		key := &f.pairs[i]
		at := node{n.src, key, path{in: f.in, name: key.text}}
		switch {
		case !slices.Contains(known, key.text):
			at.fail("unknown field; known here: %s", strings.Join(known, ", "))
		case f.get(key.text).value != &f.pairs[i+1]:
			at.fail("the field is given twice")
		}
	}
	return f
}

// need returns the field, and records a problem when it is not there.
func (n node) need(f fields, name string) node {
	if field := f.get(name); field.there() {
		return field
	}
	in := n.path
	field := node{n.src, n.value, path{in: &in, name: name}}
	if n.there() {
		field.fail("the field is missing")
	}
	field.value = nil
	return field
}

// is checks the kind of the value and says what was wanted. A field that is
// not there is no problem here: need has said so where it matters.
func (n node) is(kind yaml.Kind, wanted string) bool {
	switch {
	case n.value == nil:
		return false
	case n.value.kind == yaml.AliasNode:
		n.fail("anchors and aliases are not allowed")
		return false
	case n.value.kind != kind:
		n.fail("it must be %s", wanted)
		return false
	}
	return true
}

// list reads a sequence.
func (n node) list() []node {
	if !n.is(yaml.SequenceNode, "a list") {
		return nil
	}
	in := n.path
	items := make([]node, len(n.value.items))
	for i := range items {
		items[i] = node{n.src, &n.value.items[i], path{in: &in, item: i + 1}}
	}
	return items
}

// text reads a string that is not empty; YAML's own numbers and booleans are
// taken as they are written.
func (n node) text() string {
	if !n.is(yaml.ScalarNode, "a text") {
		return ""
	}
	if strings.TrimSpace(n.value.text) == "" {
		n.fail("it must not be empty")
	}
	return n.value.text
}

// number reads a whole number between low and high.
func (n node) number(low, high int) int {
	if !n.is(yaml.ScalarNode, "a number") {
		return 0
	}
	v, err := strconv.Atoi(n.value.text)
	if err != nil || v < low || v > high {
		n.fail("it must be a whole number from %d to %d", low, high)
		return 0
	}
	return v
}

// flag reads true or false; a field that is not there is false.
func (n node) flag() bool {
	return n.there() && choice(n, []string{"true", "false"}) == "true"
}

// choice reads one of the allowed words.
func choice[T ~string](n node, allowed []T) T {
	if !n.is(yaml.ScalarNode, "a text") {
		return ""
	}
	if v := T(n.value.text); slices.Contains(allowed, v) {
		return v
	}
	names := make([]string, len(allowed))
	for i, a := range allowed {
		names[i] = string(a)
	}
	n.fail("unknown value %q; one of: %s", shorten(n.value.text), strings.Join(names, ", "))
	return ""
}

// shorten keeps a stranger's value out of the reader's way.
func shorten(s string) string {
	if r := []rune(s); len(r) > 40 {
		return string(r[:40]) + "…"
	}
	return s
}
