// Package problem answers errors over HTTP, in one place: an error becomes an
// RFC 9457 problem document, and what the table here does not know becomes a
// 500 whose text stays inside.
package problem

import (
	"maps"
	"net/http"
	"strconv"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// ContentType is the media type of a problem document.
const ContentType = "application/problem+json"

// urn is what the names of problems are prefixed with to make their type a URI.
const urn = "urn:takeback:problem:"

// Problem is a problem document. It is an error too, so that a handler can
// return one that it made itself.
type Problem struct { //nolint:errname // the name that RFC 9457 gives it
	Type   string  `json:"type"` // a URI that names the sort of problem; for programs
	Title  string  `json:"title"`
	Status int     `json:"status"`
	Detail string  `json:"detail,omitzero"` // a sentence for people about this very case
	ID     string  `json:"id,omitzero"`     // of an internal error, as it stands in the log
	Errors []Field `json:"errors,omitzero"` // what is wrong with which field
	// Extra holds further members of the document.
	Extra map[string]any `json:",embed"`

	header http.Header
}

// Field says what is wrong with one field of a request.
type Field struct {
	Field string `json:"field"`         // its path: "reason.code", "messages[2]", "limit"
	Words string `json:"words"`         // continues a sentence that begins with the field
	Line  int    `json:"line,omitzero"` // of a source text, from 1
}

// Error is the detail, or the title where there is none.
func (p *Problem) Error() string {
	if p.Detail != "" {
		return p.Detail
	}
	return p.Title
}

// With returns p with a further member.
func (p *Problem) With(name string, value any) *Problem {
	if p.Extra == nil {
		p.Extra = map[string]any{}
	}
	p.Extra[name] = value
	return p
}

// Name is the last part of the type: "not_found".
func (p *Problem) Name() string { return p.Type[len(urn):] }

func (p *Problem) say(header, value string) *Problem {
	if p.header == nil {
		p.header = http.Header{}
	}
	p.header.Set(header, value)
	return p
}

// Write sends the document. What a browser or proxy might do with an answer is
// settled here too: nothing of it is kept, guessed at or framed.
func (p *Problem) Write(w http.ResponseWriter) {
	body, err := json.Marshal(p, json.Deterministic(true), jsontext.AllowInvalidUTF8(true))
	if err != nil { // a value in Extra that is not JSON: a fault of ours, and no reason to answer nothing
		body = []byte(`{"type":"` + urn + `internal","title":"Internal error","status":500}`)
	}
	h := w.Header()
	maps.Copy(h, p.header)
	h.Set("Content-Type", ContentType)
	h.Set("Content-Length", strconv.Itoa(len(body)))
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(p.Status)
	_, _ = w.Write(body)
}
