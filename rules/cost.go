package rules

import (
	"fmt"
	"strings"
	"time"
)

// maxCostAt is the text on which a detector's cost is measured: as long as the
// longest messages are.
const maxCostAt = 64 << 10

// MaxScan is what one detector may cost on a text of 64 KB that is made to be
// slow for it.
const MaxScan = 20 * time.Millisecond

// Cost is what a detector costs.
type Cost struct {
	Detector string
	Worst    time.Duration // on the slowest of the texts made for it, 64 KB long
	Text     string        // which of them that was
	Patterns []PatternCost
	at       node
}

// PatternCost is what is known of a pattern before it is run.
type PatternCost struct {
	Name     string
	Trigger  string   // what makes it worth running
	Literals []string // the texts that begin every match, where that is the trigger
	Keywords []string // texts that must stand near by
	Longest  int      // bytes of the longest match; at most 4096
	States   int      // instructions of its automaton
}

// Costs measures what each detector of a pack costs by itself on texts made to
// be slow for it: its own literals and samples over and over, near misses, digits. The
// clock is handed in, since the package knows none; it is read before and after.
func (p Pack) Costs(clock func() time.Time) ([]Cost, error) {
	out := make([]Cost, 0, len(p.detectors))
	for _, d := range p.detectors {
		if len(d.patterns)+len(d.words) == 0 {
			continue // lists and indexes have bounds of their own
		}
		e, err := New([]Pack{{Name: p.Name, detectors: []*detector{d}}}, Options{Plain: true})
		if err != nil {
			return nil, err
		}
		c := Cost{Detector: d.ID, Patterns: d.patternCosts(e), at: d.at}
		for name, text := range d.hostile(maxCostAt) {
			if took := fastest(e, text, clock); took > c.Worst {
				c.Worst, c.Text = took, name
			}
			if c.Worst > 2*slowness*MaxScan {
				break // it is refused, however slow the others are
			}
		}
		out = append(out, c)
	}
	return out, nil
}

// hopeless is how many times too slow a scan is that a busy machine does not excuse.
const hopeless = 8

// fastest scans a text up to three times: the first one teaches the automaton,
// and on a busy machine the fastest is nearest to the truth.
func fastest(e *Engine, text string, clock func() time.Time) time.Duration {
	best := time.Duration(1<<63 - 1)
	for range 3 {
		start := clock()
		s := e.scratches.get(e)
		e.scan(s, text)
		e.scratches.put(s)
		if took := clock().Sub(start); took < best {
			best = took
		}
		if best <= slowness*MaxScan/2 || best > hopeless*slowness*MaxScan {
			break
		}
	}
	return best
}

func (d *detector) patternCosts(e *Engine) []PatternCost {
	out := make([]PatternCost, len(d.patterns))
	for i, p := range d.patterns {
		out[i] = PatternCost{
			Name: p.name, Trigger: triggerNames[p.trigger], Literals: p.prefixes, Keywords: p.keywords, Longest: p.reach,
			States: statesOf(e, p.trigger),
		}
	}
	return out
}

func statesOf(e *Engine, t trigger) int {
	switch t {
	case byPrefix:
		return e.prefixed.insts
	case byDigits:
		return e.numbers[0].insts + e.numbers[1].insts
	case byRun:
		return e.runs.insts
	case byKeyword, byMatcher:
	}
	return 0
}

// hostile makes texts of size bytes on which the detector is slow if on any.
func (d *detector) hostile(size int) map[string]string {
	pieces := map[string]string{"digits": "1234567890 ", "one number": "1234567890", "single digits": "1 2 3 ", "letters": "abcdefghij ", "one word": "abcdefghij"}
	for i, p := range d.patterns {
		for k, lit := range append(append([]string{}, p.prefixes...), p.keywords...) {
			if k < 4 {
				pieces[fmt.Sprintf("%q over and over", lit)] = lit + " "
				pieces[fmt.Sprintf("%q without end", lit)] = lit
			}
		}
		if p.expr == "" {
			continue
		}
		for seed := range uint64(3) {
			s, err := sample(p.expr, seed)
			if err != nil || len(s) < 2 {
				continue
			}
			pieces[fmt.Sprintf("matches of pattern %d", i)] = s + " "
			pieces[fmt.Sprintf("near misses of pattern %d", i)] = s[:len(s)-1]
		}
	}
	for name, piece := range pieces {
		pieces[name] = strings.Repeat(piece, size/len(piece)+1)[:size]
	}
	return pieces
}

// TooCostly says in one error, for each detector of the pack that costs more than it may,
// where it stands, what it costs and what helps; nil when there is none.
func (p Pack) TooCostly(costs []Cost) error {
	src := &source{file: p.File}
	for _, c := range costs {
		if c.Worst <= slowness*MaxScan {
			continue
		}
		src.add(c.at.line(), c.at.path.String(), fmt.Sprintf(
			"%s costs %d ms on a text of 64 KB (%s), at most %d ms are allowed: let its matches begin with a fixed text, bound its repeats ({0,20} instead of *), or name keywords that are rare",
			c.Detector, c.Worst.Milliseconds(), c.Text, MaxScan.Milliseconds(),
		))
	}
	return src.err()
}
