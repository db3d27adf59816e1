package tencentsim

import (
	"math/rand/v2"
	"slices"
	"sync"
	"time"
)

// Faults are what can go wrong, each with its probability from 0 to 1. The n-th
// chance of a fault turns out the same for the same Seed, whatever the others do.
type Faults struct {
	Seed uint64
	// Only is the one REST call that faults of REST strike, as service/command; empty: all.
	Only string

	LostAnswer     float64       // REST: applied, then the connection is cut without an answer
	SlowAnswer     float64       // REST: applied, then answered after SlowFor
	SlowFor        time.Duration // default 4 s, past the 3 s that callers are told to expect
	ServerError    float64       // REST: HTTP 502, nothing applied
	BrokenJSON     float64       // REST: applied, the answer ends in the middle
	Throttle       float64       // REST: code 60007, nothing applied
	TruncateRecall float64       // REST: RecallRetList lacks its last item

	DropWebhook      float64 // an after-webhook is never sent
	DuplicateWebhook float64 // it is sent twice
	ReorderWebhook   float64 // it is overtaken by the next of its conversation
	BadSignature     float64 // its Sign is wrong
}

type fault int

const (
	lostAnswer fault = iota
	slowAnswer
	serverError
	brokenJSON
	throttle
	truncateRecall
	dropWebhook
	duplicateWebhook
	reorderWebhook
	badSignature
	faultCount
)

var faultNames = [faultCount]string{
	"lost_answer", "slow_answer", "server_error", "broken_json", "throttle", "truncate_recall",
	"drop_webhook", "duplicate_webhook", "reorder_webhook", "bad_signature",
}

func (f Faults) chances() (all [faultCount]float64) {
	for i, name := range faultNames {
		all[i] = *f.named(name)
	}
	return all
}

// named returns the chance of the fault with a name of the journal, nil if there is none.
func (f *Faults) named(name string) *float64 {
	all := [faultCount]*float64{
		&f.LostAnswer, &f.SlowAnswer, &f.ServerError, &f.BrokenJSON, &f.Throttle, &f.TruncateRecall,
		&f.DropWebhook, &f.DuplicateWebhook, &f.ReorderWebhook, &f.BadSignature,
	}
	if i := slices.Index(faultNames[:], name); i >= 0 {
		return all[i]
	}
	return nil
}

// dice decides which faults strike; one stream per fault keeps them independent.
type dice struct {
	mu     sync.Mutex
	set    Faults
	chance [faultCount]float64
	rng    [faultCount]*rand.Rand
}

func newDice() *dice {
	d := &dice{}
	d.load(Faults{})
	return d
}

func (d *dice) load(f Faults) {
	if f.SlowFor == 0 {
		f.SlowFor = 4 * time.Second
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.set, d.chance = f, f.chances()
	for i := range d.rng {
		d.rng[i] = rand.New(rand.NewPCG(f.Seed, uint64(i)))
	}
}

func (d *dice) strikes(f fault) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.chance[f] > 0 && d.rng[f].Float64() < d.chance[f]
}

// strikesCall rolls for a fault of a REST call.
func (d *dice) strikesCall(f fault, api string) bool {
	only := d.faults().Only
	return (only == "" || only == api) && d.strikes(f)
}

func (d *dice) faults() Faults {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.set
}

// SetFaults switches faults on and off and starts their dice anew from the seed.
func (s *Sim) SetFaults(f Faults) {
	s.faults.load(f)
	s.showFaults()
}

// Faults returns what is switched on.
func (s *Sim) Faults() Faults { return s.faults.faults() }
