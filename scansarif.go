package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/url"
	"path/filepath"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/rules"
)

// sarifFormat writes one SARIF 2.1.0 document
// (https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html): a run of one
// tool, its detectors as rules, what was found as results. It is written as it comes,
// so the results stand last.
type sarifFormat struct {
	detectors []rules.Detector
	index     map[string]int // of each detector among the rules
}

func newSARIF(e *rules.Engine) sarifFormat {
	f := sarifFormat{detectors: e.Detectors(), index: map[string]int{}}
	for i, d := range f.detectors {
		f.index[d.ID] = i
	}
	return f
}

const (
	sarifSchema = "https://json.schemastore.org/sarif-2.1.0.json"
	toolPage    = "https://github.com/takeback-chat/takeback"
)

type (
	sarifMessage struct {
		Text string `json:"text"`
	}
	sarifRule struct {
		ID               string       `json:"id"`
		ShortDescription sarifMessage `json:"shortDescription"`
		FullDescription  sarifMessage `json:"fullDescription"`
		Configuration    struct {
			Level string `json:"level"`
		} `json:"defaultConfiguration"`
		Properties map[string]any `json:"properties"`
	}
	sarifDriver struct {
		Name    string      `json:"name"`
		Version string      `json:"version"`
		Page    string      `json:"informationUri"`
		Rules   []sarifRule `json:"rules"`
	}
	sarifRegion struct {
		StartLine  int    `json:"startLine"`
		ByteOffset *int64 `json:"byteOffset,omitempty"`
		ByteLength int    `json:"byteLength,omitempty"`
	}
	sarifLocation struct {
		Physical struct {
			Artifact struct {
				URI string `json:"uri"`
			} `json:"artifactLocation"`
			Region sarifRegion `json:"region"`
		} `json:"physicalLocation"`
	}
	sarifResult struct {
		RuleID     string          `json:"ruleId"`
		RuleIndex  int             `json:"ruleIndex"`
		Level      string          `json:"level"`
		Message    sarifMessage    `json:"message"`
		Locations  []sarifLocation `json:"locations"`
		Properties map[string]any  `json:"properties"`
	}
)

// sarifLevels say how bad a finding is in SARIF's words.
var sarifLevels = map[models.Severity]string{models.Low: "note", models.Medium: "warning", models.High: "error", models.Critical: "error"}

func (f sarifFormat) begin() []byte {
	driver := sarifDriver{Name: "takeback", Version: version, Page: toolPage, Rules: make([]sarifRule, len(f.detectors))}
	for i, d := range f.detectors {
		r := sarifRule{ID: d.ID, ShortDescription: sarifMessage{d.Title}, FullDescription: sarifMessage{d.Description}}
		r.Configuration.Level = sarifLevels[d.Severity]
		r.Properties = map[string]any{"pack": d.Pack, "category": d.Category, "severity": d.Severity}
		driver.Rules[i] = r
	}
	return fmt.Appendf(nil, `{"$schema":%q,"version":"2.1.0","runs":[{"tool":{"driver":%s},"results":[`,
		sarifSchema, sarifJSON(driver))
}

// text writes each result with a comma before it; first takes the first away.
func (f sarifFormat) text(b []byte, t *scannedText) []byte {
	for i := range t.found {
		b = append(b, ",\n"...)
		b = append(b, sarifJSON(f.result(t, i))...)
	}
	return b
}

func (sarifFormat) first(out []byte) []byte { return bytes.TrimPrefix(out, []byte(",")) }

func (sarifFormat) end(err error) []byte {
	invocation := map[string]any{"executionSuccessful": err == nil}
	if err != nil {
		invocation["toolExecutionNotifications"] = []any{map[string]any{"level": "error", "message": sarifMessage{sentence(err)}}}
	}
	return fmt.Appendf(nil, "\n],\"invocations\":[%s]}]}\n", sarifJSON(invocation))
}

func (f sarifFormat) result(t *scannedText, i int) sarifResult {
	x := &t.found[i]
	out := sarifResult{
		RuleID: x.Detector, RuleIndex: f.index[x.Detector], Level: sarifLevels[x.Severity],
		Properties: map[string]any{
			"confidence": x.Confidence, "severity": x.Severity, "category": x.Category, "id": json.RawMessage(t.appendID(nil)), "start": x.Start, "end": x.End,
			"verdict": t.verdict,
		},
	}
	out.Message.Text = fmt.Sprintf("%s: %s", f.detectors[out.RuleIndex].Title, x.Mask)
	if x.View != "" {
		out.Properties["view"] = x.View
	}
	if why := t.whyOf(i); why != nil {
		out.Properties["why"] = why
	}
	var at sarifLocation
	at.Physical.Artifact.URI = sarifURI(t.source)
	at.Physical.Region.StartLine = t.spotOf(i).line
	if t.offset >= 0 {
		offset := t.offset + int64(x.Start)
		at.Physical.Region.ByteOffset, at.Physical.Region.ByteLength = &offset, x.End-x.Start
	}
	out.Locations = []sarifLocation{at}
	return out
}

// sarifURI names a file as it was named to the scan.
func sarifURI(name string) string {
	u := url.URL{Path: filepath.ToSlash(name)}
	if filepath.IsAbs(name) {
		u.Scheme = "file"
	}
	return u.String()
}

func sarifJSON(v any) []byte {
	b, _ := json.Marshal(v) // texts and numbers: it cannot fail
	return b
}
