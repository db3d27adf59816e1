package api_test

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/takeback-chat/takeback/models"
)

const shownCoverage = `"coverage":{"seen":3,"missing":1,"late":1,"backfilled":3,"tips":1,"gone":1,"percent":80,"first":1,"through":9,
	"newest":11,"asked_at":"2026-05-01T12:00:00.123Z"}`

const shownConversation = `"id":"` + own + `0","app":"main","kind":"group","ref":"@own","group":"@own","type":"Public",
	"created_at":"2026-05-01T11:00:00.123Z","last_message_at":"2026-05-01T12:00:00.123Z",` + shownCoverage

func TestConversation(t *testing.T) {
	w := newWorld(t)
	holes := `,"holes":[{"first":10,"last":10,"found_at":"2026-05-01T12:00:00.123Z","tries":2,"code":"10002","explanation":"An internal error."},
		{"first":4,"last":6,"found_at":"2026-05-01T12:00:00.123Z","closed_at":"2026-05-01T12:00:00.123Z","how":"history"}]`
	same(t, w.call("owner", "GET", "/conversations/"+own+"0", ""), 200,
		`{`+shownConversation+holes+`,"roles":[{"account":"olga","role":"owner"}]}`)
	same(t, w.call("operator", "GET", "/conversations/"+own+"0", ""), 200, `{`+shownConversation+holes+`,"roles":[]}`)
	same(t, w.call("owner", "GET", "/conversations", ""), 200, `{"items":[{`+shownConversation+`}]}`)
}

// What cannot be counted says so, wherever coverage is shown.
func TestUncountedConversationsSayWhy(t *testing.T) {
	for kind, shown := range map[models.ConversationKind]string{
		models.Live:   `{"seen":3,"asked_at":"2026-05-01T12:00:00.123Z","why_not":"` + models.Live.Uncounted() + `"}`,
		models.Direct: `{"seen":3,"backfilled":3,"asked_at":"2026-05-01T12:00:00.123Z","why_not":"` + models.Direct.Uncounted() + `"}`,
	} {
		w := newWorld(t)
		c := w.store.conversations[own+"0"]
		c.Kind = kind
		w.store.conversations[c.ID] = c
		got := items(t, w.call("operator", "GET", "/conversations?kind="+string(kind), ""))
		for _, item := range got {
			one, _ := item.(map[string]any)
			if one["id"] != string(c.ID) {
				continue
			}
			var want any
			if err := json.Unmarshal([]byte(shown), &want); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, one["coverage"]); diff != "" {
				t.Errorf("coverage of a %s conversation (-want +got):\n%s", kind, diff)
			}
		}
		if len(got) == 0 || kind.Uncounted() == "" {
			t.Errorf("%s: %d conversations", kind, len(got))
		}
	}
}

func TestCoverageByDay(t *testing.T) {
	w := newWorld(t)
	same(t, w.call("auditor", "GET", "/coverage?app=main&since=2026-04-30T00:00:00Z", ""), 200, `{"items":[{"app":"main","day":"2026-05-01",
		"seen":9,"late":0,"backfilled":1,"tips":2,"gone":0,"missing":10,"percent":50}]}`)
	w.call("operator", "GET", "/coverage", "")
	if diff := cmp.Diff([]any{"main 2026-04-30", " 2026-04-01"}, w.store.filters); diff != "" {
		t.Errorf("asked for (-want +got):\n%s", diff)
	}
	reads := map[string]int{
		"operator": 200, "limited": 403, "owner": 403, "member": 403, "viewer": 403, "auditor": 200, "nobody": 403, "": 401,
	}
	for as, want := range reads {
		if rec := newWorld(t).call(as, "GET", "/coverage", ""); rec.Code != want {
			t.Errorf("GET /coverage as %q: %d, want %d", as, rec.Code, want)
		}
	}
	if rec := w.call("operator", "GET", "/coverage?since=yesterday", ""); rec.Code != 422 {
		t.Errorf("a time that is none: %d, want 422", rec.Code)
	}
}
