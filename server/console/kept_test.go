package console

import (
	"io/fs"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/takeback-chat/takeback/models"
)

// sentence is what somebody has typed, with what a page must not take for markup.
const sentence = "half a sentence, and \"<b>\" more"

// sent reads the form that a page holds, as a browser without script would send it.
func (p page) sent() (action string, pairs []string) {
	form := p.one("form")
	for n := range form.root.Descendants() {
		value := attr(n, "value")
		if n.Data != "input" && n.Data != "textarea" {
			continue
		}
		if n.Data == "textarea" && n.FirstChild != nil {
			value = n.FirstChild.Data
		}
		pairs = append(pairs, attr(n, "name"), value)
	}
	return attr(form.root, "action"), pairs
}

// TestNothingTypedIsLostWithTheSession sends every form to every deed after the session
// has run out: the sentences stand in the answer, and no secret does.
func TestNothingTypedIsLostWithTheSession(t *testing.T) {
	ran, posts := 0, 0
	w := newWorld(t)
	b := w.operator()
	w.pass(idleAfter + time.Second)
	for _, r := range routes {
		if r.method != http.MethodPost {
			continue
		}
		posts++
		for _, name := range typed {
			res, body := b.post(strings.ReplaceAll(r.path, ":id", "7"), name, sentence, "verdict", "allow", "password", "swordfish swordfish")
			if res.StatusCode != http.StatusUnauthorized || strings.Contains(body, "swordfish") {
				t.Fatalf("%s answered %d:\n%s", r.path, res.StatusCode, body)
			}
			p := parse(t, body)
			p.wants("h1", "You are signed out")
			action, pairs := p.sent()
			if got := values(pairs...); action != strings.ReplaceAll(r.path, ":id", "7") || got.Get(name) != sentence || got.Get("verdict") != "allow" {
				t.Errorf("%s gives back %q for %q", r.path, got, action)
			}
			ran++
		}
	}
	if posts < 30 || ran != posts*len(typed) {
		t.Errorf("%d forms were sent to %d routes", ran, posts)
	}
}

func TestWhatWasTypedIsSentAfterSigningInAgain(t *testing.T) {
	w := newWorld(t)
	c := w.opened(w.posted(sales, "alice", "card "+card), models.Critical)
	b := w.operator()
	w.pass(idleAfter + time.Second)
	_, body := b.post("/queue/"+string(c.ID)+"/decide", "verdict", "allow", "note", sentence)
	p := parse(t, body)
	if link := p.one("a[target=_blank]"); attr(link.root, "href") != "/sign-in" {
		t.Error("the page leads to no sign-in")
	}
	b.post("/sign-in", "name", "olga", "password", password)
	action, pairs := p.sent()
	if res, body := b.post(action, pairs...); res.StatusCode != http.StatusSeeOther {
		t.Fatalf("sent again: %d\n%s", res.StatusCode, body)
	}
	if got := w.store.cases[c.ID]; got.Verdict != models.VerdictAllow || got.DecidedBy != "moderator:olga" {
		t.Errorf("the case is %+v", got)
	}
}

// Whatever stands in the way of a form, the page that says so holds what was typed.
func TestARefusalKeepsWhatWasTyped(t *testing.T) {
	w := newWorld(t)
	ruled := w.opened(w.posted(sales, "alice", "card "+card), models.Critical)
	ruled.State, ruled.DecidedBy, ruled.DecidedAt, ruled.Verdict = models.CaseDecided, "moderator:ann", noon, models.VerdictRecall
	w.store.cases[ruled.ID] = ruled
	viewer := w.as("vera", models.Caller{Grant: models.GrantViewer, Groups: []models.Place{{App: "main", Ref: sales.Group}}})
	olga := w.operator()
	ran := 0
	for _, tt := range []struct {
		name   string
		b      *browser
		path   string
		pairs  []string
		status int
		words  string
		again  bool
	}{
		{"decided by another", olga, "/queue/" + string(ruled.ID) + "/decide", []string{"verdict", "allow", "note", sentence}, http.StatusConflict, "moderator:ann decided this", false},
		{"a role lost", viewer, "/queue/" + string(ruled.ID) + "/decide", []string{"verdict", "allow", "note", sentence}, http.StatusForbidden, "may", false},
		{"gone meanwhile", olga, "/queue/none/note", []string{"note", sentence}, http.StatusNotFound, "does not exist", false},
		{"too short a purpose", olga, "/messages/" + string(ruled.Message) + "/reveal", []string{"purpose", "x"}, http.StatusUnprocessableEntity, "", true},
	} {
		res, body := tt.b.post(tt.path, tt.pairs...)
		if res.StatusCode != tt.status {
			t.Errorf("%s: answered %d, want %d", tt.name, res.StatusCode, tt.status)
			continue
		}
		p := parse(t, body)
		p.wants("p", tt.words)
		if _, pairs := p.sent(); values(pairs...).Get(tt.pairs[len(tt.pairs)-2]) != tt.pairs[len(tt.pairs)-1] {
			t.Errorf("%s: the page holds %q", tt.name, pairs)
		}
		if got := len(p.one("form").find("button")) == 1; got != tt.again {
			t.Errorf("%s: sending it again is offered: %v", tt.name, got)
		}
		ran++
	}
	if ran != 4 {
		t.Errorf("%d refusals were looked at", ran)
	}
}

func TestTheSignInSaysWhyAndLeadsBack(t *testing.T) {
	w := newWorld(t)
	b := w.operator()
	w.pass(idleAfter + time.Second)
	res, _ := b.get("/recalls?state=failed")
	if got, want := res.Header.Get("Location"), "/sign-in?next=%2Frecalls%3Fstate%3Dfailed&why=over"; got != want {
		t.Errorf("Location = %q, want %q", got, want)
	}
	b.page(res.Header.Get("Location")).wants("[role=status]", "Your session is over")

	req := b.request(http.MethodPost, "/recalls/7/retry", nil)
	req.Header.Set("Referer", b.server.URL+"/recalls/7")
	res, _ = b.do(req)
	if got, want := res.Header.Get("Location"), "/sign-in?next=%2Frecalls%2F7&why=over"; got != want {
		t.Errorf("after a click: Location = %q, want %q", got, want)
	}
	req.Header.Set("Referer", "https://evil.example/recalls/7")
	if res, _ = b.do(req); res.Header.Get("Location") != "/sign-in?why=over" {
		t.Errorf("from elsewhere: Location = %q", res.Header.Get("Location"))
	}
}

func TestALinkThatIsOverSaysSo(t *testing.T) {
	_, body := newWorld(t).browser().get("/own/x")
	parse(t, body).wants("h1", "This link is over")
}

// TestNoSecretIsGivenBack holds the list of secrets to the fields of the pages.
func TestNoSecretIsGivenBack(t *testing.T) {
	secret := regexp.MustCompile(`<input [^>]*(?:type="password"|autocomplete="one-time-code")[^>]*>`)
	name := regexp.MustCompile(` name="([^"]*)"`)
	looked := 0
	_ = fs.WalkDir(templateFiles, "templates", func(file string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		body, _ := templateFiles.ReadFile(file)
		for _, input := range secret.FindAll(body, -1) {
			var k typedForm
			field := string(name.FindSubmatch(input)[1])
			if k.keep(field, "x"); len(k.Typed)+len(k.Hidden) > 0 {
				t.Errorf("%s: the field %q would be given back", file, field)
			}
			looked++
		}
		return nil
	})
	if looked < 8 {
		t.Errorf("%d fields were looked at", looked)
	}
}
