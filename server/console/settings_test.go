package console

import (
	"net/http"
	"testing"
	"time"

	"github.com/takeback-chat/takeback/models"
)

func TestSettingsSayHowAppsFareAndWhatIsSetUp(t *testing.T) {
	b := newWorld(t).as("audrey", people["auditor"])
	p := b.page("/settings")
	app := p.one("#app-main")
	app.wants("h3", "needs somebody")
	for _, words := range []string{
		"4711 taken in", "3 with a wrong signature, 1 signed at another time", "the platform is 30 s ahead of us",
		"12.3 a second in the last minute, of 160 for all nodes", "slowed down 1 time by", "verify no call leaves",
	} {
		app.wants(".facts", words)
	}
	p.wants("#file", "caps.rule")
	p.wants("#file", "[redacted]")
	p.wants("main", "the platform keeps messages for 7 days; later")
	if len(p.find("form[action=/settings/stop]")) > 0 {
		t.Error("an auditor is offered the switch")
	}
}

func TestHowAnAppFares(t *testing.T) {
	heard := AppHealth{Heard: noon, Endpoints: []Endpoint{{"recall", "closed"}}}
	for want, change := range map[string]func(*AppHealth){
		fareWell:   func(*AppHealth) {},
		fareSilent: func(a *AppHealth) { a.Heard = time.Time{} },
		fareClock:  func(a *AppHealth) { a.Clocked, a.Offset = true, -25*time.Second },
		fareBad:    func(a *AppHealth) { a.Endpoints = []Endpoint{{"recall", "half_open"}} },
	} {
		a := heard
		change(&a)
		if got := a.Fares(); got != want {
			t.Errorf("it fares %s, want %s", got, want)
		}
	}
}

func TestTheBigSwitch(t *testing.T) {
	w := newWorld(t)
	b := w.operator()
	b.page("/settings").wants(".sentence", "Automatic recalls are running.")
	res, _ := b.post("/settings/stop", "reason", "it takes back too much")
	if res.StatusCode != http.StatusSeeOther {
		t.Fatalf("stopping answered %d", res.StatusCode)
	}
	b.page("/settings").wants("#stopped", "by moderator:olga")
	b.page("/settings").wants("#stopped", "it takes back too much")
	if res, _ := b.post("/settings/start"); res.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("starting without a reason answered %d, want 422", res.StatusCode)
	}
	if res, _ := b.post("/settings/start", "reason", "the rule is mended"); res.StatusCode != http.StatusSeeOther {
		t.Errorf("starting answered %d", res.StatusCode)
	}
	b.page("/settings").wants(".sentence", "running")
	if open, _, _ := w.store.Breakers(t.Context(), models.BreakerFilter{Open: true}); len(open) > 0 {
		t.Error("it is still stopped")
	}
}

func TestPeopleInAGroupDoNotSeeTheSettings(t *testing.T) {
	w := newWorld(t)
	w.roles[sales.Group] = map[string]models.Role{"ann": models.RoleOwner}
	if p := w.as("ann", people["owner"]).page("/messages"); p.has("nav", "Settings") {
		t.Error("an owner is led to the settings")
	}
}
