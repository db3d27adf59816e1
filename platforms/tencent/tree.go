package tencent

import (
	"bytes"
	"errors"
	"strings"
	"sync"

	"github.com/go-json-experiment/json/jsontext"
)

const (
	maxDepth = 128    // of nested objects and arrays: some twenty forwards within forwards
	maxNodes = 50_000 // values in one text
)

// unreadable is why a text cannot be read: a short code that holds nothing of
// it. Empty: it can.
type unreadable string

const (
	notJSON        unreadable = "not_json"
	invalidUTF8    unreadable = "invalid_utf8"
	duplicateKey   unreadable = "duplicate_key"
	caseVariant    unreadable = "case_variant"
	trailingData   unreadable = "trailing_data"
	tooDeep        unreadable = "too_deep"
	tooMany        unreadable = "too_many_values"
	unknownCommand unreadable = "unknown_command"
	commandDiffers unreadable = "command_differs"
	missingField   unreadable = "missing_field"
	wrongType      unreadable = "wrong_type"
	badNumber      unreadable = "bad_number"
	fieldsDiffer   unreadable = "fields_differ" // two spellings of one field that disagree
)

// document is one JSON text read once, in full, into a tree. Everything else
// reads the tree, so that no two readers can understand the text differently,
// and every value knows where it stood, so that it can be rewritten in place.
type document struct {
	src   string
	nodes []node // nodes[0] is the root
}

// node is one value.
type node struct {
	kind       jsontext.Kind // '{' '[' '"' '0' 't' 'f' 'n'
	start, end int           // bytes of src
	name       string        // of the member, where the parent is an object
	text       string        // a string's value, always valid UTF-8; a number as it is written
	first      int           // first child; 0: none, as the root is nobody's child
	next       int           // next sibling; 0: none
}

// strict refuses what RFC 7493 refuses: duplicate names and invalid UTF-8,
// also as unpaired surrogates. lenient takes both, for texts that strangers
// put inside strings: there a refusal would hide what a client may show.
var (
	strict  = jsontext.AllowDuplicateNames(false)
	lenient = []jsontext.Options{jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true)}
)

// source is a decoder with the buffer that it reads from, kept for reuse.
type source struct {
	dec jsontext.Decoder
	buf bytes.Buffer
}

var sources = sync.Pool{New: func() any { return new(source) }}

// open points the decoder at a text; nil leaves nobody's text behind.
func (s *source) open(src []byte, opts ...jsontext.Options) {
	s.buf = *bytes.NewBuffer(src)
	s.dec.Reset(&s.buf, opts...)
}

// parse reads one JSON text.
func parse(src []byte, opts ...jsontext.Options) (*document, unreadable) {
	s := sources.Get().(*source)
	s.open(src, opts...)
	p := parser{dec: &s.dec, doc: &document{src: string(src), nodes: make([]node, 0, 8+len(src)/24)}}
	_, why := p.value("", 0)
	if why == "" && strings.TrimLeft(p.doc.src[p.doc.nodes[0].end:], " \t\r\n") != "" {
		why = trailingData
	}
	s.open(nil)
	sources.Put(s)
	if why != "" {
		return nil, why
	}
	return p.doc, ""
}

type parser struct {
	dec *jsontext.Decoder
	doc *document
}

// value reads the next value and returns its index.
func (p *parser) value(name string, depth int) (int, unreadable) {
	kind := p.dec.PeekKind()
	if kind == '{' || kind == '[' {
		return p.container(kind, name, depth)
	}
	raw, err := p.dec.ReadValue()
	if err != nil {
		return 0, whyNot(err)
	}
	end := int(p.dec.InputOffset())
	n := node{kind: kind, name: name, start: end - len(raw), end: end}
	if kind == '"' {
		n.text = p.doc.unquote(n.start, n.end)
	}
	if kind == '0' {
		n.text = p.doc.src[n.start:n.end]
	}
	return p.add(n)
}

func (p *parser) add(n node) (int, unreadable) {
	if len(p.doc.nodes) >= maxNodes {
		return 0, tooMany
	}
	p.doc.nodes = append(p.doc.nodes, n)
	return len(p.doc.nodes) - 1, ""
}

func (p *parser) container(kind jsontext.Kind, name string, depth int) (int, unreadable) {
	if depth >= maxDepth {
		return 0, tooDeep
	}
	if _, err := p.dec.ReadToken(); err != nil {
		return 0, whyNot(err)
	}
	at, why := p.add(node{kind: kind, name: name, start: int(p.dec.InputOffset()) - 1})
	if why == "" {
		why = p.children(at, depth)
	}
	if why != "" {
		return 0, why
	}
	if _, err := p.dec.ReadToken(); err != nil {
		return 0, whyNot(err)
	}
	p.doc.nodes[at].end = int(p.dec.InputOffset())
	return at, ""
}

// children reads members or items up to the closing bracket, which it leaves.
func (p *parser) children(parent, depth int) unreadable {
	object := p.doc.nodes[parent].kind == '{'
	last := 0
	for {
		if next := p.dec.PeekKind(); next == '}' || next == ']' {
			return ""
		}
		name := ""
		if object {
			raw, err := p.dec.ReadValue()
			if err != nil {
				return whyNot(err)
			}
			end := int(p.dec.InputOffset())
			name = p.doc.unquote(end-len(raw), end)
		}
		child, why := p.value(name, depth+1)
		if why != "" {
			return why
		}
		if last == 0 {
			p.doc.nodes[parent].first = child
		} else {
			p.doc.nodes[last].next = child
		}
		last = child
	}
}

// unquote returns the value of the string literal at src[start:end]. What no
// Unicode text can hold becomes U+FFFD; a strict text has no such thing.
func (d *document) unquote(start, end int) string {
	inner := d.src[start+1 : end-1]
	if strings.IndexByte(inner, '\\') < 0 {
		return strings.ToValidUTF8(inner, "\uFFFD")
	}
	b, _ := jsontext.AppendUnquote(nil, d.src[start:end])
	return strings.ToValidUTF8(string(b), "\uFFFD")
}

// whyNot names the trouble with a text. The library's own words may quote the
// text and go nowhere; the beginnings looked at here are fixed and under test.
func whyNot(err error) unreadable {
	if errors.Is(err, jsontext.ErrDuplicateName) {
		return duplicateKey
	}
	if se, ok := errors.AsType[*jsontext.SyntacticError](err); ok && se.Err != nil {
		words := se.Err.Error()
		if strings.HasPrefix(words, "invalid UTF-8") || strings.HasPrefix(words, "invalid surrogate pair") {
			return invalidUTF8
		}
	}
	return notJSON
}
