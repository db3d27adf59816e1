package console

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/server/access"
)

func TestPagesAskToSignInAndComeBack(t *testing.T) {
	w := newWorld(t)
	w.person("olga", models.Caller{Grant: models.GrantOperator})
	b := w.browser()
	res, _ := b.get("/recalls?state=failed")
	if got, want := res.Header.Get("Location"), "/sign-in?next=%2Frecalls%3Fstate%3Dfailed"; got != want {
		t.Fatalf("Location = %q, want %q", got, want)
	}
	p := b.page(res.Header.Get("Location"))
	next := attr(p.find("input[name=next]")[0], "value")
	res, _ = b.post("/sign-in", "name", "olga", "password", password, "next", next)
	if got := res.Header.Get("Location"); got != "/recalls?state=failed" {
		t.Errorf("after the sign-in Location = %q", got)
	}
}

func TestASignInLinkLeadsNowhereElse(t *testing.T) {
	for _, next := range []string{
		"https://evil.example/", "//evil.example/", `/\evil.example/`, `\\evil.example`, "javascript:alert(1)", "", "evil",
		"/\t/evil.example", "http:evil", "///evil.example",
	} {
		if got := localPath(next); got != "/messages" {
			t.Errorf("localPath(%q) = %q", next, got)
		}
	}
	if got := localPath("/queue/7?x=1"); got != "/queue/7?x=1" {
		t.Errorf("localPath = %q", got)
	}
}

func TestOneAnswerToAllThatDoesNotFit(t *testing.T) {
	w := newWorld(t)
	w.person("olga", models.Caller{Grant: models.GrantOperator})
	w.person("gone", models.Caller{Grant: models.GrantOperator})
	gone := w.store.moderators["id-gone"]
	gone.DisabledAt = noon
	w.store.moderators["id-gone"] = gone
	unknownToken, _ := access.NewTokenSecret()
	var answers []string
	for _, form := range [][]string{
		{"name", "olga", "password", "wrong password"},
		{"name", "nobody", "password", password},
		{"name", "gone", "password", password},
		{"name", "olga", "password", ""},
		{"name", "", "password", ""},
		{"token", "tb_not-a-token"},
		{"token", unknownToken},
	} {
		res, body := w.browser().post("/sign-in", form...)
		if res.StatusCode != http.StatusUnprocessableEntity {
			t.Errorf("%v answered %d", form[0], res.StatusCode)
		}
		if len(res.Set) != 0 {
			t.Errorf("%v was given a cookie", form[0])
		}
		answers = append(answers, parse(t, body).one("[role=alert]").text())
	}
	for _, a := range answers {
		if a != answers[0] {
			t.Errorf("answers differ: %q, %q", a, answers[0])
		}
	}
	if strings.Contains(w.log.String(), "olga") || strings.Contains(w.log.String(), "tb_") {
		t.Errorf("the log names who tried: %s", w.log)
	}
}

func TestGuessingIsSlowedWithoutALock(t *testing.T) {
	w := newWorld(t)
	w.person("olga", models.Caller{Grant: models.GrantOperator})
	b := w.browser()
	for range freeTries {
		b.post("/sign-in", "name", "olga", "password", "guess guess")
	}
	res, body := b.post("/sign-in", "name", "olga", "password", password)
	if res.StatusCode != http.StatusTooManyRequests || res.Header.Get("Retry-After") != "1" {
		t.Fatalf("the sixth try answered %d, Retry-After %q", res.StatusCode, res.Header.Get("Retry-After"))
	}
	parse(t, body).wants("[role=alert]", "wait 1 second and")
	if diff := cmp.Diff([]string{"stranger session.refused"}, w.store.actions()); diff != "" {
		t.Errorf("audit of a row of refused tries (-want +got):\n%s", diff)
	}
	w.pass(time.Second)
	if res, _ := b.post("/sign-in", "name", "olga", "password", password); res.StatusCode != http.StatusSeeOther {
		t.Errorf("after the wait the right password answered %d", res.StatusCode)
	}
}

func TestThrottleCountsANameFromAnAddress(t *testing.T) {
	now := noon
	th := newThrottle(func() time.Time { return now })
	here, there := try{"olga", "192.0.2.1"}, try{"olga", "192.0.2.2"}
	for range 50 {
		th.failed(here)
	}
	if got := th.wait(here); got != longest {
		t.Errorf("wait = %v, want %v", got, longest)
	}
	if got := th.wait(there); got != 0 {
		t.Errorf("another address waits %v", got)
	}
	now = now.Add(forgetIn + time.Second)
	th.failed(here)
	if got := th.wait(here); got != 0 {
		t.Errorf("after %v it still waits %v", forgetIn, got)
	}
}

func TestCookies(t *testing.T) {
	for _, tc := range []struct {
		secure bool
		name   string
		lasts  time.Duration
	}{
		{false, "takeback", 0},
		{true, "__Host-takeback", 0},
		{false, "takeback-device", access.DeviceFor},
		{true, "__Host-takeback-device", access.DeviceFor},
	} {
		w := newWorld(t)
		w.person("olga", models.Caller{Grant: models.GrantOperator})
		h := w.handler(Options{Secure: tc.secure, Now: w.now})
		w.server.Config.Handler = h
		res, _ := w.browser().post("/sign-in", "name", "olga", "password", password)
		var cookie *http.Cookie
		for _, c := range res.Set {
			if c.Name == tc.name {
				cookie = c
			}
		}
		if cookie == nil || !cookie.HttpOnly || cookie.SameSite != http.SameSiteLaxMode ||
			cookie.Secure != tc.secure || cookie.Path != "/" || cookie.Domain != "" || cookie.MaxAge != int(tc.lasts.Seconds()) || len(cookie.Value) < 40 {
			t.Errorf("cookie %s = %v", tc.name, cookie)
		}
	}
}

func TestSessionsEnd(t *testing.T) {
	signedOut := func(t *testing.T, b *browser) {
		t.Helper()
		if res, _ := b.get("/messages"); !strings.HasPrefix(res.Header.Get("Location"), "/sign-in") {
			t.Errorf("answered %d, Location %q, want the sign-in", res.StatusCode, res.Header.Get("Location"))
		}
	}
	t.Run("after half an hour without use", func(t *testing.T) {
		w := newWorld(t)
		b := w.operator()
		w.pass(29 * time.Minute)
		b.page("/messages")
		w.pass(29 * time.Minute)
		b.page("/messages")
		w.pass(31 * time.Minute)
		signedOut(t, b)
	})
	t.Run("at sign-out, for the cookie too", func(t *testing.T) {
		w := newWorld(t)
		b := w.operator()
		thief := w.browser()
		u := b.request(http.MethodGet, "/", nil).URL
		thief.client.Jar.SetCookies(u, b.client.Jar.Cookies(u))
		thief.page("/messages")
		b.post("/sign-out")
		signedOut(t, b)
		signedOut(t, thief)
		if got := w.store.actions(); got[len(got)-1] != "moderator:olga session.closed" {
			t.Errorf("audit = %v", got)
		}
	})
	t.Run("when the login is disabled", func(t *testing.T) {
		w := newWorld(t)
		b := w.operator()
		m := w.store.moderators["id-olga"]
		m.DisabledAt = w.now()
		w.store.moderators["id-olga"] = m
		signedOut(t, b)
	})
	t.Run("when the token is revoked", func(t *testing.T) {
		w := newWorld(t)
		plain, hash := access.NewTokenSecret()
		key := hex.EncodeToString(hash)
		w.store.tokens[key] = models.Token{Name: "ci", Hash: hash, Caller: models.Caller{Grant: models.GrantOperator}}
		b := w.browser()
		b.post("/sign-in", "token", " "+plain+"\n")
		b.page("/messages").wants(".who", "ci operator")
		revoked := w.store.tokens[key]
		revoked.RevokedAt = w.now()
		w.store.tokens[key] = revoked
		signedOut(t, b)
		if sum := sha256.Sum256([]byte(plain)); hex.EncodeToString(sum[:]) != key {
			t.Error("a token's hash is its SHA-256: the session keeps that")
		}
	})
}

func TestSignInMakesANewSession(t *testing.T) {
	w := newWorld(t)
	b := w.operator()
	u := b.request(http.MethodGet, "/", nil).URL
	before := b.client.Jar.Cookies(u)[0].Value
	b.post("/sign-in", "name", "olga", "password", password)
	if after := b.client.Jar.Cookies(u)[0].Value; after == before {
		t.Error("signing in again kept the session's token")
	}
}

func TestAScriptIsToldInPlaceThatTheSessionIsGone(t *testing.T) {
	w := newWorld(t)
	m := w.posted(sales, "alice", "hello")
	b := w.browser()
	req := b.request(http.MethodPost, "/messages/"+string(m.ID)+"/recall", values("reason", "abuse"))
	req.Header.Set("HX-Request", "true")
	res, body := b.do(req)
	if res.StatusCode != http.StatusUnauthorized || res.Header.Get("HX-Retarget") != "#notice" {
		t.Errorf("answered %d, HX-Retarget %q", res.StatusCode, res.Header.Get("HX-Retarget"))
	}
	parse(t, body).wants("p", "What you typed is still here")
}
