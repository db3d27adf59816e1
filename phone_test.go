package main

import (
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/takeback-chat/takeback/internal/testbrowser"
)

// An owner on a phone, in a real browser, with the whole program and a simulated chat:
// signs in with the code that the chat brought, takes a message back with a reason, and
// watches the platform confirm it without touching anything.
func TestAnOwnersPhone(t *testing.T) {
	w := newWorld(t, databases["SQLite"](t), withPolicy(t, reviewPolicy))
	w.group(t, "sales")
	sent := w.post(t, "sales", "bob", card())
	w.messageID(t, w.operator(t), "sales", itoa(sent.Seq))
	p := testbrowser.New(t, w.URL(), 360, 740)
	p.Do("be a phone", chromedp.EmulateViewport(360, 740, chromedp.EmulateMobile))
	p.GoTo("/sign-in/chat")
	p.Type("input[name=account]", "adam")
	p.Leads("\r")
	p.Sees("where to type the code", `location.pathname === "/sign-in/chat/code"`)
	p.Type("input[name=code]", w.codeFor(t, "adam", 1))
	p.Leads("\r")
	p.Sees("My groups", `location.pathname === "/groups" && document.querySelector(".groups a")`)
	p.Follow(".groups a")
	p.Sees("one case", `document.querySelectorAll("#waiting article").length === 1`)
	p.Follow("#waiting a.recall")
	p.Sees("the reasons", `document.querySelector("#waiting input[value=policy_violation]")`)
	p.Do("pick a reason", chromedp.Click(chromedp.CSS("#waiting label:has(input[value=policy_violation])")))
	p.Follow("#waiting button.recall")
	p.Sees("that it is confirmed", `document.querySelector("#done .strip .confirmed.done")`)
	p.Sees("that it fits", `document.documentElement.scrollWidth === 360`)
	got := w.recallOf(t, w.operator(t), sent.Seq)
	if got["authority"] != "admin" || got["actor"] != "account:"+demoApp+":adam" {
		t.Errorf("the recall is %v", got)
	}
	p.Follow("form[action='/sign-out'] button")
	p.Quiet()
	p.Sees("that adam is out", `location.pathname === "/sign-in"`)
}
