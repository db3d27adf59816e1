package console

import (
	_ "embed"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// axe is axe-core 4.14.1, which looks for what keeps people out of a page. It is
// for this test and not part of the program.
//
//go:embed testdata/axe.min.js
var axe string

// barrier is what axe found, at its own names.
type barrier struct {
	ID     string   `json:"id"`
	Impact string   `json:"impact"`
	Help   string   `json:"help"`
	Nodes  []string `json:"nodes"`
}

// barriers asks axe about the page as it is.
func (c *chrome) barriers() []barrier {
	c.t.Helper()
	found, err := chromedp.Run(c.Context(), chromedp.Evaluate[string](axe+`;
		axe.run(document, {resultTypes: ["violations"]}).then(r => JSON.stringify(r.violations.map(
			v => ({id: v.id, impact: v.impact, help: v.help, nodes: v.nodes.map(n => n.html + " " + n.failureSummary)}))))`,
		func(p *runtime.EvaluateParams) { p.AwaitPromise = new(true) }))
	if err != nil {
		c.t.Fatalf("axe: %v", err)
	}
	var all []barrier
	if err := json.Unmarshal([]byte(found), &all); err != nil {
		c.t.Fatalf("axe: %v", err)
	}
	return all
}

// open fails if something of the page keeps people out of it, badly.
func (c *chrome) open(where string) {
	c.t.Helper()
	for _, b := range c.barriers() {
		if b.Impact == "serious" || b.Impact == "critical" {
			c.t.Errorf("%s: %s (%s, %s):\n%s", where, b.Help, b.ID, b.Impact, strings.Join(b.Nodes, "\n"))
		}
	}
}

// pages are the paths of all pages behind the sign-in, for things that are there.
func (t things) pages() []string {
	var paths []string
	for _, r := range routes {
		switch {
		case r.method != http.MethodGet, strings.HasSuffix(r.path, "/stream"), strings.HasSuffix(r.path, "/qr"):
		case r.path == "/queue/bulk":
			paths = append(paths, r.path+"?id="+t.open)
		default:
			paths = append(paths, t.in(r.path))
		}
	}
	return paths
}

// TestEveryPageIsOpenToAll looks at every page as people with other eyes and hands
// meet it: in both themes, in high contrast, and so narrow that it is read by itself
// at four times its size (WCAG 2.2, 1.4.10).
func TestEveryPageIsOpenToAll(t *testing.T) {
	w := newWorld(t)
	w.set(time.Now().UTC().Truncate(time.Second))
	w.furnish()
	paths := append([]string{"/sign-in"}, w.things(sales).pages()...)
	c := w.chrome()
	c.signIn()
	for _, path := range paths {
		c.GoTo(path)
		c.Do("wait for "+path, chromedp.WaitVisible(chromedp.CSS("main")))
		for _, theme := range []string{"light", "dark"} {
			c.theme(theme)
			c.open(path + " " + theme)
		}
	}
	c.Do("make it narrow", chromedp.EmulateViewport(320, 800))
	for _, path := range paths {
		c.GoTo(path)
		if wide := c.Eval(`String(document.documentElement.scrollWidth)`); wide != "320" {
			t.Errorf("%s is %s wide on a page of 320: %s", path, wide, c.Eval(widest))
		}
	}
	if len(paths) < 10 {
		t.Errorf("%d pages were looked at", len(paths))
	}
}

// widest names the element that reaches farthest to the right.
const widest = `(() => {
	const all = [...document.querySelectorAll("body *")].filter(e => e.getBoundingClientRect().right > innerWidth + 1);
	return all.slice(0, 3).map(e => e.outerHTML.slice(0, 120)).join(" ... ");
})()`
