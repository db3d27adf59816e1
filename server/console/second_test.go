package console

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha1" // RFC 6238
	"encoding/base32"
	"encoding/binary"
	"fmt"
	"image/png"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/takeback-chat/takeback/models"
)

// phone is an authenticator app with the secret that a page shows.
type phone struct{ secret []byte }

func (p phone) code(at time.Time) string {
	mac := hmac.New(sha1.New, p.secret)
	_ = binary.Write(mac, binary.BigEndian, at.Unix()/30)
	sum := mac.Sum(nil)
	return fmt.Sprintf("%06d", binary.BigEndian.Uint32(sum[sum[19]&15:])&0x7fffffff%1_000_000)
}

// enrols adds an app to the login of a browser.
func (b *browser) enrols() (p phone, codes []string) {
	b.t.Helper()
	text := b.page("/account/totp").one("strong").text()
	secret, err := base32.StdEncoding.DecodeString(strings.ReplaceAll(text, " ", ""))
	if err != nil {
		b.t.Fatalf("the secret is shown as %q: %v", text, err)
	}
	p = phone{secret}
	res, body := b.post("/account/totp", "code", p.code(b.now()), "old", password)
	if res.StatusCode != http.StatusOK {
		b.t.Fatalf("adding an app answered %d: %s", res.StatusCode, parse(b.t, body).one("[role=alert]").text())
	}
	for _, n := range parse(b.t, body).find("li.mono") {
		codes = append(codes, page{b.t, n}.text())
	}
	return p, codes
}

// half signs olga in with the password, and is asked for more.
func (w *world) half() *browser {
	w.t.Helper()
	b := w.browser()
	res, _ := b.post("/sign-in", "name", "olga", "password", password, "next", "/recalls")
	if got := res.Header.Get("Location"); got != "/sign-in/second?next=%2Frecalls" {
		w.t.Fatalf("after the password Location = %q", got)
	}
	return b
}

func TestASecondFactorIsAskedFor(t *testing.T) {
	w := newRealWorld(t)
	w.login("olga", models.Caller{Grant: models.GrantOperator})
	first := w.enters("olga")
	ph, codes := first.enrols()
	if len(codes) != 10 {
		t.Fatalf("%d recovery codes", len(codes))
	}
	first.page("/account").wants("p", "An authenticator app, since")
	w.pass(time.Minute)

	b := w.half()
	if !b.isOut() {
		t.Error("the password alone opens pages")
	}
	b.page("/sign-in/second").wants("h1", "Second factor")
	res, body := b.post("/sign-in/second", "code", "000000")
	if res.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("a wrong code answered %d", res.StatusCode)
	}
	parse(t, body).wants("[role=alert]", "does not fit")
	code := ph.code(w.now())
	res, _ = b.post("/sign-in/second", "code", code[:3]+" "+code[3:], "next", "/recalls")
	if got := res.Header.Get("Location"); got != "/recalls" {
		t.Fatalf("after the code Location = %q", got)
	}
	b.page("/account").wants("td", "password and code")

	again := w.half()
	_, body = again.post("/sign-in/second", "code", code)
	parse(t, body).wants("[role=alert]", "used already")
	res, _ = again.post("/sign-in/second", "code", strings.ToUpper(codes[3]))
	if res.StatusCode != http.StatusSeeOther {
		t.Errorf("a recovery code answered %d", res.StatusCode)
	}
	third := w.half()
	_, body = third.post("/sign-in/second", "code", codes[3])
	parse(t, body).wants("[role=alert]", "recovery code does not fit")
	again.page("/account").wants("p", "Recovery codes left: 9.")
	want := []string{"cli moderator.created", "moderator:olga factor.added", "moderator:olga factor.used"}
	if diff := cmp.Diff(want, w.did()); diff != "" {
		t.Errorf("audit (-want +got):\n%s", diff)
	}
	for _, secret := range append(codes, code) {
		if strings.Contains(w.log.String(), secret) {
			t.Error("the log holds a code")
		}
	}
}

// What is guessed at through another node counts here too.
func TestGuessesAtASecondFactorCountOverAllNodes(t *testing.T) {
	w := newRealWorld(t)
	m := w.login("olga", models.Caller{Grant: models.GrantOperator})
	ph, _ := w.enters("olga").enrols()
	w.pass(time.Minute)
	b := w.half()
	for range secondLimit.Free {
		if _, err := w.store.real.TrySignIn(t.Context(), "second "+m.ID, secondLimit); err != nil {
			t.Fatal(err)
		}
	}
	if res, _ := b.post("/sign-in/second", "code", ph.code(w.now())); res.StatusCode != http.StatusTooManyRequests {
		t.Errorf("the right code answered %d after guesses elsewhere", res.StatusCode)
	}
	w.pass(time.Second)
	if res, _ := b.post("/sign-in/second", "code", ph.code(w.now())); res.StatusCode != http.StatusSeeOther {
		t.Errorf("after the wait it answered %d", res.StatusCode)
	}
}

func TestAHalfSignInEnds(t *testing.T) {
	w := newRealWorld(t)
	w.login("olga", models.Caller{Grant: models.GrantOperator})
	ph, _ := w.enters("olga").enrols()
	w.pass(time.Minute)
	t.Run("after ten minutes", func(t *testing.T) {
		b := w.half()
		w.pass(secondWithin + time.Second)
		_, body := b.post("/sign-in/second", "code", ph.code(w.now()))
		parse(t, body).wants("[role=alert]", "begin again")
		if !b.isOut() {
			t.Error("signed in")
		}
	})
	t.Run("after five wrong codes", func(t *testing.T) {
		b := w.half()
		for range secondTries {
			b.post("/sign-in/second", "code", "000000")
		}
		_, body := b.post("/sign-in/second", "code", ph.code(w.now()))
		parse(t, body).wants("[role=alert]", "begin again")
		if got := w.store.actions(); got[len(got)-1] != "moderator:olga session.refused" {
			t.Errorf("audit = %v", got)
		}
		other := w.half() // another browser waits too: it is the login that is guessed at
		if res, _ := other.post("/sign-in/second", "code", ph.code(w.now())); res.StatusCode != http.StatusTooManyRequests {
			t.Errorf("at once from another browser answered %d", res.StatusCode)
		}
		w.pass(longest)
		if res, _ := other.post("/sign-in/second", "code", ph.code(w.now())); res.StatusCode != http.StatusSeeOther {
			t.Errorf("after the wait the right code answered %d", res.StatusCode)
		}
	})
	t.Run("with the login", func(t *testing.T) {
		w.login("ann", models.Caller{Grant: models.GrantOperator})
		w.pass(time.Minute)
		b := w.half()
		if err := w.store.real.DisableModerator(ctxBackground, "olga", "cli"); err != nil {
			t.Fatal(err)
		}
		b.post("/sign-in/second", "code", ph.code(w.now()))
		if !b.isOut() {
			t.Error("a disabled login is signed in")
		}
	})
	t.Run("that never began", func(t *testing.T) {
		b := w.browser()
		_, body := b.post("/sign-in/second", "code", "123456")
		parse(t, body).wants("[role=alert]", "begin again")
	})
}

func TestAddingAnAppIsProved(t *testing.T) {
	w := newRealWorld(t)
	w.login("olga", models.Caller{Grant: models.GrantOperator})
	b := w.enters("olga")
	b.page("/account/totp")
	for what, tc := range map[string]struct {
		form []string
		want string
	}{
		"no password":  {[]string{"code", "000000"}, "does not fit"},
		"a wrong code": {[]string{"code", "000000", "old", password}, "code does not fit"},
	} {
		res, body := b.post("/account/totp", tc.form...)
		if res.StatusCode != http.StatusUnprocessableEntity {
			t.Errorf("%s: answered %d", what, res.StatusCode)
		}
		parse(t, body).wants("[role=alert]", tc.want)
	}
	res, body := b.get("/account/totp/qr")
	img, err := png.Decode(bytes.NewReader([]byte(body)))
	if err != nil || res.Header.Get("Content-Type") != "image/png" || res.Header.Get("Cache-Control") != "no-store" || img.Bounds().Dx() < 100 {
		t.Errorf("the QR code is %v, %v, %v", res.Header, img, err)
	}
	b.enrols()
	if res, _ := b.get("/account/totp/qr"); res.StatusCode != http.StatusNotFound {
		t.Errorf("after that the secret's picture answered %d", res.StatusCode)
	}
	if res, _ := b.post("/account/totp/remove", "old", "guess"); res.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("removing without the password answered %d", res.StatusCode)
	}
	if _, body := b.post("/account/totp/codes", "old", password); !strings.Contains(body, "not shown again") {
		t.Errorf("new recovery codes are not shown: %s", body)
	}
	b.post("/account/totp/remove", "old", password)
	b.page("/account").wants("#notice", "removed")
	w.enters("olga").page("/messages")
}

func TestWhoNeedsASecondFactorIsSentToAddOne(t *testing.T) {
	w := newRealWorld(t)
	w.server.Config.Handler = w.handler(Options{Now: w.now, Sessions: w.store.real.Sessions(), RequireSecond: func(g models.Grant) bool { return g == models.GrantOperator }})
	w.login("olga", models.Caller{Grant: models.GrantOperator})
	w.login("vera", models.Caller{Grant: models.GrantViewer})
	w.enters("vera").page("/messages")
	b := w.enters("olga")
	for _, path := range []string{"/messages", "/queue", "/audit"} {
		if res, _ := b.get(path); res.Header.Get("Location") != "/account/totp" {
			t.Errorf("%s: answered %d, Location %q", path, res.StatusCode, res.Header.Get("Location"))
		}
	}
	if res, body := b.post("/try", "text", "hello"); res.StatusCode != http.StatusForbidden || !strings.Contains(body, "second factor") {
		t.Errorf("a deed answered %d: %s", res.StatusCode, body)
	}
	b.page("/account/totp").wants(".notice", "needs a second factor")
	b.enrols()
	b.page("/messages")
}
