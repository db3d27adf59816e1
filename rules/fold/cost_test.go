package fold

import (
	"strings"
	"testing"
	"time"
)

// hostile are pieces of texts that are made to cost.
var hostile = []string{
	"1 ", "1", "1a", "l1 ", "1l1", "a ", "a.", "4", "a4", "@", "p@ ", "a at ", "a dot ", "a(at)", "a. ", "#a", "one ", "one", "o", "double ", "twenty ", "四", "四 ", "十", "千百", "一1", "一.",
	"%", "%41", "%e5", "%e5%af", "&", "&#", "&#1", "&#x", "\\", "\\u", "\\ud83d", "\\ud83d\\ud83d", "A", "AB", "NDEx", "A/", "/", "Z2-", "反过来", "reversed ", "1 -", "a@b ", "-", ".", "о", "оa", "o1о", "密*", "密 ", "密.", "·",
	"e\u0301", "\u0301", "\u200b", "。", "a。", "\xff", "\xe2\u0301", "😀", "1😀", "a😀", "ß", "é", "\n", "=", "|", "1|", "Ol", "5l-",
}

// TestCostIsLinear gives sixteen times as much. What is quadratic takes 256
// times as long for it; five times linear leaves room for a busy machine.
func TestCostIsLinear(t *testing.T) {
	const small, times = 512, 16
	checked := 0
	for _, lead := range []string{"x", "反过来 reversed 12345678 one two three four gmail.com 码"} {
		for _, piece := range hostile {
			one, many := lead+strings.Repeat(piece, small/len(piece)), lead+strings.Repeat(piece, times*small/len(piece))
			for _, c := range costs() {
				checked++
				if a, b, slow := c.compare(one, many, 5*times); slow {
					t.Errorf("%s: %d bytes of %q take %v, %d bytes %v", c.name, len(one), piece, a, len(many), b)
				}
			}
		}
	}
	if want := 2 * len(hostile) * (len(Views) + 1); checked != want {
		t.Errorf("%d cases, want %d", checked, want)
	}
}

// cost is something whose time is taken.
type cost struct {
	name string
	run  func(dst, src *Text, s string)
}

func costs() []cost {
	all := []cost{{"Fold", func(_, src *Text, s string) { src.Fold(s) }}}
	for _, v := range Views {
		all = append(all, cost{v.Name, func(dst, src *Text, _ string) { v.Make(dst, src) }})
	}
	return all
}

// compare takes the time of two texts, more often the more it looks as if the
// second took more than so many times as long as the first.
func (c cost) compare(one, many string, times time.Duration) (a, b time.Duration, slow bool) {
	a, b = c.time(one, 3), c.time(many, 1)
	for range 5 {
		if b < 2*time.Millisecond || b < times*a {
			return a, b, false
		}
		a, b = max(a, c.time(one, 5)), min(b, c.time(many, 1))
	}
	return a, b, true
}

// time returns the best of n.
func (c cost) time(s string, n int) time.Duration {
	var dst, src Text
	src.Fold(s)
	c.run(&dst, &src, s)
	best := time.Hour
	for range n {
		start := time.Now()
		c.run(&dst, &src, s)
		best = min(best, time.Since(start))
	}
	return best
}

func TestNothingIsAllocated(t *testing.T) {
	texts := []string{
		"ok then, shall we meet at the station?", "那我们明天上午十点半在车站见面吧，好。",
		"4 1-1.1/2,2|2_2 p4$$w0rd 4lll-1I11-O011 a at b dot com %41 &#52; \\u0034 reversed 123456 one two three four",
		"раssword 四一一一 密*码 NDExMTExMTExMTExMTExMQ== %E5%AF%86",
	}
	made := 0
	for _, s := range texts {
		var dst, src Text
		src.Fold(s)
		for _, v := range Views {
			if v.Make(&dst, &src) {
				made++
			}
		}
		n := testing.AllocsPerRun(100, func() {
			src.Fold(s)
			for _, v := range Views {
				v.Make(&dst, &src)
			}
		})
		if n > 0 {
			t.Errorf("%v allocations for %q", n, s)
		}
	}
	if made < len(Views) {
		t.Errorf("%d views were made, want each", made)
	}
}
