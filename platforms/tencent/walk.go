package tencent

import (
	"strings"

	"github.com/takeback-chat/takeback/models"
)

const (
	maxLayers    = 4 // JSON inside a string inside JSON ...
	plainKey     = 32
	shortNumber  = 6    // digits; shorter numbers say nothing about anybody
	maxAllLayers = 1000 // JSON texts inside one message
)

// walkText reads a string that may be JSON itself. JSON is read leniently, as
// clients do, and every string, long number and odd key of it becomes an
// element; anything else is a text.
func (c *collector) walkText(kind models.ElementKind, path string, at spot, label string, depth int) {
	doc := c.docOf(at.layer)
	text := doc.nodes[at.node].text
	if !looksJSON(text) {
		c.leaf(kind, path, at, label, text, false)
		return
	}
	inner, why := parse([]byte(text), lenient...)
	if why == "" && depth < maxLayers && len(c.layers) < maxAllLayers {
		c.layers = append(c.layers, layer{doc: inner, from: at})
		c.walkTree(kind, strings.TrimSuffix(path, ".*")+".*", spot{layer: len(c.layers)}, label, depth+1)
		return
	}
	c.leaf(kind, path, at, label, text, false)
	if why == "" || why == tooDeep || why == tooMany {
		// It is JSON, whose escapes can hide what a text does not show.
		c.add(models.Element{Kind: models.UnknownElement, Path: path, Opaque: true}, origin{fixed: true})
	}
}

// looksJSON reports whether a text begins as a JSON object, array or string does.
func looksJSON(text string) bool {
	text = strings.TrimLeft(text, " \t\r\n")
	return text != "" && strings.IndexByte(`{["`, text[0]) >= 0
}

// walkTree reads every string below a value, whatever its keys. The key of a
// value becomes part of its text, "password: ...", because it tells what the
// value is; it never becomes part of the path.
func (c *collector) walkTree(kind models.ElementKind, path string, at spot, label string, depth int) {
	doc := c.docOf(at.layer)
	n := doc.nodes[at.node]
	switch {
	case n.kind == '"':
		c.walkText(kind, path, at, label, depth)
	case n.kind == '0' && len(n.text) >= shortNumber:
		c.leaf(kind, path, at, label, n.text, true)
	}
	for i := n.first; i != 0; i = doc.nodes[i].next { // of an object or array; nothing else has children
		child, below := spot{at.layer, i}, label
		if n.kind == '{' {
			below = doc.nodes[i].name
			c.oddKey(kind, path, child, doc.nodes[i])
		}
		c.walkTree(kind, path, child, below, depth)
	}
}

// oddKey adds a key that no leaf will carry and that is not a plain word.
func (c *collector) oddKey(kind models.ElementKind, path string, at spot, n node) {
	carried := n.kind == '"' && n.text != "" && !looksJSON(n.text) || n.kind == '0' && len(n.text) >= shortNumber
	if !carried && !plainWord(n.name) {
		c.leaf(kind, path, at, "", n.name, true)
	}
}

func plainWord(key string) bool {
	return len(key) <= plainKey && strings.Trim(key, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_-") == ""
}

func (c *collector) leaf(kind models.ElementKind, path string, at spot, label, text string, fixed bool) {
	from := origin{layer: at.layer, node: at.node, fixed: fixed}
	if label != "" && text != "" {
		text = label + ": " + text
		from.prefix = len(label) + len(": ")
	}
	c.add(models.Element{Kind: kind, Path: path, Text: text}, from)
}
