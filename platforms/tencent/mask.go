package tencent

import (
	"slices"
	"unicode/utf8"

	"github.com/takeback-chat/takeback/models"
)

// edit replaces bytes of a document.
type edit struct {
	start, end int
	with       string
}

// masked returns the answer that delivers the message with every finding
// replaced by its mask; all else in it stays as it was, byte for byte. It
// reports false where a finding stands in something that cannot be rewritten:
// a number, a key, a text that was too much to take apart.
func (p *proposal) masked(findings []models.Finding) ([]byte, bool) {
	edits, ok := p.edits(findings)
	if !ok {
		return nil, false
	}
	b := append([]byte(nil), stored[:len(stored)-1]...)
	for _, name := range []string{"MsgBody", "CloudCustomData"} {
		i := p.root.find(name)
		if i == 0 {
			continue
		}
		if n := p.doc.nodes[i]; touched(edits, n.start, n.end) {
			b = append(b, `,"`+name+`":`...)
			b = append(b, splice(p.doc.src, n.start, n.end, edits)...)
		}
	}
	return append(b, '}'), true
}

// edits returns the edits of the delivery that mask the findings. Texts inside
// strings are rewritten from the innermost out.
func (p *proposal) edits(findings []models.Finding) ([]edit, bool) {
	edits := make([][]edit, len(p.layers)+1)
	for _, i := range elementsOf(findings) {
		e, ok := p.maskElement(i, findings)
		if !ok {
			return nil, false
		}
		layer := p.origins[i].layer
		edits[layer] = append(edits[layer], e)
	}
	for i := len(p.layers); i > 0; i-- {
		if len(edits[i]) == 0 {
			continue
		}
		inner, from := p.layers[i-1].doc, p.layers[i-1].from
		text := splice(inner.src, 0, len(inner.src), edits[i])
		edits[from.layer] = append(edits[from.layer], p.replace(from, text))
	}
	return edits[0], len(edits[0]) > 0
}

// replace gives a string another value.
func (p *proposal) replace(at spot, text string) edit {
	n := p.docOf(at.layer).nodes[at.node]
	return edit{n.start, n.end, string(quote(text))}
}

// maskElement returns the edit that masks the findings of one element.
func (p *proposal) maskElement(i int, findings []models.Finding) (edit, bool) {
	if i < 0 || i >= len(p.elements) || p.origins[i].fixed {
		return edit{}, false
	}
	from, text := p.origins[i], p.elements[i].Text
	for _, f := range findings {
		if f.Element != i {
			continue
		}
		if f.Start < from.prefix || f.End > len(text) || f.Start >= f.End ||
			!utf8.ValidString(text[f.Start:f.End]) {
			return edit{}, false
		}
	}
	value := models.MaskText(text, i, findings)[from.prefix:]
	return p.replace(spot{from.layer, from.node}, value), true
}

// elementsOf lists the elements that have findings.
func elementsOf(findings []models.Finding) []int {
	var all []int
	for _, f := range findings {
		if !slices.Contains(all, f.Element) {
			all = append(all, f.Element)
		}
	}
	return all
}

func touched(edits []edit, start, end int) bool {
	return slices.ContainsFunc(edits, func(e edit) bool { return e.start >= start && e.end <= end })
}

// splice returns src[start:end] with the edits in it applied.
func splice(src string, start, end int, edits []edit) string {
	edits = slices.Clone(edits)
	slices.SortFunc(edits, func(a, b edit) int { return a.start - b.start })
	var b []byte
	at := start
	for _, e := range edits {
		if e.start < at || e.end > end {
			continue // of another part of the document
		}
		b = append(append(b, src[at:e.start]...), e.with...)
		at = e.end
	}
	return string(append(b, src[at:end]...))
}
