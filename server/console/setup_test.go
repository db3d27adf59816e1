package console

import (
	"encoding/base64"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/crypto/argon2"

	"github.com/takeback-chat/takeback/models"
)

func TestAFirstLinkMakesTheFirstOperator(t *testing.T) {
	w := newRealWorld(t)
	path, other := w.invite(""), w.invite("")
	b := w.browser()
	p := b.page(path)
	p.wants("h1", "Set up your login")
	p.wants("strong", "operator")
	b.page(path) // looking changes nothing
	res, _ := b.post(path, "name", "olga", "password", password, "again", password)
	if res.StatusCode != http.StatusSeeOther {
		t.Fatalf("answered %d", res.StatusCode)
	}
	b.page("/messages").wants(".who", "olga operator")
	again := w.browser()
	for _, dead := range []string{path, other} {
		for _, form := range [][]string{nil, {"name", "eve", "password", password, "again", password}} {
			res, body := again.answers(dead, form)
			if dead == other && form == nil {
				continue // it looks open still
			}
			if res != http.StatusGone {
				t.Errorf("%s after the first login answered %d", dead, res)
			}
			parse(t, body).wants("h1", "used already")
		}
	}
	if diff := cmp.Diff([]string{"cli moderator.created", "moderator:olga session.opened"}, append(w.did(), w.store.actions()...)); diff != "" {
		t.Errorf("audit (-want +got):\n%s", diff)
	}
	if strings.Contains(w.log.String(), path) {
		t.Errorf("the log holds the link: %s", w.log)
	}
}

// answers gets a page, or posts a form to it.
func (b *browser) answers(path string, form []string) (int, string) {
	b.t.Helper()
	if form == nil {
		res, body := b.get(path)
		return res.StatusCode, body
	}
	res, body := b.post(path, form...)
	return res.StatusCode, body
}

func TestASetUpLinkKeepsItsNameAndRole(t *testing.T) {
	w := newRealWorld(t)
	w.login("olga", models.Caller{Grant: models.GrantOperator})
	b := w.browser()
	b.post(w.invite("wei.lin"), "name", "somebody.else", "password", password, "again", password)
	b.page("/messages").wants(".who", "wei.lin operator")
	if _, err := w.store.real.ModeratorByName(t.Context(), "somebody.else"); err == nil {
		t.Error("the name of the form was taken")
	}
}

func TestASetUpLinkSaysWhatIsWrong(t *testing.T) {
	w := newRealWorld(t)
	path := w.invite("")
	b := w.browser()
	for what, tc := range map[string]struct {
		form []string
		want string
	}{
		"short":        {[]string{"name", "olga", "password", "short", "again", "short"}, "at least 15"},
		"the name":     {[]string{"name", "alexandra.koenig", "password", "alexandra.koenig12", "again", "alexandra.koenig12"}, "your name"},
		"not the same": {[]string{"name", "olga", "password", password, "again", password + "x"}, "not the same"},
		"no name":      {[]string{"name", "", "password", password, "again", password}, "A name has"},
		"an odd name":  {[]string{"name", "a:b", "password", password, "again", password}, "A name has"},
	} {
		res, body := b.post(path, tc.form...)
		p := parse(t, body)
		if res.StatusCode != http.StatusUnprocessableEntity || !p.has("[role=alert]", tc.want) {
			t.Errorf("%s: answered %d, %q", what, res.StatusCode, p.one("[role=alert]").text())
		}
		if got := attr(p.find("input[name=name]")[0], "value"); got != tc.form[1] {
			t.Errorf("%s: the name is given back as %q", what, got)
		}
		if strings.Contains(body, password) {
			t.Errorf("%s: the password is given back", what)
		}
	}
	if res, _ := b.get("/set-up/made-up"); res.StatusCode != http.StatusNotFound {
		t.Errorf("a link that was never made answered %d", res.StatusCode)
	}
	w.pass(time.Hour + time.Second)
	res, body := b.get(path)
	if res.StatusCode != http.StatusGone {
		t.Errorf("after an hour it answered %d", res.StatusCode)
	}
	parse(t, body).wants("h1", "expired")
	if res, _ := b.post(path, "name", "olga", "password", password, "again", password); res.StatusCode != http.StatusGone {
		t.Errorf("used after an hour it answered %d", res.StatusCode)
	}
}

func TestAPasswordIsHashedAnewWhenItsCostGrew(t *testing.T) {
	w := newRealWorld(t)
	m := w.login("olga", models.Caller{Grant: models.GrantOperator})
	if err := w.store.real.Rehash(t.Context(), m.ID, m.PasswordHash, cheapHash(t)); err != nil {
		t.Fatal(err)
	}
	if res, _ := w.browser().post("/sign-in", "name", "olga", "password", password); res.StatusCode != http.StatusSeeOther {
		t.Fatalf("answered %d", res.StatusCode)
	}
	after, _ := w.store.real.Moderator(t.Context(), m.ID)
	if !strings.HasPrefix(after.PasswordHash, "$argon2id$v=19$m=19456,t=2,p=1$") {
		t.Errorf("the hash is still %q", after.PasswordHash[:40])
	}
	if res, _ := w.browser().post("/sign-in", "name", "olga", "password", password); res.StatusCode != http.StatusSeeOther {
		t.Errorf("after that the password answered %d", res.StatusCode)
	}
}

func TestBrowserInWords(t *testing.T) {
	for agent, want := range map[string]string{
		"Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0":                                                                  "Firefox, Linux",
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36 Edg/141.0":               "Edge, Windows",
		"Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1": "Safari, iPhone",
		"Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Mobile Safari/537.36":                   "Chrome, Android",
		"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Safari/605.1.15":                   "Safari, macOS",
		"curl/8.9": "curl", "": "", "<script>": "",
	} {
		if got := browserOf(agent); got != want {
			t.Errorf("browserOf(%q) = %q, want %q", agent, got, want)
		}
	}
}

// cheapHash is the password at a cost of yesterday.
func cheapHash(t *testing.T) string {
	t.Helper()
	salt := []byte("yesterday's salt")
	key := argon2.IDKey([]byte(password), salt, 1, 64, 1, 32)
	b64 := base64.RawStdEncoding
	return "$argon2id$v=19$m=64,t=1,p=1$" + b64.EncodeToString(salt) + "$" + b64.EncodeToString(key)
}
