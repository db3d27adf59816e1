package console

import (
	"testing"
	"time"
)

// Of an erased message the pages say when its content went and what was found in it; there
// is nothing to reveal.
func TestAnErasedMessageSaysSo(t *testing.T) {
	w := newWorld(t)
	m := w.message(sales, "alice", "card "+card)
	m.Elements, m.ErasedAt = nil, time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)
	w.store.post(m)
	b := w.operator()
	b.page("/messages").wants("#rows", "(content erased on 2026-03-01)")
	p := b.page("/messages/" + string(m.ID))
	p.wants(".said", "(content erased on 2026-03-01)")
	p.wants(".card", "Payment card number")
	if n := len(p.find("form[data-reveal]")); n != 0 {
		t.Errorf("%d forms reveal what is not there", n)
	}
}

// One whose content cannot be opened says that too, and stands beside the others.
func TestAMessageThatCannotBeOpenedSaysSo(t *testing.T) {
	w := newWorld(t)
	w.posted(sales, "bob", "lunch?")
	m := w.message(sales, "alice", "card "+card)
	m.Elements, m.Unopened = nil, true
	w.store.post(m)
	b := w.operator()
	b.page("/messages").wants("#rows", "(cannot be opened: it was changed in the database, or its key is missing)")
	b.page("/messages").wants("#rows", "lunch?")
	p := b.page("/messages/" + string(m.ID))
	p.wants(".said", "cannot be opened")
	if n := len(p.find("form[data-reveal]")); n != 0 {
		t.Errorf("%d forms reveal what cannot be opened", n)
	}
}
