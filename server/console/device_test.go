package console

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/takeback-chat/takeback/models"
)

// guessed has somebody guess at a login from many addresses, which is as if this
// process forgot each of them at once.
func (w *world) guessed(name string, times int) {
	w.t.Helper()
	for i := range times {
		if _, err := w.store.real.TrySignIn(w.t.Context(), "login "+name, strangersLimit); err != nil {
			w.t.Fatalf("guess %d: %v", i, err)
		}
	}
}

// triesWord posts a password and returns the status and how long to wait.
func (b *browser) triesWord(name, word string) string {
	b.t.Helper()
	res, _ := b.post("/sign-in", "name", name, "password", word)
	return strings.TrimSpace(fmt.Sprint(res.StatusCode, " ", res.Header.Get("Retry-After")))
}

func TestALoginThatIsGuessedAtWaitsForStrangersOnly(t *testing.T) {
	w := newRealWorld(t)
	w.login("olga", models.Caller{Grant: models.GrantOperator})
	w.login("vera", models.Caller{Grant: models.GrantOperator})
	known, other := w.enters("olga"), w.enters("vera")
	for _, name := range []string{"olga", "nobody"} {
		w.guessed(name, strangersLimit.Free)
		for _, word := range []string{password, "guess guess"} {
			if got := w.browser().triesWord(name, word); got != "429 1" {
				t.Errorf("a stranger who tries %s is answered %s", name, got)
			}
		}
	}
	if got := other.triesWord("olga", password); got != "429 1" {
		t.Errorf("a browser known to another login is answered %s", got)
	}
	known.post("/sign-out")
	if got := known.triesWord("olga", password); got != "303" {
		t.Errorf("a known browser is answered %s", got)
	}
	w.pass(time.Second)
	if got := w.browser().triesWord("olga", password); got != "303" {
		t.Errorf("after the wait a stranger with the password is answered %s", got)
	}
	w.pass(strangersLimit.Within + time.Second)
	if got := w.browser().triesWord("nobody", "guess guess"); got != "422" {
		t.Errorf("an hour later a stranger is answered %s", got)
	}
}

func TestAKnownBrowserHasACountOfItsOwn(t *testing.T) {
	w := newRealWorld(t)
	w.login("olga", models.Caller{Grant: models.GrantOperator})
	known := w.enters("olga")
	for range deviceLimit.Free {
		if got := known.triesWord("olga", "guess guess"); got != "422" {
			t.Errorf("a wrong password is answered %s", got)
		}
	}
	if got := known.triesWord("olga", password); got != "429 1" {
		t.Errorf("after %d wrong ones it is answered %s", deviceLimit.Free, got)
	}
	if got := w.store.actions(); got[len(got)-1] != "stranger session.refused" {
		t.Errorf("audit = %v", got)
	}
	if got := w.browser().triesWord("olga", password); got != "303" {
		t.Errorf("another browser is answered %s", got)
	}
	w.pass(time.Second)
	if got := known.triesWord("olga", password); got != "303" {
		t.Errorf("after the wait it is answered %s", got)
	}
}

func TestABrowserIsUnknownAfterAReset(t *testing.T) {
	w := newRealWorld(t)
	m := w.login("olga", models.Caller{Grant: models.GrantOperator})
	there, here := w.enters("olga"), w.enters("olga")
	fresh := strings.Join([]string{"gravel", "otter", "lamp"}, " ")
	if res, body := here.post("/account/password", "old", password, "password", fresh, "again", fresh); res.StatusCode != http.StatusSeeOther {
		t.Fatalf("the change answered %d: %s", res.StatusCode, body)
	}
	w.guessed(m.Name, strangersLimit.Free)
	if got := there.triesWord("olga", fresh); got != "429 1" {
		t.Errorf("a browser of the old password is answered %s", got)
	}
	if got := here.triesWord("olga", fresh); got != "303" {
		t.Errorf("the browser in which it was changed is answered %s", got)
	}
}
