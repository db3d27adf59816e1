package main

import (
	"context"
	"fmt"
	"testing"

	"github.com/chromedp/chromedp"
)

// An owner on a phone, in a real browser, with the whole program and a simulated chat:
// signs in with the code that the chat brought, takes a message back with a reason, and
// watches the platform confirm it without touching anything.
func TestAnOwnersPhone(t *testing.T) {
	w := newWorld(t, databases["SQLite"](t), withPolicy(t, reviewPolicy))
	w.group(t, "sales")
	sent := w.post(t, "sales", "bob", card())
	w.messageID(t, w.operator(t), "sales", itoa(sent.Seq))
	p := w.phone(t)
	p.goTo("/sign-in/chat")
	p.types("input[name=account]", "adam\r")
	p.sees("where to type the code", `location.pathname === "/sign-in/chat/code"`)
	p.types("input[name=code]", w.codeFor(t, "adam", 1)+"\r")
	p.sees("My groups", `location.pathname === "/groups" && document.querySelector(".groups a")`)
	p.taps(".groups a")
	p.sees("one case", `document.querySelectorAll("#waiting article").length === 1`)
	p.taps("#waiting a.recall")
	p.sees("the reasons", `document.querySelector("#waiting input[value=policy_violation]")`)
	p.taps("#waiting label:has(input[value=policy_violation])")
	p.taps("#waiting button.recall")
	p.sees("that it is confirmed", `document.querySelector("#done .strip .confirmed.done")`)
	p.sees("that it fits", `document.documentElement.scrollWidth === 360`)
	got := w.recallOf(t, w.operator(t), sent.Seq)
	if got["authority"] != "admin" || got["actor"] != "account:"+demoApp+":adam" {
		t.Errorf("the recall is %v", got)
	}
	p.taps("form[action='/sign-out'] button")
	p.sees("that adam is out", `location.pathname === "/sign-in"`)
}

// phone is a browser on a screen of 360 by 740.
type phone struct {
	t   *testing.T
	ctx context.Context //nolint:containedctx // the browser is its context
	url string
}

func (w *world) phone(t *testing.T) *phone {
	t.Helper()
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.NoSandbox, chromedp.DisableGPU)
	alloc, stop := chromedp.NewExecAllocator(t.Context(), options...)
	t.Cleanup(stop)
	ctx, cancel := chromedp.NewContext(alloc)
	t.Cleanup(cancel)
	p := &phone{t, ctx, w.URL()}
	p.do("be a phone", chromedp.EmulateViewport(360, 740, chromedp.EmulateMobile))
	return p
}

func (p *phone) do(what string, step chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	if err := chromedp.Do(p.ctx, step); err != nil {
		p.t.Fatalf("%s: %v", what, err)
	}
}

func (p *phone) goTo(path string) { p.do("go to "+path, chromedp.Navigate(p.url+path)) }
func (p *phone) types(selector, text string) {
	p.do("type", chromedp.SendKeys(chromedp.CSS(selector), text))
}

func (p *phone) taps(selector string) { p.do("tap "+selector, chromedp.Click(chromedp.CSS(selector))) }

// sees waits until an expression in the page, whichever that is by then, is true.
func (p *phone) sees(what, expression string) {
	p.t.Helper()
	eventually(p.t, func() string {
		ok, err := chromedp.Run(p.ctx, chromedp.Evaluate[bool]("!!("+expression+")"))
		if err != nil || !ok {
			return fmt.Sprintf("%s: %v", what, err)
		}
		return ""
	})
}
