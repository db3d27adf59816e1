package console

import (
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/takeback-chat/takeback/models"
)

// gate is a browser whose requests wait until they are let through. A browser answers no
// question while its next page is on its way, so the page tells by itself what it shows.
type gate struct {
	*chrome

	open chan struct{}
	told chan string
}

// gated signs in, looks at the queue, and waits for the first case and the next. The
// requests that stop wait before they are handled, those that end late behind it.
func (w *world) gated(stops, late func(*http.Request) bool) *gate {
	w.t.Helper()
	g := &gate{w.chrome(), make(chan struct{}), make(chan string, 10)}
	w.t.Cleanup(func() { close(g.open) }) // a test that fails waits for none of them
	inner := w.server.Config.Handler
	w.server.Config.Handler = http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/told" {
			g.told <- r.URL.RawQuery
			return
		}
		if stops(r) {
			g.wait(r)
		}
		if !late(r) {
			inner.ServeHTTP(rw, r)
			return
		}
		answer := httptest.NewRecorder()
		inner.ServeHTTP(answer, r)
		g.wait(r)
		maps.Copy(rw.Header(), answer.Header())
		rw.WriteHeader(answer.Code)
		_, _ = rw.Write(answer.Body.Bytes())
	})
	g.signIn()
	g.GoTo("/queue")
	g.Sees("the first case", `document.querySelector("#post").innerText.includes("alice")`)
	g.Sees("that it is ours", `document.querySelector("#claim").innerText.includes("yours")`)
	g.looksAhead()
	return g
}

func (g *gate) wait(r *http.Request) {
	select {
	case <-g.open:
	case <-r.Context().Done():
	}
}

func (g *gate) looksAhead() {
	g.t.Helper()
	g.Sees("that the next is looked at", `performance.getEntriesByType("resource").some((e) => e.name.includes("ahead=1") && e.responseEnd > 0)`)
}

// watch has the page on the screen tell when each of the expressions has become true, one
// after the other. It shows the next case for so long before that case's page is there.
func (g *gate) watch(patience time.Duration, expressions ...string) {
	g.t.Helper()
	g.Sees("that it is watched", fmt.Sprintf(`(() => {
		const set = window.setTimeout;
		window.setTimeout = (f, ms, ...rest) => set(f, ms === 10000 ? %d : ms, ...rest);
		const looks = [() => %s];
		let told = 0;
		new MutationObserver(() => {
			while (told < looks.length && looks[told]()) fetch("/told?" + ++told);
		}).observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
		return true;
	})()`, patience.Milliseconds(), strings.Join(expressions, ", () => ")))
}

// tells waits until the page has told of the nth expression.
func (g *gate) tells(what string, n int) {
	g.t.Helper()
	select {
	case got := <-g.told:
		if got != strconv.Itoa(n) {
			g.t.Fatalf("waiting to be told of %s, number %d: told of %s", what, n, got)
		}
	case <-time.After(patience):
		g.t.Fatalf("never told of %s", what)
	}
}

func (g *gate) let() {
	g.t.Helper()
	select {
	case g.open <- struct{}{}:
	case <-time.After(patience):
		g.t.Fatal("nothing waits at the gate")
	}
}

// TestBrowserHasTheNextCaseAtOnce holds up every answer to a deed, and the page after it:
// the next case is on the screen all the same, and nobody's until its page is there.
func TestBrowserHasTheNextCaseAtOnce(t *testing.T) {
	w := newWorld(t)
	first, second, third := w.three()
	g := w.gated(func(r *http.Request) bool {
		return r.Method == http.MethodPost && strings.HasSuffix(r.URL.Path, "/decide") && r.Header.Get("HX-Request") == "" || r.URL.Query().Has("recall")
	}, func(r *http.Request) bool { return r.Method == http.MethodPost && r.Header.Get("HX-Request") != "" })
	g.watch(time.Hour, `document.querySelector("[data-ahead][inert]")?.innerText.includes("bob")`,
		`document.querySelector("#detail[hidden] #exposure").textContent.includes("3") && document.querySelector("[data-ahead][inert]").innerText.includes("bob")`)
	g.Press("o")
	g.tells("the second case before any answer", 1)
	w.store.mu.Lock()
	w.store.reads[first.Message] = []models.Read{{Count: 3}}
	w.store.mu.Unlock()
	w.store.announce(models.Change{Kind: models.MessageChanged, ID: string(first.Message), Message: first.Message, App: "main", Conversation: sales})
	g.tells("news of the first case, and the second all the same", 2)
	g.Press("o") // no key does anything to it yet
	if got := w.kept(second.ID); got.ClaimedBy != "" || w.kept(first.ID).DecidedBy != "" {
		t.Errorf("the second case is claimed by %q, the first decided by %q", got.ClaimedBy, w.kept(first.ID).DecidedBy)
	}
	g.let()
	g.Sees("its page", `!document.querySelector("[data-ahead]") && document.querySelector("#claim").innerText.includes("yours")`)
	if got := w.kept(first.ID); got.DecidedBy != "moderator:olga" {
		t.Errorf("the first case is decided by %q", got.DecidedBy)
	}

	g.looksAhead()
	g.Press("r")
	g.Sees("the sheet", `document.querySelector("#sheet[open] form[data-recall][data-htmx-powered]")`)
	g.watch(time.Hour, `!document.querySelector("#detail [data-next]")`, `document.querySelector("[data-ahead][inert]")?.innerText.includes("carol")`)
	g.Do("take it back", chromedp.Click(chromedp.CSS("#sheet button.recall")))
	g.tells("news of the deed before its answer", 1)
	g.let() // the answer
	g.tells("the third case before its page", 2)
	g.let()
	g.Sees("its page", `!document.querySelector("[data-ahead]") && document.querySelector("#notice .watch")`)
	if w.latest(second.Message).ID == "" || w.kept(third.ID).DecidedBy != "" {
		t.Error("the deeds hit other cases")
	}
	g.Quiet()
}

// TestBrowserGoesBackToACaseThatMayNotBeDone holds up a deed for longer than the picture
// of the next case may stand: its own case is shown again, and the deed goes through.
func TestBrowserGoesBackToACaseThatMayNotBeDone(t *testing.T) {
	w := newWorld(t)
	first, _, _ := w.three()
	g := w.gated(func(r *http.Request) bool {
		return r.Method == http.MethodPost && strings.HasSuffix(r.URL.Path, "/decide")
	}, func(*http.Request) bool { return false })
	g.watch(500*time.Millisecond, `document.querySelector("[data-ahead][inert]")?.innerText.includes("bob")`,
		`!document.querySelector("[data-ahead]") && document.querySelector("#detail:not([hidden]) #post").innerText.includes("alice")
			&& document.querySelector("#cases a[aria-current]").href.endsWith("`+string(first.ID)+`")`)
	g.Press("o")
	g.tells("the second case", 1)
	g.tells("the first again", 2)
	g.let()
	g.Sees("the second, on its page", `document.querySelector("#detail:not([hidden]) #post")?.innerText.includes("bob")`)
	if got := w.kept(first.ID); got.DecidedBy != "moderator:olga" {
		t.Errorf("the first case is decided by %q", got.DecidedBy)
	}
	g.Quiet()
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
