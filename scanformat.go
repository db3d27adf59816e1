package main

import (
	"fmt"
	"strings"
	"unicode"

	"github.com/takeback-chat/takeback/rules"
)

// scanFormat writes what was found. Many workers call text at once.
type scanFormat interface {
	begin() []byte
	// text appends what is to be written of one text.
	text(b []byte, t *scannedText) []byte
	// first is what becomes of the first text's output that is not empty.
	first(out []byte) []byte
	// end is what stands at the end; err is why there is no more.
	end(err error) []byte
}

func formatOf(name string, e *rules.Engine) scanFormat {
	switch name {
	case "text":
		return textFormat{}
	case "sarif":
		return newSARIF(e)
	}
	return jsonFormat{}
}

// plainDocument is that of formats which have nothing around their texts.
type plainDocument struct{}

func (plainDocument) begin() []byte           { return nil }
func (plainDocument) first(out []byte) []byte { return out }
func (plainDocument) end(error) []byte        { return nil }

// textFormat writes a line per finding, for people.
type textFormat struct{ plainDocument }

func (textFormat) text(b []byte, t *scannedText) []byte {
	for i := range t.found {
		x, at := &t.found[i], t.spotOf(i)
		b = fmt.Appendf(b, "%s:%d:%d: %s %s %s", visible(t.source), at.line, at.column, x.Detector, confidenceWords(x.Confidence), visible(x.Mask))
		if x.View != "" {
			b = fmt.Appendf(b, " (%s)", x.View)
		}
		b = append(b, '\n')
		if why := t.whyOf(i); why != nil {
			for _, s := range whyWords(why) {
				b = fmt.Appendf(b, "    %s\n", visible(s))
			}
		}
	}
	return b
}

func confidenceWords(c float64) string { return fmt.Sprintf("%.2f", c) }

// visible keeps what strangers wrote from steering the terminal.
func visible(s string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return '·'
		}
		return r
	}, s)
}

// whyWords says in sentences why a finding is as sure as it is.
func whyWords(x *rules.Explanation) []string {
	var out []string
	line := "confidence " + x.Level
	if x.Pattern != "" {
		line += ", by the pattern " + x.Pattern
	}
	out = append(out, line)
	for _, term := range x.Evidence {
		out = append(out, rules.EvidenceWords(term, 0))
	}
	if x.Share != "" {
		out = append(out, x.Share)
	}
	if x.Context != "" {
		out = append(out, fmt.Sprintf("the word %q stands %d characters away", x.Context, x.Distance))
	}
	if x.Against {
		out = append(out, "a word near by speaks against it: one level less")
	}
	if x.Excluded != "" {
		out = append(out, "demoted: "+x.Excluded)
	}
	return out
}
