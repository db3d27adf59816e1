package console

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"github.com/takeback-chat/takeback/internal/testbrowser"
	"github.com/takeback-chat/takeback/models"
)

// chrome is a real browser on the console of a world.
type chrome struct {
	*world
	*testbrowser.Browser
}

func (w *world) chrome() *chrome {
	w.t.Helper()
	return &chrome{w, testbrowser.New(w.t, w.server.URL, 1440, 900)}
}

// signIn adds an operator and signs in as one.
func (c *chrome) signIn() {
	c.t.Helper()
	c.person("olga", models.Caller{Grant: models.GrantOperator})
	c.GoTo("/sign-in")
	c.Do("type the name and the password",
		chromedp.SendKeys(chromedp.CSS("input[name=name]"), "olga"),
		chromedp.SendKeys(chromedp.CSS("input[name=password]"), password),
	)
	c.DoAndGo("sign in", chromedp.KeyEvent("\r"))
}

// theme makes the browser say that its person likes it dark, or light.
func (c *chrome) theme(name string) {
	c.t.Helper()
	c.media("prefers-color-scheme", name)
}

// media makes the browser say something else of its person.
func (c *chrome) media(feature, value string) {
	c.t.Helper()
	_, err := chromedp.Call(c.Context(), emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Features: []*emulation.MediaFeature{{Name: feature, Value: value}},
	})
	if err != nil {
		c.t.Fatal(err)
	}
}

func TestBrowserSeesARecallThrough(t *testing.T) {
	w := newWorld(t)
	w.posted(sales, "bob", "can you book the venue today?")
	c := w.chrome()
	c.signIn()
	c.GoTo("/messages")
	c.Sees("the list", `document.querySelector("#rows")?.innerText.includes("book the venue")`)
	c.Sees("the live sign", `document.querySelector("#live")?.dataset.state === "live"`)
	m := w.posted(sales, "alice", "card "+card+" exp 12/28")
	row := `document.getElementById("m-` + string(m.ID) + `")`
	c.Sees("the new message on top", row+`?.matches("#rows > tr:first-child")`)
	if text := c.Eval(row + ".innerText"); strings.Contains(text, card) || !strings.Contains(text, "Payment card number") {
		t.Errorf("the new row says %q", text)
	}

	c.Press("j")
	c.DoAndGo("open the row", chromedp.KeyEvent("\r"))
	c.Sees("the message", `document.querySelector("#standing")?.innerText.includes("Yes, most likely.")`)
	c.Press("r")
	c.Sees("what a recall would meet", `document.querySelector("#sheet[open] form[data-recall][data-htmx-powered]")`)
	c.Sees("the focus on the reasons", `document.activeElement.matches("#sheet input[name=reason]")`)
	c.Press("2")
	c.Shoot("sheet")
	c.Press("r")
	c.Sees("that it is asked for", `document.querySelector("#sheet .watch .strip .requested.done")`)
	c.Sees("that it is queued", `document.querySelector("#standing .strip .requested.done")`)
	rec := w.latest(m.ID)
	if rec.Reason.Code != models.WrongRecipient {
		t.Errorf("the reason is %q, want the second of the list", rec.Reason.Code)
	}

	rec.State, rec.SentAt, rec.AcceptedAt = models.Accepted, w.now().Add(10*time.Millisecond), w.now().Add(60*time.Millisecond)
	w.store.put(rec)
	c.Sees("that it is accepted", `document.querySelector("#standing .strip .accepted.done.now")`)
	c.Sees("the same in the sheet", `document.querySelector("#sheet .watch .strip .accepted.done.now")`)
	c.Sees("that accepted is amber", colour(".accepted i")+` === "rgb(133, 83, 0)"`) // once the styles are there
	if green := c.Eval(colour(".confirmed i")); green == "rgb(19, 105, 45)" {
		t.Errorf("confirmed shows as %s before it is", green)
	}
	c.Sees("the number in the top bar", `document.querySelector("#numbers .amber b")?.innerText === "1"`)

	rec.State, rec.ConfirmedAt, rec.EndedAt = models.Confirmed, w.now().Add(400*time.Millisecond), w.now().Add(400*time.Millisecond)
	m.State, m.RemovedAt = models.Removed, rec.ConfirmedAt
	w.store.put(rec)
	w.store.post(m)
	c.Sees("that it is confirmed", `document.querySelector("#standing .strip .confirmed.done")`)
	c.Sees("that confirmed is green", colour(".confirmed i")+` === "rgb(19, 105, 45)"`)
	c.Sees("the same in the sheet", `document.querySelector("#sheet .watch .strip .confirmed.done")`)
	c.Shoot("sheet-confirmed")
	c.Press("\r")
	c.Sees("the page again", `!document.querySelector("dialog[open]") && document.querySelector("#sheet-body").childElementCount === 0`)
	c.Sees("that the page is live all along", `document.querySelector("#live").dataset.state === "live"`)
	c.Quiet()
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
	c.GoTo("/messages/" + string(m.ID))
	c.Press("r")
	c.Sees("the sheet", `document.querySelector("#sheet form[data-recall][data-htmx-powered]")`)
	c.Do("type a note",
		chromedp.Click(chromedp.CSS("#sheet input[value=abuse]")),
		chromedp.SendKeys(chromedp.CSS("#sheet input[name=note]"), "half a senten"),
	)
	w.store.reads[m.ID] = []models.Read{{Count: 3}}
	w.store.post(m)
	c.Sees("the news", `document.querySelector("#exposure").innerText.includes("3")`)
	c.Sees("what was typed", `document.querySelector("#sheet input[name=note]").value === "half a senten" &&
		document.activeElement.name === "note" && document.querySelector("#sheet input[value=abuse]").checked`)
	c.Press("r") // typing, not recalling
	c.Sees("the letter", `document.querySelector("#sheet input[name=note]").value === "half a sentenr"`)
	c.Press("\x1b")
	c.Press("\x1b")
	c.Sees("no sheet, and the focus where it was", `!document.querySelector("dialog[open]") && document.querySelector("#sheet-body").childElementCount === 0`)
	c.Quiet()
}

func TestBrowserUndoesARecall(t *testing.T) {
	w := newWorld(t)
	m := w.posted(sales, "alice", "card "+card)
	c := w.chrome()
	c.signIn()
	c.GoTo("/messages")
	c.Press("j")
	c.Press("r")
	c.Sees("the sheet", `document.querySelector("#sheet form[data-recall][data-htmx-powered]")`)
	c.Press("r")
	c.Sees("that it is asked for", `document.querySelector("#sheet form[data-htmx-powered] [data-undo]")`)
	c.Press("z")
	c.Sees("that it is cancelled", `document.querySelector("#sheet .watch .strip .cancelled")`)
	if got := w.latest(m.ID).State; got != models.Cancelled {
		t.Errorf("the recall is %s", got)
	}
	c.Press("\x1b")
	c.Sees("the row that had the focus", `document.activeElement.closest("#m-`+string(m.ID)+`")`)
	c.Quiet()
}

func TestBrowserSaysWhenThePageIsNotLive(t *testing.T) {
	w := newWorld(t)
	c := w.chrome()
	c.signIn()
	c.GoTo("/messages")
	c.Sees("the live sign", `document.querySelector("#live")?.dataset.state === "live"`)
	back := w.away() // a connection that is merely cut is back before a busy browser looks
	c.Sees("that it was lost", `document.querySelector("#live").dataset.state === "lost"`)
	m := w.posted(sales, "alice", "posted in the gap")
	back()
	c.Sees("what came in the gap", `document.getElementById("m-`+string(m.ID)+`")`)
	c.Sees("the live sign again", `document.querySelector("#live").dataset.state === "live"`)
}

func TestBrowserGoesByKeyboardAlone(t *testing.T) {
	w := newWorld(t)
	mild := w.opened(w.posted(sales, "bob", "call me on +49 151 23456789"), models.Medium)
	grave := w.opened(w.posted(sales, "alice", "card "+card), models.Critical)
	c := w.chrome()
	c.signIn()
	c.Press("?")
	c.Sees("the sheet of keys", `document.querySelector("dialog#keys[open]")`)
	c.Press("\x1b")
	c.Sees("no sheet", `!document.querySelector("dialog[open]")`)
	c.Press("g")
	c.DoAndGo("go to the queue", chromedp.KeyEvent("q"))

	c.Sees("the gravest case", `document.querySelector("#c-`+string(grave.ID)+` [aria-current]")`)
	c.Press("j")
	c.DoAndGo("open the next case", chromedp.KeyEvent("\r"))
	c.Sees("the next case", `document.querySelector("#c-`+string(mild.ID)+` [aria-current]")`)
	c.DoAndGo("keep it", chromedp.KeyEvent("o"))
	c.Sees("that it is kept", `document.querySelector("#notice").innerText.includes("Kept.")`)

	c.Press("m")
	c.Do("say what for", chromedp.KeyEvent("customer asks\r"))
	c.Sees("the text in clear", `document.querySelector("#revealed").innerText.includes("`+card+`")`)
	c.Press("\x1b")
	c.Eval(`document.body.dispatchEvent(new KeyboardEvent("keydown", { key: "m", bubbles: true })) + ""`)
	c.Sees("the text while m is held", `document.querySelector("form[data-reveal]").dataset.held === undefined && document.querySelector("#revealed").innerText.includes("`+card+`")`)
	c.Eval(`document.body.dispatchEvent(new KeyboardEvent("keyup", { key: "m", bubbles: true })) + ""`)
	c.Sees("nothing in clear any more", `!document.body.innerText.includes("`+card+`")`)
	c.Press("r")
	c.Sees("what a recall would meet", `document.querySelector("#sheet form[data-recall][data-htmx-powered]")`)
	c.Press("7")
	c.DoAndGo("recall it", chromedp.KeyEvent("r"))
	c.Sees("that a recall is asked for", `document.querySelector("#notice .watch .strip .requested")`)
	if got := w.latest(grave.Message).Reason.Code; got != models.Abuse {
		t.Errorf("the reason is %q, want the seventh", got)
	}

	c.Press("g")
	c.DoAndGo("go to the bench", chromedp.KeyEvent("t"))
	c.Press("/")
	c.Do("type", chromedp.KeyEvent("iban DE89 3704 0044 0532 0130 00"))
	c.Sees("what would be found", `document.querySelector("#tried").innerText.includes("iban")`)
	c.Quiet()
}

func TestBrowserShowsNothingAfterSigningOut(t *testing.T) {
	w := newWorld(t)
	w.posted(sales, "alice", "nobody else's business")
	c := w.chrome()
	c.signIn()
	c.GoTo("/messages")
	c.Sees("the list", `document.querySelector("#rows").innerText.includes("business")`)
	c.DoAndGo("sign out", chromedp.Click(chromedp.CSS("form[action='/sign-out'] button")))
	c.DoAndGo("go back", chromedp.Evaluate[chromedp.Void](`history.back()`))
	if text := c.Eval(`document.body.innerText`); strings.Contains(text, "business") || !strings.Contains(text, "Password") {
		t.Errorf("after signing out, back shows %q", text)
	}
	c.Quiet()
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
		m.SentAt, m.Ref = w.now().Add(time.Duration(i-len(posts))*47*time.Second), strconv.Itoa(2000-len(posts)+i+1)
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
		{"sweeps", "/sweeps"},
		{"sweep", "/sweeps/" + string(w.sweeps.ordered(sales, "alice").ID)},
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
