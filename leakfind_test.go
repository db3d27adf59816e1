package main

import (
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"html"
	"io"
	"net/url"
	"strings"
	"testing"
)

// finder searches for all forms of many words in one pass. Two words share no eight
// bytes but by chance, so the first eight of a form say which it may be.
type finder struct {
	needles map[uint64][]needle
	maybe   [1 << 20]bool // whether a needle begins with bytes of this hash
}

// needle is one form of a part of words.
type needle struct {
	words
	part, name, form string
}

func newFinder(said ...words) *finder {
	f := &finder{needles: map[uint64][]needle{}}
	for _, w := range said {
		for _, part := range w.parts {
			for name, all := range forms(part) {
				for _, form := range all {
					first := binary.BigEndian.Uint64([]byte(form)) // panics for what is too short to be looked for
					f.needles[first] = append(f.needles[first], needle{w, part, name, form})
					f.maybe[hashed(first)] = true
				}
			}
		}
	}
	return f
}

func hashed(window uint64) uint64 { return window * 0x9e3779b97f4a7c15 >> 44 }

// in says which words stand in a text, compressed or not, and in what form, each part once.
func (f *finder) in(text []byte, where string) []string {
	found := f.plainly(text, where)
	for at, inner := range unpacked(text) {
		found = append(found, f.plainly(inner, fmt.Sprintf("%s, compressed at %d,", where, at))...)
	}
	return found
}

func (f *finder) plainly(text []byte, where string) (found []string) {
	seen := map[string]bool{}
	var window uint64
	for i, b := range text {
		window = window<<8 | uint64(b)
		if i < 7 || !f.maybe[hashed(window)] {
			continue
		}
		at := i - 7
		for _, n := range f.needles[window] {
			if seen[n.part] || !bytes.HasPrefix(text[at:], []byte(n.form)) {
				continue
			}
			seen[n.part] = true
			around := text[max(0, at-60):min(len(text), at+len(n.form)+60)]
			found = append(found, fmt.Sprintf("%s holds what was said by %s, as %s: %q", where, n.where, n.name, around))
		}
	}
	return found
}

// unpacked is what was compressed in a text, by where it begins.
func unpacked(text []byte) map[int][]byte {
	all := map[int][]byte{}
	for i := range max(0, len(text)-2) {
		var r io.Reader
		var err error
		switch in := bytes.NewReader(text[i:]); {
		case text[i] == 0x1f && text[i+1] == 0x8b && text[i+2] == 8:
			r, err = gzip.NewReader(in)
		case text[i] == 0x78 && (uint16(text[i])<<8|uint16(text[i+1]))%31 == 0:
			r, err = zlib.NewReader(in)
		default:
			continue
		}
		if err != nil {
			continue
		}
		inner, _ := io.ReadAll(io.LimitReader(r, 1<<24)) // what can be read of it counts
		if len(inner) > 16 {
			all[i] = inner
		}
	}
	return all
}

// A search that finds nothing proves nothing unless it would find something.
func TestLeaksWouldBeFound(t *testing.T) {
	said := secret("a test")
	f := newFinder(said)
	leaked := func(holder string) []string { return f.in([]byte(holder), "") }
	all, err := json.Marshal(map[string]string{"text": "so: " + said.text})
	if err != nil {
		t.Fatal(err)
	}
	for name, holder := range map[string]string{
		"raw": "x" + said.text + "x", "JSON": string(all), "a log": fmt.Sprintf("msg=%q", said.text), "a form": url.Values{"note": {said.text}}.Encode(),
		"hex": hex.EncodeToString([]byte("so: " + said.text)), "HTML": "<p>" + html.EscapeString(said.text) + "</p>",
		"a path": "/own/" + url.PathEscape(said.text), "the number alone": "card " + said.parts[2], "half of it": "..." + said.parts[1],
		"a part in capitals": strings.ToUpper(said.parts[0]), "backwards": backwards(said.text),
		"UTF-16": wide(said.text, binary.LittleEndian), "the other UTF-16": "x" + wide("so: "+said.text, binary.BigEndian),
		"gzip": "behind some" + packed(t, said.text, func(w io.Writer) io.WriteCloser { return gzip.NewWriter(w) }) + "and before",
		"zlib": packed(t, string(all), func(w io.Writer) io.WriteCloser { return zlib.NewWriter(w) }),
	} {
		if len(leaked(holder)) == 0 {
			t.Errorf("as %s it is not found: %s", name, holder)
		}
	}
	for before := range 5 {
		for _, e := range []*base64.Encoding{base64.StdEncoding, base64.URLEncoding} {
			if holder := e.EncodeToString([]byte(strings.Repeat("x", before) + said.text + "y")); len(leaked(holder)) == 0 {
				t.Errorf("behind %d others in base64 it is not found: %s", before, holder)
			}
		}
	}
	if found := leaked("nothing of it: 4111, café " + said.text[:7]); len(found) != 0 {
		t.Errorf("found %v", found)
	}
}

func packed(t *testing.T, text string, by func(io.Writer) io.WriteCloser) string {
	t.Helper()
	var b bytes.Buffer
	w := by(&b)
	if _, err := io.WriteString(w, text); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}
