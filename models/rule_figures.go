package models

// RuleFigures is what one rule of the policy did since a moment.
type RuleFigures struct {
	Verdicts map[Verdict]int // its decisions
	Shadow   int             // what it would have decided, in shadow mode
	Recalls  map[RecallState]int
}

// Matched is how many messages the rule decided of, or would have.
func (f RuleFigures) Matched() int {
	n := f.Shadow
	for _, of := range f.Verdicts {
		n += of
	}
	return n
}
