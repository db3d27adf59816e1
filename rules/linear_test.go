package rules

import (
	"strings"
	"testing"
	"time"
)

// Texts built to make scanners slow. Eight times the text may take eight times
// as long, and three times more where regexp changes from its backtracker to its
// slower automaton; a quadratic scan takes sixty-four times as long and more.
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
		short, long := strings.Repeat(piece, 4096/len(piece)), strings.Repeat(piece, 8*4096/len(piece))
		a, b := time.Hour, time.Hour
		for try := 0; try < 20 && (try < 3 || b > 40*a); try++ {
			a, b = min(a, timed(e, short)), min(b, timed(e, long))
		}
		if b > 40*a {
			t.Errorf("%s: 4 KB take %s, 32 KB take %s", name, a, b)
		}
	}
	if ran != 17 {
		t.Errorf("%d texts ran", ran)
	}
}

// timed is how long one scan takes. What the machine does besides only ever
// adds, so the least of several is the one that counts.
func timed(e *Engine, text string) time.Duration {
	start := time.Now()
	scanText(e, text)
	return time.Since(start)
}
