package console

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/server/access"
)

// chatWorld is a world in which ann owns the group sales, sam is a member of it, and
// wang owns another one.
func chatWorld(t *testing.T) *world {
	t.Helper()
	w := newWorld(t)
	w.roles[sales.Group] = map[string]models.Role{"ann": models.RoleOwner, "sam": models.RoleMember}
	w.roles[east.Group] = map[string]models.Role{"wang": models.RoleAdmin}
	return w
}

func TestACodeSignsInToOnesOwnGroups(t *testing.T) {
	w := chatWorld(t)
	w.posted(sales, "bob", "of the sales")
	w.posted(east, "wang", "of the east")
	b := w.browser()
	b.post("/sign-in/chat", "account", " ann ", "next", "/messages")
	p := b.page("/sign-in/chat/code")
	p.wants("main", "If the account “ann” owns or runs a group")
	told := <-w.mail
	if !strings.HasPrefix(told, "ann: ") || !strings.Contains(told, "https://takeback.example.com") || !strings.Contains(told, "Nobody of us asks for this code") {
		t.Errorf("ann is told %q", told)
	}
	res, _ := b.post("/sign-in/chat/code", "code", strings.ReplaceAll(codeIn(told), " ", "-"))
	if got := res.Header.Get("Location"); res.StatusCode != http.StatusSeeOther || got != "/messages" {
		t.Fatalf("the code answered %d, Location %q", res.StatusCode, got)
	}
	p = b.page("/messages")
	p.wants("main", "of the sales")
	p.wants(".who", "group owner or admin")
	if strings.Contains(p.text(), "of the east") || len(p.find(`a[href="/policy"]`)) > 0 {
		t.Errorf("ann sees %s", p.text())
	}
	if diff := cmp.Diff([]string{"account:main:ann session.opened"}, w.store.actions()); diff != "" {
		t.Errorf("the audit (-want +got):\n%s", diff)
	}
	if code := codeIn(told); strings.Contains(w.log.String(), code) || strings.Contains(w.log.String(), strings.ReplaceAll(code, " ", "")) {
		t.Error("the log tells the code")
	}
}

func TestWhoHasNoGroupIsAnsweredLikeWhoHas(t *testing.T) {
	w := chatWorld(t)
	var answers []string
	for _, account := range []string{"ann", "sam", "nobody"} {
		b := w.browser()
		res, _ := b.post("/sign-in/chat", "account", account)
		body := b.page("/sign-in/chat/code").text()
		answers = append(answers, res.Header.Get("Location")+strings.ReplaceAll(body, account, "NAME"))
	}
	for _, a := range answers {
		if a != answers[0] {
			t.Errorf("answers differ: %q, %q", a, answers[0])
		}
	}
	w.browser().post("/sign-in/chat", "account", "wang")
	got := []string{<-w.mail, <-w.mail} // in any order: what went to others would have come before the last
	slices.Sort(got)
	if !strings.HasPrefix(got[0], "ann: ") || !strings.HasPrefix(got[1], "wang: ") {
		t.Errorf("told: %q", got)
	}
}

func TestACodeIsForTheBrowserThatAsked(t *testing.T) {
	w := chatWorld(t)
	b, thief := w.browser(), w.browser()
	thief.post("/sign-in/chat", "account", "ann")
	<-w.mail
	b.post("/sign-in/chat", "account", "ann")
	code := codeIn(<-w.mail)
	if res, _ := thief.post("/sign-in/chat/code", "code", code); res.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("another browser is answered %d", res.StatusCode)
	}
	if res, _ := w.browser().post("/sign-in/chat/code", "code", code); res.Header.Get("Location") != "/sign-in/chat" {
		t.Errorf("a browser that asked for none is led to %q", res.Header.Get("Location"))
	}
	if res, _ := b.post("/sign-in/chat/code", "code", code); res.StatusCode != http.StatusSeeOther {
		t.Errorf("the browser that asked is answered %d", res.StatusCode)
	}
}

func TestCodesEnd(t *testing.T) {
	tests := []struct {
		name   string
		before func(b *browser, code string)
		words  string
	}{
		{"used", func(b *browser, code string) {
			b.post("/sign-in/chat/code", "code", code)
			b.post("/sign-out")
		}, ""},
		{"late", func(b *browser, _ string) { b.pass(access.CodeFor) }, "That code is over"},
		{"tried too often", func(b *browser, _ string) {
			for range access.CodeTries {
				b.post("/sign-in/chat/code", "code", "wrong")
			}
			b.pass(longest)
		}, "That code is over"},
		{"no group any more", func(b *browser, _ string) {
			delete(b.roles[sales.Group], "ann")
		}, "owns or runs no group any more"},
	}
	for _, tt := range tests {
		w := chatWorld(t)
		b := w.browser()
		b.post("/sign-in/chat", "account", "ann")
		code := codeIn(<-w.mail)
		tt.before(b, code)
		res, body := b.post("/sign-in/chat/code", "code", code)
		if tt.words != "" {
			parse(t, body).wants("[role=alert]", tt.words)
		}
		if after, _ := b.get("/messages"); after.StatusCode != http.StatusSeeOther {
			t.Errorf("%s: the code answered %d, and the messages %d", tt.name, res.StatusCode, after.StatusCode)
		}
	}
}

func TestAWrongCodeSaysHowManyTriesAreLeft(t *testing.T) {
	w := chatWorld(t)
	b := w.browser()
	b.post("/sign-in/chat", "account", "ann")
	code := codeIn(<-w.mail)
	_, body := b.post("/sign-in/chat/code", "code", "0000")
	parse(t, body).wants("[role=alert]", "4 tries are left")
	if res, _ := b.post("/sign-in/chat/code", "code", strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r - '0' + '０' // as a Chinese keyboard may have it
		}
		return r
	}, code)); res.StatusCode != http.StatusSeeOther {
		t.Errorf("the code in wide digits answered %d", res.StatusCode)
	}
}

func TestNobodyIsFloodedWithCodes(t *testing.T) {
	w := chatWorld(t)
	for range 3 {
		w.browser().post("/sign-in/chat", "account", "ann")
		<-w.mail
	}
	res, body := w.browser().post("/sign-in/chat", "account", "ann")
	if res.StatusCode != http.StatusTooManyRequests || res.Header.Get("Retry-After") != "900" {
		t.Errorf("the fourth answered %d, Retry-After %q", res.StatusCode, res.Header.Get("Retry-After"))
	}
	parse(t, body).wants("[role=alert]", "15 min")
	w.browser().post("/sign-in/chat", "account", "nobody")
	res, body = w.browser().post("/sign-in/chat", "account", "wang") // the sixth of this address
	if res.StatusCode != http.StatusTooManyRequests || res.Header.Get("Retry-After") != "1" {
		t.Errorf("the sixth of an address answered %d, Retry-After %q: %s", res.StatusCode, res.Header.Get("Retry-After"), body)
	}
	w.pass(15 * time.Minute)
	if res, _ := w.browser().post("/sign-in/chat", "account", "ann"); res.StatusCode != http.StatusSeeOther {
		t.Errorf("a quarter of an hour later it answered %d", res.StatusCode)
	}
}

func TestACodeIsToldInTheLanguageOfWhoAsked(t *testing.T) {
	w := chatWorld(t)
	b := w.browser()
	req := b.request(http.MethodPost, "/sign-in/chat", values("account", "ann"))
	req.Header.Set("Accept-Language", "zh-CN,zh;q=0.9")
	b.do(req)
	if told := <-w.mail; !strings.Contains(told, "我们的人不会向您索要此验证码") {
		t.Errorf("ann is told %q", told)
	}
}

func TestALostRoleEndsTheSession(t *testing.T) {
	w := chatWorld(t)
	w.roles[sales.Group]["lou"] = models.RoleAdmin
	b := w.byChat("lou")
	b.page("/messages")
	w.lose("lou")
	res, _ := b.get("/messages")
	if got := res.Header.Get("Location"); got != "/sign-in?next=%2Fmessages&why=groups" {
		t.Errorf("after the loss: %d, Location %q", res.StatusCode, got)
	}
	b.page("/sign-in?why=groups").wants("[role=status]", "you own and run no group any more")
}

func TestWhatCannotBeAskedFor(t *testing.T) {
	w := chatWorld(t)
	for _, form := range [][]string{{"account", ""}, {"account", "ann", "app", "other"}, {"account", "  "}} {
		res, body := w.browser().post("/sign-in/chat", form...)
		if res.StatusCode != http.StatusUnprocessableEntity || len(res.Set) > 0 {
			t.Errorf("%q answered %d, with %d cookies", form, res.StatusCode, len(res.Set))
		}
		parse(t, body).wants("[role=alert]", "Say which account")
	}
}

func TestSigningInByChatTwiceLeadsOn(t *testing.T) {
	w := chatWorld(t)
	b := w.byChat("ann")
	if res, _ := b.get("/sign-in/chat?next=//evil.example"); res.Header.Get("Location") != "/messages" {
		t.Errorf("who is signed in is led to %q", res.Header.Get("Location"))
	}
}
