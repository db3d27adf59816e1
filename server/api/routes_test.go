package api_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/takeback-chat/takeback/models"
)

func body(t *testing.T, rec *httptest.ResponseRecorder) map[string]any {
	t.Helper()
	var v map[string]any
	if err := json.Unmarshal(rec.Body.Bytes(), &v); err != nil {
		t.Fatalf("answer %d is not JSON: %v\n%s", rec.Code, err, rec.Body)
	}
	return v
}

// same compares an answer with JSON written in the test.
func same(t *testing.T, rec *httptest.ResponseRecorder, status int, want string) {
	t.Helper()
	var v map[string]any
	if err := json.Unmarshal([]byte(want), &v); err != nil {
		t.Fatalf("the wanted JSON: %v", err)
	}
	if rec.Code != status {
		t.Errorf("status %d, want %d", rec.Code, status)
	}
	if diff := cmp.Diff(v, body(t, rec)); diff != "" {
		t.Errorf("answer (-want +got):\n%s", diff)
	}
}

func TestScan(t *testing.T) {
	w := newWorld(t)
	same(t, w.call("owner", "POST", "/scan", `{"text":"the word is swordfish"}`), 200, `{
		"findings": [{"detector":"test_word","category":"keyword","severity":"high","confidence":0.85,
			"element":0,"start":12,"end":21,"mask":"••••••••"}],
		"verdict": "review", "rule": "sensitive-data", "policy": 3, "severity": "high",
		"reason": {"code":"sensitive_information"}, "text": "the word is ••••••••"}`)
	same(t, w.call("auditor", "POST", "/scan", `{"text":"the word is trout"}`), 200,
		`{"findings":[],"verdict":"allow","policy":3,"text":"the word is trout"}`)
	if len(w.store.messages) != 6 || len(w.store.audit) != 2 {
		t.Error("a scan stored something")
	}
}

const shownMessage = `
	"id": "018f2f6a-7c00-7000-8000-000000000001", "app": "main", "conversation": "018f2f6a-7c00-7000-8000-000000000000",
	"conversation_ref": "@own", "kind": "group", "ref": "4711", "sender": "bob",
	"sent_at": "2026-05-01T11:59:00.123Z", "received_at": "2026-05-01T11:59:00.123Z", "revision": 1,
	"state": "visible", "inspection": "findings", "verdict": "review", "rule": "anything-found", "policy": 3,
	"deadline": "2026-05-01T13:00:00.123Z"`

func TestOneMessage(t *testing.T) {
	rest := `"decisions": [{"id":"018f2f6a-7c00-7000-8000-000000000008","verdict":"review","actor":"policy","policy":3,
			"rule":"anything-found","reason":{"code":"sensitive_information"},"severity":"high",
			"shadow":[{"rule":"strict","verdict":"recall"}],"at":"2026-05-01T12:00:00.123Z"}],
		"exposure": {"visible":true,"visible_ms":60000,"read_by":2,"readers":["eve"]}`
	w := newWorld(t)
	same(t, w.call("owner", "GET", "/messages/"+own+"1", ""), 200, `{`+shownMessage+`,
		"text": "the word is •••\n[image]",
		"findings": [{"detector":"test_word","category":"keyword","severity":"high","confidence":0.9,
			"element":0,"start":12,"end":21,"mask":"•••"}], `+rest+`}`)
	same(t, w.call("auditor", "GET", "/messages/"+own+"1", ""), 200, `{`+shownMessage+`,
		"findings": [{"detector":"test_word","category":"keyword","severity":"high","confidence":0.9,
			"element":0,"start":12,"end":21}], `+rest+`}`)
}

// TestAPartOfAValue shows where the rest of a value lies, and through which
// disguise it was seen.
func TestAPartOfAValue(t *testing.T) {
	w := newWorld(t)
	m := w.store.messages[own+"1"]
	f := m.Findings[0]
	f.View = "spaced"
	f.Parts = []models.FindingPart{{Message: own + "2", Element: 1, Start: 3, End: 7}, {Message: own + "1", Start: 12, End: 21}}
	m.Findings = []models.Finding{f}
	w.store.messages[own+"1"] = m
	var want []any
	err := json.Unmarshal([]byte(`[{"detector":"test_word","category":"keyword","severity":"high","confidence":0.9,
		"element":0,"start":12,"end":21,"view":"spaced","parts":[
			{"message":"`+own+`2","element":1,"start":3,"end":7},{"message":"`+own+`1","element":0,"start":12,"end":21}]}]`), &want)
	if err != nil {
		t.Fatal(err)
	}
	got := body(t, w.call("auditor", "GET", "/messages/"+own+"1", ""))["findings"]
	if diff := cmp.Diff(any(want), got); diff != "" {
		t.Errorf("findings (-want +got):\n%s", diff)
	}
}

func TestListsPageAndFilter(t *testing.T) {
	w := newWorld(t)
	first := body(t, w.call("operator", "GET", "/messages?limit=4", ""))
	next, _ := first["next"].(string)
	if len(first["items"].([]any)) != 4 || next == "" {
		t.Fatalf("first page: %v", first)
	}
	last := body(t, w.call("operator", "GET", "/messages?limit=4&cursor="+next, ""))
	if _, more := last["next"]; len(last["items"].([]any)) != 2 || more {
		t.Errorf("last page: %v", last)
	}

	w = newWorld(t)
	w.call("operator", "GET", "/messages?app=main&conversation=%40own&sender=bob&state=removed&verdict=recall&detector=jwt"+
		"&since=2026-05-01T00:00:00Z&until=2026-05-02T02:00:00%2B02:00&cursor=2&limit=500", "")
	w.call("operator", "GET", "/recalls?app=main&conversation=c&message="+own+"1&state=already_gone&since=2026-05-01T00:00:00.5Z&limit=1", "")
	w.call("operator", "GET", "/cases?app=main&conversation=c&state=open", "")
	w.call("operator", "GET", "/conversations?app=main&kind=topic&cursor=", "")
	w.call("operator", "GET", "/audit?chain=n1&actor=token:x&action=recall.sent&thing=7&until=2026-05-01T00:00:00Z", "")
	may := time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC)
	want := []any{
		models.MessageFilter{
			App: "main", Conversation: "@own", Sender: "bob", State: models.Removed, Verdict: models.VerdictRecall,
			Detector: "jwt", Since: may, Until: may.Add(24 * time.Hour), Page: models.Page{Cursor: "2", Limit: 500},
		},
		models.RecallFilter{
			App: "main", Conversation: "c", Message: own + "1", State: models.AlreadyGone,
			Since: may.Add(500 * time.Millisecond), Page: models.Page{Limit: 1},
		},
		models.CaseFilter{App: "main", Conversation: "c", State: models.CaseOpen},
		models.ConversationFilter{App: "main", Kind: models.Topic},
		models.AuditFilter{Chain: "n1", Actor: "token:x", Action: "recall.sent", Thing: "7", Until: may},
	}
	if diff := cmp.Diff(want, w.store.filters); diff != "" {
		t.Errorf("filters (-want +got):\n%s", diff)
	}
}

func TestRevealIsOnRecord(t *testing.T) {
	w := newWorld(t)
	same(t, w.call("owner", "POST", "/messages/"+own+"1/reveal", `{"purpose":"  which word was it  "}`), 200, `{
		"message": "018f2f6a-7c00-7000-8000-000000000001", "revision": 1, "elements": [
			{"kind":"text","path":"MsgBody[0].MsgContent.Text","text":"the word is swordfish"},
			{"kind":"image","path":"MsgBody[1]","text":"","opaque":true}]}`)
	last := w.store.audit[len(w.store.audit)-1]
	if last.Actor != "token:owner" || last.Action != "message.revealed" || last.Details["purpose"] != "which word was it" {
		t.Errorf("on record: %+v", last)
	}
	for _, purpose := range []string{"", "short", "         x", "a\\u0000 control character"} {
		rec := w.call("owner", "POST", "/messages/"+own+"1/reveal", fmt.Sprintf(`{"purpose":"%s"}`, purpose))
		if rec.Code != 422 || strings.Contains(rec.Body.String(), "swordfish") {
			t.Errorf("purpose %q: %d %s", purpose, rec.Code, rec.Body)
		}
	}
}

const shownRecall = `"message": {"id":"018f2f6a-7c00-7000-8000-000000000001","app":"main",
		"conversation":"018f2f6a-7c00-7000-8000-000000000000","conversation_ref":"@own","kind":"group","ref":"4711",
		"sender":"bob","sent_at":"2026-05-01T11:59:00.123Z"},
	"state":"queued", "reason":{"code":"other","note":"asked by phone"}, "actor":"token:owner", "authority":"owner",
	"trigger":"api", "attempts":0, "requested_at":"2026-05-01T12:00:00.123Z", "due_at":"2026-05-01T12:00:00.123Z",
	"deadline":"2026-05-01T13:00:00.123Z", "exposure":{"visible":true,"visible_ms":60000}`

func TestRecallByIDAndByRef(t *testing.T) {
	reason := `"reason":{"code":"other","note":" asked by phone "}`
	for name, request := range map[string]string{
		"by id":                `{"messages":["` + own + `1"],` + reason + `}`,
		"by ref":               `{"messages":{"app":"main","conversation":"@own","refs":["4711"]},` + reason + `}`,
		"by ref, side by side": `{"app":"main","conversation":"@own","refs":["4711"],` + reason + `}`,
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			rec := w.call("owner", "POST", "/recalls", request)
			made := items(t, rec)
			if rec.Code != 202 || len(made) != 1 {
				t.Fatalf("%d %s", rec.Code, rec.Body)
			}
			id := made[0].(map[string]any)["id"].(string)
			same(t, rec, 202, `{"items":[{"id":"`+id+`",`+shownRecall+`}],"refused":[]}`)

			again := body(t, w.call("owner", "POST", "/recalls", request))["items"].([]any)[0].(map[string]any)
			if again["id"] != id || again["joined"] != true {
				t.Errorf("a second request: %v, want to join %s", again, id)
			}
			one := body(t, w.call("owner", "GET", "/recalls/"+id, ""))
			if diff := cmp.Diff(map[string]any{"visible": true, "visible_ms": 60000.0, "read_by": 2.0, "readers": []any{"eve"}}, one["exposure"]); diff != "" {
				t.Errorf("exposure of one recall (-want +got):\n%s", diff)
			}
		})
	}
}

func TestRecallRefusesOneByOne(t *testing.T) {
	w := newWorld(t)
	gone := w.store.messages[own+"2"]
	gone.State = models.Removed
	w.store.messages[own+"2"] = gone
	rec := w.call("owner", "POST", "/recalls",
		`{"messages":["`+own+`1","`+foreign+`1","`+own+`2","not an id"],`+reasonBody+`}`)
	got := body(t, rec)
	if rec.Code != 202 || len(got["items"].([]any)) != 1 {
		t.Fatalf("%d %s", rec.Code, rec.Body)
	}
	nothing := map[string]any{
		"type": "urn:takeback:problem:not_found", "title": "Not found", "status": 404.0,
		"detail": "There is no such thing here, or it is not yours to see.",
	}
	with := func(id string) map[string]any {
		m := map[string]any{"message": id}
		maps.Copy(m, nothing)
		return m
	}
	want := []any{
		with(foreign + "1"),
		map[string]any{
			"message": own + "2", "type": "urn:takeback:problem:invalid", "title": "Not acceptable as it is",
			"status": 422.0, "detail": "It is not in the chat any more.",
		},
		with("not an id"),
	}
	if diff := cmp.Diff(want, got["refused"]); diff != "" {
		t.Errorf("refused (-want +got):\n%s", diff)
	}
}

// TestRefsTellNothingOfForeignMessages: a message asked for by ref must not give
// its id, or the difference between foreign and absent, to one without a right to it.
func TestRefsTellNothingOfForeignMessages(t *testing.T) {
	w := newWorld(t)
	ask := func(conversation, ref string) string {
		rec := w.call("owner", "POST", "/recalls",
			`{"messages":{"app":"main","conversation":"`+conversation+`","refs":["`+ref+`"]},`+reasonBody+`}`)
		if rec.Code != 404 || strings.Contains(rec.Body.String(), "018f") {
			t.Errorf("%s %s: %d %s", conversation, ref, rec.Code, rec.Body)
		}
		return strings.ReplaceAll(rec.Body.String(), ref, "#")
	}
	foreignThere, foreignAbsent, nowhere := ask("@foreign", "4711"), ask("@foreign", "9999"), ask("@nowhere", "4711")
	if foreignThere != foreignAbsent || foreignThere != nowhere {
		t.Errorf("the answers differ:\n%s\n%s\n%s", foreignThere, foreignAbsent, nowhere)
	}
}

func TestMemberIsToldWhy(t *testing.T) {
	rec := newWorld(t).call("member", "POST", "/recalls", `{"messages":["`+own+`1","`+foreign+`1"],`+reasonBody+`}`)
	got := body(t, rec)
	if rec.Code != 403 || got["detail"] != "bob is not an owner or admin of this group." || len(got["refused"].([]any)) != 2 {
		t.Errorf("%d %s", rec.Code, rec.Body)
	}
}

func TestDryRunStoresNothing(t *testing.T) {
	w := newWorld(t)
	old := w.store.messages[own+"2"]
	old.Deadline = noon.Add(-time.Minute)
	w.store.messages[own+"2"] = old
	w.store.recalls = map[models.RecallID]models.Recall{}
	same(t, w.call("owner", "POST", "/recalls?dry_run=true",
		`{"app":"main","conversation":"@own","refs":["4711","4712","none"]}`), 200, `{
		"items": [
			{"message":"018f2f6a-7c00-7000-8000-000000000001","ref":"4711","recallable":false,"authority":"owner","obstacle":"let_stay",
				"why":"moderator:ann decided at 2026-05-01 12:00 UTC that it may stay; it is taken back only if that is meant anyway.",
				"deadline":"2026-05-01T13:00:00.123Z","seconds_left":3600,
				"likelihood":{"word":"partly","reason":"Read by 2. It goes from every member's devices, not from memory."},
				"exposure":{"visible":true,"visible_ms":60000,"read_by":2,"readers":["eve"]}},
			{"message":"018f2f6a-7c00-7000-8000-000000000002","ref":"4712","recallable":false,"authority":"owner",
				"obstacle":"too_old","why":"It is older than the platform's recall window.",
				"likelihood":{"word":"impossible","reason":"It is older than the platform's recall window."},
				"deadline":"2026-05-01T11:59:00.123Z","seconds_left":0,"exposure":{"visible":true,"visible_ms":60000}}],
		"refused": [{"ref":"none","type":"urn:takeback:problem:not_found","title":"Not found","status":404,
			"detail":"There is no such thing here, or it is not yours to see."}]}`)
	if len(w.store.recalls) != 0 {
		t.Errorf("a dry run made %d recalls", len(w.store.recalls))
	}
}

func TestCancelAndRetry(t *testing.T) {
	w := newWorld(t)
	if got := body(t, w.call("owner", "POST", "/recalls/"+ownRecall+"/cancel", "")); got["state"] != "cancelled" || got["due_at"] != nil {
		t.Errorf("cancelled: %v", got)
	}
	rec := w.call("owner", "POST", "/recalls/"+ownRecall+"/cancel", `{"reason":{"code":"other","note":"mistake"}}`)
	if got := body(t, rec); rec.Code != 409 || got["detail"] != "It is cancelled already." {
		t.Errorf("a second time: %d %v", rec.Code, got)
	}
	rec = w.call("owner", "POST", "/recalls/"+own+"4/retry", `{"reason":{"code":"abuse"}}`)
	if got := body(t, rec); rec.Code != 202 || got["id"] == own+"4" || got["state"] != "queued" {
		t.Errorf("retried: %d %v", rec.Code, got)
	}
	if rec := w.call("owner", "POST", "/recalls/"+own+"4/retry", `{"reason":{"code":"because"}}`); rec.Code != 422 {
		t.Errorf("a bad reason: %d", rec.Code)
	}
}

// TestWhoWorksOnACaseHasItAlone claims a case and has another try.
func TestWhoWorksOnACaseHasItAlone(t *testing.T) {
	w := newWorld(t)
	rec := w.call("owner", "POST", "/cases/"+own+"5/act", `{"act":"claim"}`)
	if got := body(t, rec); rec.Code != 200 || got["claimed_by"] == nil || got["claimed_until"] == nil || got["urgency"] == nil {
		t.Errorf("claimed: %d %v", rec.Code, got)
	}
	rec = w.call("operator", "POST", "/cases/"+own+"5/act", `{"act":"claim"}`)
	if got := body(t, rec); rec.Code != 409 || !strings.Contains(fmt.Sprint(got["detail"]), "works on this case until") {
		t.Errorf("claimed by another: %d %v", rec.Code, got)
	}
	rec = w.call("operator", "POST", "/cases/"+own+"6/act", `{"act":"skip"}`)
	if got := body(t, rec); rec.Code != 409 || !strings.Contains(fmt.Sprint(got["detail"]), "decided this case first") {
		t.Errorf("skipped after it was decided: %d %v", rec.Code, got)
	}
	if got := body(t, w.call("operator", "GET", "/cases/"+own+"6", "")); got["urgency"] != nil {
		t.Errorf("a decided case has the urgency %v", got["urgency"])
	}
}

func TestDecideCase(t *testing.T) {
	w := newWorld(t)
	rec := w.call("owner", "POST", "/cases/"+own+"5/decide", `{"verdict":"recall","reason":{"code":"abuse"}}`)
	got := body(t, rec)
	if one := got["case"].(map[string]any); rec.Code != 200 || one["decided_by"] != "token:owner" || one["verdict"] != "recall" {
		t.Errorf("decided: %d %v", rec.Code, got)
	}
	if made := got["recall"].(map[string]any); made["state"] != "queued" || made["authority"] != "owner" {
		t.Errorf("its recall: %v", made)
	}
	rec = w.call("owner", "POST", "/cases/"+own+"6/decide", `{"verdict":"allow"}`)
	got = body(t, rec)
	if rec.Code != 409 || got["detail"] != "moderator:ann decided this case first, at 2026-05-01 12:00:00 UTC: allow." {
		t.Errorf("a lost race: %d %v", rec.Code, got)
	}
	if one := got["case"].(map[string]any); one["decided_by"] != "moderator:ann" || one["decided_at"] != "2026-05-01T12:00:00.123Z" {
		t.Errorf("the case as it stands: %v", one)
	}
}

func TestRules(t *testing.T) {
	w := newWorld(t)
	got := body(t, w.call("viewer", "GET", "/rules", ""))
	policy := got["policy"].(map[string]any)
	if policy["name"] != "default" || policy["version"] != 3.0 || len(policy["rules"].([]any)) == 0 {
		t.Errorf("policy: %v", policy)
	}
	want := []any{map[string]any{"name": "test", "detectors": []any{map[string]any{
		"id": "test_word", "title": "A word of the tests", "description": "A word that nobody else uses.",
		"category": "keyword", "severity": "high", "source": "Our own.",
	}}}}
	if diff := cmp.Diff(want, got["packs"]); diff != "" {
		t.Errorf("packs (-want +got):\n%s", diff)
	}
}

const blockPolicy = `policy: strict
title: Nothing passes.
rules:
  - name: block-it
    when: size(findings) > 0
    verdict: block
    reason: {code: policy_violation, text: "Not here."}
`

func TestRulesTest(t *testing.T) {
	w := newWorld(t)
	ask := func(policy string, before bool) (int, map[string]any) {
		request, _ := json.Marshal(map[string]any{"text": "the word is swordfish", "policy": policy, "before": before})
		rec := w.call("owner", "POST", "/rules/test", string(request))
		return rec.Code, body(t, rec)
	}
	for _, tt := range []struct {
		policy  string
		before  bool
		verdict string
		rule    string
	}{
		{"", false, "review", "sensitive-data"},
		{blockPolicy, true, "block", "block-it"},
		{blockPolicy, false, "recall", "block-it"},
	} {
		if status, got := ask(tt.policy, tt.before); status != 200 || got["verdict"] != tt.verdict || got["rule"] != tt.rule {
			t.Errorf("before %v: %d %v, want %s by %s", tt.before, status, got, tt.verdict, tt.rule)
		}
	}
	status, got := ask(strings.Replace(blockPolicy, "block\n", "explode\n", 1), false)
	problems, _ := got["errors"].([]any)
	if status != 422 || len(problems) == 0 {
		t.Fatalf("a bad policy: %d %v", status, got)
	}
	if first := problems[0].(map[string]any); first["line"] != 6.0 || !strings.Contains(first["field"].(string), "verdict") {
		t.Errorf("a bad policy is refused with %v, want line 6 and the verdict", first)
	}
}

func TestAudit(t *testing.T) {
	got := items(t, newWorld(t).call("auditor", "GET", "/audit", ""))
	first := got[0].(map[string]any)
	if len(got) != 2 || first["hash"] != strings.Repeat("00", 32) || first["details"].(map[string]any)["rule"] != "live-secret" {
		t.Errorf("entries: %v", got)
	}
}

func TestPlatformDown(t *testing.T) {
	w := newWorld(t)
	w.roles.err = errors.New("dial tcp 10.1.2.3:443: connection refused")
	for _, rec := range []*httptest.ResponseRecorder{
		w.call("owner", "GET", "/messages", ""),
		w.call("owner", "POST", "/recalls", `{"messages":["`+own+`1"],`+reasonBody+`}`),
	} {
		if rec.Code != 503 || rec.Header().Get("Retry-After") == "" || strings.Contains(rec.Body.String(), "10.1.2.3") {
			t.Errorf("%d %v %s, want 503 in our own words", rec.Code, rec.Header(), rec.Body)
		}
	}
	if rec := w.call("operator", "GET", "/messages", ""); rec.Code != 200 {
		t.Errorf("an operator needs no platform to read: %d", rec.Code)
	}
}
