package store

import (
	"fmt"

	"github.com/takeback-chat/takeback/models"
)

// Automatic recalls are counted in the transaction that asks for them. A lock
// lets one transaction at a time do so, over all nodes, so that each sees the
// rows of those before it; a message that no rule takes back never comes here.
// What counts is rows, in a window that slides: there is no counter that a crash
// could lose or that a new minute would reset.

// capsLock is the number of the lock on PostgreSQL. SQLite has one writer anyway.
const capsLock = 0x7461_6b65_6361_7073

// tally is what a transaction knows of automatic recalls: how many there were
// within the window, and which breakers are open.
type tally struct {
	now   int64 // by the clock that all nodes share
	open  []*breakerRow
	count map[counted]int
	cases map[string]int64 // by breaker: messages of this transaction that became cases
}

// counted is what recalls are counted by: the rule, the sender, the
// conversation they are of; no name for all.
type counted struct {
	cap  models.Cap
	name string
}

// asked is what is to be counted of one automatic recall.
type asked struct{ rule, app, sender, conversation string }

func (a asked) keys() []counted {
	return []counted{
		{models.CapAll, ""},
		{models.CapRule, a.rule},
		{models.CapSender, a.app + ":" + a.sender},
		{models.CapConversation, a.conversation},
	}
}

// allowed is how many recalls a cap lets through; 0: any number.
func allowed(c models.Caps, by models.Cap) int {
	switch by {
	case models.CapAll:
		return c.All
	case models.CapRule:
		return c.Rule
	case models.CapSender:
		return c.Sender
	case models.CapConversation:
		return c.Conversation
	}
	return 0
}

// passes returns what one more recall would pass the cap of, the widest first.
func (t *tally) passes(c models.Caps, a asked) (counted, bool) {
	for _, key := range a.keys() {
		if most := allowed(c, key.cap); most > 0 && t.count[key] >= most {
			return key, true
		}
	}
	return counted{}, false
}

func (t *tally) add(a asked) {
	for _, key := range a.keys() {
		t.count[key]++
	}
}

// bars returns the open breaker that stops the automatic recalls of a rule, or nil.
func (t *tally) bars(rule string) *breakerRow { return barring(t.open, rule) }

// barring returns the one of some open breakers that stops a rule, the widest first.
func barring(open []*breakerRow, rule string) *breakerRow {
	var own *breakerRow
	for _, b := range open {
		if b.Kind != string(models.RuleBreaker) {
			return b
		}
		if b.Rule == rule {
			own = b
		}
	}
	return own
}

// lockCaps makes this transaction the one that may count and trip, and returns
// the moment at which it became so: no other transaction's rows are later.
func (u *unit) lockCaps() (now int64, err error) { return u.alone(capsLock) }

// tallied counts, once in a transaction, what was asked for on all nodes.
func (u *unit) tallied() (*tally, error) {
	if u.tally != nil {
		return u.tally, nil
	}
	now, err := u.lockCaps()
	if err != nil {
		return nil, err
	}
	t := &tally{now: now, count: map[counted]int{}, cases: map[string]int64{}}
	resets, err := u.breakersSince(t)
	if err != nil {
		return nil, err
	}
	if u.s.opts.Caps != (models.Caps{}) {
		if err := u.countRecalls(t, resets); err != nil {
			return nil, err
		}
	}
	u.tally = t
	return t, nil
}

func (t *tally) since() int64 { return t.now - models.CapWindow.Milliseconds() }

// breakersSince finds the breakers that are open, and when others were reset
// within the window: by rule, and under no name for the breaker of all.
func (u *unit) breakersSince(t *tally) (resets map[counted]int64, err error) {
	var found []*breakerRow
	err = u.tx.Where("reset_at = 0 OR reset_at > ?", t.since()).Find(&found).Error
	if err != nil {
		return nil, fmt.Errorf("open breakers: %w", clean(err))
	}
	resets = map[counted]int64{}
	for _, b := range found {
		key := counted{models.CapRule, b.Rule}
		if b.Kind == string(models.AllBreaker) {
			key = counted{models.CapAll, ""}
		}
		switch {
		case b.ResetAt == 0:
			t.open = append(t.open, b)
		case b.Kind != string(models.StopBreaker):
			resets[key] = max(resets[key], b.ResetAt)
		}
	}
	return resets, nil
}

// countRecalls counts the recalls within the window. After a reset the count of
// what had tripped begins anew, or the next match would trip it again.
func (u *unit) countRecalls(t *tally, resets map[counted]int64) error {
	since := max(t.since(), resets[counted{models.CapAll, ""}])
	found, err := u.tx.Raw(`SELECT rule, app, sender, conversation_id, counted_at FROM recalls
		WHERE counted_at > 0 AND counted_at > ?`, since).Rows()
	if err != nil {
		return fmt.Errorf("count recalls: %w", clean(err))
	}
	defer func() { _ = found.Close() }()
	for found.Next() {
		var a asked
		var at int64
		if err := found.Scan(&a.rule, &a.app, &a.sender, &a.conversation, &at); err != nil {
			return fmt.Errorf("count recalls: %w", clean(err))
		}
		if at > resets[counted{models.CapRule, a.rule}] {
			t.add(a)
		} else {
			t.count[counted{models.CapAll, ""}]++
		}
	}
	return clean(found.Err())
}

// barred says which breaker stops the recall that a rule asks for, nil for none;
// then it counts. One that would pass a cap trips the breaker.
func (u *unit) barred(w *work, a asked) (*breakerRow, error) {
	t, err := u.tallied()
	if err != nil {
		return nil, err
	}
	if b := t.bars(a.rule); b != nil {
		return b, nil
	}
	over, passes := t.passes(u.s.opts.Caps, a)
	if !passes {
		t.add(a)
		return nil, nil //nolint:nilnil // nothing stops it
	}
	if err := w.flush(u); err != nil { // what this transaction asked for before is stopped too
		return nil, err
	}
	return u.trip(t, over, a.rule)
}

// flushTally writes how many messages became cases, once for the transaction.
func (u *unit) flushTally() error {
	if u.tally == nil {
		return nil
	}
	for id, n := range u.tally.cases {
		if err := u.exec("UPDATE breakers SET cases = cases + ? WHERE id = ?", n, id); err != nil {
			return fmt.Errorf("count cases of breaker %s: %w", id, err)
		}
	}
	return nil
}
