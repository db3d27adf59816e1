package rules

import (
	"strings"

	"github.com/takeback-chat/takeback/models"
)

// foldedView is the name of the view through which everybody sees full-width
// forms, other digits, accents and invisible characters.
const foldedView = "folded"

// report turns a candidate into a finding.
func (e *Engine) report(c *candidate, element int, original string) models.Finding {
	d := e.detectors[c.detector]
	f := models.Finding{
		Detector: d.ID, Category: d.Category, Severity: d.Severity, Confidence: ladder[c.step],
		Element: element, Start: c.start, End: c.end, Mask: strings.ToValidUTF8(d.mask(c.value), "•"),
		View: e.viewOf(c, original),
	}
	if e.options.Fingerprint != nil {
		f.Fingerprint = e.options.Fingerprint(d.ID, d.same(c.value))
	}
	return f
}

// viewOf names the disguise through which a candidate was seen, if any.
func (e *Engine) viewOf(c *candidate, original string) string {
	switch {
	case c.view != asItStands:
		return e.views[c.view].Name
	case original[c.start:c.end] != c.value:
		return foldedView
	}
	return ""
}
