package tencent

import (
	"strings"

	"github.com/takeback-chat/takeback/models"
)

// maxElements bounds the elements of one message. What comes after is joined
// into the last one, so that nothing hides behind the bound.
const maxElements = 256

// collector gathers the elements of one message and where each came from.
type collector struct {
	doc      *document // the delivery
	elements []models.Element
	origins  []origin
	layers   []layer
	rest     strings.Builder // texts past maxElements
}

// spot is a value: a node of the delivery itself (layer 0), or of a text inside it.
type spot struct{ layer, node int }

// layer is a JSON text that stood inside a string: layers[i] is layer i+1.
type layer struct {
	doc  *document
	from spot // the string that held it
}

// origin is where an element's text came from.
type origin struct {
	layer, node int
	prefix      int  // leading bytes of the text that are a label, not the value
	fixed       bool // the value cannot be rewritten in place
}

func newCollector(doc *document) *collector {
	return &collector{doc: doc, elements: make([]models.Element, 0, 4), origins: make([]origin, 0, 4)}
}

func (c *collector) docOf(layer int) *document {
	if layer == 0 {
		return c.doc
	}
	return c.layers[layer-1].doc
}

// add keeps an element, unless it says nothing.
func (c *collector) add(e models.Element, from origin) {
	if e.Text == "" && !e.Opaque {
		return
	}
	if len(c.elements) < maxElements {
		c.elements, c.origins = append(c.elements, e), append(c.origins, from)
		return
	}
	c.rest.WriteString(e.Text)
	c.rest.WriteByte('\n')
}

// finish adds what the bound kept out. It is marked unknown and opaque: a
// message of that many parts is not vouched for.
func (c *collector) finish() {
	if c.rest.Len() == 0 {
		return
	}
	e := models.Element{Kind: models.UnknownElement, Path: "MsgBody", Text: c.rest.String(), Opaque: true}
	c.elements, c.origins = append(c.elements, e), append(c.origins, origin{fixed: true})
}
