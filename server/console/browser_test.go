package console

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	cdppage "github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"github.com/takeback-chat/takeback/models"
)

// chrome is a real browser on the console of a world. Whatever its pages write
// to the console fails the test: errors, exceptions, breaches of the policy.
type chrome struct {
	*world

	ctx  context.Context
	mu   sync.Mutex // guards said
	said []string
}

// patience is how long one step in the browser may take.
const patience = 20 * time.Second

func (w *world) chrome() *chrome {
	w.t.Helper()
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.NoSandbox, chromedp.DisableGPU, chromedp.WindowSize(1440, 900),
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true),
	)
	alloc, stop := chromedp.NewExecAllocator(w.t.Context(), options...)
	w.t.Cleanup(stop)
	c := &chrome{world: w}
	ctx, cancel := chromedp.NewContext(alloc)
	w.t.Cleanup(cancel)
	c.ctx = ctx
	var done sync.WaitGroup
	messages := chromedp.Console(ctx)
	done.Go(func() {
		for m, err := range messages {
			if err != nil {
				return
			}
			c.mu.Lock()
			c.said = append(c.said, m.String())
			c.mu.Unlock()
		}
	})
	w.t.Cleanup(func() { cancel(); done.Wait() })
	return c
}

// do takes steps, each within its patience.
func (c *chrome) do(what string, steps ...chromedp.Action[chromedp.Void]) {
	c.t.Helper()
	for _, step := range steps {
		ctx, cancel := context.WithTimeout(c.ctx, patience)
		err := chromedp.Do(ctx, step)
		cancel()
		if err != nil {
			c.shoot("failed")
			c.t.Fatalf("%s: %v", what, err)
		}
	}
}

func (c *chrome) goTo(path string) {
	c.t.Helper()
	c.leads("go to "+path, chromedp.Navigate(c.server.URL+path))
}

// sees waits until an expression in the page is true.
func (c *chrome) sees(what, expression string) {
	c.t.Helper()
	ctx, cancel := context.WithTimeout(c.ctx, patience)
	defer cancel()
	for {
		_, err := chromedp.Run(ctx, chromedp.Poll[bool]("!!("+expression+")", chromedp.WithPollingMutation(), chromedp.WithPollingTimeout(patience)))
		if err == nil {
			return
		}
		if strings.Contains(err.Error(), "Cannot find context") {
			continue // the page went away under the look: the next one is meant
		}
		c.shoot("failed")
		c.t.Fatalf("waiting to see %s: %v", what, err)
	}
}

func (c *chrome) eval(expression string) string {
	c.t.Helper()
	got, err := chromedp.Run(c.ctx, chromedp.Evaluate[string](expression))
	if err != nil {
		c.t.Fatalf("%s: %v", expression, err)
	}
	return got
}

func (c *chrome) keys(keys string) {
	c.t.Helper()
	c.do("press "+keys, chromedp.KeyEvent(keys))
}

// leads takes a step that leads to another page, and waits for that.
func (c *chrome) leads(what string, step chromedp.Action[chromedp.Void]) {
	c.t.Helper()
	ctx, cancel := context.WithTimeout(c.ctx, patience)
	defer cancel()
	if _, err := chromedp.Run(ctx, chromedp.WaitEvent(cdppage.LoadEventFired, nil, step)); err != nil {
		c.shoot("failed")
		c.t.Fatalf("%s: %v", what, err)
	}
}

// signIn adds an operator and signs in as one.
func (c *chrome) signIn() {
	c.t.Helper()
	c.person("olga", models.Caller{Grant: models.GrantOperator})
	c.goTo("/sign-in")
	c.do("type the name and the password",
		chromedp.SendKeys(chromedp.CSS("input[name=name]"), "olga"),
		chromedp.SendKeys(chromedp.CSS("input[name=password]"), password),
	)
	c.leads("sign in", chromedp.KeyEvent("\r"))
}

// quiet fails if a page wrote anything to the console.
func (c *chrome) quiet() {
	c.t.Helper()
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.said) > 0 {
		c.t.Errorf("the browser's console says:\n%s", strings.Join(c.said, "\n"))
	}
}

// theme makes the browser say that its person likes it dark, or light.
func (c *chrome) theme(name string) {
	c.t.Helper()
	_, err := chromedp.Call(c.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: name}},
	})
	if err != nil {
		c.t.Fatal(err)
	}
}

// shoot keeps a screenshot where somebody wants to look at them.
func (c *chrome) shoot(name string) {
	dir := os.Getenv("TAKEBACK_SCREENSHOTS")
	if dir == "" {
		return
	}
	shot, err := chromedp.Run(c.ctx, chromedp.CaptureScreenshot())
	if err != nil {
		c.t.Errorf("screenshot %s: %v", name, err)
		return
	}
	if err := os.WriteFile(filepath.Join(dir, name+".png"), shot, 0o600); err != nil {
		c.t.Error(err)
	}
}

func TestBrowserSeesARecallThrough(t *testing.T) {
	w := newWorld(t)
	w.posted(sales, "bob", "can you book the venue today?")
	c := w.chrome()
	c.signIn()
	c.goTo("/messages")
	c.sees("the list", `document.querySelector("#rows")?.innerText.includes("book the venue")`)
	c.sees("the live sign", `document.querySelector("#live")?.dataset.state === "live"`)
	m := w.posted(sales, "alice", "card "+card+" exp 12/28")
	row := `document.getElementById("m-` + string(m.ID) + `")`
	c.sees("the new message on top", row+`?.matches("#rows > tr:first-child")`)
	if text := c.eval(row + ".innerText"); strings.Contains(text, card) || !strings.Contains(text, "credit_card") {
		t.Errorf("the new row says %q", text)
	}

	c.keys("j")
	c.leads("open the row", chromedp.KeyEvent("\r"))
	c.sees("the message", `document.querySelector("#standing")?.innerText.includes("Yes, most likely.")`)
	c.keys("r")
	c.sees("what a recall would meet", `document.querySelector("#sheet[open] form[data-recall][data-htmx-powered]")`)
	c.sees("the focus on the reasons", `document.activeElement.matches("#sheet input[name=reason]")`)
	c.keys("2")
	c.shoot("sheet")
	c.keys("r")
	c.sees("that it is asked for", `document.querySelector("#sheet .watch .strip .requested.done")`)
	c.sees("that it is queued", `document.querySelector("#standing .strip .requested.done")`)
	rec := w.latest(m.ID)
	if rec.Reason.Code != models.WrongRecipient {
		t.Errorf("the reason is %q, want the second of the list", rec.Reason.Code)
	}

	rec.State, rec.SentAt, rec.AcceptedAt = models.Accepted, w.now().Add(10*time.Millisecond), w.now().Add(60*time.Millisecond)
	w.store.put(rec)
	c.sees("that it is accepted", `document.querySelector("#standing .strip .accepted.done.now")`)
	c.sees("the same in the sheet", `document.querySelector("#sheet .watch .strip .accepted.done.now")`)
	c.sees("that accepted is amber", colour(".accepted i")+` === "rgb(133, 83, 0)"`) // once the styles are there
	if green := c.eval(colour(".confirmed i")); green == "rgb(19, 105, 45)" {
		t.Errorf("confirmed shows as %s before it is", green)
	}
	c.sees("the number in the top bar", `document.querySelector("#numbers .amber b")?.innerText === "1"`)

	rec.State, rec.ConfirmedAt, rec.EndedAt = models.Confirmed, w.now().Add(400*time.Millisecond), w.now().Add(400*time.Millisecond)
	m.State, m.RemovedAt = models.Removed, rec.ConfirmedAt
	w.store.put(rec)
	w.store.post(m)
	c.sees("that it is confirmed", `document.querySelector("#standing .strip .confirmed.done")`)
	c.sees("that confirmed is green", colour(".confirmed i")+` === "rgb(19, 105, 45)"`)
	c.sees("the same in the sheet", `document.querySelector("#sheet .watch .strip .confirmed.done")`)
	c.shoot("sheet-confirmed")
	c.keys("\r")
	c.sees("the page again", `!document.querySelector("dialog[open]") && document.querySelector("#sheet-body").childElementCount === 0`)
	c.sees("that the page is live all along", `document.querySelector("#live").dataset.state === "live"`)
	c.quiet()
}

// colour is an expression for the fill of a part of the strip.
func colour(selector string) string {
	return `getComputedStyle(document.querySelector("#standing .strip ` + selector + `")).backgroundColor`
}

func (w *world) latest(id models.MessageID) models.Recall {
	w.t.Helper()
	found, _, err := w.store.Recalls(w.t.Context(), models.Scope{All: true}, models.RecallFilter{Message: id})
	if err != nil || len(found) == 0 {
		w.t.Fatalf("no recall of message %s: %v", id, err)
	}
	return found[0]
}

func TestBrowserKeepsWhatAPersonHolds(t *testing.T) {
	w := newWorld(t)
	m := w.posted(sales, "alice", "card "+card)
	c := w.chrome()
	c.signIn()
	c.goTo("/messages/" + string(m.ID))
	c.keys("r")
	c.sees("the sheet", `document.querySelector("#sheet form[data-recall][data-htmx-powered]")`)
	c.do("type a note",
		chromedp.Click(chromedp.CSS("#sheet input[value=abuse]")),
		chromedp.SendKeys(chromedp.CSS("#sheet input[name=note]"), "half a senten"),
	)
	w.store.reads[m.ID] = []models.Read{{Count: 3}}
	w.store.post(m)
	c.sees("the news", `document.querySelector("#exposure").innerText.includes("3")`)
	c.sees("what was typed", `document.querySelector("#sheet input[name=note]").value === "half a senten" &&
		document.activeElement.name === "note" && document.querySelector("#sheet input[value=abuse]").checked`)
	c.keys("r") // typing, not recalling
	c.sees("the letter", `document.querySelector("#sheet input[name=note]").value === "half a sentenr"`)
	c.keys("\x1b")
	c.keys("\x1b")
	c.sees("no sheet, and the focus where it was", `!document.querySelector("dialog[open]") && document.querySelector("#sheet-body").childElementCount === 0`)
	c.quiet()
}

func TestBrowserUndoesARecall(t *testing.T) {
	w := newWorld(t)
	m := w.posted(sales, "alice", "card "+card)
	c := w.chrome()
	c.signIn()
	c.goTo("/messages")
	c.keys("j")
	c.keys("r")
	c.sees("the sheet", `document.querySelector("#sheet form[data-recall][data-htmx-powered]")`)
	c.keys("r")
	c.sees("that it is asked for", `document.querySelector("#sheet form[data-htmx-powered] [data-undo]")`)
	c.keys("z")
	c.sees("that it is cancelled", `document.querySelector("#sheet .watch .strip .cancelled")`)
	if got := w.latest(m.ID).State; got != models.Cancelled {
		t.Errorf("the recall is %s", got)
	}
	c.keys("\x1b")
	c.sees("the row that had the focus", `document.activeElement.closest("#m-`+string(m.ID)+`")`)
	c.quiet()
}

func TestBrowserSaysWhenThePageIsNotLive(t *testing.T) {
	w := newWorld(t)
	c := w.chrome()
	c.signIn()
	c.goTo("/messages")
	c.sees("the live sign", `document.querySelector("#live")?.dataset.state === "live"`)
	w.server.CloseClientConnections()
	c.sees("that it was lost", `document.querySelector("#live").dataset.state === "lost"`)
	m := w.posted(sales, "alice", "posted in the gap")
	c.sees("what came in the gap", `document.getElementById("m-`+string(m.ID)+`")`)
	c.sees("the live sign again", `document.querySelector("#live").dataset.state === "live"`)
}

func TestBrowserGoesByKeyboardAlone(t *testing.T) {
	w := newWorld(t)
	mild := w.opened(w.posted(sales, "bob", "call me on +49 151 23456789"), models.Medium)
	grave := w.opened(w.posted(sales, "alice", "card "+card), models.Critical)
	c := w.chrome()
	c.signIn()
	c.keys("?")
	c.sees("the sheet of keys", `document.querySelector("dialog#keys[open]")`)
	c.keys("\x1b")
	c.sees("no sheet", `!document.querySelector("dialog[open]")`)
	c.keys("g")
	c.leads("go to the queue", chromedp.KeyEvent("q"))

	c.sees("the gravest case", `document.querySelector("#c-`+string(grave.ID)+` [aria-current]")`)
	c.keys("j")
	c.leads("open the next case", chromedp.KeyEvent("\r"))
	c.sees("the next case", `document.querySelector("#c-`+string(mild.ID)+` [aria-current]")`)
	c.leads("keep it", chromedp.KeyEvent("o"))
	c.sees("that it is kept", `document.querySelector("#notice").innerText.includes("Kept.")`)

	c.keys("m")
	c.do("say what for", chromedp.KeyEvent("customer asks\r"))
	c.sees("the text in clear", `document.querySelector("#revealed").innerText.includes("`+card+`")`)
	c.keys("\x1b")
	c.eval(`document.body.dispatchEvent(new KeyboardEvent("keydown", { key: "m", bubbles: true })) + ""`)
	c.sees("the text while m is held", `document.querySelector("form[data-reveal]").dataset.held === undefined && document.querySelector("#revealed").innerText.includes("`+card+`")`)
	c.eval(`document.body.dispatchEvent(new KeyboardEvent("keyup", { key: "m", bubbles: true })) + ""`)
	c.sees("nothing in clear any more", `!document.body.innerText.includes("`+card+`")`)
	c.keys("r")
	c.sees("what a recall would meet", `document.querySelector("#sheet form[data-recall][data-htmx-powered]")`)
	c.keys("7")
	c.leads("recall it", chromedp.KeyEvent("r"))
	c.sees("that a recall is asked for", `document.querySelector("#notice .watch .strip .requested")`)
	if got := w.latest(grave.Message).Reason.Code; got != models.Abuse {
		t.Errorf("the reason is %q, want the seventh", got)
	}

	c.keys("g")
	c.leads("go to the bench", chromedp.KeyEvent("t"))
	c.keys("/")
	c.do("type", chromedp.KeyEvent("iban DE89 3704 0044 0532 0130 00"))
	c.sees("what would be found", `document.querySelector("#tried").innerText.includes("iban")`)
	c.quiet()
}

func TestBrowserShowsNothingAfterSigningOut(t *testing.T) {
	w := newWorld(t)
	w.posted(sales, "alice", "nobody else's business")
	c := w.chrome()
	c.signIn()
	c.goTo("/messages")
	c.sees("the list", `document.querySelector("#rows").innerText.includes("business")`)
	c.leads("sign out", chromedp.Click(chromedp.CSS("form[action='/sign-out'] button")))
	c.leads("go back", chromedp.Evaluate[chromedp.Void](`history.back()`))
	if text := c.eval(`document.body.innerText`); strings.Contains(text, "business") || !strings.Contains(text, "Password") {
		t.Errorf("after signing out, back shows %q", text)
	}
	c.quiet()
}

type shown struct{ name, path string }

// furnish fills the world with an ordinary morning.
func (w *world) furnish() []shown {
	w.figured()
	live := models.Conversation{ID: "conv-live", App: "main", Kind: models.Live, Ref: "@TGS#live-launch", Group: "@TGS#live-launch"}
	berlin := models.Conversation{ID: "conv-berlin", App: "main", Kind: models.Topic, Ref: "@TGS#office@TOPIC#berlin", Group: "@TGS#office"}
	key := "AKIA" + "Z7QK4M2NPX5RT3WD"
	posts := []struct {
		c    models.Conversation
		who  string
		text string
	}{
		{sales, "bob", "can you book the venue today?"},
		{sales, "alice", "sure, use the company card"},
		{berlin, "tom", "the wifi password is Sommer" + "regen!42"},
		{east, "王敏", "身份证 11010519491231002X，帮我订票"},
		{live, "ops-bot", "export AWS_ACCESS_KEY_ID=" + key},
		{sales, "carol", "IBAN DE89 3704 0044 0532 0130 00 thanks"},
		{sales, "j.keller", "call me on +49 151 23456789 after six"},
		{east, "李强", "会议改到下午三点"},
		{sales, "alice", "card " + card + " exp 12/28"},
		{sales, "carol", "thanks!"},
	}
	var ids []models.MessageID
	for i, p := range posts {
		m := w.message(p.c, p.who, p.text)
		m.SentAt = w.now().Add(time.Duration(i-len(posts)) * 47 * time.Second)
		m.ReceivedAt = m.SentAt.Add(30 * time.Millisecond)
		w.store.post(m)
		w.store.decisions[m.ID] = []models.Decision{{Verdict: m.Verdict, Actor: "policy", Policy: 3, Rule: m.Rule, Reason: models.Reason{Code: models.SensitiveInformation}, At: m.ReceivedAt}}
		ids = append(ids, m.ID)
	}
	states := []models.RecallState{models.Confirmed, models.Failed, models.Unknown, models.Accepted, models.Queued, models.Refused}
	var recallIDs []models.RecallID
	for i, s := range states {
		m := w.store.messages[ids[[]int{2, 3, 5, 4, 1, 6}[i]]]
		r := w.store.ask(m, models.RecallRequest{Message: m.ID, Reason: models.Reason{Code: models.SensitiveInformation}, Actor: "policy", Authority: models.ByPolicy, Trigger: models.FromPolicy})
		r.State, r.RequestedAt, r.Attempts = s, w.now().Add(time.Duration(-i)*time.Minute), 1
		if s != models.Queued {
			r.SentAt = r.RequestedAt.Add(10 * time.Millisecond)
		}
		if s == models.Accepted || s == models.Confirmed {
			r.AcceptedAt = r.RequestedAt.Add(60 * time.Millisecond)
		}
		if s == models.Confirmed {
			r.ConfirmedAt, r.EndedAt = r.RequestedAt.Add(410*time.Millisecond), r.RequestedAt.Add(410*time.Millisecond)
			m.State, m.RemovedAt = models.Removed, r.ConfirmedAt
			w.store.post(m)
		}
		if s.Terminal() {
			r.EndedAt = r.RequestedAt.Add(time.Second)
		}
		if s == models.Failed || s == models.Refused {
			r.Code, r.Explanation = "10004", "The platform does not know this message's sequence number."
		}
		w.store.put(r)
		recallIDs = append(recallIDs, r.ID)
	}
	var cases []models.Case
	for _, i := range []int{2, 3, 5, 6, 8} {
		m := w.store.messages[ids[i]]
		w.store.reads[m.ID] = []models.Read{{Count: 0, Unread: 38}}
		cases = append(cases, w.opened(m, models.Worst(m.Findings)))
	}
	w.store.uncovered = []models.Uncovered{{Conversation: sales, Holes: 2, Missing: 17}}
	w.store.policies = []models.PolicyVersion{{Version: 4, AppliedBy: "moderator:rita", AppliedAt: w.now().Add(-time.Hour), Note: "cards of guests too"}}
	return []shown{
		{"now", "/"},
		{"messages", "/messages"},
		{"message", "/messages/" + string(ids[8])},
		{"message-confirmed", "/messages/" + string(ids[2])},
		{"queue", "/queue/" + string(cases[4].ID)},
		{"ask", "/messages/" + string(ids[8]) + "/recall"},
		{"recalls", "/recalls"},
		{"recall", "/recalls/" + string(recallIDs[3])},
		{"conversations", "/conversations"},
		{"conversation", "/conversations/" + string(sales.ID)},
		{"policy", "/policy"},
		{"policy-diff", "/policy/diff?from=1&to=2"},
		{"policy-edit", "/policy/edit"},
		{"breakers", "/breakers"},
		{"detectors", "/detectors"},
		{"detector", "/detectors/credit_card"},
		{"try", "/try"},
		{"audit", "/audit"},
	}
}
