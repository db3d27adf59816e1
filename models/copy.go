package models

import (
	"strings"
	"time"
)

// CopyKind says how a message carries the content of another.
type CopyKind string

// The kinds of copy, the closest first.
const (
	CopySame    CopyKind = "same"         // the same text, whatever its case, width and punctuation
	CopyNear    CopyKind = "near"         // the same but for a few words
	CopyForward CopyKind = "forward"      // a merged forward that holds it
	CopyQuote   CopyKind = "quote"        // a reply that quotes it, or a text with it inside
	CopyFinding CopyKind = "same_finding" // another text in which the same value was found
)

// CopyKinds lists every kind.
var CopyKinds = []CopyKind{CopySame, CopyNear, CopyForward, CopyQuote, CopyFinding}

// Copy is a message that carries the content of another.
type Copy struct {
	Message  // without findings
	Kind     CopyKind
	Likeness float64 // 0 to 1: how much of the content it carries; 0 for CopyFinding
	Kept     string  // who keeps it by a legal hold, and since when, in words; empty: nobody does
}

// CopyFilter says where copies are looked for.
type CopyFilter struct {
	App          string
	Conversation string    // our id, or the platform's ref; empty: everywhere in the app
	Since, Until time.Time // of posting, by the platform's clock; Until exclusive
}

// Forwarded reports of each element whether it stands in a merged forward: what
// has a part of a forward beside it, or above it, does.
func Forwarded(elements []Element) []bool {
	var forwards []string // paths that begin what a forward holds
	for _, e := range elements {
		if e.Kind != MergedElement {
			continue
		}
		parent := e.Path
		if i := strings.LastIndexByte(e.Path, '.'); i >= 0 && !e.Opaque {
			parent = e.Path[:i]
		}
		forwards = append(forwards, parent+".")
	}
	in := make([]bool, len(elements))
	for i, e := range elements {
		in[i] = e.Kind == MergedElement
		for _, f := range forwards {
			in[i] = in[i] || strings.HasPrefix(e.Path, f)
		}
	}
	return in
}
