package models

import (
	"cmp"
	"slices"
	"strings"
)

// Category is the family of a detector.
type Category string

// The categories.
const (
	Contact      Category = "contact"
	Financial    Category = "financial"
	GovernmentID Category = "government_id"
	Health       Category = "health"
	Location     Category = "location"
	Secrets      Category = "secrets"
	Keyword      Category = "keyword"
	Custom       Category = "custom"
)

// Categories lists every category.
var Categories = []Category{Contact, Financial, GovernmentID, Health, Location, Secrets, Keyword, Custom}

// Severity says how bad it is that this was posted.
type Severity string

// The severities, mildest first.
const (
	Low      Severity = "low"
	Medium   Severity = "medium"
	High     Severity = "high"
	Critical Severity = "critical"
)

// Severities lists the severities, mildest first.
var Severities = []Severity{Low, Medium, High, Critical}

// Rank orders severities: 0 for none, 1 for low, up to 4 for critical.
func (s Severity) Rank() int { return slices.Index(Severities, s) + 1 }

// Finding is one detector's evidence in one message. It never holds the value found.
type Finding struct {
	ID         FindingID
	Detector   string
	Category   Category
	Severity   Severity
	Confidence float64 // 0 to 1
	Element    int     // index into the message's elements
	Start, End int     // bytes of that element's text, End exclusive
	Mask       string  // how the value is shown, e.g. "•••• 1486"
	// Fingerprint is a keyed hash of detector and normalised value in hex: equal
	// values are equal, and without the key nothing can be guessed from it.
	Fingerprint string
	Revision    int    // of the message it was found in
	View        string // the disguise through which it was seen ("spaced", "base64"); empty: as it stands
	// Parts says where the whole value lies when it was split over several
	// messages, oldest first. Such a finding stands in each of these messages, and
	// Element, Start and End are those of the part there. Empty for all others.
	Parts []FindingPart
}

// FindingPart is the piece of a split value that stands in one message.
type FindingPart struct {
	Message MessageID `json:"message"`
	Element int       `json:"element"` // index into that message's elements
	Start   int       `json:"start"`   // bytes of that element's text
	End     int       `json:"end"`     // exclusive
}

// Worst returns the gravest severity among findings, or "" for none.
func Worst(findings []Finding) Severity {
	var worst Severity
	for _, f := range findings {
		if f.Severity.Rank() > worst.Rank() {
			worst = f.Severity
		}
	}
	return worst
}

// Masked returns the text of the elements with every finding replaced by its
// mask, one element a line; opaque elements show as their kind in brackets.
// Data beside the message body is left out unless something was found in it.
func Masked(elements []Element, findings []Finding) string {
	var lines []string
	for i, e := range elements {
		switch {
		case e.Text != "" && (e.Kind != CloudElement || touches(findings, i)):
			lines = append(lines, MaskText(e.Text, i, findings))
		case e.Opaque:
			lines = append(lines, "["+string(e.Kind)+"]")
		}
	}
	return strings.Join(lines, "\n")
}

func touches(findings []Finding, element int) bool {
	return slices.ContainsFunc(findings, func(f Finding) bool { return f.Element == element })
}

// MaskText returns the text of one element (its index given) with the findings
// in it replaced by their masks. Overlapping findings are masked as one.
func MaskText(text string, element int, findings []Finding) string {
	var here []Finding
	for _, f := range findings {
		if f.Element == element && f.Start >= 0 && f.End <= len(text) && f.Start < f.End {
			here = append(here, f)
		}
	}
	slices.SortFunc(here, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(a.Start, b.Start), cmp.Compare(b.End, a.End))
	})
	var b strings.Builder
	at := 0
	for _, f := range here {
		if f.Start < at {
			at = max(at, f.End)
			continue
		}
		b.WriteString(text[at:f.Start])
		b.WriteString(f.Mask)
		at = f.End
	}
	b.WriteString(text[at:])
	return b.String()
}
