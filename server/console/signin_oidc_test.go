package console

import (
	"crypto/rand"
	"crypto/rsa"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/server/oidc"
)

// oidcWorld is a world whose people sign in at a provider: operators are in the group
// "ops", auditors in "audit".
func oidcWorld(t *testing.T) (*world, *idp) {
	t.Helper()
	w := newRealWorld(t)
	p := newIDP(t, w.now)
	p.said = map[string]any{"email": "Ann@example.com", "email_verified": true, "groups": []string{"staff", "ops"}}
	w.server.Close()
	w.server = httptest.NewServer(w.handler(Options{
		Now: w.now, Sessions: w.store.real.Sessions(), Provider: "Example",
		OIDC: oidc.New(oidc.Options{
			Issuer: p.server.URL, ClientID: clientID, Secret: clientSecret, Redirect: callback, Claim: "groups", Now: w.now,
			Roles:   []oidc.Role{{Value: "ops", Grant: models.GrantOperator}, {Value: "audit", Grant: models.GrantAuditor}},
			Domains: []string{"example.com"},
		}),
	}))
	t.Cleanup(w.server.Close)
	return w, p
}

// goesToProvider follows the link of the sign-in page and returns where it leads.
func (b *browser) goesToProvider() string {
	b.t.Helper()
	res, body := b.get("/sign-in/oidc?next=/recalls")
	if res.StatusCode != http.StatusSeeOther {
		b.t.Fatalf("/sign-in/oidc answered %d: %s", res.StatusCode, body)
	}
	return res.Header.Get("Location")
}

// comesBack follows the provider's way back and returns the status, where it leads, and
// the words of a refusal.
func (b *browser) comesBack(path string) (status int, to, words string) {
	b.t.Helper()
	res, body := b.get(path)
	if res.StatusCode == http.StatusSeeOther {
		return res.StatusCode, res.Header.Get("Location"), ""
	}
	return res.StatusCode, "", parse(b.t, body).one("[role=alert]").text()
}

func TestSingleSignOn(t *testing.T) {
	w, p := oidcWorld(t)
	b := w.browser()
	b.page("/sign-in?next=/recalls").wants("a", "Sign in with Example")
	way := p.consents(b.goesToProvider())
	if status, to, words := b.comesBack(way); status != http.StatusSeeOther || to != "/recalls" {
		t.Fatalf("coming back: %d, %q, %s", status, to, words)
	}
	page := b.page("/audit")
	page.wants(".who", "ann@example.com")
	page.wants(".who", "operator")
	if res, _ := w.browser().post("/sign-in", "name", "ann@example.com", "password", ""); res.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("without a password ann's login answered %d", res.StatusCode)
	}
	if strings.Contains(w.log.String(), clientSecret) {
		t.Error("the log tells the client's secret")
	}
	res, body := b.post("/account/password", "password", password, "again", password)
	if res.StatusCode != http.StatusForbidden || strings.Contains(b.page("/account").text(), "New password") {
		t.Errorf("a password is taken: %d, %s", res.StatusCode, body)
	}
	if res, _ := b.post("/account/passkeys/begin"); res.StatusCode != http.StatusForbidden {
		t.Errorf("a passkey is begun: %d", res.StatusCode)
	}
	b.post("/sign-out")
	if res, _ := b.get("/audit"); res.StatusCode != http.StatusSeeOther {
		t.Errorf("after signing out: %d", res.StatusCode)
	}
	if status, _, _ := b.comesBack(way); status != http.StatusForbidden {
		t.Errorf("the way back answered %d once more", status)
	}
}

func TestWhatTheProviderMustNotBring(t *testing.T) {
	tests := []struct {
		name   string
		lie    func(t *testing.T, p *idp)
		status int
		words  string
	}{
		{"another nonce", func(_ *testing.T, p *idp) { p.said["nonce"] = "other" }, http.StatusForbidden, "broken off"},
		{"no nonce", func(_ *testing.T, p *idp) { p.said["nonce"] = "" }, http.StatusForbidden, "broken off"},
		{"another audience", func(_ *testing.T, p *idp) { p.said["aud"] = "somebody-else" }, http.StatusForbidden, "broken off"},
		{"another issuer", func(_ *testing.T, p *idp) { p.said["iss"] = "https://evil.example" }, http.StatusForbidden, "broken off"},
		{"an old token", func(_ *testing.T, p *idp) { p.said["exp"] = p.now().Add(-time.Hour).Unix() }, http.StatusForbidden, "broken off"},
		{"a token signed by another", func(t *testing.T, p *idp) {
			t.Helper()
			var err error
			if p.sign, err = rsa.GenerateKey(rand.Reader, 2048); err != nil {
				t.Fatal(err)
			}
		}, http.StatusForbidden, "broken off"},
		{"a token without a signature", func(_ *testing.T, p *idp) { p.alg = "none" }, http.StatusForbidden, "broken off"},
		{"a code that it does not know", func(_ *testing.T, p *idp) { clear(p.codes) }, http.StatusForbidden, "broken off"},
		{"an address that is not verified", func(_ *testing.T, p *idp) { p.said["email_verified"] = false }, http.StatusForbidden, "vouches for no address"},
		{"an address of another domain", func(_ *testing.T, p *idp) { p.said["email"] = "ann@example.com.evil.example" }, http.StatusForbidden, "vouches for no address"},
		{"no address", func(_ *testing.T, p *idp) { delete(p.said, "email") }, http.StatusForbidden, "vouches for no address"},
		{"no role", func(_ *testing.T, p *idp) { p.said["groups"] = []string{"staff"} }, http.StatusForbidden, "have no role here"},
		{"nothing at all", func(_ *testing.T, p *idp) { p.server.Close() }, http.StatusServiceUnavailable, "does not answer"},
	}
	for _, tt := range tests {
		w, p := oidcWorld(t)
		b := w.browser()
		way := p.consents(b.goesToProvider())
		tt.lie(t, p)
		status, _, words := b.comesBack(way)
		if status != tt.status || !strings.Contains(words, tt.words) {
			t.Errorf("%s: %d, %q", tt.name, status, words)
		}
		if res, _ := b.get("/recalls"); res.StatusCode != http.StatusSeeOther {
			t.Errorf("%s: somebody is signed in: %d", tt.name, res.StatusCode)
		}
		if found, err := w.store.real.Moderators(t.Context()); err != nil || len(found) > 0 {
			t.Errorf("%s: %d logins were made, %v", tt.name, len(found), err)
		}
	}
}

func TestTheWayBackIsTheBrowsersOwn(t *testing.T) {
	w, p := oidcWorld(t)
	b, other := w.browser(), w.browser()
	other.goesToProvider()
	way := p.consents(b.goesToProvider())
	for name, thief := range map[string]*browser{"one on its own way": other, "one without a session": w.browser()} {
		if status, _, words := thief.comesBack(way); status != http.StatusForbidden || !strings.Contains(words, "another browser") {
			t.Errorf("%s: %d, %q", name, status, words)
		}
	}
	if status, _, words := b.comesBack(way); status != http.StatusSeeOther {
		t.Errorf("the browser itself: %d, %q", status, words)
	}
}

func TestTheProviderChangesItsKey(t *testing.T) {
	w, p := oidcWorld(t)
	for _, kid := range []string{"second", "third"} {
		b := w.browser()
		if status, _, words := b.comesBack(p.consents(b.goesToProvider())); status != http.StatusSeeOther {
			t.Errorf("before %s: %d, %q", kid, status, words)
		}
		p.rotate(kid)
	}
}

func TestTheRoleFollowsTheProvider(t *testing.T) {
	w, p := oidcWorld(t)
	first := w.browser()
	first.comesBack(p.consents(first.goesToProvider()))
	first.page("/audit").wants(".who", "operator")
	p.said["groups"] = "audit" // one text, as some providers say it
	second := w.browser()
	second.comesBack(p.consents(second.goesToProvider()))
	second.page("/audit").wants(".who", "auditor")
	if res, _ := first.get("/audit"); res.StatusCode != http.StatusSeeOther {
		t.Errorf("the session with the old role answers %d", res.StatusCode)
	}
	p.said["groups"] = []string{}
	third := w.browser()
	if status, _, words := third.comesBack(p.consents(third.goesToProvider())); status != http.StatusForbidden || !strings.Contains(words, "no role here") {
		t.Errorf("without a role: %d, %q", status, words)
	}
	if res, _ := second.get("/audit"); res.StatusCode != http.StatusSeeOther {
		t.Errorf("the session of who has no role answers %d", res.StatusCode)
	}
}

func TestADisabledLoginStaysOutWhateverTheProviderSays(t *testing.T) {
	w, p := oidcWorld(t)
	w.login("olga", models.Caller{Grant: models.GrantOperator}) // since the last operator cannot be disabled
	b := w.browser()
	b.comesBack(p.consents(b.goesToProvider()))
	if err := w.store.real.DisableModerator(t.Context(), "ann@example.com", "cli"); err != nil {
		t.Fatal(err)
	}
	if status, _, _ := b.comesBack(p.consents(b.goesToProvider())); status != http.StatusForbidden {
		t.Errorf("a disabled login is answered %d", status)
	}
}

// A provider that is down from the beginning keeps nobody else from signing in.
func TestADeadProviderIsNotMissed(t *testing.T) {
	w, p := oidcWorld(t)
	p.server.Close()
	w.login("olga", models.Caller{Grant: models.GrantOperator})
	b := w.browser()
	res, body := b.get("/sign-in/oidc")
	if res.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("answered %d", res.StatusCode)
	}
	parse(t, body).wants("[role=alert]", "does not answer")
	if res, _ := b.post("/sign-in", "name", "olga", "password", password); res.StatusCode != http.StatusSeeOther {
		t.Errorf("the password answered %d", res.StatusCode)
	}
}
