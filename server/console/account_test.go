package console

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/takeback-chat/takeback/models"
)

// enters signs in to a login that is there.
func (w *world) enters(name string) *browser {
	w.t.Helper()
	b := w.browser()
	if res, body := b.post("/sign-in", "name", name, "password", password); res.StatusCode != http.StatusSeeOther {
		w.t.Fatalf("signing in as %s answered %d: %s", name, res.StatusCode, body)
	}
	return b
}

func (b *browser) isOut() bool {
	b.t.Helper()
	res, _ := b.get("/messages")
	return strings.HasPrefix(res.Header.Get("Location"), "/sign-in")
}

func TestTheAccountPageListsAndEndsSessions(t *testing.T) {
	w := newRealWorld(t)
	w.login("olga", models.Caller{Grant: models.GrantOperator})
	here, there, third := w.enters("olga"), w.enters("olga"), w.enters("olga")
	p := here.page("/account")
	if n := len(p.find("tr")); n != 4 {
		t.Fatalf("%d rows, want 3 and the head", n)
	}
	p.wants(".pill", "this one")
	p.wants("td", "127.0.0.1")
	var ends []string
	for _, f := range p.find("form") {
		if a := attr(f, "action"); strings.HasSuffix(a, "/end") && a != "/account/sessions/end" {
			ends = append(ends, a)
		}
	}
	if len(ends) != 2 {
		t.Fatalf("%d sessions can be ended, want the 2 others", len(ends))
	}
	here.post(ends[0])
	here.page("/account").wants("#notice", "has ended")
	if there.isOut() == third.isOut() {
		t.Error("not just one of the others is out")
	}
	if res, _ := here.post(ends[0]); res.StatusCode != http.StatusNotFound {
		t.Errorf("ending it again answered %d", res.StatusCode)
	}
	here.post("/account/sessions/end")
	if !there.isOut() || !third.isOut() || here.isOut() {
		t.Error("ending all others did not end them, or ended this one")
	}
}

func TestNobodyEndsAnothersSession(t *testing.T) {
	w := newRealWorld(t)
	w.login("olga", models.Caller{Grant: models.GrantOperator})
	w.login("eve", models.Caller{Grant: models.GrantViewer})
	olga, eve := w.enters("olga"), w.enters("eve")
	sessions, err := w.store.real.SessionsOf(t.Context(), "moderator:olga")
	if err != nil || len(sessions) != 1 {
		t.Fatalf("sessions = %v, %v", sessions, err)
	}
	id := sessions[0].ID
	foreign, foreignBody := eve.post("/account/sessions/" + id + "/end")
	missing, missingBody := eve.post("/account/sessions/none/end")
	if foreign.StatusCode != http.StatusNotFound || missing.StatusCode != http.StatusNotFound || foreignBody != missingBody {
		t.Errorf("another's session answered %d, none %d", foreign.StatusCode, missing.StatusCode)
	}
	if olga.isOut() {
		t.Error("the session was ended")
	}
}

func TestChangesOfALoginEndItsSessionsWithTheNextClick(t *testing.T) {
	for what, change := range map[string]func(w *world) error{
		"disabled": func(w *world) error { return w.store.real.DisableModerator(ctxBackground, "olga", "cli") },
		"granted": func(w *world) error {
			return w.store.real.GrantModerator(ctxBackground, "olga", models.Caller{Grant: models.GrantViewer}, "cli")
		},
		"reset": func(w *world) error {
			return w.store.real.ResetModerator(ctxBackground, "olga", models.SetupLink{Hash: make([]byte, 32), ExpiresAt: time.Now()})
		},
		"ended by another": func(w *world) error {
			_, err := w.store.real.EndSessions(ctxBackground, "moderator:olga", "", "moderator:ann")
			return err
		},
	} {
		w := newRealWorld(t)
		w.login("olga", models.Caller{Grant: models.GrantOperator})
		w.login("ann", models.Caller{Grant: models.GrantOperator})
		b := w.enters("olga")
		b.page("/messages")
		if err := change(w); err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		if !b.isOut() {
			t.Errorf("%s: the session goes on", what)
		}
	}
}

func TestChangingThePassword(t *testing.T) {
	w := newRealWorld(t)
	w.login("olga", models.Caller{Grant: models.GrantOperator})
	here, there := w.enters("olga"), w.enters("olga")
	fresh := strings.Join([]string{"gravel", "otter", "lamp"}, " ")
	for what, tc := range map[string]struct {
		form []string
		want string
	}{
		"not the old one": {[]string{"old", "guess", "password", fresh, "again", fresh}, "does not fit"},
		"too short":       {[]string{"old", password, "password", "short", "again", "short"}, "at least 15"},
		"not the same":    {[]string{"old", password, "password", fresh, "again", "x"}, "not the same"},
	} {
		res, body := here.post("/account/password", tc.form...)
		if res.StatusCode != http.StatusUnprocessableEntity {
			t.Errorf("%s: answered %d", what, res.StatusCode)
		}
		parse(t, body).wants("[role=alert]", tc.want)
	}
	if there.isOut() {
		t.Error("a refused change ended a session")
	}
	u := here.request(http.MethodGet, "/", nil).URL
	before := here.client.Jar.Cookies(u)[0].Value
	here.post("/account/password", "old", password, "password", fresh, "again", fresh)
	here.page("/account").wants("#notice", "password is changed")
	if here.client.Jar.Cookies(u)[0].Value == before {
		t.Error("the session's token stayed the same")
	}
	if !there.isOut() {
		t.Error("the other session goes on")
	}
	b := w.browser()
	if res, _ := b.post("/sign-in", "name", "olga", "password", password); res.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("the old password answered %d", res.StatusCode)
	}
	if res, _ := b.post("/sign-in", "name", "olga", "password", fresh); res.StatusCode != http.StatusSeeOther {
		t.Errorf("the new password answered %d", res.StatusCode)
	}
	if diff := cmp.Diff([]string{"cli moderator.created", "moderator:olga moderator.password_changed"}, w.did()); diff != "" {
		t.Errorf("audit (-want +got):\n%s", diff)
	}
}

func TestASessionEndsAfterTwelveHours(t *testing.T) {
	w := newWorld(t)
	b := w.operator()
	for range 12 * 3 {
		w.pass(20 * time.Minute)
		if w.now().Sub(noon) <= lifetime && b.isOut() {
			t.Fatalf("signed out after %v", w.now().Sub(noon))
		}
	}
	w.pass(time.Minute)
	if !b.isOut() {
		t.Error("still signed in after more than twelve hours")
	}
}
