// Package testbrowser drives Debian's Chromium on the pages of a test, as a person
// would: it types, clicks, presses keys and waits to see.
package testbrowser

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	cdppage "github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// patience is how long one step may take.
const patience = time.Minute

// Browser is one window with cookies of its own. Whatever its pages write to the
// console is kept for Quiet: errors, exceptions, breaches of the content policy.
// What goes wrong in a method ends the test.
type Browser struct {
	tb  testing.TB
	url string
	ctx context.Context

	mu   sync.Mutex // guards said
	said []string
}

// New opens a window of a size in CSS pixels on a site; paths are below url.
func New(tb testing.TB, url string, width, height int) *Browser {
	tb.Helper()
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.NoSandbox, chromedp.DisableGPU, chromedp.WindowSize(width, height),
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true),
	)
	alloc, stop := chromedp.NewExecAllocator(tb.Context(), options...)
	tb.Cleanup(stop)
	ctx, cancel := chromedp.NewContext(alloc)
	tb.Cleanup(cancel)
	b := &Browser{tb: tb, url: url, ctx: ctx}
	var listening sync.WaitGroup
	messages := chromedp.Console(ctx)
	listening.Go(func() {
		for m, err := range messages {
			if err != nil {
				return
			}
			b.mu.Lock()
			b.said = append(b.said, m.String())
			b.mu.Unlock()
		}
	})
	tb.Cleanup(func() { cancel(); listening.Wait() })
	return b
}

// Context is what the steps of chromedp run in, for what has no method here.
func (b *Browser) Context() context.Context { return b.ctx }

// Do takes steps that have no method of their own.
func (b *Browser) Do(what string, actions ...chromedp.Action[chromedp.Void]) {
	b.tb.Helper()
	for _, action := range actions {
		step(b, what, action)
	}
}

// DoAndGo takes a step that leads to another page, and waits for that page.
func (b *Browser) DoAndGo(what string, action chromedp.Action[chromedp.Void]) {
	b.tb.Helper()
	step(b, what, chromedp.WaitEvent(cdppage.LoadEventFired, nil, action))
}

// GoTo opens a path.
func (b *Browser) GoTo(path string) {
	b.tb.Helper()
	b.DoAndGo("go to "+path, chromedp.Navigate(b.url+path))
}

// Type puts text into the one element that a selector names.
func (b *Browser) Type(selector, text string) {
	b.tb.Helper()
	step(b, "type into "+selector, chromedp.SendKeys(chromedp.CSS(selector), text))
}

// Follow clicks on what leads to another page, and waits for that page.
func (b *Browser) Follow(selector string) {
	b.tb.Helper()
	b.DoAndGo("follow "+selector, chromedp.Click(chromedp.CSS(selector)))
}

// Back goes to the page before, as its button does.
func (b *Browser) Back() {
	b.tb.Helper()
	b.DoAndGo("go back", chromedp.Evaluate[chromedp.Void]("history.back()"))
}

// Press presses keys, one after another, wherever the focus is.
func (b *Browser) Press(keys string) {
	b.tb.Helper()
	for _, key := range keys {
		step(b, "press "+string(key), chromedp.KeyEvent(string(key)))
	}
}

// Leads presses a key that leads to another page, and waits for that page.
func (b *Browser) Leads(key string) {
	b.tb.Helper()
	b.DoAndGo("press "+key+" and go", chromedp.KeyEvent(key))
}

// Sees waits until an expression in the page is true.
func (b *Browser) Sees(what, expression string) {
	b.tb.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	for {
		_, err := chromedp.Run(ctx, chromedp.Poll[bool]("!!("+expression+")", chromedp.WithPollingMutation(), chromedp.WithPollingTimeout(patience)))
		if err == nil {
			return
		}
		if strings.Contains(err.Error(), "Cannot find context") {
			continue // the page went away under the look: the next one is meant
		}
		b.Shoot("failed")
		b.tb.Fatalf("waiting to see %s: %v; the page says:\n%s", what, err, b.Eval("document.body.innerText"))
	}
}

// Eval is the value of an expression, which must be a string.
func (b *Browser) Eval(expression string) string {
	b.tb.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience) // a page that does not come answers nothing
	defer cancel()
	got, err := chromedp.Run(ctx, chromedp.Evaluate[string](expression))
	if err != nil {
		b.tb.Fatalf("%s: %v", expression, err)
	}
	return got
}

// Quiet fails if a page wrote anything to the browser's console.
func (b *Browser) Quiet() {
	b.tb.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.said) > 0 {
		b.tb.Errorf("the browser's console says:\n%s", strings.Join(b.said, "\n"))
	}
}

// Shoot keeps a screenshot in the folder TAKEBACK_SCREENSHOTS, if somebody wants to
// look at them.
func (b *Browser) Shoot(name string) {
	dir := os.Getenv("TAKEBACK_SCREENSHOTS")
	if dir == "" {
		return
	}
	shot, err := chromedp.Run(b.ctx, chromedp.CaptureScreenshot())
	if err != nil {
		b.tb.Errorf("screenshot %s: %v", name, err)
		return
	}
	if err := os.WriteFile(filepath.Join(dir, name+".png"), shot, 0o600); err != nil {
		b.tb.Error(err)
	}
}

func step[T any](b *Browser, what string, action chromedp.Action[T]) {
	b.tb.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	if _, err := chromedp.Run(ctx, action); err != nil {
		b.Shoot("failed")
		b.tb.Fatalf("%s: %v", what, err)
	}
}
