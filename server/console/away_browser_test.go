package console

import (
	"net"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/takeback-chat/takeback/models"
)

// away ends the server; what it returns starts it again at the same address.
func (w *world) away() (back func()) {
	w.t.Helper()
	addr, inner := w.server.Listener.Addr().String(), w.server.Config.Handler
	_ = w.server.Listener.Close()
	w.server.CloseClientConnections()
	w.server.Close()
	return func() {
		w.t.Helper()
		l, err := (&net.ListenConfig{}).Listen(w.t.Context(), "tcp", addr)
		if err != nil {
			w.t.Fatal(err)
		}
		w.server = &httptest.Server{Listener: l, Config: &http.Server{Handler: inner}} //nolint:gosec // a test's own
		w.server.Start()
		w.t.Cleanup(w.server.Close)
	}
}

// A server that starts again in the middle of a form costs nobody a word, neither in a
// sheet nor on the page, and the same form goes through afterwards.
func TestBrowserLosesNoNoteWithTheServer(t *testing.T) {
	w := newWorld(t)
	open := w.opened(w.posted(sales, "alice", "card "+card), models.Critical)
	next := w.opened(w.posted(sales, "bob", "again "+card), models.High)
	c := w.chrome()
	c.signIn()
	c.typesANote(open.ID)
	c.Sees("that it is ours", `document.querySelector("#claim").innerText.includes("yours")`)
	lost := `document.querySelector("#live").dataset.state === "lost"`
	live := `document.querySelector("#live").dataset.state === "live" && !document.querySelector("#notice, #sheet-notice").innerText`

	back := w.away()
	c.Sees("that it is away", lost)
	c.send()
	c.told("Nothing was sent")
	back()
	c.Sees("that it is back", live)
	c.DoAndGo("send it again", chromedp.Click(chromedp.CSS("#sheet button.recall")))
	c.Sees("that it is asked for", `document.querySelector("#notice .watch .strip .requested")`)
	if got := w.latest(open.Message).Reason.Note; got != "half a senten" {
		t.Errorf("the note is %q", got)
	}

	c.GoTo("/queue/" + string(next.ID))
	c.Sees("that it is ours", `document.querySelector("#claim").innerText.includes("yours")`)
	c.Do("type a note", chromedp.SendKeys(chromedp.CSS("#decide input[name=note]"), "fine with me"))
	back = w.away()
	c.Sees("that it is away", lost)
	c.Do("keep it", chromedp.Click(chromedp.CSS("#decide [data-keep]")))
	c.Sees("why nothing happens", `document.querySelector("#notice [role=alert]").innerText.includes("Nothing was sent") &&
		document.querySelector("#decide input[name=note]").value === "fine with me"`)
	back()
	c.Sees("that it is back", live)
	c.DoAndGo("keep it", chromedp.Click(chromedp.CSS("#decide [data-keep]")))
	c.Sees("that it stays", `document.querySelector("#notice").innerText.length > 0`)
	if got := w.kept(next.ID); got.Verdict != models.VerdictAllow || got.DecidedBy != "moderator:olga" {
		t.Errorf("the case is %+v", got)
	}
}
