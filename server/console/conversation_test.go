package console

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/platforms"
)

// said keeps a message under a number of a conversation.
func (w *world) said(c models.Conversation, number int, sender, body string) models.Message {
	m := w.message(c, sender, body)
	m.Ref = strconv.Itoa(number)
	w.store.post(m)
	return m
}

// counts sets how much of a conversation was seen, and what was missing.
func (w *world) counts(c models.Conversation, covered models.Coverage, holes ...models.Hole) {
	covered.Numbered = true
	w.store.mu.Lock()
	defer w.store.mu.Unlock()
	w.store.coverage[c.ID] = covered
	w.store.missing = nil
	for i, h := range holes {
		h.ID, h.Conversation, h.FoundAt = models.HoleID(fmt.Sprint("hole-", i)), c.ID, noon.Add(-time.Hour)
		w.store.missing = append(w.store.missing, h)
	}
}

func hole(first, last int64, how models.Closing) models.Hole {
	h := models.Hole{Range: models.Range{First: first, Last: last}, How: how, Tries: 2}
	if how != "" {
		h.ClosedAt = noon.Add(-time.Minute)
	}
	return h
}

// lines is the thread in one line for each of its rows.
func (p page) lines() (all []string) {
	for _, li := range p.one("#thread").find("li") {
		all = append(all, page{p.t, li}.text())
	}
	return all
}

func TestAConversationStandsAsPeopleSeeIt(t *testing.T) {
	w := newWorld(t)
	w.chats.leaders = map[string]platforms.Leaders{sales.Group: {
		Standings: []models.Standing{{Account: "ann", Role: models.RoleOwner}, {Account: "bob", Role: models.RoleAdmin}}, AskedAt: noon.Add(-time.Minute),
	}}
	late := w.said(sales, 8, "eve", "sorry, I was offline")
	late.Revision = 2
	w.store.post(late)
	w.said(sales, 3, "ann", "good morning")
	taken := w.said(sales, 7, "alice", "card "+card)
	gone := w.said(sales, 6, "carl", "oops")
	r := w.store.ask(taken, models.RecallRequest{Reason: models.Reason{Code: models.SensitiveInformation}, Actor: "moderator:olga"})
	r.State = models.Confirmed
	w.store.put(r)
	for _, m := range []*models.Message{&taken, &gone} {
		m.State, m.RemovedAt, m.RemovedBy = models.Removed, noon, "ann"
		w.store.post(*m)
	}
	w.said(east, 5, "wang", "not in this conversation")
	w.counts(sales, models.Coverage{First: 3, Newest: 10, Tally: models.Tally{Seen: 3, Backfilled: 1, Late: 1, Tips: 1, Gone: 1, Missing: 2}},
		hole(4, 4, models.ClosedTip), hole(5, 5, models.ClosedGone), hole(8, 8, models.ClosedHistory), hole(9, 10, ""))

	p := w.operator().page("/conversations/" + string(sales.ID))
	var got []string
	for _, line := range p.lines() {
		got = append(got, strings.ReplaceAll(line, "2026-11-21 11:59:48", "TIME"))
	}
	want := []string{
		"ann owner good morning TIME",
		"No. 4 A notice of the platform, no message.",
		"No. 5 Gone before anybody could look.",
		"carl oops gone from the chat by ann TIME",
		"alice card •••• 1111 Payment card number critical confirmed Sensitive information · by moderator:olga · the whole account TIME",
		"eve sorry, I was offline (edited) TIME · read back",
		"No. 9 to 10 Never delivered, and not read back yet.",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the thread (-want +got):\n%s", diff)
	}
	if n := len(p.one("#thread").find("li.gone")); n != 2 {
		t.Errorf("%d lines are struck, want 2", n)
	}
	p.wants("#coverage", "57.1 % of what was posted was scanned · 2 missing")
	p.wants("#leaders", "ann owner")
	p.wants("#leaders", "bob admin")
	p.wants("#judged-by", ruleset().Policy.Name())
	p.wants("#holes", "9–10")
	if bars := p.one("#coverage").find("rect"); len(bars) != 5 || attr(bars[4], "class") != holeOpen {
		t.Errorf("the bar has %d parts, want all holes over what was seen, the open one on top", len(bars))
	}
}

func TestAThreadIsPagedByNumber(t *testing.T) {
	w := newWorld(t)
	for n := 1; n <= 250; n++ {
		w.said(sales, n, "alice", fmt.Sprintf("message %d.", n))
	}
	w.counts(sales, models.Coverage{First: 1, Newest: 240, Tally: models.Tally{Seen: 250}}) // counted a moment ago
	b := w.operator()
	base := "/conversations/" + string(sales.ID)
	for _, tc := range []struct{ url, first, last, older string }{
		{base, "message 151.", "message 250.", base + "?to=150"},
		{base + "?to=150", "message 51.", "message 150.", base + "?to=50"},
		{base + "?to=50", "message 1.", "message 50.", ""},
		{base + "?to=-7", "message 151.", "message 250.", base + "?to=150"},
	} {
		p := b.page(tc.url)
		lines := p.lines()
		if !strings.Contains(lines[0], tc.first) || !strings.Contains(lines[len(lines)-1], tc.last) {
			t.Errorf("%s goes from %q to %q", tc.url, lines[0], lines[len(lines)-1])
		}
		older := ""
		for _, a := range p.find("a[rel=prev]") {
			older = attr(a, "href")
		}
		if older != tc.older {
			t.Errorf("%s leads to %q, want %q", tc.url, older, tc.older)
		}
	}
}

func TestALiveGroupSaysThatNothingIsReadBack(t *testing.T) {
	w := newWorld(t)
	show := models.Conversation{ID: "conv-show", App: "main", Kind: models.Live, Ref: "@TGS#show", Group: "@TGS#show"}
	for i := range threadRows + 1 {
		w.said(show, i+1, "alice", fmt.Sprintf("message %d.", i+1))
	}
	w.chats.down = true
	p := w.operator().page("/conversations/" + string(show.ID))
	p.wants(".notice", "cannot be read back")
	p.wants("#leaders", "The platform does not answer just now")
	if lines := p.lines(); len(lines) != threadRows || !strings.Contains(lines[threadRows-1], "message 101.") {
		t.Errorf("the thread ends with %q", lines[len(lines)-1])
	}
	older := p.find("a[rel=prev]")
	if len(older) != 1 {
		t.Fatal("no way to what is older")
	}
	if lines := w.as("otto", people["operator"]).page(attr(older[0], "href")).lines(); len(lines) != 1 || !strings.Contains(lines[0], "message 1.") {
		t.Errorf("what is older: %q", lines)
	}
}

func TestAThreadIsLive(t *testing.T) {
	w := newWorld(t)
	first := w.said(sales, 1, "alice", "one")
	w.counts(sales, models.Coverage{First: 1, Newest: 1, Tally: models.Tally{Seen: 1}})
	l := w.operator().listen("/conversations/" + string(sales.ID) + "/stream")
	l.next(`hx-target="#thread" hx-swap="innerMorph"`)
	second := w.said(sales, 2, "bob", "two")
	added := l.next(`hx-target="#thread" hx-swap="beforeend"`)
	if !strings.Contains(added, string(second.ID)) || strings.Contains(added, string(first.ID)) {
		t.Errorf("a new message brings %s", added)
	}
	first.State = models.Removed
	w.store.post(first)
	l.next(`hx-target="#t-` + string(first.ID) + `" hx-swap="outerMorph"`)
	w.said(sales, 4, "eve", "four")
	w.counts(sales, models.Coverage{First: 1, Newest: 4, Tally: models.Tally{Seen: 3, Missing: 1}}, hole(3, 3, ""))
	w.said(sales, 5, "eve", "five") // which brings to light that the third is missing
	l.next("Never delivered")
}

func TestAThreadThatMovesOnDropsItsFirst(t *testing.T) {
	rows := func(keys string) (all []shownRow) {
		for key := range strings.FieldsSeq(keys) {
			all = append(all, shownRow{key: key})
		}
		return all
	}
	for _, tc := range []struct {
		before, now string
		gone        int
		ok          bool
	}{
		{"a b c", "a b c", 0, true},
		{"a b c", "b c d", 1, true},
		{"a b c", "c", 2, true},
		{"a b c", "a c d", 0, false},
		{"a b c", "x a b c", 0, false},
		{"", "a", 0, false},
		{"a b", "b", 1, true},
		{"a b", "a", 0, false},
	} {
		gone, ok := continues(rows(tc.before), rows(tc.now))
		if ok != tc.ok || ok && gone != tc.gone {
			t.Errorf("%q then %q: %d, %v, want %d, %v", tc.before, tc.now, gone, ok, tc.gone, tc.ok)
		}
	}
}

func TestAForeignConversationIsLikeAMissingOne(t *testing.T) {
	w := newWorld(t)
	w.said(east, 1, "wang", "hello")
	b := w.as("vera", models.Caller{Grant: models.GrantModerator, Groups: []models.Place{{App: "main", Ref: sales.Group}}})
	for _, path := range []string{"", "/stream"} {
		foreign, one := b.get("/conversations/" + string(east.ID) + path)
		missing, other := b.get("/conversations/none" + path)
		if foreign.StatusCode != http.StatusNotFound || missing.StatusCode != http.StatusNotFound || one != other {
			t.Errorf("%s: %d and %d; bodies equal: %v", path, foreign.StatusCode, missing.StatusCode, one == other)
		}
	}
}

func TestConversationsAreFiltered(t *testing.T) {
	w := newWorld(t)
	w.said(sales, 1, "alice", "hello")
	w.said(east, 1, "wang", "hello")
	w.counts(sales, models.Coverage{First: 1, Newest: 1000, Tally: models.Tally{Seen: 999, Missing: 1}}, hole(500, 500, ""))
	b := w.operator()
	p := b.page("/conversations?missing=1")
	p.wants("#rows", "99.9 %")
	if n := len(p.find("tr[data-row]")); n != 1 {
		t.Errorf("%d conversations miss something, want 1", n)
	}
	if rects := p.one("#rows").find("rect"); len(rects) != 2 || attr(rects[1], "x") != "499.0" || attr(rects[1], "width") != "4.0" {
		t.Errorf("the bar has %d parts", len(rects))
	}
	if n := len(b.page("/conversations?ref=%40TGS%23sales").find("tr[data-row]")); n != 1 {
		t.Errorf("%d conversations of that name, want 1", n)
	}
	if res, _ := b.get("/conversations?missing=perhaps"); res.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("a filter that does not exist answered %d", res.StatusCode)
	}
}
