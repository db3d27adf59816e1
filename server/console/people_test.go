package console

import (
	"encoding/hex"
	"net/http"
	"regexp"
	"slices"
	"testing"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/server/access"
)

// enterReal signs somebody in who has a login in the real store.
func (w *world) enterReal(name string) *browser {
	w.t.Helper()
	b := w.browser()
	if res, body := b.post("/sign-in", "name", name, "password", password); res.StatusCode != http.StatusSeeOther {
		w.t.Fatalf("signing in as %s answered %d: %s", name, res.StatusCode, body)
	}
	return b
}

func TestWhatIsDoneToALoginIsTrueOfTheNextRequest(t *testing.T) {
	w := newRealWorld(t)
	me := w.login("olga", models.Caller{Grant: models.GrantOperator})
	other := w.login("vera", models.Caller{Grant: models.GrantModerator, Groups: []models.Place{{App: "main", Ref: sales.Group}}})
	olga, vera := w.enterReal("olga"), w.enterReal("vera")
	vera.page("/messages")
	deed := func(id, what string, want int, form ...string) {
		t.Helper()
		if res, body := olga.post("/settings/people/"+id+"/"+what, form...); res.StatusCode != want {
			t.Errorf("%s answered %d, want %d: %s", what, res.StatusCode, want, body)
		}
	}
	out := func(b *browser, why string) {
		t.Helper()
		if res, _ := b.get("/messages"); res.StatusCode != http.StatusSeeOther {
			t.Errorf("%s, and a page answered %d", why, res.StatusCode)
		}
	}
	olga.page("/settings/people").wants("#people", "vera")
	deed(other.ID, "end", http.StatusSeeOther)
	out(vera, "the sessions were ended")
	vera = w.enterReal("vera")
	deed(other.ID, "disable", http.StatusSeeOther)
	out(vera, "the login was disabled")
	olga.page("/settings/people").wants("#p-"+other.ID, "disabled")
	deed(other.ID, "enable", http.StatusSeeOther)
	deed(other.ID, "grant", http.StatusSeeOther, "grant", "auditor")
	if m, err := w.store.real.Moderator(t.Context(), other.ID); err != nil || m.Caller.Grant != models.GrantAuditor || len(m.Caller.Groups) != 1 {
		t.Errorf("the login may %+v, %v", m.Caller, err)
	}
	deed(other.ID, "grant", http.StatusUnprocessableEntity, "grant", "root")
	for _, what := range []string{"disable", "grant", "end"} {
		deed(me.ID, what, http.StatusConflict, "grant", "viewer")
		deed("none", what, http.StatusNotFound, "grant", "viewer")
	}
	for _, action := range []string{"session.ended", "moderator.disabled", "moderator.enabled", "moderator.granted"} {
		if !slices.Contains(w.did(), "moderator:olga "+action) {
			t.Errorf("%s is not in the audit: %v", action, w.did())
		}
	}
}

func TestAPersonIsAddedByALinkThatIsShownOnce(t *testing.T) {
	w := newRealWorld(t)
	w.login("olga", models.Caller{Grant: models.GrantOperator})
	olga := w.enterReal("olga")
	_, body := olga.post("/settings/people", "name", "wei", "grant", "moderator")
	p := parse(t, body)
	p.wants("#link", "A link for wei")
	path := regexp.MustCompile(access.SetupPath + `\S+`).FindString(p.one("#link").text())
	w.browser().page(path).wants("main", "wei")
	if len(olga.page("/settings/people").find("#link")) != 0 {
		t.Error("the link is shown again")
	}
	if res, _ := olga.post("/settings/people", "name", "", "grant", "moderator"); res.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("nobody was added with %d", res.StatusCode)
	}
}

func TestATokenIsRevoked(t *testing.T) {
	w := newRealWorld(t)
	w.login("olga", models.Caller{Grant: models.GrantOperator})
	_, hash := access.NewTokenSecret()
	token := models.Token{ID: models.NewID(), Name: "siem", Hash: hash, Caller: models.Caller{Grant: models.GrantAuditor}}
	if err := w.store.real.CreateToken(t.Context(), token, "cli"); err != nil {
		t.Fatal(err)
	}
	olga := w.enterReal("olga")
	olga.page("/settings/people").wants("#tokens", "siem")
	if res, _ := olga.post("/settings/tokens/" + token.ID + "/revoke"); res.StatusCode != http.StatusSeeOther {
		t.Errorf("revoking answered %d", res.StatusCode)
	}
	olga.page("/settings/people").wants("#tokens", "revoked")
	if res, _ := olga.post("/settings/tokens/none/revoke"); res.StatusCode != http.StatusNotFound {
		t.Errorf("revoking what there is not answered %d", res.StatusCode)
	}
}

func TestTheLastOperatorStaysOne(t *testing.T) {
	w := newRealWorld(t)
	last := w.login("olga", models.Caller{Grant: models.GrantOperator})
	plain, hash := access.NewTokenSecret()
	w.store.tokens[hex.EncodeToString(hash)] = models.Token{Name: "ci", Hash: hash, Caller: models.Caller{Grant: models.GrantOperator}}
	ci := w.browser()
	ci.post("/sign-in", "token", plain)
	for what, form := range map[string][]string{"disable": nil, "grant": {"grant", "viewer"}} {
		res, body := ci.post("/settings/people/"+last.ID+"/"+what, form...)
		if res.StatusCode != http.StatusConflict {
			t.Errorf("%s answered %d", what, res.StatusCode)
		}
		parse(t, body).wants("main", "This is the last operator who can sign in.")
	}
	w.login("ann", models.Caller{Grant: models.GrantOperator})
	if res, body := ci.post("/settings/people/" + last.ID + "/disable"); res.StatusCode != http.StatusSeeOther {
		t.Errorf("with another operator, disable answered %d: %s", res.StatusCode, body)
	}
}
