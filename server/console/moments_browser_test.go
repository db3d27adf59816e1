package console

import (
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/takeback-chat/takeback/models"
)

// typesANote opens the sheet of a recall over a case and types half a note.
func (c *chrome) typesANote(id models.CaseID) {
	c.t.Helper()
	c.GoTo("/queue/" + string(id))
	c.Sees("the case", `document.querySelector("#decide a[data-sheet]")`)
	c.Press("r")
	c.Sees("the sheet", `document.querySelector("#sheet[open] form[data-recall][data-htmx-powered]")`)
	c.Do("type a note", chromedp.SendKeys(chromedp.CSS("#sheet input[name=note]"), "half a senten"))
}

// send presses the button of the sheet.
func (c *chrome) send() {
	c.t.Helper()
	c.Do("send", chromedp.Click(chromedp.CSS("#sheet button.recall")))
}

// told waits until the sheet says something, with the note still in it.
func (c *chrome) told(words string) {
	c.t.Helper()
	c.Sees(words, `document.querySelector("#sheet-notice").innerText.includes("`+words+`") && document.querySelector("#sheet input[name=note]").value === "half a senten"`)
}

// A role or a session that is lost while somebody types is said in place, and once it is
// back the same form goes through.
func TestBrowserLosesNoNoteWithTheRoleOrTheSession(t *testing.T) {
	w := newWorld(t)
	open := w.opened(w.posted(sales, "alice", "card "+card), models.Critical)
	c := w.chrome()
	c.signIn()
	c.typesANote(open.ID)

	w.person("olga", models.Caller{Grant: models.GrantViewer, Groups: []models.Place{{App: "main", Ref: sales.Group}}})
	c.send()
	c.told("may not")
	w.person("olga", models.Caller{Grant: models.GrantOperator})

	w.pass(idleAfter + time.Second)
	c.send()
	c.told("You are signed out.")
	c.Sees("a way to sign in that leaves this page alone", `document.querySelector("#sheet-notice a[href='/sign-in'][target=_blank]")`)
	c.Eval(`fetch("/sign-in", { method: "POST", redirect: "manual", body: new URLSearchParams({ name: "olga", password: "` + password + `" }) })
		.then(() => document.body.dataset.again = "yes") + ""`)
	c.Sees("the sign-in", `document.body.dataset.again === "yes"`)
	c.DoAndGo("send it again", chromedp.Click(chromedp.CSS("#sheet button.recall")))
	c.Sees("that it is asked for", `document.querySelector("#notice .watch .strip .requested")`)
	if got := w.latest(open.Message).Reason.Note; got != "half a senten" {
		t.Errorf("the note is %q", got)
	}
}

func TestBrowserLosesNoNoteWithTheRace(t *testing.T) {
	w := newWorld(t)
	open := w.opened(w.posted(sales, "alice", "card "+card), models.Critical)
	c := w.chrome()
	c.signIn()
	c.typesANote(open.ID)
	open.State, open.DecidedBy, open.DecidedAt, open.Verdict = models.CaseDecided, "moderator:ann", noon, models.VerdictAllow
	w.store.mu.Lock()
	w.store.cases[open.ID] = open
	w.store.mu.Unlock()
	c.send()
	c.told("moderator:ann decided this at 12:00:00 UTC")
}

// A page without script shows what was typed as well, and is as open to all as the others.
func TestBrowserShowsWhatAPageHeld(t *testing.T) {
	w := newWorld(t)
	open := w.opened(w.posted(sales, "alice", "card "+card), models.Critical)
	c := w.chrome()
	c.signIn()
	c.GoTo("/queue/" + string(open.ID))
	c.Sees("the form", `document.querySelector("#decide input[name=note]")`)
	c.Do("type a note", chromedp.SendKeys(chromedp.CSS("#decide input[name=note]"), "half a senten"))
	w.pass(idleAfter + time.Second)
	c.DoAndGo("keep it", chromedp.Click(chromedp.CSS("#decide [data-keep]")))
	c.Sees("what was typed", `document.querySelector("textarea[name=note]").value === "half a senten"`)
	c.Shoot("signed-out")
	c.open("the page that holds it")
}
