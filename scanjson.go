package main

import (
	"encoding/json"
	"strconv"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/rules"
)

// jsonFormat writes one object per text.
type jsonFormat struct{ plainDocument }

func (jsonFormat) text(b []byte, t *scannedText) []byte {
	b = append(b, `{"id":`...)
	b = t.appendID(b)
	b = append(b, `,"findings":[`...)
	for i := range t.found {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendFinding(b, &t.found[i], t.whyOf(i))
	}
	b = append(b, `],"verdict":`...)
	b = appendString(b, string(t.verdict))
	if t.rule != "" {
		b = append(b, `,"rule":`...)
		b = appendString(b, t.rule)
	}
	return append(b, "}\n"...)
}

func appendFinding(b []byte, f *models.Finding, why *rules.Explanation) []byte {
	b = append(b, `{"detector":`...)
	b = appendString(b, f.Detector)
	b = append(b, `,"category":`...)
	b = appendString(b, string(f.Category))
	b = append(b, `,"start":`...)
	b = strconv.AppendInt(b, int64(f.Start), 10)
	b = append(b, `,"end":`...)
	b = strconv.AppendInt(b, int64(f.End), 10)
	b = append(b, `,"confidence":`...)
	b = strconv.AppendFloat(b, f.Confidence, 'g', -1, 64)
	b = append(b, `,"severity":`...)
	b = appendString(b, string(f.Severity))
	b = append(b, `,"mask":`...)
	b = appendString(b, f.Mask)
	if f.View != "" {
		b = append(b, `,"view":`...)
		b = appendString(b, f.View)
	}
	if why != nil {
		b = append(b, `,"why":`...)
		text, _ := json.Marshal(why) // strings and numbers: it cannot fail
		b = append(b, text...)
	}
	return append(b, '}')
}

// appendString appends s as JSON; what is not valid UTF-8 in it becomes U+FFFD.
func appendString(b []byte, s string) []byte {
	b, _ = jsontext.AppendQuote(b, s)
	return b
}
