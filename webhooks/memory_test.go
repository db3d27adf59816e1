package webhooks

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/rules"
)

// clock is a time that tests move.
type clock struct{ at time.Time }

func (c *clock) now() time.Time { return c.at }

func said(ref, sender, text string, at time.Time) (spot, *entry) {
	m := &models.Message{
		Ref: ref, Sender: sender, SentAt: at, Conversation: models.Conversation{Kind: models.Group, Ref: "g"},
		Elements: []models.Element{{Kind: models.TextElement, Text: text}},
	}
	return spotOf("main", m), newEntry(m, rules.Fragment(m.Elements))
}

// TestTheMemoryIsBounded says more than fits, by more and more people.
func TestTheMemoryIsBounded(t *testing.T) {
	c := &clock{time.Unix(1_000_000, 0)}
	y := newMemory(c.now)
	y.maximum = 100_000
	for i := range 3000 {
		at, e := said("1", fmt.Sprintf("user%d", i), strings.Repeat("x", 400), c.at)
		y.enter(at, e)
		if y.bytes > y.maximum {
			t.Fatalf("%d bytes are remembered, the maximum is %d", y.bytes, y.maximum)
		}
		c.at = c.at.Add(time.Millisecond)
	}
	first, _ := said("2", "user0", "1234", c.at)
	last, _ := said("2", "user2999", "1234", c.at)
	if y.covers(first) {
		t.Error("who was forgotten for want of room is said to be remembered")
	}
	if len(y.words(first)) != 0 || len(y.words(last)) != 1 {
		t.Error("the first to be forgotten must be the longest silent")
	}
}

// TestTheSilentAreForgotten lets time pass; nothing is missing then.
func TestTheSilentAreForgotten(t *testing.T) {
	c := &clock{time.Unix(1_000_000, 0)}
	y := newMemory(c.now)
	for _, sender := range []string{"a", "b", "c"} {
		at, e := said("1", sender, "1234", c.at)
		y.enter(at, e)
	}
	c.at = c.at.Add(rememberFor + time.Second)
	at, e := said("2", "d", "1234", c.at)
	y.enter(at, e)
	if y.recent.Len() != 1 || y.bytes != e.size || len(y.places) != 1 {
		t.Errorf("%d senders and %d bytes are remembered, want one and %d", y.recent.Len(), y.bytes, e.size)
	}
	if back, _ := said("3", "a", "1234", c.at); !y.covers(back) {
		t.Error("somebody who was silent is looked for in the store")
	}
	y.forget(at.place, []string{"2", "7"})
	if y.bytes != 0 {
		t.Errorf("%d bytes of a message that is gone are remembered", y.bytes)
	}
}

// TestTheMemoryKeepsTheOrderOfPosting enters messages in any order, some twice,
// and takes some back.
func TestTheMemoryKeepsTheOrderOfPosting(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := &clock{time.Unix(1_000_000, 0)}
		y := newMemory(c.now)
		var all []*entry
		for range rapid.IntRange(1, 20).Draw(t, "messages") {
			ref := rapid.IntRange(1, 30).Draw(t, "ref")
			at, e := said(strconv.Itoa(ref), "a", "text", c.at.Add(time.Duration(ref/3)*time.Second))
			y.enter(at, e)
			all = append(all, e)
			if rapid.IntRange(0, 3).Draw(t, "undo") == 0 {
				y.undo(at.place, at.sender, e)
			}
		}
		var s *speaker
		for _, s = range y.places[place{"main", "g", false}] {
		}
		size := 0
		for i, e := range s.entries {
			size += e.size
			if i > 0 && !Before(s.entries[i-1].sentAt, s.entries[i-1].ref, e.sentAt, e.ref) {
				t.Fatalf("%s stands before %s", s.entries[i-1].ref, e.ref)
			}
			if !slices.Contains(all, e) {
				t.Fatal("an entry that nobody made")
			}
		}
		if len(s.entries) > rules.MaxParts || size != y.bytes {
			t.Fatalf("%d messages of %d bytes, %d counted", len(s.entries), size, y.bytes)
		}
	})
}

// What comes several times at once is remembered as what was kept of it, in whatever
// order its deliveries are answered; one of them may be an edit, which is kept.
func TestCopiesAtOnceLeaveWhatWasKept(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := &clock{time.Unix(1_000_000, 0)}
		y := newMemory(c.now)
		at, first := said("1", "a", "card 4111 1111", c.at)
		y.enter(at, first)
		y.settle(at.place, at.sender, first, "kept")
		want := first
		entries := make([]*entry, rapid.IntRange(1, 4).Draw(t, "copies"))
		order := make([]int, len(entries))
		for i := range entries {
			_, entries[i] = said("1", "a", "card 4111 1111", c.at)
			y.enter(at, entries[i])
			order[i] = i
		}
		edit := rapid.IntRange(-1, len(entries)-1).Draw(t, "edit")
		for _, i := range rapid.Permutation(order).Draw(t, "answered") {
			if i == edit {
				want = entries[i]
				y.settle(at.place, at.sender, entries[i], "kept")
				continue
			}
			y.undo(at.place, at.sender, entries[i])
		}
		s := y.places[at.place][at.sender]
		if len(s.entries) != 1 || s.entries[0] != want || want.id != "kept" || want.over != nil || y.bytes != want.size {
			t.Fatalf("%d entries and %d bytes are remembered, want the one that was kept", len(s.entries), y.bytes)
		}
	})
}

// Copies of a message are on their way at once, and some are given up. As long as one may
// still get into the store, who posts the next part waits for it; and once one was given up,
// the store is asked.
func TestACopyOnItsWayIsWaitedFor(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := &clock{time.Unix(1_000_000, 0)}
		y := newMemory(c.now)
		c.at = c.at.Add(2 * rules.PartsWindow)
		next, _ := said("2", "a", "1111 1111", c.at)
		var under []*entry
		given, kept := false, false
		for range rapid.IntRange(1, 12).Draw(t, "steps") {
			if !kept && (len(under) == 0 || rapid.Bool().Draw(t, "another")) {
				at, e := said("1", "a", "card 4111 1111", c.at)
				e.done = make(chan struct{})
				y.enter(at, e)
				under = append(under, e)
			} else if len(under) > 0 {
				i := rapid.IntRange(0, len(under)-1).Draw(t, "which")
				if rapid.Bool().Draw(t, "kept") {
					y.settle(next.place, next.sender, under[i], "kept")
					kept = true
				} else {
					y.leave(next.place, next.sender, under[i])
					given = true
				}
				under = slices.Delete(under, i, i+1)
			}
			if a := y.around(next, nil, false, false); len(under) > 0 && !kept && len(a.waits) == 0 {
				t.Fatalf("%d copies are on their way, and nobody waits for one", len(under))
			}
			if y.covers(next) && given {
				t.Fatal("one was given up, and the store is not asked")
			}
		}
	})
}

// An edit that came while its message was on its way is given up, and may be in the store all
// the same: the message is waited for, and once it is kept the store is asked what stands.
func TestWhatAGivenUpEditReplacedIsNotBelieved(t *testing.T) {
	c := &clock{time.Unix(1_000_000, 0)}
	y := newMemory(c.now)
	c.at = c.at.Add(2 * rules.PartsWindow)
	at, posted := said("1", "a", "card 4111 1111", c.at)
	posted.done = make(chan struct{})
	y.enter(at, posted)
	_, edit := said("1", "a", "lunch 12 34", c.at)
	edit.done = make(chan struct{})
	y.enter(at, edit)
	y.leave(at.place, at.sender, edit)
	next, _ := said("2", "a", "1111 1111", c.at)
	if a := y.around(next, nil, false, false); len(a.waits) != 1 || !a.near[0].words {
		t.Errorf("while it is on its way, %+v is around", a)
	}
	y.recall(next, nil) // what the store says meanwhile does not end the doubt
	y.settle(at.place, at.sender, posted, "kept")
	if y.covers(next) || y.bytes != 0 {
		t.Errorf("the store would not be asked, and %d bytes are remembered", y.bytes)
	}
}

// Of a message whose keeping failed nobody knows whether it is kept, for the store may be
// slower than whoever waits. The store is asked, once.
func TestTheStoreIsAskedAfterAFailure(t *testing.T) {
	c := &clock{time.Unix(1_000_000, 0)}
	y := newMemory(c.now)
	c.at = c.at.Add(2 * rules.PartsWindow)
	at, slow := said("1", "a", "card 4111 1111", c.at)
	y.enter(at, slow)
	_, copied := said("1", "a", "card 4111 1111", c.at)
	y.enter(at, copied)
	next, _ := said("2", "a", "1111 1111", c.at)
	if !y.covers(next) {
		t.Error("nothing failed, and the store would be asked")
	}
	y.undo(at.place, at.sender, copied) // it was known: the slow one was kept
	y.leave(at.place, at.sender, slow)  // and nobody was told
	if y.covers(next) || y.bytes != 0 {
		t.Errorf("the store would not be asked, and %d bytes are remembered", y.bytes)
	}
	y.recall(next, []models.Message{{
		ID: "kept", Ref: "1", SentAt: c.at, Elements: []models.Element{{Kind: models.TextElement, Text: "card 4111 1111"}},
	}})
	if words := y.words(next); !y.covers(next) || len(words) != 1 || words[0].Message != "kept" {
		t.Errorf("after the store told, %+v is remembered", words)
	}
}

func TestRefsAreComparedByTheirNumbers(t *testing.T) {
	rising := []string{"", "1", "2", "10", "10_9_1", "10_10_1", "11", "a", "a2", "a10", "b"}
	for i, a := range rising {
		for j, b := range rising {
			if got := natural(a, b); got < 0 != (i < j) || got > 0 != (i > j) {
				t.Errorf("natural(%q, %q) = %d", a, b, got)
			}
		}
	}
}

// TestLongTextsAreRememberedByTheirEnd keeps the words before the next message.
func TestLongTextsAreRememberedByTheirEnd(t *testing.T) {
	_, e := said("1", "a", strings.Repeat("你好", 10_000)+"卡号", time.Now())
	if text := e.elements[0].Text; len(text) > maxContext || !strings.HasSuffix(text, "卡号") || e.elements[0].Kind != "" {
		t.Errorf("%d bytes of kind %q are remembered", len(text), e.elements[0].Kind)
	}
}
