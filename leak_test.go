package main

import (
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"html"
	"net/url"
	"strconv"
	"strings"
	"testing"
)

// words are something that people say in secret, made anew by every run, so that it
// stands nowhere by chance and no scanner takes this file for a leak.
type words struct {
	where string // through which door it came
	text  string
	parts []string // what of it must be found nowhere, each in many forms
}

// chance is fourteen small letters.
func chance() string {
	return strings.ToLower(strings.NewReplacer("2", "x", "3", "y", "4", "z", "5", "q", "6", "w", "7", "v").Replace(rand.Text()[:14]))
}

// secret makes words with a payment card number.
func secret(where string) words {
	a, b, number := chance(), chance(), cardNumber()
	spaced := number[:4] + " " + number[4:8] + " " + number[8:12] + " " + number[12:]
	odd := a + "é\"<&/+" + b
	return words{where, odd + " pay with " + spaced + " please", []string{a, b, number, spaced, odd}}
}

// note makes words that hold nothing to be found by a detector.
func note(where string) words {
	a, b := chance(), chance()
	odd := a + "é\"<&/+" + b
	return words{where, odd, []string{a, b, odd}}
}

// cardNumber is one with a right check digit.
func cardNumber() string {
	digits := []byte("4")
	for _, c := range rand.Text()[:14] {
		digits = append(digits, '0'+byte(c)%10)
	}
	sum := 0
	for i, d := range digits {
		n := int(d - '0')
		if i%2 == 0 {
			if n *= 2; n > 9 {
				n -= 9
			}
		}
		sum += n
	}
	return string(append(digits, '0'+byte((10-sum%10)%10)))
}

// forms are the ways in which a text may stand in something else, by name.
func forms(text string) map[string][]string {
	raw, quoted := []byte(text), strconv.QuoteToASCII(text)
	plain, escaped := encoded(text, false), encoded(text, true)
	return map[string][]string{
		"raw":    {text, strings.ToLower(text), strings.ToUpper(text)},
		"hex":    {hex.EncodeToString(raw), strings.ToUpper(hex.EncodeToString(raw))},
		"base64": append(within64(raw, base64.RawStdEncoding), within64(raw, base64.RawURLEncoding)...),
		"URL":    {url.QueryEscape(text), url.PathEscape(text)},
		"JSON":   {plain, escaped, quoted[1 : len(quoted)-1]},
		"HTML":   {html.EscapeString(text)},
	}
}

// encoded is a text as it stands in a JSON string.
func encoded(text string, escape bool) string {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(escape)
	_ = e.Encode(text) // a text can always be encoded
	return strings.Trim(strings.TrimSpace(b.String()), `"`)
}

// within64 is what a text looks like inside something larger that was encoded: it
// may begin at each of three places of a group of bytes, and what its neighbours
// touch is left out.
func within64(text []byte, e *base64.Encoding) []string {
	var all []string
	for before := range 3 {
		whole := e.EncodeToString(append(make([]byte, before), text...))
		all = append(all, whole[(before*8+5)/6:(before+len(text))*8/6])
	}
	return all
}

// leaked says where and in what form the parts of some words stand in a text, each
// part once.
func (w words) leaked(in, where string) []string {
	var found []string
parts:
	for _, part := range w.parts {
		for form, all := range forms(part) {
			for _, one := range all {
				if i := strings.Index(in, one); i >= 0 {
					around := in[max(0, i-60):min(len(in), i+len(one)+60)]
					found = append(found, fmt.Sprintf("%s holds what was said by %s, as %s: %q", where, w.where, form, around))
					continue parts
				}
			}
		}
	}
	return found
}

// A search that finds nothing proves nothing unless it would find something.
func TestLeaksWouldBeFound(t *testing.T) {
	said := secret("a test")
	all, err := json.Marshal(map[string]string{"text": "so: " + said.text})
	if err != nil {
		t.Fatal(err)
	}
	for name, holder := range map[string]string{
		"raw": "x" + said.text + "x", "JSON": string(all), "a log": fmt.Sprintf("msg=%q", said.text), "a form": url.Values{"note": {said.text}}.Encode(),
		"hex": hex.EncodeToString([]byte("so: " + said.text)), "HTML": "<p>" + html.EscapeString(said.text) + "</p>",
		"a path": "/own/" + url.PathEscape(said.text), "the number alone": "card " + said.parts[2], "half of it": "..." + said.parts[1],
		"a part in capitals": strings.ToUpper(said.parts[0]),
	} {
		if len(said.leaked(holder, name)) == 0 {
			t.Errorf("as %s it is not found: %s", name, holder)
		}
	}
	for before := range 5 {
		for _, e := range []*base64.Encoding{base64.StdEncoding, base64.URLEncoding} {
			if holder := e.EncodeToString([]byte(strings.Repeat("x", before) + said.text + "y")); len(said.leaked(holder, "")) == 0 {
				t.Errorf("behind %d others in base64 it is not found: %s", before, holder)
			}
		}
	}
	if found := said.leaked("nothing of it: 4111, café", ""); len(found) != 0 {
		t.Errorf("found %v", found)
	}
}
