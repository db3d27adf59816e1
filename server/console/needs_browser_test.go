package console

import (
	"strconv"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/takeback-chat/takeback/models"
)

// TestBrowserHeedsWhatReadersNeed: colours of their own, more contrast, less motion, and
// text of twice the size.
func TestBrowserHeedsWhatReadersNeed(t *testing.T) {
	w := newWorld(t)
	m := w.posted(sales, "alice", "card "+card)
	w.opened(m, models.Critical)
	r := w.store.ask(m, models.RecallRequest{Reason: models.Reason{Code: models.Abuse}, Trigger: models.FromConsole})
	r.State, r.SentAt = models.Sent, w.now()
	w.store.put(r)
	c := w.chrome()
	c.signIn()
	style := func(of, property string) string {
		return c.Eval(`getComputedStyle(document.querySelector("` + of + `")).` + property)
	}

	c.GoTo("/queue")
	grave := style(".cases .bar", "backgroundColor")
	c.media("forced-colors", "active")
	c.Sees("forced colours", `matchMedia("(forced-colors: active)").matches`)
	if got := style(".cases .bar", "backgroundColor"); got != grave {
		t.Errorf("the bar of a grave case is %s, want %s", got, grave)
	}
	if got := style(".cases a[aria-current]", "outlineStyle"); got != "solid" {
		t.Errorf("the case that is shown is framed %s", got)
	}
	c.open("the queue in forced colours")

	c.media("prefers-contrast", "no-preference")
	muted := style(".head p", "color")
	c.media("prefers-contrast", "more")
	if got := style(".head p", "color"); got == muted {
		t.Errorf("with more contrast small print is %s as without", got)
	}
	c.open("the queue in high contrast")

	c.GoTo("/recalls/" + string(r.ID))
	c.media("prefers-reduced-motion", "no-preference")
	if got := style(".strip .now i", "animationName"); got != "breathe" {
		t.Errorf("what is under way moves by %q", got)
	}
	c.media("prefers-reduced-motion", "reduce")
	if got := style(".strip .now i", "animationName"); got != "none" {
		t.Errorf("with less motion it moves by %q", got)
	}

	c.Do("make all twice as large", chromedp.EmulateViewport(720, 450))
	for _, path := range []string{"/queue", "/messages", "/recalls/" + string(r.ID)} {
		c.GoTo(path)
		if wide := c.Eval(`String(document.documentElement.scrollWidth)`); wide != "720" {
			t.Errorf("%s at twice the size is %s wide, want 720", path, wide)
		}
	}
	c.Quiet()
}

// Whoever has seen much in clear is told so, and told to rest.
func TestSeeingMuchInClearAsksForABreak(t *testing.T) {
	w := newWorld(t)
	m := w.posted(sales, "alice", "card "+card)
	b := w.operator()
	saw := 0
	for _, tt := range []struct {
		reveals int
		rest    bool
	}{{0, false}, {49, false}, {50, true}} {
		for ; saw < tt.reveals; saw++ {
			if _, err := w.store.Reveal(t.Context(), models.Scope{All: true}, m.ID, "moderator:olga", "a test"); err != nil {
				t.Fatal(err)
			}
		}
		p := b.page("/messages/" + string(m.ID))
		p.wants("p", "You have seen "+strconv.Itoa(tt.reveals)+" texts in clear within a day.")
		if got := p.has(".pill", "time for a break"); got != tt.rest {
			t.Errorf("after %d a break is asked for: %v", tt.reveals, got)
		}
	}
	w.as("ann", models.Caller{Grant: models.GrantOperator}).page("/messages/"+string(m.ID)).wants("p", "You have seen 0 texts")
}
