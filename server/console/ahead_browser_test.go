package console

import (
	"net/http"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/takeback-chat/takeback/models"
)

// gated lets requests wait until they are let through.
func (w *world) gated(stops func(*http.Request) bool) (open chan struct{}) {
	w.t.Helper()
	open = make(chan struct{})
	inner := w.server.Config.Handler
	w.server.Config.Handler = http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if stops(r) {
			select {
			case <-open:
			case <-r.Context().Done():
			}
		}
		inner.ServeHTTP(rw, r)
	})
	return open
}

// TestBrowserHasTheNextCaseAtOnce holds up every answer to a deed, and the page after it:
// the next case is on the screen all the same, and nobody's until its page is there.
func TestBrowserHasTheNextCaseAtOnce(t *testing.T) {
	w := newWorld(t)
	first, second, third := w.three()
	open := w.gated(func(r *http.Request) bool {
		return r.Method == http.MethodPost && strings.HasSuffix(r.URL.Path, "/decide") && r.Header.Get("HX-Request") == "" || r.URL.Query().Has("recall")
	})
	c := w.chrome()
	c.signIn()
	c.GoTo("/queue")
	c.Sees("the first case", `document.querySelector("#post").innerText.includes("alice")`)
	c.Sees("that it is ours", `document.querySelector("#claim").innerText.includes("yours")`)
	ahead := `performance.getEntriesByType("resource").some((e) => e.name.includes("ahead=1") && e.responseEnd > 0)`
	c.Sees("that the next is looked at", ahead)

	c.Press("o")
	c.Sees("the second case before any answer", `document.querySelector("[data-ahead][inert]")?.innerText.includes("bob")`)
	w.store.mu.Lock()
	w.store.reads[first.Message] = []models.Read{{Count: 3}}
	w.store.mu.Unlock()
	w.store.announce(models.Change{Kind: models.MessageChanged, ID: string(first.Message), Message: first.Message, App: "main", Conversation: sales})
	c.Sees("news of the first case, and the second all the same", `document.querySelector("#detail[hidden] #exposure").textContent.includes("3")
		&& document.querySelector("[data-ahead][inert]").innerText.includes("bob")`)
	c.Press("o") // no key does anything to it yet
	if got := w.kept(second.ID); got.ClaimedBy != "" || w.kept(first.ID).DecidedBy != "" {
		t.Errorf("the second case is claimed by %q, the first decided by %q", got.ClaimedBy, w.kept(first.ID).DecidedBy)
	}
	open <- struct{}{}
	c.Sees("its page", `!document.querySelector("[data-ahead]") && document.querySelector("#claim").innerText.includes("yours")`)
	if got := w.kept(first.ID); got.DecidedBy != "moderator:olga" {
		t.Errorf("the first case is decided by %q", got.DecidedBy)
	}

	c.Sees("that the third is looked at", ahead)
	c.Press("r")
	c.Sees("the sheet", `document.querySelector("#sheet[open] form[data-recall][data-htmx-powered]")`)
	c.Do("take it back", chromedp.Click(chromedp.CSS("#sheet button.recall")))
	c.Sees("the third case before its page", `document.querySelector("[data-ahead][inert]")?.innerText.includes("carol")`)
	open <- struct{}{}
	c.Sees("its page", `!document.querySelector("[data-ahead]") && document.querySelector("#notice .watch")`)
	if w.latest(second.Message).ID == "" || w.kept(third.ID).DecidedBy != "" {
		t.Error("the deeds hit other cases")
	}
	c.Quiet()
}

// Looking ahead is a part of a page, and makes the case nobody's.
func TestLookingAheadClaimsNothing(t *testing.T) {
	w := newWorld(t)
	first, second, _ := w.three()
	b := w.operator()
	form := b.page("/queue?tab=").one("#decide").one("form")
	if got, want := attr(form.root, "data-next"), "/queue/"+string(second.ID); got != want {
		t.Errorf("the next is %q, want %q", got, want)
	}
	req := b.request(http.MethodGet, "/queue/"+string(second.ID)+"?ahead=1", nil)
	req.Header.Set("HX-Request", "true")
	res, body := b.do(req)
	if res.StatusCode != http.StatusOK || strings.Contains(body, "<html") || !strings.Contains(body, "bob") {
		t.Errorf("answered %d: %.200s", res.StatusCode, body)
	}
	for _, id := range []models.CaseID{first.ID, second.ID} {
		if got := w.kept(id); got.ClaimedBy != "" {
			t.Errorf("case %s is claimed by %q", id, got.ClaimedBy)
		}
	}
}
