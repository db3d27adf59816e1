package console

import (
	"net/http"
	"strings"
	"testing"

	"github.com/takeback-chat/takeback/models"
)

// keptMessage keeps a message of alice in the real store.
func (w *world) keptMessage(ref string) {
	w.t.Helper()
	_, err := w.store.real.Keep(w.t.Context(), "main", []models.Judged{{
		Event: models.Event{Kind: models.EventPosted, At: w.now(), Conversation: sales, Message: &models.Message{
			Ref: ref, Sender: "alice", SentAt: w.now(), ReceivedAt: w.now(), Inspection: models.Clean,
			Elements: []models.Element{{Kind: models.TextElement, Text: "hello"}},
		}},
		Decision: models.Decision{Verdict: models.VerdictAllow, Policy: 1},
	}})
	if err != nil {
		w.t.Fatal(err)
	}
}

func TestAHoldIsPreviewedPlacedAndLiftedByTwo(t *testing.T) {
	w := newRealWorld(t)
	for _, name := range []string{"olga", "otto"} {
		w.login(name, models.Caller{Grant: models.GrantOperator})
	}
	w.keptMessage("1")
	w.keptMessage("2")
	olga, otto := w.enterReal("olga"), w.enterReal("otto")
	olga.page("/holds").wants(".empty", "Nothing is held")
	olga.page("/holds/new?kind=sender&app=main&thing=alice").wants("#preview", "2 messages would be held.")
	olga.page("/holds/new?kind=conversation&app=main&thing=%40TGS%23sales").wants("#preview", "2 messages")
	if res, _ := olga.get("/holds/new?kind=message&thing=none"); res.StatusCode != http.StatusNotFound {
		t.Errorf("a preview of what there is not answered %d", res.StatusCode)
	}
	if res, _ := olga.post("/holds", "kind", "sender", "app", "main", "thing", "alice"); res.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("a hold without a reason answered %d", res.StatusCode)
	}
	res, body := olga.post("/holds", "kind", "sender", "app", "main", "thing", "alice", "reason", "a court asks", "until", "2099-12-31")
	if res.StatusCode != http.StatusSeeOther {
		t.Fatalf("placing answered %d: %s", res.StatusCode, body)
	}
	holds, _, err := w.store.real.LegalHolds(t.Context(), models.LegalHoldFilter{})
	if err != nil || len(holds) != 1 {
		t.Fatalf("%d holds, %v", len(holds), err)
	}
	row, lift := "#h-"+string(holds[0].ID), "/holds/"+string(holds[0].ID)+"/lift"
	olga.page("/holds?open=1&kind=sender").wants(row, "a court asks")
	olga.post(lift, "reason", "the case is over")
	p := olga.page("/holds")
	p.wants(row, "keeps, lift asked for")
	p.wants(row, "Another operator has to agree.")
	if res, _ := olga.post(lift, "reason", "again"); res.StatusCode != http.StatusConflict {
		t.Errorf("the same person lifted with %d", res.StatusCode)
	}
	otto.page("/holds").wants(row, "Agree and lift")
	otto.post(lift, "reason", "I agree")
	otto.page("/holds").wants(row, "Lifted: I agree")
}

func TestHooksAreListedAndToldAgain(t *testing.T) {
	w := newRealWorld(t)
	w.login("olga", models.Caller{Grant: models.GrantOperator})
	olga := w.enterReal("olga")
	p := olga.page("/hooks")
	p.wants(".notice", "No endpoint is set up.")
	p.wants(".empty", "Nothing was told yet")
	if res, _ := olga.get("/hooks?state=zzz"); res.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("a state that there is not answered %d", res.StatusCode)
	}
	if res, _ := olga.post("/hooks/deliveries/none/again"); res.StatusCode != http.StatusNotFound {
		t.Errorf("what there is not was delivered again with %d", res.StatusCode)
	}
}

func TestTheAuditLeavesWithoutFormulasAndOnRecord(t *testing.T) {
	w := newWorld(t)
	b := w.operator()
	for _, thing := range []string{"=1+1", "@cmd", "plain"} {
		if err := w.store.Record(t.Context(), models.AuditEntry{Actor: "-2+3", Action: "message.revealed", Subject: "message", Thing: thing, Details: map[string]string{"purpose": "x"}}); err != nil {
			t.Fatal(err)
		}
	}
	res, body := b.post("/audit/export", "format", "csv", "action", "message.revealed")
	if res.StatusCode != http.StatusOK || !strings.HasPrefix(res.Header.Get("Content-Type"), "text/csv") || !strings.Contains(res.Header.Get("Content-Disposition"), "attachment") {
		t.Fatalf("answered %d, %v", res.StatusCode, res.Header)
	}
	lines := strings.Split(strings.TrimSpace(body), "\n")
	if len(lines) != 4 || !strings.Contains(body, ",'=1+1,") || !strings.Contains(body, ",'@cmd,") || !strings.Contains(body, ",'-2+3,") || !strings.Contains(body, ",plain,") {
		t.Errorf("the file is\n%s", body)
	}
	if got := w.store.actions(); got[len(got)-1] != "moderator:olga audit.exported" {
		t.Errorf("the last entry is %q", got[len(got)-1])
	}
	_, body = b.post("/audit/export", "format", "json", "thing", "plain")
	if lines := strings.Split(strings.TrimSpace(body), "\n"); len(lines) != 1 || !strings.Contains(lines[0], `"thing":"plain"`) {
		t.Errorf("the file is\n%s", body)
	}
	if res, _ := b.post("/audit/export", "format", "exe"); res.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("a format that there is not answered %d", res.StatusCode)
	}
	b.page("/audit?action=message.revealed&from=2020-01-01&to=2099-01-01").wants("#rows", "message.revealed")
	if res, _ := b.get("/audit?from=yesterday"); res.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("a day that is none answered %d", res.StatusCode)
	}
}
