package console

import (
	"os"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/platforms"
	"github.com/takeback-chat/takeback/server/access"
)

// TestBrowserScreenshots keeps every page in both themes and languages, and what is
// read on a phone as it is there.
func TestBrowserScreenshots(t *testing.T) {
	if os.Getenv("TAKEBACK_SCREENSHOTS") == "" {
		return // they are for people to look at
	}
	w := chatWorld(t)
	w.set(time.Now().UTC().Truncate(time.Second))
	pages := w.furnish()
	w.furnishRules()
	c := w.chrome()
	c.Do("take a desk", chromedp.EmulateViewport(1440, 900))
	c.inBoth([]shown{{"sign-in", "/sign-in"}, {"sign-in-chat", "/sign-in/chat"}})
	c.signIn()
	c.inBoth(append(pages, shown{"numbers", "/numbers"}))
	c.Do("take a phone", chromedp.EmulateViewport(390, 844, chromedp.EmulateMobile))
	for _, p := range pages[:6] {
		c.GoTo(p.path)
		c.Shoot(p.name + "-phone")
	}
	c.ownsGroups()
	c.Quiet()

	w = newRealWorld(t)
	pages = w.furnishRecord()
	c = w.chrome()
	c.Do("take a desk", chromedp.EmulateViewport(1440, 900))
	c.entersReal()
	c.inBoth(pages)
}

// entersReal signs in as an operator of the real store.
func (c *chrome) entersReal() {
	c.t.Helper()
	c.GoTo("/sign-in")
	c.Do("type the name and the password",
		chromedp.SendKeys(chromedp.CSS("input[name=name]"), "olga"),
		chromedp.SendKeys(chromedp.CSS("input[name=password]"), password),
	)
	c.DoAndGo("sign in", chromedp.KeyEvent("\r"))
}

// inBoth keeps pages in both themes, and in Chinese.
func (c *chrome) inBoth(pages []shown) {
	c.t.Helper()
	for _, p := range pages {
		c.GoTo(p.path)
		for _, theme := range []string{"light", "dark"} {
			c.theme(theme)
			c.Shoot(p.name + "-" + theme)
		}
	}
	c.theme("light")
	c.speaks("zh-CN")
	for _, p := range pages {
		c.GoTo(p.path)
		c.Shoot(p.name + "-zh")
	}
	c.speaks("en")
}

// speaks makes the browser ask for a language.
func (c *chrome) speaks(lang string) {
	c.t.Helper()
	_, err := chromedp.Call(c.Context(), network.SetExtraHTTPHeaders, network.SetExtraHTTPHeadersParams{
		Headers: network.Headers{"Accept-Language": lang},
	})
	if err != nil {
		c.t.Fatal(err)
	}
}

// ownsGroups keeps what an owner of a group sees on a phone.
func (c *chrome) ownsGroups() {
	c.t.Helper()
	if _, err := chromedp.Call(c.Context(), network.ClearBrowserCookies, cdp.Empty{}); err != nil {
		c.t.Fatal(err)
	}
	c.GoTo("/sign-in/chat")
	c.Do("name the account", chromedp.SendKeys(chromedp.CSS("input[name=account]"), "ann"))
	c.DoAndGo("ask for a code", chromedp.KeyEvent("\r"))
	c.Do("type the code", chromedp.SendKeys(chromedp.CSS("input[name=code]"), codeIn(<-c.mail)))
	c.DoAndGo("sign in", chromedp.KeyEvent("\r"))
	c.Shoot("groups-phone")
	c.DoAndGo("open the group", chromedp.Click(chromedp.CSS(".groups a")))
	c.Shoot("group-phone")
	c.theme("dark")
	c.Shoot("group-phone-dark")
	c.speaks("zh-CN")
	c.DoAndGo("read it in Chinese", chromedp.Reload())
	c.Shoot("group-phone-zh")
}

// furnishRules adds policies, what stops them, and what they did.
func (w *world) furnishRules() {
	w.t.Helper()
	older := "policy: guests\nrules:\n  - name: payment-card\n    when: findings.exists(f, f.detector == \"credit_card\")\n    verdict: review\n    reason: {code: sensitive_information}\n"
	newer := "policy: guests\ntitle: Cards and keys of guests are taken back.\nrules:\n  - name: payment-card\n    when: findings.exists(f, f.detector == \"credit_card\")\n    verdict: recall\n    hold: 30s\n    reason: {code: sensitive_information, text: \"It held a card number.\"}\n"
	w.applied(older, newer)
	gone := map[models.RecallState]int{models.Confirmed: 212, models.AlreadyGone: 4, models.Failed: 3}
	w.store.did = map[string]models.RuleFigures{
		"payment-card": {Verdicts: map[models.Verdict]int{models.VerdictRecall: 219, models.VerdictReview: 17}, Recalls: gone},
		"live-secret":  {Verdicts: map[models.Verdict]int{models.VerdictRecall: 31}, Recalls: map[models.RecallState]int{models.Confirmed: 31}},
	}
	ago := func(d time.Duration) time.Time { return w.now().Add(-d) }
	w.store.broke(models.Breaker{
		ID: "1", Kind: models.RuleBreaker, Rule: "sensitive-data", State: models.BreakerReset, TrippedAt: ago(50 * time.Hour), Stopped: 12, Cases: 80,
		Cap: models.CapRule, Allowed: 20, ResetBy: "moderator:rita", ResetAt: ago(49 * time.Hour), ResetReason: "the word list was too short",
	})
	w.store.broke(models.Breaker{
		ID: "2", Kind: models.RuleBreaker, Rule: "payment-card", State: models.BreakerOpen, TrippedAt: ago(9 * time.Minute), Stopped: 20, Cases: 43, Cap: models.CapRule, Allowed: 20,
	})
	w.counts(sales, models.Coverage{First: 1, Newest: 2000, Tally: models.Tally{Seen: 1937, Late: 3, Backfilled: 43, Tips: 2, Gone: 1, Missing: 17}}, hole(320, 330, ""), hole(1200, 1205, ""), hole(800, 842, models.ClosedHistory))
	w.store.figures = w.month()
	w.chats.leaders = map[string]platforms.Leaders{sales.Group: {Standings: []models.Standing{
		{Account: "ann", Role: models.RoleOwner}, {Account: "j.keller", Role: models.RoleAdmin},
	}, AskedAt: ago(4 * time.Minute)}}
}

// month is thirty days of recalls, busier on weekdays.
func (w *world) month() (all []models.Figures) {
	for day := range 30 {
		n := 4 + (day*7)%11
		if day%7 > 4 {
			n /= 3
		}
		all = append(all, models.Figures{
			At:       w.now().Add(-time.Duration(day) * 24 * time.Hour).Add(-models.Slot).Truncate(models.Slot),
			Outcomes: map[models.RecallState]int{models.Confirmed: 3 * n, models.AlreadyGone: n / 4, models.Failed: n / 6, models.Unknown: day % 2},
			Reasons:  map[models.ReasonCode]int{models.SensitiveInformation: 2 * n, models.WrongRecipient: n / 2, models.Mistyped: n / 3, models.Abuse: n / 5},
			Rules:    map[string]int{"payment-card": n, "live-secret": n / 2, "": n},
			Took: map[int]int{
				models.TookBand(300 * time.Millisecond): n, models.TookBand(700 * time.Millisecond): n, models.TookBand(3 * time.Second): n / 2, models.TookBand(time.Minute): n / 4,
			},
			Reads:    map[models.ReadBefore]int{models.ReadByNobody: 2 * n, models.ReadBySome: n / 2, models.ReadNotKnown: n / 3},
			Verdicts: map[string]models.Verdicts{"payment-card": {Recall: n, Allow: n / 6}, "sensitive-data": {Recall: n / 2, Allow: n / 2}},
		})
	}
	return all
}

// furnishRecord adds people, tokens, holds and hooks, which only a real store keeps.
func (w *world) furnishRecord() []shown {
	w.t.Helper()
	w.login("olga", models.Caller{Grant: models.GrantOperator})
	w.login("rita", models.Caller{Grant: models.GrantRuleAuthor})
	w.login("jared", models.Caller{Grant: models.GrantModerator, Groups: []models.Place{{App: "main", Ref: sales.Group}}})
	_, hash := access.NewTokenSecret()
	token := models.Token{ID: models.NewID(), Name: "siem", Hash: hash, Caller: models.Caller{Grant: models.GrantAuditor}}
	if err := w.store.real.CreateToken(w.t.Context(), token, "moderator:olga"); err != nil {
		w.t.Fatal(err)
	}
	w.keptMessage("1")
	_, err := w.store.real.PlaceLegalHold(w.t.Context(), models.LegalHold{
		Kind: models.HoldSender, App: "main", Thing: "alice", Reason: "a court asks for what she wrote in May", PlacedBy: "moderator:olga", Until: w.now().Add(90 * 24 * time.Hour),
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return []shown{
		{"holds", "/holds"},
		{"hold", "/holds/new?kind=sender&app=main&thing=alice"},
		{"hooks", "/hooks"},
		{"settings", "/settings"},
		{"people", "/settings/people"},
		{"account", "/account"},
		{"totp", "/account/totp"},
	}
}
