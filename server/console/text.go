package console

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/takeback-chat/takeback/models"
)

// How much of a message is shown, in characters.
const (
	rowText   = 240    // in a list
	pageText  = 20_000 // on its own page
	fieldText = 200    // of a name, a ref or the like
	lineText  = 4000   // of a line of a policy
)

// piece is a run of a message's text with one look.
type piece struct {
	Kind string // "" plain, "hit" the mask of a finding, "sign" a control character, "kind" a word of ours
	Text string
	Hint string // what the sign or the hit is
}

// masked returns a message's text as pieces, every finding replaced by its mask,
// in the manner of models.Masked. At most limit characters are shown.
func (w *words) masked(m models.Message, limit int) []piece {
	t := text{words: w, left: limit}
	for i, e := range m.Elements {
		here := within(m.Findings, i)
		switch {
		case e.Text != "" && (e.Kind != models.CloudElement || len(here) > 0):
			t.newline()
			t.element(e.Text, here)
		case e.Opaque:
			t.newline()
			t.add(piece{Kind: "kind", Text: w.T("element." + string(e.Kind))})
		}
	}
	t.finish()
	return t.pieces
}

// clear returns a message's text as pieces, nothing masked, findings marked.
func (w *words) clear(m models.Message) []piece {
	bare := m
	bare.Findings = slices.Clone(m.Findings)
	for i, f := range bare.Findings {
		if f.Element >= 0 && f.Element < len(m.Elements) && f.Start >= 0 && f.End <= len(m.Elements[f.Element].Text) && f.Start < f.End {
			bare.Findings[i].Mask = m.Elements[f.Element].Text[f.Start:f.End]
		}
	}
	return w.masked(bare, pageText)
}

// within returns the findings of one element, in order, the longest first where
// several begin together.
func within(findings []models.Finding, element int) []models.Finding {
	var here []models.Finding
	for _, f := range findings {
		if f.Element == element {
			here = append(here, f)
		}
	}
	slices.SortFunc(here, func(a, b models.Finding) int {
		return cmp.Or(cmp.Compare(a.Start, b.Start), cmp.Compare(b.End, a.End))
	})
	return here
}

// text collects pieces up to a number of characters, and counts what it leaves out.
type text struct {
	words  *words
	pieces []piece
	left   int
	cut    int
}

func (t *text) newline() {
	if len(t.pieces) > 0 {
		t.write("", "\n", "")
	}
}

func (t *text) add(p piece) { t.pieces = append(t.pieces, p) }

func (t *text) finish() {
	if t.cut > 0 {
		t.add(piece{Kind: "kind", Text: t.words.N("text.more", t.cut)})
	}
}

// element writes one element's text. Spans that do not fit the text are left
// out, and overlapping ones show as the first of them.
func (t *text) element(s string, findings []models.Finding) {
	at := 0
	for _, f := range findings {
		if f.Start < 0 || f.End > len(s) || f.Start >= f.End {
			continue
		}
		if f.Start < at {
			at = max(at, f.End)
			continue
		}
		t.write("", s[at:f.Start], "")
		t.write("hit", f.Mask, Visible(f.Detector))
		at = f.End
	}
	t.write("", s[at:], "")
}

// write adds s in one look, with control characters as signs of their own.
func (t *text) write(kind, s, hint string) {
	from := 0
	for i, r := range s {
		if t.left <= 0 {
			t.flush(kind, s[from:i], hint)
			t.cut += utf8.RuneCountInString(s[i:])
			return
		}
		t.left--
		name, ok := sign(r)
		if !ok {
			continue
		}
		t.flush(kind, s[from:i], hint)
		t.add(piece{"sign", name, fmt.Sprintf("U+%04X", r)})
		from = i + utf8.RuneLen(r)
	}
	t.flush(kind, s[from:], hint)
}

func (t *text) flush(kind, s, hint string) {
	if s != "" {
		t.add(piece{kind, s, hint})
	}
}

// signs names the characters that strangers use most to deceive the eye.
var signs = map[rune]string{
	0x00ad: "SHY", 0x061c: "ALM", 0x180e: "MVS", 0x200b: "ZWSP", 0x200c: "ZWNJ", 0x200e: "LRM", 0x200f: "RLM",
	0x2028: "LS", 0x2029: "PS", 0x202a: "LRE", 0x202b: "RLE", 0x202c: "PDF", 0x202d: "LRO", 0x202e: "RLO",
	0x2060: "WJ", 0x2066: "LRI", 0x2067: "RLI", 0x2068: "FSI", 0x2069: "PDI", 0xfeff: "BOM",
	0x115f: "HCF", 0x1160: "HJF", 0x3164: "HF", 0xffa0: "HHF",
}

// sign returns the visible name of a character that would not be seen, or would
// turn the direction of what follows. Line feed, tab and the joiner of emoji pass.
func sign(r rune) (name string, ok bool) {
	switch {
	case r == '\n' || r == '\t' || r == 0x200d:
		return "", false
	case r < 0x20:
		return string(0x2400 + r), true
	case r == 0x7f:
		return "\u2421", true
	}
	if name, ok := signs[r]; ok {
		return name, true
	}
	if unicode.Is(unicode.Cc, r) || unicode.Is(unicode.Cf, r) || unicode.Is(unicode.Bidi_Control, r) {
		return fmt.Sprintf("U+%04X", r), true
	}
	return "", false
}

// Visible returns a stranger's name, ref or the like as one line in which
// nothing is unseen, cut to a length that no page minds.
func Visible(s string) string { return visible(s, fieldText) }

func visible(s string, limit int) string {
	var b strings.Builder
	n := 0
	for _, r := range s {
		if n++; n > limit {
			b.WriteString("…")
			break
		}
		name, ok := sign(r)
		switch {
		case ok && r >= 0x80:
			b.WriteString("[" + name + "]")
		case ok:
			b.WriteString(name)
		case r == '\n' || r == '\t':
			b.WriteRune(0x2400 + r)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}
