package models

import (
	"slices"
	"time"
)

// Slot is the time that one set of figures is of. Every zone's days and hours begin with one.
const Slot = 15 * time.Minute

// Figures are what became of recalls, and what people decided of cases, within one slot:
// by the time at which each was over, so that figures of the past never change.
type Figures struct {
	At       time.Time           `json:"-"`
	Outcomes map[RecallState]int `json:"outcomes,omitempty"`
	Reasons  map[ReasonCode]int  `json:"reasons,omitempty"`
	Rules    map[string]int      `json:"rules,omitempty"` // that asked for them; empty: a person did
	Took     map[int]int         `json:"took,omitempty"`  // confirmed ones by TookBand
	Reads    map[ReadBefore]int  `json:"reads,omitempty"` // confirmed ones
	Verdicts map[string]Verdicts `json:"verdicts,omitempty"`
}

// Verdicts is what people said of the cases of one rule.
type Verdicts struct {
	Recall int `json:"recall"`
	Allow  int `json:"allow"`
}

// ReadBefore says whether a message was read before it was gone.
type ReadBefore string

// Whether a message was read.
const (
	ReadByNobody ReadBefore = "nobody"
	ReadBySome   ReadBefore = "some"
	ReadNotKnown ReadBefore = "not_known" // the platform tells nothing of it
)

// ReadsBefore lists them.
var ReadsBefore = []ReadBefore{ReadByNobody, ReadBySome, ReadNotKnown}

// TookEdges are the upper ends of the bands of the time from posting to confirmed. What
// took longer is in one band more.
var TookEdges = []time.Duration{
	100 * time.Millisecond, 200 * time.Millisecond, 300 * time.Millisecond, 500 * time.Millisecond, 700 * time.Millisecond,
	time.Second, 1500 * time.Millisecond, 2 * time.Second, 3 * time.Second, 5 * time.Second, 7 * time.Second,
	10 * time.Second, 15 * time.Second, 20 * time.Second, 30 * time.Second, 45 * time.Second,
	time.Minute, 90 * time.Second, 2 * time.Minute, 3 * time.Minute, 5 * time.Minute, 10 * time.Minute, 15 * time.Minute, 30 * time.Minute,
	time.Hour, 2 * time.Hour, 6 * time.Hour, 12 * time.Hour, 24 * time.Hour, 2 * 24 * time.Hour, 7 * 24 * time.Hour,
}

// TookBand is the band that a time from posting to confirmed is in.
func TookBand(d time.Duration) int {
	band, _ := slices.BinarySearch(TookEdges, d)
	return band
}

// Percentile estimates, from the bands, below which time a share of the recalls were
// confirmed: within a band as if they were spread evenly. It is zero where there are none,
// and the last edge where it lies beyond.
func Percentile(took map[int]int, share float64) time.Duration {
	total := 0
	for _, n := range took {
		total += n
	}
	want := share * float64(total)
	var below float64
	from := time.Duration(0)
	for band, to := range TookEdges {
		n := float64(took[band])
		if n > 0 && below+n >= want {
			return from + time.Duration((want-below)/n*float64(to-from))
		}
		below, from = below+n, to
	}
	if total == 0 {
		return 0
	}
	return from
}

// Add adds others to t.
func (t *Figures) Add(o Figures) {
	t.Outcomes, t.Reasons, t.Rules = plus(t.Outcomes, o.Outcomes), plus(t.Reasons, o.Reasons), plus(t.Rules, o.Rules)
	t.Took, t.Reads = plus(t.Took, o.Took), plus(t.Reads, o.Reads)
	if t.Verdicts == nil && len(o.Verdicts) > 0 {
		t.Verdicts = map[string]Verdicts{}
	}
	for rule, v := range o.Verdicts {
		sum := t.Verdicts[rule]
		t.Verdicts[rule] = Verdicts{sum.Recall + v.Recall, sum.Allow + v.Allow}
	}
}

func plus[K comparable](a, b map[K]int) map[K]int {
	if a == nil && len(b) > 0 {
		a = make(map[K]int, len(b))
	}
	for k, n := range b {
		a[k] += n
	}
	return a
}
