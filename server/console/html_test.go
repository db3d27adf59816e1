package console

import (
	"context"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

var ctxBackground = context.Background()

// page is a parsed page that tests ask about its meaning.
type page struct {
	t    testing.TB
	root *html.Node
}

func parse(tb testing.TB, body string) page {
	tb.Helper()
	root, err := html.Parse(strings.NewReader(body))
	if err != nil {
		tb.Fatalf("parse page: %v", err)
	}
	return page{tb, root}
}

// find returns the elements that match a selector: "tag", "#id", ".class",
// "[attr=value]" or "[attr]", and tag followed by one of the others.
func (p page) find(selector string) []*html.Node {
	var found []*html.Node
	for n := range p.root.Descendants() {
		if n.Type == html.ElementNode && matches(n, selector) {
			found = append(found, n)
		}
	}
	return found
}

func (p page) one(selector string) page {
	p.t.Helper()
	found := p.find(selector)
	if len(found) != 1 {
		p.t.Fatalf("%d elements match %q, want 1", len(found), selector)
	}
	return page{p.t, found[0]}
}

func (p page) text() string {
	var b strings.Builder
	for n := range p.root.Descendants() {
		if n.Type == html.TextNode {
			b.WriteString(n.Data)
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

// has reports whether some element of the selector holds the words.
func (p page) has(selector, words string) bool {
	for _, n := range p.find(selector) {
		if strings.Contains(page{p.t, n}.text(), words) {
			return true
		}
	}
	return false
}

func (p page) wants(selector, words string) {
	p.t.Helper()
	if p.has(selector, words) {
		return
	}
	var texts []string
	for _, n := range p.find(selector) {
		texts = append(texts, page{p.t, n}.text())
	}
	p.t.Errorf("no %q says %q; they say %q", selector, words, texts)
}

func matches(n *html.Node, selector string) bool {
	at := strings.IndexAny(selector, "#.[")
	if at < 0 {
		return n.Data == selector
	}
	tag, rest := selector[:at], selector[at+1:]
	if tag != "" && n.Data != tag {
		return false
	}
	switch selector[at] {
	case '#':
		return attr(n, "id") == rest
	case '.':
		return strings.Contains(" "+attr(n, "class")+" ", " "+rest+" ")
	}
	name, value, exact := strings.Cut(strings.TrimSuffix(rest, "]"), "=")
	for _, a := range n.Attr {
		if a.Key == name {
			return !exact || a.Val == value
		}
	}
	return false
}

func attr(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}
