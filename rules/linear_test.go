package rules

import (
	"strings"
	"testing"
)

// Texts built to make scanners slow. RE2 is linear in what it is given, so what
// has to be linear is how much it is given: eight times the text, eight times as
// much. A loop that starts again from every byte gives it sixty-four times.
func TestWorkIsLinear(t *testing.T) {
	e := builtinRuleset(t).Engine
	hostile := map[string]string{
		"digits":     "1 2 3 4 5 6 7 8 9 0 ",
		"one number": "1234567890",
		"keys":       "-----BEGIN " + "PRIVATE KEY-----\n",
		"header":     "eyJhbGciOiJIUzI1NiJ9.eyJ",
		"addresses":  "a@a.a@a.a@",
		"passwords":  "password: password: ",
		"urls":       "https://a:b@https://a:b@",
		"dots":       "1.1.1.1.1.",
		"colons":     "::1:::1:::",
		"han":        "密码是验证码",
		"full-width": "１２３４ ５６７８",
		"context":    "card cvv 4012888888881882 ",
		"ibans":      "GB82 GB82 GB82 GB82 ",
		"phones":     "+44 20 +44 20 7946 ",
		"base58":     "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa",
		"ado":        "server=a;b;c;server=a;",
		"bearer":     "bearer bearer=bearer:",
	}
	ran := 0
	for name, piece := range hostile {
		ran++
		n := 4096 / len(piece)
		a, b := looked(e, strings.Repeat(piece, n)), looked(e, strings.Repeat(piece, 8*n))
		if b > 10*a+1000 {
			t.Errorf("%s: regexps look at %d bytes of 4 KB and at %d of 32 KB", name, a, b)
		}
	}
	if ran != 17 {
		t.Errorf("%d texts ran", ran)
	}
}

func looked(e *Engine, text string) int {
	s := e.scratches.get(e)
	e.scan(s, text)
	return s.looked
}
