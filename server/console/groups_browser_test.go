package console

import (
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/takeback-chat/takeback/models"
)

// small names what of a page is for a thumb and smaller than 44 px.
const small = `JSON.stringify([...document.querySelectorAll(".topbar a, .topbar button, .side a, .thumb button, .thumb .button, .thumb .groups a, .thumb .back, .thumb .reasons label, .large input:not([type=radio],[type=hidden]), .large button")]
	.filter(e => e.getBoundingClientRect().height > 0 && e.getBoundingClientRect().height < 44).map(e => e.outerHTML.slice(0, 120)))`

// fits looks at a page as a person with a phone does, in both themes.
func (c *chrome) fits(name string) {
	c.t.Helper()
	if wide := c.Eval(`String(document.documentElement.scrollWidth)`); wide != "360" {
		c.t.Errorf("%s is %s wide on a page of 360: %s", name, wide, c.Eval(widest))
	}
	if found := c.Eval(small); found != "[]" {
		c.t.Errorf("%s has what is too small for a thumb: %s", name, found)
	}
	for _, theme := range []string{"light", "dark"} {
		c.theme(theme)
		c.open(name + " " + theme)
		c.Shoot("phone-" + name + "-" + theme)
	}
}

// TestBrowserOwnerOnAPhone is an owner who signs in with a code, lets one message stay,
// puts one off, takes one back and watches it go.
func TestBrowserOwnerOnAPhone(t *testing.T) {
	w := chatWorld(t)
	w.opened(w.posted(sales, "bob", "call me on +49 151 23456789 after six, or write; here is everything once more in a long line of words"), models.Medium)
	grave := w.opened(w.posted(sales, "alice", "card "+card+" exp 12/28"), models.Critical)
	c := w.chrome()
	c.Do("take a phone", chromedp.EmulateViewport(360, 740, chromedp.EmulateMobile))
	c.GoTo("/sign-in/chat")
	c.fits("chat")
	c.Do("name the account", chromedp.SendKeys(chromedp.CSS("input[name=account]"), "ann"))
	c.DoAndGo("ask for a code", chromedp.KeyEvent("\r"))
	c.fits("code")
	c.Do("type the code", chromedp.SendKeys(chromedp.CSS("input[name=code]"), codeIn(<-w.mail)))
	c.DoAndGo("sign in", chromedp.KeyEvent("\r"))
	c.Sees("My groups", `document.querySelector("h1").innerText === "My groups"`)
	c.fits("groups")
	c.DoAndGo("open the group", chromedp.Click(chromedp.CSS(".groups a")))
	c.Sees("the live sign", `document.querySelector("#live")?.dataset.state === "live"`)
	c.fits("group")

	here := "#g-" + string(grave.ID)
	c.DoAndGo("take it back", chromedp.Click(chromedp.CSS(here+" a.recall")))
	c.fits("reasons")
	third := w.opened(w.posted(sales, "carol", "IBAN DE89 3704 0044 0532 0130 00"), models.High)
	w.store.announce(models.Change{Kind: models.CaseChanged, ID: string(third.ID), Message: third.Message, App: "main", Conversation: sales})
	c.Do("pick a reason while it is read", chromedp.Click(chromedp.CSS(here+" input[value=abuse]")))
	c.Sees("what came meanwhile", `document.getElementById("g-`+string(third.ID)+`")`)
	c.Sees("the reason still picked", `document.querySelector("`+here+` input[value=abuse]").checked`)
	c.DoAndGo("take it back for that", chromedp.Click(chromedp.CSS(here+" button.recall")))
	c.Sees("that it is asked for", `document.querySelector("#done .strip .requested.done")`)
	rec := w.latest(grave.Message)
	if rec.Reason.Code != models.Abuse || rec.Authority != models.ByOwner {
		t.Errorf("the recall is %+v", rec)
	}
	rec.State, rec.SentAt, rec.AcceptedAt = models.Confirmed, w.now(), w.now()
	rec.ConfirmedAt, rec.EndedAt = w.now(), w.now()
	c.Sees("the live sign", `document.querySelector("#live")?.dataset.state === "live"`)
	w.store.put(rec)
	c.Sees("that it is confirmed", `document.querySelector("#done .strip .confirmed.done")`)
	c.fits("done")
	c.DoAndGo("put one off", chromedp.Click(chromedp.CSS("#waiting article form[action$='/later'] button")))
	c.Sees("that it is put off", `document.querySelectorAll("#later article").length === 1`)
	c.DoAndGo("let one stay", chromedp.Click(chromedp.CSS("#waiting article form[action$='/decide'] button")))
	c.Sees("that it stays", `document.querySelector("#notice").innerText.includes("It stays.")`)
	c.fits("later")
	c.DoAndGo("sign out", chromedp.Click(chromedp.CSS("form[action='/sign-out'] button")))
	c.Sees("that one is out", `location.pathname === "/sign-in"`)
	c.Quiet()
}
