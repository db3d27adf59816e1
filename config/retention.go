package config

import "time"

// Retention says for how long things are kept; 0: for ever.
type Retention struct {
	// Clean is for messages in which nothing was found and of which nothing was decided.
	Clean time.Duration `koanf:"clean"`
	// Evidence is for the content of all others; what was found in them and done stays.
	Evidence time.Duration `koanf:"evidence"`
	// Finding is for all of the others: with their findings, cases and recalls.
	Finding time.Duration `koanf:"finding"`
	// Audit is for entries of the audit.
	Audit time.Duration `koanf:"audit"`
}

// shortest is the least that a class may be kept: people and the platform are still at work
// with what is younger.
const shortest = time.Hour

// retention finds times that contradict each other.
func (l *loader) retention(r Retention) {
	for _, class := range []struct {
		name string
		time time.Duration
	}{{"clean", r.Clean}, {"evidence", r.Evidence}, {"finding", r.Finding}, {"audit", r.Audit}} {
		if class.time != 0 && class.time < shortest {
			l.fault("retention."+class.name, "must be at least %s, or 0 for ever", shortest)
		}
	}
	longer := func(a, b time.Duration) bool { return b != 0 && (a == 0 || a > b) }
	if longer(r.Clean, r.Finding) {
		l.fault("retention.clean", "must not be longer than retention.finding: clean messages would outlive those in which something was found")
	}
	if longer(r.Finding, r.Audit) {
		l.fault("retention.audit", "must not be shorter than retention.finding: the audit proves what became of the messages that are kept")
	}
	if r.Evidence > r.Finding && r.Finding != 0 {
		l.fault("retention.evidence", "must not be longer than retention.finding, after which the whole message is removed")
	}
}
