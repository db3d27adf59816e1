package main

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/takeback-chat/takeback/models"
)

var objectSeeds = []struct {
	line  string
	quick bool // the short way takes it
}{
	{`{"id":1,"text":"hello"}`, true},
	{`{"id": "a", "text": "hello"}`, true},
	{`{"text":"hello","id":0}`, true},
	{` { "text" : "hello" } `, true},
	{`{"id":1,"text":"a\n\"b\"\\\/\b\f\r\t\u4f60\ud83d\ude00"}`, true},
	{`{"id":"","text":""}`, true},
	{`{"id":12345678901234567890,"text":"你好😀"}`, true},
	{`{"id":-1,"text":"hello"}`, false},
	{`{"id":1.5e3,"text":"hello"}`, false},
	{`{"id":01,"text":"hello"}`, false},
	{`{"id":null,"text":"hello"}`, false},
	{`{"id":[1,{}],"text":"hello"}`, false},
	{`{"id":"a\"b","text":"hello"}`, false},
	{`{"id":1,"text":"half \ud83d"}`, false},
	{`{"id":1,"text":"half \ude00\ud83d"}`, false},
	{`{"id":1,"text":"\ud83dA"}`, false},
	{`{"id":1,"text":"hello","more":{}}`, false},
	{`{"id":1,"id":2,"text":"hello"}`, false},
	{`{"id":1,"text":"a","text":"b"}`, false},
	{`{"ID":1,"Text":"b"}`, false},
	{`{"id":1}`, false},
	{`{}`, false},
	{`{"id":1,"text":"hello"`, false},
	{`{"id":1,"text":"hello"} {}`, false},
	{`{"id":1,"text":"hello",}`, false},
	{`{"id":1 "text":"hello"}`, false},
	{`{"id" 1,"text":"hello"}`, false},
	{`{"id":1,"text":"tab	here"}`, false},
	{`{"id":1,"text":"\x"}`, false},
	{`{"id":1,"text":"\u12g4"}`, false},
	{`{"id":1,"text":"\u12`, false},
	{`{"id":1,"text":null}`, false},
	{`[]`, false},
	{``, false},
	{"{\"text\":\"\xff\"}", false},
}

func TestObjectsTakeTheWayTheyCan(t *testing.T) {
	quick := 0
	for _, c := range objectSeeds {
		if _, ok := quickObject(c.line); ok != c.quick && utf8.ValidString(c.line) {
			t.Errorf("%s: the short way takes it: %v, want %v", c.line, ok, c.quick)
		}
		if c.quick {
			quick++
		}
		sameObject(t, c.line)
	}
	if quick < 7 {
		t.Errorf("%d objects for the short way", quick)
	}
}

// sameObject fails unless both ways read a line alike.
func sameObject(t *testing.T, line string) {
	t.Helper()
	if !utf8.ValidString(line) {
		if _, err := readObject(line); err == nil {
			t.Errorf("%q is read", line)
		}
		return
	}
	got, ok := quickObject(line)
	if !ok {
		return
	}
	want, err := slowObject(line)
	if err != nil || got != want {
		t.Errorf("%q: the short way reads %+v, the long way %+v, %v", line, got, want, err)
	}
}

func FuzzObject(f *testing.F) {
	for _, c := range objectSeeds {
		f.Add(c.line)
	}
	f.Fuzz(sameObject)
}

// FuzzScanJSON holds the encoder to package json's reading of it.
func FuzzScanJSON(f *testing.F) {
	f.Add("credit_card", "•••• 1111", "folded", 3, 7, 0.85)
	f.Add("a\"b\\", "\x00\xff\u2028<&>", "", -1, 1<<40, 1.0)
	f.Fuzz(func(t *testing.T, detector, mask, view string, start, end int, confidence float64) {
		if confidence != confidence || confidence > 1 || confidence < 0 {
			return
		}
		found := []models.Finding{{Detector: detector, Mask: mask, View: view, Start: start, End: end, Confidence: confidence, Severity: "high"}}
		b := jsonFormat{}.text(nil, &scannedText{id: `"x"`, found: append(found, found...), verdict: "allow", rule: mask})
		var got scanned
		if err := json.Unmarshal(b, &got); err != nil {
			t.Fatalf("%s: %v", b, err)
		}
		x := got.Findings[1]
		clean := func(s string) string { return strings.ToValidUTF8(s, "\ufffd") }
		runs := func(s string) string {
			return strings.Join(strings.FieldsFunc(s, func(r rune) bool { return r == '\ufffd' }), "\ufffd")
		}
		if x.Start != start || x.End != end || x.Confidence != confidence || runs(x.Mask) != runs(clean(mask)) || runs(x.Detector) != runs(clean(detector)) {
			t.Errorf("%+v became %s", found[0], b)
		}
	})
}
