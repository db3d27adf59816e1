package main

import (
	"errors"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	jsonv2 "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// scanInput is one line of JSON Lines.
type scanInput struct {
	ID   string // as it was written: any JSON value
	Text string
}

var (
	errNoObject = errors.New(`not an object {"id","text"}`)
	errNoText   = errors.New(`the object has no "text"`)
	errNotUTF8  = errors.New("the line is not valid UTF-8")
)

// readObject reads a line of JSON Lines. The usual forms take a short way; all
// others, and all faults, are package json's to judge, with the same results.
func readObject(line string) (scanInput, error) {
	if !utf8.ValidString(line) {
		return scanInput{}, errNotUTF8 // the offsets of what is found in it would mean nothing
	}
	if in, ok := quickObject(line); ok {
		return in, nil
	}
	return slowObject(line)
}

// slowObject takes an escaped half of a surrogate pair for U+FFFD, as browsers do.
func slowObject(line string) (scanInput, error) {
	var in struct {
		ID   jsontext.Value `json:"id"`
		Text *string        `json:"text"`
	}
	if err := jsonv2.Unmarshal([]byte(line), &in, jsontext.AllowInvalidUTF8(true)); err != nil {
		return scanInput{}, errNoObject
	}
	if in.Text == nil {
		return scanInput{}, errNoText
	}
	if len(in.ID) == 0 {
		in.ID = jsontext.Value("null")
	}
	return scanInput{string(in.ID), *in.Text}, nil
}

// quickObject reads objects of an id, which is a plain string or whole number,
// and a text, in any order; ok is false for all else.
func quickObject(line string) (in scanInput, ok bool) {
	in.ID = "null"
	rest, found := strings.CutPrefix(space(line), "{")
	var hasID, hasText bool
	for found {
		rest = space(rest)
		switch {
		case !hasID && strings.HasPrefix(rest, `"id"`):
			hasID = true
			in.ID, rest, ok = quickID(afterColon(rest[4:]))
		case !hasText && strings.HasPrefix(rest, `"text"`):
			hasText = true
			in.Text, rest, ok = quickString(afterColon(rest[6:]))
		default:
			return in, false
		}
		if !ok {
			return in, false
		}
		rest = space(rest)
		if end, ended := strings.CutPrefix(rest, "}"); ended {
			return in, hasText && space(end) == ""
		}
		rest, found = strings.CutPrefix(rest, ",")
	}
	return in, false
}

// afterColon is what stands behind the colon; empty where there is none.
func afterColon(s string) string {
	s, ok := strings.CutPrefix(space(s), ":")
	if !ok {
		return ""
	}
	return space(s)
}

func space(s string) string {
	for len(s) > 0 && (s[0] == ' ' || s[0] == '\t' || s[0] == '\r' || s[0] == '\n') {
		s = s[1:]
	}
	return s
}

// quickID takes an id off s: a string without escapes, or a whole number.
func quickID(s string) (id, rest string, ok bool) {
	n := 0
	if strings.HasPrefix(s, `"`) {
		n = plainEnd(s[1:]) + 1
		return s[:min(n+1, len(s))], s[min(n+1, len(s)):], n < len(s) && s[n] == '"'
	}
	for n < len(s) && s[n] >= '0' && s[n] <= '9' {
		n++
	}
	if n == 0 || n > 1 && s[0] == '0' || n < len(s) && strings.IndexByte(".eE+-", s[n]) >= 0 {
		return "", s, false
	}
	return s[:n], s[n:], true
}

// plainEnd is where in a string the quote that ends it, an escape or something
// that must be escaped comes.
func plainEnd(s string) int {
	for i := range len(s) {
		if c := s[i]; c == '"' || c == '\\' || c < 0x20 {
			return i
		}
	}
	return len(s)
}

// quickString takes a string off s and resolves its escapes.
func quickString(s string) (text, rest string, ok bool) {
	if !strings.HasPrefix(s, `"`) {
		return "", s, false
	}
	s = s[1:]
	n := plainEnd(s)
	if n < len(s) && s[n] == '"' {
		return s[:n], s[n+1:], true
	}
	var b []byte
	for n < len(s) && s[n] == '\\' {
		if b == nil {
			b = make([]byte, 0, n+(len(s)-n)/2+8)
		}
		b = append(b, s[:n]...)
		if b, s, ok = unescape(b, s[n+1:]); !ok {
			return "", s, false
		}
		n = plainEnd(s)
	}
	if n >= len(s) || s[n] != '"' {
		return "", s, false
	}
	return string(append(b, s[:n]...)), s[n+1:], true
}

// escapes are those of one letter.
var escapes = [256]byte{'"': '"', '\\': '\\', '/': '/', 'b': '\b', 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t'}

// unescape resolves the escape that s begins with, behind its backslash.
func unescape(b []byte, s string) (out []byte, rest string, ok bool) {
	if s == "" {
		return b, s, false
	}
	if s[0] != 'u' {
		return append(b, escapes[s[0]]), s[1:], escapes[s[0]] != 0
	}
	r, ok := hex4(s[1:])
	if !ok {
		return b, s, false
	}
	s = s[5:]
	if utf16.IsSurrogate(r) {
		low, paired := rune(0), false
		if strings.HasPrefix(s, `\u`) {
			low, paired = hex4(s[2:])
		}
		if r = utf16.DecodeRune(r, low); !paired || r == utf8.RuneError {
			return b, s, false
		}
		s = s[6:]
	}
	return utf8.AppendRune(b, r), s, true
}

func hex4(s string) (r rune, ok bool) {
	if len(s) < 4 {
		return 0, false
	}
	for i := range 4 {
		c := s[i]
		switch {
		case c >= '0' && c <= '9':
			c -= '0'
		case c|0x20 >= 'a' && c|0x20 <= 'f':
			c = c | 0x20 - 'a' + 10
		default:
			return 0, false
		}
		r = r<<4 | rune(c)
	}
	return r, true
}
