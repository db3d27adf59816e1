package main

import (
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"html"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"
)

// words are something that people say in secret, made anew by every run, so that it
// stands nowhere by chance and no scanner takes this file for a leak.
type words struct {
	where string // through which door it came
	text  string
	parts []string // what of it must be found nowhere, each in many forms
	why   bool     // said by a moderator as the reason of a deed, so that auditors read it
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
	return words{where: where, text: odd + " pay with " + spaced + " please", parts: []string{a, b, number, spaced, odd}}
}

// note makes words that hold nothing to be found by a detector.
func note(where string) words {
	a, b := chance(), chance()
	odd := a + "é\"<&/+" + b
	return words{where: where, text: odd, parts: []string{a, b, odd}}
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
		"UTF-16": {wide(text, binary.LittleEndian), wide(text, binary.BigEndian)},
		"back":   {backwards(text)},
	}
}

func wide(text string, order binary.AppendByteOrder) string {
	var b []byte
	for _, unit := range utf16.Encode([]rune(text)) {
		b = order.AppendUint16(b, unit)
	}
	return string(b)
}

func backwards(text string) string {
	runes := []rune(text)
	slices.Reverse(runes)
	return string(runes)
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
