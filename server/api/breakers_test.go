package api_test

import (
	"strings"
	"testing"
)

const shownBreaker = `"id":"` + own + `7","kind":"rule","rule":"cards","since":"2026-05-01T12:00:00.123Z","by":"policy",
	"why":"The rule cards wanted more than 20 messages back within a minute.","cap":"rule","allowed":20,"stopped":3,"cases":180`

func TestBreakersAreListedAndReset(t *testing.T) {
	w := newWorld(t)
	list := items(t, w.call("auditor", "GET", "/breakers?open=true", ""))
	if len(list) != 2 {
		t.Fatalf("%d breakers, want 2", len(list))
	}
	reset := "/breakers/" + own + "7/reset"
	same(t, w.call("operator", "POST", reset, `{"reason":" it is mended "}`), 200, `{`+shownBreaker+`,"state":"reset",
		"reset":{"by":"token:operator","at":"2026-05-01T12:00:00.123Z","reason":"it is mended"}}`)
	if rec := w.call("operator", "POST", reset, `{"reason":"again"}`); rec.Code != 409 {
		t.Errorf("a second reset: %d, want 409", rec.Code)
	}
	two := "/breakers/" + foreign + "7/reset"
	for i, want := range []int{202, 200} {
		if rec := w.call("operator", "POST", two, `{"reason":"mended"}`); rec.Code != want {
			t.Errorf("request %d: %d, want %d", i, rec.Code, want)
		}
	}
	for _, body := range []string{`{}`, `{"reason":" "}`, `{"reason":"` + strings.Repeat("x", 501) + `"}`, `{"why":"x"}`} {
		if rec := newWorld(t).call("operator", "POST", reset, body); rec.Code != 422 && rec.Code != 400 {
			t.Errorf("%.40s: %d, want a refusal", body, rec.Code)
		}
	}
}

func TestStopAndStart(t *testing.T) {
	w := newWorld(t)
	if rec := w.call("operator", "POST", "/start", `{"reason":"why not"}`); rec.Code != 409 {
		t.Errorf("start without a stop: %d, want 409", rec.Code)
	}
	same(t, w.call("operator", "POST", "/stop", ""), 200, `{"id":"`+theStop+`","kind":"stop","state":"open",
		"since":"2026-05-01T12:00:00.123Z","by":"token:operator","why":"Somebody stopped automatic recalls.","stopped":2,"cases":0}`)
	if rec := w.call("operator", "POST", "/stop", `{"reason":"it runs wild"}`); rec.Code != 200 {
		t.Errorf("stop with a reason: %d, want 200", rec.Code)
	}
	if rec := w.call("operator", "POST", "/start", ""); rec.Code != 415 {
		t.Errorf("start without a reason: %d, want 415", rec.Code)
	}
	if rec := w.call("operator", "POST", "/start", `{"reason":"the old policy is back"}`); rec.Code != 200 {
		t.Errorf("start: %d, want 200", rec.Code)
	}
}

func TestBreakersAreForOperatorsOfEverything(t *testing.T) {
	reads := map[string]int{
		"operator": 200, "limited": 403, "owner": 403, "member": 403, "viewer": 403, "auditor": 200, "nobody": 403, "": 401,
	}
	for as, want := range reads {
		if rec := newWorld(t).call(as, "GET", "/breakers", ""); rec.Code != want {
			t.Errorf("GET /breakers as %q: %d, want %d", as, rec.Code, want)
		}
		if as == "auditor" {
			want = 403
		}
		if rec := newWorld(t).call(as, "POST", "/stop", `{"reason":"x"}`); rec.Code != want {
			t.Errorf("POST /stop as %q: %d, want %d", as, rec.Code, want)
		}
		if want == 200 {
			want = 409
		}
		if rec := newWorld(t).call(as, "POST", "/start", `{"reason":"x"}`); rec.Code != want {
			t.Errorf("POST /start as %q: %d, want %d", as, rec.Code, want)
		}
	}
}
