package console

import (
	"net/http"
	"strings"
	"testing"

	"github.com/takeback-chat/takeback/models"
)

// ownersWorld is a world in which ann owns the group sales, with a case in it and one
// in a group that is not hers; and her browser.
func ownersWorld(t *testing.T) (w *world, b *browser, own, foreign models.Case) {
	t.Helper()
	w = chatWorld(t)
	own = w.opened(w.posted(sales, "bob", "card "+card), models.High)
	foreign = w.opened(w.posted(east, "wang", "of the east"), models.Critical)
	return w, w.byChat("ann"), own, foreign
}

func pathOf(c models.Conversation) string {
	return "/groups/" + groupID(models.Place{App: c.App, Ref: c.Group})
}

func TestMyGroupsAreOnesOwn(t *testing.T) {
	_, b, own, _ := ownersWorld(t)
	p := b.page("/groups")
	p.wants(".groups", "@TGS#sales")
	p.wants(".groups", "1 waits")
	if strings.Contains(p.text(), "华东") {
		t.Errorf("ann sees %s", p.text())
	}
	p = b.page(pathOf(sales))
	p.one("#waiting").wants("#g-"+string(own.ID), "Payment card number")
	if strings.Contains(p.text(), card) {
		t.Errorf("the text is not masked: %s", p.text())
	}
	if res, _ := b.get(pathOf(east)); res.StatusCode != http.StatusNotFound {
		t.Errorf("another's group answered %d", res.StatusCode)
	}
}

func TestAnOwnerTakesBackWithAReason(t *testing.T) {
	w, b, own, _ := ownersWorld(t)
	p := b.page(pathOf(sales) + "?take=" + string(own.ID))
	p.one("#g-"+string(own.ID)).wants("form", "Why is it taken back?")
	res, _ := b.post(pathOf(sales)+"/decide", "case", string(own.ID), "verdict", "recall", "reason", "abuse")
	if res.StatusCode != http.StatusSeeOther {
		t.Fatalf("answered %d", res.StatusCode)
	}
	rec := w.latest(own.Message)
	if rec.Authority != models.ByOwner || rec.Actor != "account:main:ann" || rec.Reason.Code != models.Abuse {
		t.Errorf("the recall is %+v", rec)
	}
	p = b.page(res.Header.Get("Location"))
	p.one("#done").wants("#d-"+string(rec.ID), "Abuse")
	p.wants("#waiting", "Nothing waits here.")
	p = b.page(pathOf(sales))
	p.one("#lately").wants("#d-"+string(rec.ID), "Abuse")
}

func TestAnOwnerIsToldWhatIsMissing(t *testing.T) {
	_, b, own, _ := ownersWorld(t)
	res, body := b.post(pathOf(sales)+"/decide", "case", string(own.ID), "verdict", "recall", "reason", "other")
	if res.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("answered %d", res.StatusCode)
	}
	p := parse(t, body)
	p = p.one("#g-" + string(own.ID))
	p.wants("[role=alert]", "note")
	if picked := p.find("[checked]"); len(picked) != 1 || attr(picked[0], "value") != "other" {
		t.Error("the reason that was picked is lost")
	}
}

func TestAnOwnerLetsStayAndPutsOff(t *testing.T) {
	w, b, own, _ := ownersWorld(t)
	res, _ := b.post(pathOf(sales)+"/later", "case", string(own.ID))
	p := b.page(res.Header.Get("Location"))
	p.one("#later").wants("#g-"+string(own.ID), "Not later")
	p.wants("#waiting", "Nothing waits here.")
	b.post(pathOf(sales)+"/later", "case", string(own.ID), "again", "1")
	b.page(pathOf(sales)).one("#waiting").wants("#g-"+string(own.ID), "Later")
	res, _ = b.post(pathOf(sales)+"/decide", "case", string(own.ID), "verdict", "allow", "reason", "abuse")
	p = b.page(res.Header.Get("Location"))
	p.wants("#notice", "It stays.")
	if c := w.store.cases[own.ID]; c.Verdict != models.VerdictAllow || c.Reason.Code != "" {
		t.Errorf("the case is %+v", c)
	}
	res, body := b.post(pathOf(sales)+"/decide", "case", string(own.ID), "verdict", "recall", "reason", "abuse")
	if res.StatusCode != http.StatusConflict {
		t.Errorf("the second decision answered %d", res.StatusCode)
	}
	parse(t, body).wants("#notice", "account:main:ann")
}

func TestACaseOfAnotherGroupIsNotThere(t *testing.T) {
	w, b, _, foreign := ownersWorld(t)
	w.roles["@TGS#second"] = map[string]models.Role{"ann": models.RoleAdmin}
	w.door.Drop("main", "@TGS#second")
	second := models.Conversation{ID: "conv-second", App: "main", Kind: models.Group, Ref: "@TGS#second", Group: "@TGS#second"}
	elsewhere := w.opened(w.posted(second, "eve", "hello"), models.High)
	for _, id := range []models.CaseID{foreign.ID, elsewhere.ID, "none"} {
		for _, deed := range []string{"/decide", "/later"} {
			res, _ := b.post(pathOf(sales)+deed, "case", string(id), "verdict", "allow")
			if res.StatusCode != http.StatusNotFound {
				t.Errorf("%s of %s answered %d", deed, id, res.StatusCode)
			}
		}
	}
}

func TestMyGroupsWithoutGroups(t *testing.T) {
	w := newWorld(t)
	w.operator().page("/groups").wants(".empty", "You see every conversation.")
	w.as("amy", models.Caller{Grant: models.GrantRuleAuthor}).page("/groups").wants(".empty", "You own or run no group.")
}
