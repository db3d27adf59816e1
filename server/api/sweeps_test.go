package api_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/takeback-chat/takeback/models"
)

const shownSweep = `"id":"` + ownSweep + `","kind":"sender","app":"main","sender":"bob","reason":{"code":"spam_or_scam","note":"again"},
	"actor":"token:owner","trigger":"api","created_at":"2026-05-01T12:00:00.123Z","count":1,"second_person":false`

func TestOneSweep(t *testing.T) {
	w := newWorld(t)
	rest := `"conversations":1,"expected_ms":10,"excluded":{"count":3,"by":{"gone":1,"admin":2}},
		"progress":{"waiting":1,"asked":0,"passed":{"count":0,"by":{}},"confirmed":0,"failed":0,"pending":0,"recalls":{}}`
	same(t, w.call("auditor", "GET", "/sweeps/"+ownSweep, ""), 200, `{`+shownSweep+`,"state":"previewed",`+rest+`}`)
	shown := body(t, w.call("owner", "GET", "/sweeps/"+ownSweep, ""))
	sample, _ := shown["sample"].([]any)
	if len(sample) != 1 || sample[0].(map[string]any)["text"] != "the word is •••\n[image]" {
		t.Errorf("sample = %v, want the message, masked", shown["sample"])
	}
	same(t, w.call("owner", "GET", "/sweeps/"+ownSweep+"/messages?state=excluded", ""), 200, `{"items":[{"message":"`+unknown+`",
		"conversation":"`+own+`0","conversation_ref":"@own","sender":"bob","state":"excluded","why":"gone"}]}`)
	same(t, w.call("owner", "POST", "/sweeps/"+ownSweep+"/run", ""), 200, `{`+shownSweep+`,"state":"running",
		"run_by":"token:owner","run_at":"2026-05-01T12:00:00.123Z",`+rest+`}`)
	if rec := w.call("owner", "POST", "/sweeps/"+ownSweep+"/run", ""); rec.Code != 409 {
		t.Errorf("a second run: %d, want 409", rec.Code)
	}
	same(t, w.call("operator", "POST", "/sweeps/"+ownSweep+"/cancel", `{"reason":" the wrong one "}`), 200, `{`+shownSweep+`,
		"state":"cancelled","run_by":"token:owner","run_at":"2026-05-01T12:00:00.123Z","ended_by":"token:operator",
		"ended_at":"2026-05-01T12:00:00.123Z","end_reason":"the wrong one",`+rest+`}`)
	if rec := w.call("owner", "POST", "/sweeps/"+ownSweep+"/cancel", ""); rec.Code != 409 {
		t.Errorf("a second cancel: %d, want 409", rec.Code)
	}
}

// TestProgressAddsUp: an accepted recall is not a confirmed one, and nothing is
// counted twice or left out.
func TestProgressAddsUp(t *testing.T) {
	w := newWorld(t)
	sw := w.store.sweeps[ownSweep]
	sw.State, sw.Chosen = models.SweepRunning, 3+2+len(models.RecallStates)
	sw.Progress = models.SweepProgress{Waiting: 3, Passed: map[models.SweepWhy]int{models.ChangedSince: 2}, Recalls: map[models.RecallState]int{}}
	for _, s := range models.RecallStates {
		sw.Progress.Recalls[s] = 1
	}
	w.store.sweeps[ownSweep] = sw
	p := body(t, w.call("owner", "GET", "/sweeps/"+ownSweep, ""))["progress"].(map[string]any)
	delete(p, "recalls")
	want := map[string]any{
		"waiting": 3.0, "asked": 12.0, "passed": map[string]any{"count": 2.0, "by": map[string]any{"changed": 2.0}},
		"confirmed": 2.0, "failed": 4.0, "pending": 6.0,
	}
	if diff := cmp.Diff(want, p); diff != "" {
		t.Errorf("progress (-want +got):\n%s", diff)
	}
}

func TestSweepIsOrderedAndNeedsTwo(t *testing.T) {
	w := newWorld(t)
	order := `{"kind":"sender","app":"main","sender":"bob","since":"2026-05-01T00:00:00Z","reason":{"code":"spam_or_scam"}}`
	rec := w.call("operator", "POST", "/sweeps", order)
	made := body(t, rec)
	id, _ := made["id"].(string)
	if rec.Code != 201 || made["count"].(float64) <= 2 || made["second_person"] != true || made["since"] != "2026-05-01T00:00:00.000Z" {
		t.Fatalf("%d %s", rec.Code, rec.Body)
	}
	w.token("deputy", models.Caller{Grant: models.GrantOperator})
	for _, step := range []struct {
		as   string
		want int
	}{{"deputy", 409}, {"operator", 202}, {"operator", 409}, {"deputy", 200}, {"deputy", 409}} {
		if rec := w.call(step.as, "POST", "/sweeps/"+id+"/run", ""); rec.Code != step.want {
			t.Errorf("run as %s: %d, want %d", step.as, rec.Code, step.want)
		}
	}
}

func TestBadSweeps(t *testing.T) {
	const reason = `"reason":{"code":"abuse"}`
	tests := []struct {
		as, body string
		status   int
		want     string
	}{
		{"operator", `{"app":"main",` + reason + `}`, 422, "kind is needed"},
		{"operator", `{"kind":"all","app":"main",` + reason + `}`, 422, "kind must be one of sender, span, content, finding"},
		{"operator", `{"kind":"sender",` + reason + `}`, 422, "app is needed"},
		{"operator", `{"kind":"sender","app":"main","sender":"bob"}`, 422, "reason.code is needed"},
		{"operator", `{"kind":"sender","app":"main",` + reason + `}`, 422, "A sweep of a sender's messages needs the sender."},
		{"operator", `{"kind":"span","app":"main","conversation":"@own",` + reason + `}`, 422, "A sweep of a time needs the conversation and since when."},
		{"operator", `{"kind":"span","app":"main","since":"2026-05-01T00:00:00Z",` + reason + `}`, 422, "A sweep of a time needs the conversation and since when."},
		{"operator", `{"kind":"finding","app":"main",` + reason + `}`, 422, "A sweep of this kind needs the message that the others are like."},
		{"operator", `{"kind":"finding","app":"main","message":"7",` + reason + `}`, 422, "message is not an id"},
		{"operator", `{"kind":"finding","app":"other","message":"` + own + `1",` + reason + `}`, 404, "There is no such thing here, or it is not yours to see."},
		{"operator", `{"kind":"sender","app":"main","sender":"bob","include":["everybody"],` + reason + `}`, 422, "include[0] must be one of owner, admin, own_account"},
		{"operator", `{"kind":"sender","app":"main","sender":"bob","since":"2026-05-02T00:00:00Z","until":"2026-05-01T00:00:00Z",` + reason + `}`, 422, "until must be later than since"},
		{"owner", `{"kind":"sender","app":"main","sender":"bob","include":["admin"],` + reason + `}`, 403, "Only an operator can have messages of owners, admins and our own account taken back with many others."},
	}
	w := newWorld(t)
	for _, tt := range tests {
		rec := w.call(tt.as, "POST", "/sweeps", tt.body)
		if got := complaint(t, rec); rec.Code != tt.status || got[0] != tt.want {
			t.Errorf("%s: %d %q, want %d %q", tt.body, rec.Code, got, tt.status, tt.want)
		}
	}
	if len(w.store.sweeps) != 2 {
		t.Errorf("%d sweeps are kept, want the two of before", len(w.store.sweeps))
	}
}

func TestCopiesAreListed(t *testing.T) {
	w := newWorld(t)
	got := body(t, w.call("owner", "GET", "/messages/"+own+"1/copies", ""))
	copies, _ := got["items"].([]any)
	if len(copies) != 2 || got["looked"] != 3.0 || got["next"] != nil {
		t.Fatalf("copies = %v, want the two others of the group", got)
	}
	first := copies[0].(map[string]any)
	if first["kind"] != "same" || first["likeness"] != 1.0 || first["recallable"] != true || first["state"] != "visible" || first["text"] != nil {
		t.Errorf("copy = %v", first)
	}
	page := body(t, w.call("operator", "GET", "/messages/"+own+"1/copies?limit=1", ""))
	next, _ := page["next"].(string)
	if n := len(page["items"].([]any)); n != 1 || next == "" {
		t.Fatalf("first page = %v", page)
	}
	rest := body(t, w.call("operator", "GET", "/messages/"+own+"1/copies?limit=500&cursor="+next, ""))
	if n := len(rest["items"].([]any)); n != 4 {
		t.Errorf("%d behind it, want 4", n)
	}
	if rec := w.call("operator", "GET", "/messages/"+own+"1/copies?cursor=7", ""); rec.Code != 422 {
		t.Errorf("a bad cursor: %d, want 422", rec.Code)
	}
	report := body(t, w.call("owner", "GET", "/recalls/"+ownRecall, ""))
	if diff := cmp.Diff(map[string]any{"visible": 2.0, "found": 2.0, "complete": true}, report["copies"]); diff != "" {
		t.Errorf("copies of a recall (-want +got):\n%s", diff)
	}
}

func TestSweepsAreListedToWhomTheyConcern(t *testing.T) {
	sees := map[string]int{"operator": 2, "limited": 0, "owner": 1, "member": 0, "viewer": 0, "auditor": 2, "nobody": 0}
	for as, want := range sees {
		rec := newWorld(t).call(as, "GET", "/sweeps?state=previewed&limit=10", "")
		if got := len(items(t, rec)); rec.Code != 200 || got != want {
			t.Errorf("as %s: %d with %d items, want %d", as, rec.Code, got, want)
		}
	}
	if rec := newWorld(t).call("", "GET", "/sweeps", ""); rec.Code != 401 {
		t.Errorf("without a token: %d, want 401", rec.Code)
	}
}
