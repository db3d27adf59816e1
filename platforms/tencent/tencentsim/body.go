package tencentsim

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"math"
	"slices"
)

// body is the JSON object of a REST call. Field names are case-sensitive, as the
// platform's are; the first field that is missing or of the wrong type is kept
// as the body's fault.
type body struct {
	fields map[string]json.RawMessage
	fault  string
}

var errNotObject = errors.New("the body is not one JSON object")

// readBody reads a body, which must be exactly one JSON object.
func readBody(raw []byte) (*body, error) {
	d := json.NewDecoder(bytes.NewReader(raw))
	b := &body{}
	if err := d.Decode(&b.fields); err != nil || b.fields == nil {
		return nil, errNotObject
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errNotObject
	}
	return b, nil
}

// has reports whether a field is there at all.
func (b *body) has(name string) bool {
	_, ok := b.fields[name]
	return ok
}

func (b *body) wrong(name string) {
	if b.fault == "" {
		b.fault = name
	}
}

// read returns an optional field; its zero value where it is not there.
func read[T any](b *body, name string) T {
	var v T
	raw, ok := b.fields[name]
	if !ok {
		return v
	}
	if err := json.Unmarshal(raw, &v); err != nil {
		b.wrong(name)
	}
	return v
}

// need returns a field that must be there.
func need[T any](b *body, name string) T {
	if !b.has(name) {
		b.wrong(name)
	}
	return read[T](b, name)
}

// text returns a text that must be there and not be empty.
func (b *body) text(name string) string {
	v := need[string](b, name)
	if v == "" {
		b.wrong(name)
	}
	return v
}

// seqs reads a list of the form [{"MsgSeq":1},...], with at least one item.
func (b *body) seqs(name string) []uint32 {
	var out []uint32
	for _, item := range need[[]map[string]json.RawMessage](b, name) {
		var seq uint64
		if err := json.Unmarshal(item["MsgSeq"], &seq); err != nil || seq > math.MaxUint32 {
			b.wrong(name)
		}
		out = append(out, uint32(seq))
	}
	if len(out) == 0 {
		b.wrong(name)
	}
	return out
}

// elements reads MsgBody; each element needs a type and an object as content.
func (b *body) elements() []Element {
	const name = "MsgBody"
	var out []Element
	for _, item := range read[[]map[string]json.RawMessage](b, name) {
		e := Element{MsgContent: bytes.TrimSpace(item["MsgContent"])}
		if err := json.Unmarshal(item["MsgType"], &e.MsgType); err != nil || !bytes.HasPrefix(e.MsgContent, []byte("{")) {
			b.wrong(name)
		}
		out = append(out, e)
	}
	if b.has(name) && len(out) == 0 {
		b.wrong(name)
	}
	return out
}

// forbids reports whether ForbidCallbackControl names a webhook.
func (b *body) forbids(webhook string) bool {
	return slices.Contains(read[[]string](b, "ForbidCallbackControl"), webhook)
}
