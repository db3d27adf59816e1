package api_test

import (
	"strings"
	"testing"

	"github.com/takeback-chat/takeback/models"
)

const shownHold = `"id":"` + own + `d","kind":"sender","app":"main","sender":"mallory","reason":"order of 1 May","by":"moderator:ann",
	"since":"2026-05-01T12:00:00.123Z","stopped":2,"too_late":1`

func TestLegalHoldsAreShownAndLifted(t *testing.T) {
	w := newWorld(t)
	same(t, w.call("auditor", "GET", "/legal-holds?open=true&kind=sender&app=main", ""), 200, `{"items":[{`+shownHold+`,"state":"stands"}]}`)
	same(t, w.call("auditor", "GET", "/legal-holds/"+own+"d", ""), 200, `{`+shownHold+`,"state":"stands"}`)
	same(t, w.call("operator", "POST", "/legal-holds/"+own+"d/lift", `{"reason":" it is closed "}`), 200, `{`+shownHold+`,"state":"lifted",
		"lifted":{"by":"token:operator","at":"2026-05-01T12:00:00.123Z","reason":"it is closed"}}`)
	if f, ok := w.store.filters[0].(models.LegalHoldFilter); !ok || !f.Open || f.Kind != models.HoldSender || f.App != "main" {
		t.Errorf("the store was asked for %+v", w.store.filters[0])
	}
}

func TestLegalHoldsArePlaced(t *testing.T) {
	placed := `"id":"` + own + `e","app":"main","state":"stands","by":"token:operator","since":"2026-05-01T12:00:00.123Z","stopped":0,"too_late":0`
	for body, want := range map[string]string{
		`{"message":"` + own + `1","reason":" order "}`:                                   `"kind":"message","message":"` + own + `1","reason":"order"`,
		`{"conversation":"` + own + `0","reason":"audit","until":"2027-05-01T00:00:00Z"}`: `"kind":"conversation","conversation":"` + own + `0","reason":"audit","until":"2027-05-01T00:00:00.000Z"`,
		`{"app":"main","sender":"mallory","reason":"case 4711"}`:                          `"kind":"sender","sender":"mallory","reason":"case 4711"`,
	} {
		same(t, newWorld(t).call("operator", "POST", "/legal-holds", body), 201, `{`+placed+`,`+want+`}`)
	}
	for _, body := range []string{
		`{}`, `{"reason":"x"}`, `{"message":"` + own + `1"}`, `{"message":"` + own + `1","reason":" "}`, `{"sender":"mallory","reason":"x"}`,
		`{"message":"` + own + `1","app":"main","sender":"mallory","reason":"x"}`, `{"app":"main","conversation":"@own","sender":"mallory","reason":"x"}`,
		`{"message":"` + own + `1","reason":"` + strings.Repeat("x", 501) + `"}`, `{"message":"` + own + `1","reason":"x","until":"2026-05-01T12:00:00Z"}`,
	} {
		if rec := newWorld(t).call("operator", "POST", "/legal-holds", body); rec.Code != 422 && rec.Code != 400 {
			t.Errorf("%.60s: %d, want a refusal\n%s", body, rec.Code, rec.Body)
		}
	}
}

func TestLegalHoldsAreForOperatorsOfEverything(t *testing.T) {
	reads := map[string]int{
		"operator": 200, "limited": 403, "owner": 403, "member": 403, "viewer": 403, "auditor": 200, "nobody": 403, "": 401,
		"app": 403, "user bob": 403,
	}
	for as, want := range reads {
		if rec := newWorld(t).call(as, "GET", "/legal-holds", ""); rec.Code != want {
			t.Errorf("GET /legal-holds as %q: %d, want %d", as, rec.Code, want)
		}
		switch as {
		case "operator":
			want = 201
		case "auditor":
			want = 403
		}
		if rec := newWorld(t).call(as, "POST", "/legal-holds", `{"message":"`+own+`1","reason":"x"}`); rec.Code != want {
			t.Errorf("POST /legal-holds as %q: %d, want %d", as, rec.Code, want)
		}
	}
}

// Who may take back learns who holds and since when; the reason is not told.
func TestARecallUnderHoldIsRefused(t *testing.T) {
	w := newWorld(t)
	if rec := w.call("operator", "POST", "/legal-holds", `{"message":"`+own+`1","reason":"order of 1 May"}`); rec.Code != 201 {
		t.Fatalf("place: %d\n%s", rec.Code, rec.Body)
	}
	for _, path := range []string{"/recalls", "/recalls?dry_run=true"} {
		rec := w.call("owner", "POST", path, `{"messages":["`+own+`1"],`+reasonBody+`}`)
		want := map[string]int{"/recalls": 409, "/recalls?dry_run=true": 200}[path]
		said := rec.Body.String()
		if rec.Code != want || !strings.Contains(said, "under a legal hold by token:operator since 2026-05-01 12:00 UTC") || strings.Contains(said, "order of") {
			t.Errorf("%s: %d, want %d\n%s", path, rec.Code, want, said)
		}
		if path == "/recalls" && !strings.Contains(said, `"type":"urn:takeback:problem:legal_hold"`) {
			t.Errorf("the problem is %s", said)
		}
		if path != "/recalls" && !strings.Contains(said, `"obstacle":"legal_hold"`) {
			t.Errorf("the preview is %s", said)
		}
	}
	rec := w.call("user bob", "GET", "/own?message="+own+"1", "")
	if said := rec.Body.String(); rec.Code != 200 || strings.Contains(said, "legal") || !strings.Contains(said, `"standing":"cannot"`) {
		t.Errorf("the sender sees %d\n%s", rec.Code, said)
	}
	for _, more := range []string{"", `,"replacement":{"text":"hello again"}`} {
		rec = w.call("user bob", "POST", "/own/recall", `{"message":"`+own+`1",`+reasonBody+more+`}`)
		if said := rec.Body.String(); rec.Code != 409 || strings.Contains(said, "legal") || strings.Contains(said, "token:operator") {
			t.Errorf("the sender is told %d\n%s", rec.Code, said)
		}
	}
	rec = w.call("owner", "POST", "/cases/"+own+"5/decide", `{"verdict":"recall",`+reasonBody+`}`)
	if said := rec.Body.String(); rec.Code != 409 || !strings.Contains(said, "problem:legal_hold") {
		t.Errorf("by its case: %d\n%s", rec.Code, said)
	}
}
