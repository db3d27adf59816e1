package rules

import "bytes"

// edge says what may stand beside a match. All of them are about ASCII: a Han
// character never belongs to a number or a token, so it never spoils one.
type edge string

const (
	edgeNumber edge = "number"  // a number by itself: not part of a longer one, a decimal, a UUID, a hash or a URL's path
	edgeToken  edge = "token"   // a token by itself: no letter, digit, _ or - continues it
	edgeWord   edge = "word"    // no letter or digit continues it
	edgeEmail  edge = "address" // not the user part of a URL, nor of user@host:path
	edgeNone   edge = "none"    // anything goes
)

var edges = []edge{edgeNumber, edgeToken, edgeWord, edgeEmail, edgeNone}

// clean reports whether text[start:end] stands by itself. Where a view joined
// the text, nothing continues it.
func (e edge) clean(s *scratch, start, end int) bool {
	switch l, r := s.before1(start), s.behind1(end); e {
	case edgeNone:
		return true
	case edgeWord:
		return !alnum(l) && !alnum(r)
	case edgeEmail:
		return !inAuthority(s.text, start) && !(r == ':' && alnum(after(s.text, end+1)))
	case edgeToken:
		return !tokenByte(l) && !tokenByte(r)
	default:
		return s.numberBegins(start) && s.numberEnds(end)
	}
}

// before1 is what continues a match to the left of start; a space where nothing does.
func (s *scratch) before1(start int) byte {
	if start > 0 && !(s.cut(start) && apart(s.gap(start))) {
		return s.text[start-1]
	}
	return ' '
}

// behind1 is what continues a match behind end; a space where nothing does.
func (s *scratch) behind1(end int) byte {
	if end < len(s.text) && !(s.cut(end) && apart(s.gap(end))) {
		return s.text[end]
	}
	return ' '
}

// cleanly is edge.clean, remembered: many patterns ask about one span.
func (s *scratch) cleanly(e edge, start, end int) bool {
	k := edged{s.epoch, e, start, end}
	if k != s.lastEdge {
		s.lastEdge, s.lastClean = k, e.clean(s, start, end)
	}
	return s.lastClean
}

// edged is a span whose edges were looked at.
type edged struct {
	epoch      uint32
	edge       edge
	start, end int
}

func after(text []byte, at int) byte {
	if at < len(text) {
		return text[at]
	}
	return ' '
}

func tokenByte(b byte) bool { return alnum(b) || b == '_' || b == '-' }

// numberBegins refuses what only looks like the beginning of a number because what is before
// it was not looked at.
func (s *scratch) numberBegins(start int) bool { return s.freeBefore(start) && !s.inPath(start) }

// freeBefore reports whether no word or number goes on at start.
func (s *scratch) freeBefore(start int) bool {
	l := s.before1(start)
	return !alnum(l) && l != '_' && (l == ' ' || leftOpen(s.text, start))
}

// numberEnds refuses what only looks like the end of a number because what is behind it was not
// looked at.
func (s *scratch) numberEnds(end int) bool {
	r := s.behind1(end)
	return !alnum(r) && r != '_' && (r == ' ' || rightOpen(s.text, end))
}

// leftOpen looks at what joins the number to the word before it.
func leftOpen(text []byte, start int) bool {
	if start == 0 {
		return true
	}
	prev := byte(' ')
	if start > 1 {
		prev = text[start-2]
	}
	switch text[start-1] {
	case '.', ',':
		return !digit(prev)
	case '+':
		// What begins with the digit behind a plus sign was no number of any country with it.
		return !digit(text[start]) && !hexGroup(text[:start-1])
	case '-', '/':
		return !hexGroup(text[:start-1])
	}
	return true
}

// rightOpen looks at what joins the number to the word behind it.
func rightOpen(text []byte, end int) bool {
	if end+1 >= len(text) {
		return true
	}
	next := text[end+1]
	switch text[end] {
	case '.':
		return !digit(next)
	case ',':
		return !thousands(text[end+1:])
	case '-', '+', '=':
		return !alnum(next)
	case '%':
		return false
	}
	return true
}

// thousands reports whether rest begins with exactly three digits.
func thousands(rest []byte) bool {
	n := 0
	for n < len(rest) && digit(rest[n]) {
		n++
	}
	return n == 3
}

// hexGroup reports whether text ends in a group of a UUID, hash or blob: a
// word that has a digit in it.
func hexGroup(text []byte) bool {
	for i := len(text) - 1; i >= 0 && alnum(text[i]) && len(text)-i <= 64; i-- {
		if digit(text[i]) {
			return true
		}
	}
	return false
}

// wordBefore is the stretch of visible ASCII that ends at start.
func wordBefore(text []byte, start int) []byte {
	from := start
	for from > 0 && start-from < 512 && text[from-1] > ' ' && text[from-1] < 0x7F {
		from--
	}
	return text[from:start]
}

// inAuthority reports whether start stands in a URL before any query.
func inAuthority(text []byte, start int) bool {
	blob := wordBefore(text, start)
	at := bytes.Index(blob, []byte("://"))
	return at >= 0 && !bytes.ContainsAny(blob[at:], "?#")
}

// blob is the stretch of visible ASCII that the edges looked at last, and
// where in it a URL begins.
type blob struct{ start, end, url int }

// inPath reports whether a number that starts at start stands in the path of a
// URL. Behind the question mark it is a value like any other.
func (s *scratch) inPath(start int) bool {
	if !s.hasURL() {
		return false
	}
	if start < s.blob.start || start >= s.blob.end {
		s.blob = blobAround(s.text, start)
	}
	if s.blob.url < 0 || s.blob.url >= start {
		return false
	}
	front := s.text[s.blob.url:start]
	return !bytes.ContainsAny(front, "?#") && !bytes.HasSuffix(front, []byte("://"))
}

// urlMarks begin a URL, or stand in it behind its scheme.
var urlMarks = [...][]byte{[]byte("://"), []byte("www.")}

// hasURL reports whether there is any URL in the text, for whose path a number might be taken. Most have none.
func (s *scratch) hasURL() bool {
	if s.urls == 0 {
		s.urls = -1
		if bytes.Contains(s.text, urlMarks[0]) || bytes.Contains(s.text, urlMarks[1]) {
			s.urls = 1
		}
	}
	return s.urls > 0
}

// maxBlob bounds how far from a number its URL is looked for.
const maxBlob = 2048

func blobAround(text []byte, at int) blob {
	b := blob{start: at, end: at + 1, url: -1}
	for b.start > 0 && at-b.start < maxBlob && visible(text[b.start-1]) {
		b.start--
	}
	for b.end < len(text) && b.end-at < maxBlob && visible(text[b.end]) {
		b.end++
	}
	for _, mark := range urlMarks {
		if i := bytes.Index(text[b.start:b.end], mark); i >= 0 {
			b.url = b.start + i
			break
		}
	}
	return b
}

func visible(b byte) bool { return b > ' ' && b < 0x7F }
