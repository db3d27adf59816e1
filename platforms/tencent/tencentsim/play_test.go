package tencentsim

import (
	"context"
	"math/big"
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func luhn(number string) bool {
	sum, double := 0, false
	for i := len(number) - 1; i >= 0; i-- {
		d := int(number[i] - '0')
		if double {
			d = d*2/10 + d*2%10
		}
		sum, double = sum+d, !double
	}
	return sum%10 == 0
}

func residentHolds(id string) bool {
	weights := []int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2, 1}
	sum := 0
	for i, w := range weights {
		d := int(id[i] - '0')
		if id[i] == 'X' {
			d = 10
		}
		sum += w * d
	}
	return len(id) == 18 && sum%11 == 1
}

func ibanHolds(text string) bool {
	s := strings.ReplaceAll(text, " ", "")
	var digits strings.Builder
	for _, c := range s[4:] + s[:4] {
		if c >= 'A' {
			digits.WriteString(big.NewInt(int64(c - 'A' + 10)).String())
		} else {
			digits.WriteRune(c)
		}
	}
	n, ok := new(big.Int).SetString(digits.String(), 10)
	return ok && n.Mod(n, big.NewInt(97)).Int64() == 1 && len(s) == 22
}

func TestSecretsAreWellFormed(t *testing.T) {
	matches := func(pattern string) func(string) bool {
		return regexp.MustCompile("^(?s:" + pattern + ")$").MatchString
	}
	holds := map[string]func(string) bool{
		"card": func(s string) bool { return luhn(strings.ReplaceAll(s, " ", "")) }, "cn_id": residentHolds, "iban": ibanHolds,
		"order":   func(s string) bool { return len(s) == 16 && !luhn(s) },
		"aws_key": matches(`AKIA[A-Z2-7]{16}`), "aws_secret": matches(`[A-Za-z0-9]{40}`), "password": matches(`[A-Z][a-z]+[!#_]\d{4}[a-z]{3}`),
		"phone": matches(`\+49 151 \d{4} \d{4}`), "cn_mobile": matches(`1\d{10}`), "jwt": matches(`eyJ[\w-]+\.eyJ[\w-]+\.[\w-]{43}`),
		"private_key": matches(`-----BEGIN .*KEY-----\n.*\n-----END .*KEY-----`), "github": matches(`ghp_[A-Za-z0-9]{36}`), "hash": matches(`[0-9a-f]{40}`),
	}
	src := dream{rand.New(rand.NewPCG(1, 2))}
	ran := 0
	for name, secret := range secretMakers {
		for range 100 {
			if got := secret(src); holds[name] == nil || !holds[name](got) {
				t.Fatalf("%s: %q does not hold", name, got)
			}
			ran++
		}
	}
	if want := 100 * len(holds); ran != want {
		t.Errorf("%d checks ran, want %d", ran, want)
	}
}

func TestFillLeavesNothingOpen(t *testing.T) {
	src := dream{rand.New(rand.NewPCG(1, 2))}
	lines, secret := 0, 0
	for _, d := range DemoScript().Dialogues {
		for _, l := range d.Lines {
			lines++
			if strings.Contains(l.Text, "{") && !strings.Contains(l.Text, "{order}") && !strings.Contains(l.Text, "{hash}") {
				secret++
			}
			if got := fill(l.Text, src); strings.ContainsAny(got, "{}|") {
				t.Errorf("%q became %q", l.Text, got)
			}
		}
	}
	if lines < 75 || secret < lines/9 || secret > lines/5 {
		t.Errorf("%d lines, %d with a secret: want about eighty and one in seven", lines, secret)
	}
}

func TestEverybodyInTheScriptCanSpeak(t *testing.T) {
	s := demoSim(t)
	defer s.Close()
	script := DemoScript()
	if err := s.Stage(script); err != nil {
		t.Fatal(err)
	}
	for _, st := range script.round(dream{rand.New(rand.NewPCG(1, 2))}) {
		if st.Group == "" {
			if st.From != st.Between[0] && st.From != st.Between[1] {
				t.Errorf("%s speaks in the chat of %v", st.From, st.Between)
			}
			continue
		}
		if _, err := s.Post(t.Context(), Post{Group: st.Group, Topic: st.Topic, From: st.From, Text: "x"}); err != nil {
			t.Errorf("%s in %s: %v", st.From, st.Group, err)
		}
	}
}

func demoSim(t *testing.T) *Sim {
	t.Helper()
	s, err := New(Options{SDKAppID: 1, Key: "k", Admin: "administrator"})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// played lets the demo script run for a while in synthetic time and returns what
// was said in one group.
func played(t *testing.T, d time.Duration) (said []string) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		s := demoSim(t)
		defer s.Close()
		ctx, cancel := context.WithTimeout(t.Context(), d)
		defer cancel()
		if err := s.Play(ctx, DemoScript(), 1); err != nil {
			t.Fatal(err)
		}
		for _, m := range s.Messages(demoSales, "") {
			said = append(said, m.Text)
		}
	})
	return said
}

func TestPlayGoesOnWithVariation(t *testing.T) {
	said := played(t, 2*time.Hour)
	if n := len(said); n < 200 || n > 400 {
		t.Errorf("%d lines in two hours", n)
	}
	different := map[string]bool{}
	for _, text := range said {
		different[text] = true
	}
	if len(different) < 40 {
		t.Errorf("only %d different lines of %d", len(different), len(said))
	}
}

func TestPlayIsTheSameEachTime(t *testing.T) {
	one, two := played(t, 20*time.Minute), played(t, 20*time.Minute)
	if strings.Join(one, "\n") != strings.Join(two, "\n") {
		t.Error("the same script was played differently")
	}
}

func TestPause(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := demoSim(t)
		defer s.Close()
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- s.Play(ctx, DemoScript(), 1) }()
		count := func() (n int) {
			for _, g := range s.all() {
				n += len(s.Messages(g.id, ""))
			}
			return n
		}
		time.Sleep(time.Minute)
		s.talk.pause(true)
		before := count()
		time.Sleep(time.Hour)
		if after := count(); before == 0 || after != before {
			t.Errorf("%d lines before the pause, %d after it", before, after)
		}
		s.talk.pause(false)
		time.Sleep(time.Minute)
		if count() == before {
			t.Error("nobody speaks after the pause")
		}
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}
