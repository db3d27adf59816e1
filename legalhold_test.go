package main

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/platforms/tencent/tencentsim"
)

const holds = "/api/v1/legal-holds"

// hold places a legal hold over the API and returns its id.
func (w *world) hold(t *testing.T, token string, on map[string]any) (id string, view map[string]any) {
	t.Helper()
	on["reason"] = "order of 1 May"
	status, view := w.call(t, token, http.MethodPost, holds, on)
	if status != http.StatusCreated {
		t.Fatalf("place a hold: %d %v", status, view)
	}
	id, _ = view["id"].(string)
	return id, view
}

// untouched fails the test if a recall call left, or a message is not in the chat.
func (w *world) untouched(t *testing.T, group string, seq uint32) {
	t.Helper()
	if m, _ := w.sim.Message(group, "", seq); m.State != tencentsim.Shown || w.sim.Calls().REST[recallCommand] != 0 {
		t.Errorf("the message is %s after %d recall calls, want it shown after none", m.State, w.sim.Calls().REST[recallCommand])
	}
}

// What is under a legal hold nobody takes back: no rule, no moderator, no operator, no
// sender, no sweep. Once it is lifted people may, and nothing is done by itself.
func TestNobodyTakesBackWhatIsUnderALegalHold(t *testing.T) {
	onBoth(t, func(t *testing.T, database string) {
		t.Helper()
		w := newWorld(t, database, nil)
		w.group(t, "sales")
		token := w.operator(t)
		olga := w.token(t, models.Caller{Grant: models.GrantModerator, Account: models.Account{App: demoApp, Name: "olga"}})
		said := w.post(t, "sales", "bob", "lunch at noon?")
		id := w.messageID(t, token, "sales", itoa(said.Seq))
		hold, _ := w.hold(t, token, map[string]any{"app": demoApp, "sender": "bob"})

		w.post(t, "sales", "bob", card())
		if c := w.waits(t, token); c["why"] != "It is under a legal hold, so nothing was taken back: a person has to look." {
			t.Errorf("the case says %q", c["why"])
		}
		wish := map[string]any{"messages": []string{id}, "reason": map[string]any{"code": "abuse"}, "anyway": true}
		for who, by := range map[string]string{"an operator": token, "a moderator": olga} {
			status, got := w.call(t, by, http.MethodPost, "/api/v1/recalls", wish)
			if detail := fmt.Sprint(got["detail"]); status != http.StatusConflict || !strings.Contains(detail, "under a legal hold by token:") || strings.Contains(detail, "order of") {
				t.Errorf("%s: %d %v", who, status, got)
			}
		}
		_, got := w.call(t, olga, http.MethodPost, "/api/v1/recalls?dry_run=true", wish)
		if p := items(got)[0]; p["obstacle"] != "legal_hold" || p["likelihood"].(map[string]any)["word"] != "impossible" {
			t.Errorf("the preview is %v", p)
		}
		bob := w.user(t, w.backend(t), "bob")
		if status, words := w.takeOwn(t, bob, "sales", itoa(said.Seq)); status != http.StatusConflict || strings.Contains(words, "legal") {
			t.Errorf("the sender: %d %s", status, words)
		}
		_, view := w.order(t, token, map[string]any{"kind": "sender", "app": demoApp, "sender": "bob", "reason": map[string]any{"code": "abuse"}})
		if number(t, view, "count") != 0 || number(t, view, "excluded", "by", "legal_hold") != 2 {
			t.Errorf("the sweep is %v", view)
		}
		w.untouched(t, "sales", said.Seq)

		if status, got := w.call(t, token, http.MethodPost, holds+"/"+hold+"/lift", map[string]any{"reason": "it is closed"}); status != http.StatusOK || got["state"] != "lifted" {
			t.Fatalf("lift: %d %v", status, got)
		}
		if _, list := w.call(t, token, http.MethodGet, "/api/v1/recalls", nil); len(items(list)) != 0 {
			t.Errorf("recalls: %v", items(list))
		}
		if status, got := w.call(t, olga, http.MethodPost, "/api/v1/recalls", wish); status != http.StatusAccepted {
			t.Fatalf("after the lift: %d %v", status, got)
		}
		w.recallOf(t, token, said.Seq)
		w.auditHolds(t)
		w.silent(t, "order of 1 May", "it is closed", "lunch", "4111 1111", "41111111")
	})
}

// What was queued when the hold came does not leave: it ends for all to see, and what
// a rule wanted waits for a person.
func TestALegalHoldStopsWhatIsQueued(t *testing.T) {
	onBoth(t, func(t *testing.T, database string) {
		t.Helper()
		w := newWorld(t, database, nil)
		w.group(t, "sales")
		token, file := w.operator(t), w.settings(t)
		if err := w.store.PauseApp(t.Context(), demoApp, time.Now().Add(4*time.Second), "test"); err != nil {
			t.Fatal(err)
		}
		sent := w.post(t, "sales", "bob", card())
		id := w.messageID(t, token, "sales", itoa(sent.Seq))

		code, out, errs := command(t, "hold", "place", "--config", file, "--conversation", "sales", "--reason", "order of 1 May")
		if code != exitOK || !strings.Contains(out, "Recalls cancelled: 1.") {
			t.Fatalf("place: %d\n%s%s", code, out, errs)
		}
		_, list := w.call(t, token, http.MethodGet, "/api/v1/recalls?conversation=sales", nil)
		rs := items(list)
		if len(rs) != 1 || rs[0]["state"] != "cancelled" || rs[0]["attempts"] != 0.0 ||
			rs[0]["explanation"] != "Stopped before it left: the message is under a legal hold." {
			t.Fatalf("recalls: %v", rs)
		}
		if c := w.waits(t, token); c["message"] != id {
			t.Errorf("the case is %v", c)
		}
		_, one := w.call(t, token, http.MethodGet, fmt.Sprintf("/api/v1/recalls/%v", rs[0]["id"]), nil)
		report, _ := one["report"].(map[string]any)
		timeline, _ := report["timeline"].([]any)
		if !slices.ContainsFunc(timeline, func(s any) bool { return s.(map[string]any)["step"] == "legal_hold_placed" }) {
			t.Errorf("the timeline is %v", timeline)
		}
		time.Sleep(5 * time.Second) // until after the pause
		w.untouched(t, "sales", sent.Seq)
		w.auditHolds(t)
	})
}

// Holds at the command line: placed, listed, and lifted by two where there is another
// operator.
func TestLegalHoldsAtTheCommandLine(t *testing.T) {
	w := newWorld(t, databases["SQLite"](t), nil)
	w.group(t, "sales")
	token, file := w.operator(t), w.settings(t)
	sent := w.post(t, "sales", "bob", "lunch at noon?")
	id := w.messageID(t, token, "sales", itoa(sent.Seq))
	for args, want := range map[string]string{
		"place --reason x":      "",
		"place --message " + id: "",
		"place --message " + id + " --sender bob --reason x":                 "",
		"place --message " + id + " --reason x --until yesterday":            "--until",
		"place --message " + id + " --reason x --until 2020-01-01T00:00:00Z": "not in the future",
		"lift " + id: "",
	} {
		code, out, errs := command(t, append([]string{"hold"}, append(strings.Fields(args), "--config", file)...)...)
		if code != exitUsage || !strings.Contains(errs, want) {
			t.Errorf("hold %s: %d\n%s%s", args, code, out, errs)
		}
	}
	if code, out, _ := command(t, "hold", "--config", file); code != exitOK || !strings.Contains(out, "Nothing is under a legal hold.") {
		t.Errorf("an empty list: %d\n%s", code, out)
	}
	code, out, errs := command(t, "hold", "place", "--config", file, "--message", id, "--reason", "case 4711", "--until", "720h", "--json")
	if code != exitOK || !strings.Contains(out, `"state":"stands"`) || !strings.Contains(out, `"kind":"message"`) {
		t.Fatalf("place: %d\n%s%s", code, out, errs)
	}
	code, out, _ = command(t, "hold", "list", "--config", file)
	if code != exitOK || !strings.Contains(out, "case 4711") || !strings.Contains(out, id) || !strings.Contains(out, operator()) {
		t.Errorf("list: %d\n%s", code, out)
	}
	code, out, _ = command(t, "recall", "--config", file, "--dry-run", id)
	if code != exitFound || !strings.Contains(out, "It is under a legal hold by "+operator()+" since ") || !strings.Contains(out, "impossible") {
		t.Errorf("dry run: %d\n%s", code, out)
	}
	code, out, _ = command(t, "recall", "--config", file, "--reason", "abuse", "--anyway", id)
	if code != exitFound || !strings.Contains(out, "under a legal hold") {
		t.Errorf("recall: %d\n%s", code, out)
	}
	_, list := w.call(t, token, http.MethodGet, holds+"?open=true", nil)
	hold := fmt.Sprint(items(list)[0]["id"])
	code, out, errs = command(t, "hold", "lift", "--config", file, hold, "--reason", "closed")
	if code != exitOK || !strings.Contains(out, "Another operator has to lift it too.") {
		t.Fatalf("lift: %d\n%s%s", code, out, errs)
	}
	if code, _, errs = command(t, "hold", "lift", "--config", file, hold, "--reason", "closed"); code != exitFound || !strings.Contains(errs, "another operator has to") {
		t.Errorf("lift twice: %d\n%s", code, errs)
	}
	if status, got := w.call(t, token, http.MethodPost, holds+"/"+hold+"/lift", map[string]any{"reason": "agreed"}); status != http.StatusOK {
		t.Fatalf("lift: %d %v", status, got)
	}
	code, out, _ = command(t, "hold", "list", "--all", "--json", "--config", file)
	if code != exitOK || !strings.Contains(out, `"state":"lifted"`) {
		t.Errorf("list of all: %d\n%s", code, out)
	}
	w.untouched(t, "sales", sent.Seq)
	w.auditHolds(t)
}
