package console

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/webauthn"
	"github.com/chromedp/chromedp"

	"github.com/takeback-chat/takeback/models"
)

// newPasskeyWorld is a real world with a name: a passkey belongs to one.
func newPasskeyWorld(t *testing.T) *world {
	t.Helper()
	w := newRealWorld(t)
	w.server.URL = strings.Replace(w.server.URL, "127.0.0.1", "localhost", 1)
	w.server.Config.Handler = w.handler(Options{Now: w.now, Sessions: w.store.real.Sessions(), Site: w.server.URL})
	return w
}

// authenticator gives the browser a device that keeps passkeys and knows its person.
func (c *chrome) authenticator() webauthn.AuthenticatorID {
	c.t.Helper()
	if _, err := chromedp.Call(c.Context(), webauthn.Enable, webauthn.EnableParams{}); err != nil {
		c.t.Fatal(err)
	}
	got, err := chromedp.Call(c.Context(), webauthn.AddVirtualAuthenticator, webauthn.AddVirtualAuthenticatorParams{
		Options: &webauthn.VirtualAuthenticatorOptions{
			Protocol: "ctap2", Transport: "internal", HasResidentKey: true, HasUserVerification: true, IsUserVerified: true,
			AutomaticPresenceSimulation: true,
		},
	})
	if err != nil {
		c.t.Fatal(err)
	}
	return got.AuthenticatorID
}

// types signs in with the password, at whatever page that leads to.
func (c *chrome) types(name string) {
	c.t.Helper()
	c.GoTo("/sign-in")
	c.Do("type the name and the password",
		chromedp.SendKeys(chromedp.CSS("input[name=name]"), name),
		chromedp.SendKeys(chromedp.CSS("input[name=password]"), password),
	)
	c.DoAndGo("sign in", chromedp.KeyEvent("\r"))
}

const signOutButton = "form[action='/sign-out'] button"

func TestBrowserSignsInWithAPasskey(t *testing.T) {
	w := newPasskeyWorld(t)
	olga := w.login("olga", models.Caller{Grant: models.GrantOperator})
	w.login("ann", models.Caller{Grant: models.GrantOperator})
	c := w.chrome()
	c.GoTo("/sign-in")
	device := c.authenticator()
	c.types("olga")

	c.GoTo("/account")
	c.Do("name the passkey and prove who it is",
		chromedp.SendKeys(chromedp.CSS("form[data-make] input[name=name]"), "laptop"),
		chromedp.SendKeys(chromedp.CSS("form[data-make] input[name=old]"), password),
	)
	c.DoAndGo("add the passkey", chromedp.Click(chromedp.CSS("form[data-make] button")))
	c.Sees("that it is added", `document.querySelector("#notice").innerText.includes("passkey is added")`)
	c.Sees("it in the list", `document.querySelector("[aria-labelledby=passkeys-head]").innerText.includes("laptop")`)

	c.DoAndGo("sign out", chromedp.Click(chromedp.CSS(signOutButton)))
	c.DoAndGo("sign in with it", chromedp.Click(chromedp.CSS("form[data-passkey] button")))
	c.Sees("who it is", `document.querySelector(".who").innerText.includes("olga")`)
	c.GoTo("/account")
	c.Sees("by what", `document.querySelector("table").innerText.includes("passkey")`)
	c.Shoot("account")

	c.DoAndGo("sign out", chromedp.Click(chromedp.CSS(signOutButton)))
	c.types("olga")
	c.Sees("that the password alone is not enough", `document.querySelector("[role=alert]").innerText.includes("needs its passkey")`)

	if _, err := chromedp.Call(c.Context(), webauthn.SetUserVerified, webauthn.SetUserVerifiedParams{AuthenticatorID: device}); err != nil {
		t.Fatal(err)
	}
	c.Do("a stranger takes the device", chromedp.Click(chromedp.CSS("form[data-passkey] button")))
	c.Sees("that it does not work", `!document.querySelector("[data-failed]").hidden`)
	if _, err := chromedp.Call(c.Context(), webauthn.SetUserVerified, webauthn.SetUserVerifiedParams{AuthenticatorID: device, IsUserVerified: true}); err != nil {
		t.Fatal(err)
	}
	if err := w.store.real.DisableModerator(t.Context(), olga.Name, "cli"); err != nil {
		t.Fatal(err)
	}
	c.DoAndGo("sign in to a disabled login", chromedp.Click(chromedp.CSS("form[data-passkey] button")))
	c.Sees("that it fits nobody", `document.querySelector("[role=alert]").innerText.includes("does not fit any login")`)
	keys, err := w.store.real.Passkeys(t.Context(), olga.ID)
	if err != nil || len(keys) != 1 || keys[0].UsedAt.IsZero() {
		t.Errorf("passkeys = %+v, %v", keys, err)
	}
	if did := w.did(); !slices.Contains(did, "moderator:olga factor.added") {
		t.Errorf("audit = %v", did)
	}
}

func TestAPasskeysAnswerIsHeldToItsChallenge(t *testing.T) {
	w := newPasskeyWorld(t)
	w.login("olga", models.Caller{Grant: models.GrantOperator})
	for what, tc := range map[string]struct {
		begin  bool
		answer string
	}{
		"without a beginning": {false, "{}"},
		"nothing":             {true, ""},
		"no JSON":             {true, "<script>"},
		"an empty answer":     {true, "{}"},
	} {
		b := w.browser()
		if tc.begin {
			if res, body := b.post("/sign-in/passkey/begin"); res.StatusCode != http.StatusOK || !strings.Contains(body, "challenge") {
				t.Errorf("%s: the beginning answered %d: %s", what, res.StatusCode, body)
			}
		}
		res, body := b.post("/sign-in/passkey", "credential", tc.answer)
		if res.StatusCode != http.StatusUnprocessableEntity {
			t.Errorf("%s: answered %d", what, res.StatusCode)
		}
		if !parse(t, body).has("[role=alert]", "does not fit") || !b.isOut() {
			t.Errorf("%s: %s", what, body)
		}
	}
	b := w.enters("olga")
	b.post("/account/passkeys/begin")
	res, body := b.post("/account/passkeys", "credential", "{}", "old", password)
	if res.StatusCode != http.StatusUnprocessableEntity || !parse(t, body).has("[role=alert]", "did not work") {
		t.Errorf("an empty passkey answered %d", res.StatusCode)
	}
}

func TestPasskeysNeedAName(t *testing.T) {
	for site, want := range map[string]bool{
		"https://takeback.example.com": true, "https://takeback.example.com:8443": true, "http://localhost:8080": true,
		"http://takeback.example.com": false, "http://127.0.0.1:8080": false, "https://192.0.2.1": false, "https://[::1]:8080": false, "": false,
	} {
		if name, origin, ok := passkeySite(site); ok != want || ok && origin != site {
			t.Errorf("passkeySite(%q) = %q, %q, %v; want %v", site, name, origin, ok, want)
		}
	}
}
