package rules

import (
	"strings"
	"testing"
	"time"
)

// Texts built to make scanners slow. Eight times the text may take eight times
// as long; a quadratic scan takes sixty-four.
func TestTimeIsLinear(t *testing.T) {
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
		short, long := strings.Repeat(piece, 8192/len(piece)), strings.Repeat(piece, 8*8192/len(piece))
		a, b := fastest(e, short), fastest(e, long)
		if b > 30*max(a, 50*time.Microsecond) {
			t.Errorf("%s: 8 KB take %s, 64 KB take %s", name, a, b)
		}
		t.Logf("%s: 8 KB take %s, 64 KB take %s", name, a, b)
	}
	if ran != 17 {
		t.Errorf("%d texts ran", ran)
	}
}

// fastest is the least of five measurements: what the machine does besides
// only ever adds.
func fastest(e *Engine, text string) time.Duration {
	least := time.Hour
	for range 5 {
		start := time.Now()
		scanText(e, text)
		least = min(least, time.Since(start))
	}
	return least
}
