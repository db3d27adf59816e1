package main

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/platforms/tencent/tencentsim"
)

// edit lets bob write another text into his message.
func (w *world) edit(t *testing.T, seq uint32, text string) {
	t.Helper()
	body := []tencentsim.Element{tencentsim.Text(text)}
	if err := w.sim.Edit("bob", "sales", "", seq, body, nil); err != nil {
		t.Fatal(err)
	}
}

// kept waits until the current revision of a message is known.
func (w *world) kept(t *testing.T, token string, seq uint32, revision int) {
	t.Helper()
	eventually(t, func() string {
		_, list := w.call(t, token, http.MethodGet, "/api/v1/messages?conversation=sales", nil)
		for _, m := range items(list) {
			if m["ref"] == itoa(seq) {
				if got, _ := m["revision"].(float64); int(got) == revision {
					return ""
				}
				return fmt.Sprintf("revision %v is known, not %d", m["revision"], revision)
			}
		}
		return "the message is not known"
	})
}

// A secret that is written into a message after its clean first text is found and
// taken back.
func TestSecretEditedInIsTakenBack(t *testing.T) {
	onBoth(t, func(t *testing.T, database string) {
		t.Helper()
		w := newWorld(t, database, nil)
		w.group(t, "sales")
		token := w.operator(t)
		sent := w.post(t, "sales", "bob", "lunch at noon?")
		w.kept(t, token, sent.Seq, 1)
		w.edit(t, sent.Seq, card())
		if _, err := w.sim.AwaitRecall(t.Context(), "sales", "", sent.Seq); err != nil {
			t.Fatal(err)
		}
		if r := w.recallOf(t, token, sent.Seq); r["authority"] != "policy" {
			t.Errorf("authority %v, want policy", r["authority"])
		}
		w.auditHolds(t)
		w.silent(t, "4111 1111", "41111111", "lunch")
	})
}

// A secret that was edited out while its recall waits was on people's screens, and is
// in the revisions: the recall goes on and takes the message with all of them.
func TestSecretEditedOutIsTakenBackNevertheless(t *testing.T) {
	onBoth(t, func(t *testing.T, database string) {
		t.Helper()
		w := newWorld(t, database, nil)
		w.group(t, "sales")
		token := w.operator(t)
		w.sim.SetFaults(tencentsim.Faults{Throttle: 1, Only: recallCommand})
		sent := w.post(t, "sales", "bob", card())
		eventually(t, func() string {
			if w.sim.Calls().REST[recallCommand] == 0 {
				return "no call left: it is not in the middle of anything"
			}
			return ""
		})
		w.edit(t, sent.Seq, "never mind")
		w.kept(t, token, sent.Seq, 2)
		w.sim.SetFaults(tencentsim.Faults{})
		if _, err := w.sim.AwaitRecall(t.Context(), "sales", "", sent.Seq); err != nil {
			t.Fatal(err)
		}
		if r := w.recallOf(t, token, sent.Seq); r["authority"] != "policy" {
			t.Errorf("authority %v, want policy", r["authority"])
		}
		w.auditHolds(t)
	})
}

// One that was edited out before the message could be read again rests on nothing
// but the webhook: whoever forges one could forge the edit too. A person is asked.
func TestSecretEditedOutBeforeItWasReadAgain(t *testing.T) {
	w := newWorld(t, databases["SQLite"](t), nil)
	w.group(t, "sales")
	token := w.operator(t)
	w.sim.SetFaults(tencentsim.Faults{Throttle: 1})
	sent := w.post(t, "sales", "bob", card())
	w.kept(t, token, sent.Seq, 1)
	w.edit(t, sent.Seq, "never mind")
	w.kept(t, token, sent.Seq, 2)
	w.sim.SetFaults(tencentsim.Faults{})
	if c := w.waits(t, token); c["why"] != "Read again, the message is not one that the policy takes back; nothing was taken back, a person has to look." {
		t.Errorf("the case says %q", c["why"])
	}
	if m, _ := w.sim.Message("sales", "", sent.Seq); m.State != tencentsim.Shown {
		t.Errorf("the message is %v", m.State)
	}
}

// The id of a dissolved group is given to another one: what was to be taken back in
// the old one is never called for in the new one.
func TestGroupMadeAnewMeetsNoOldRecall(t *testing.T) {
	onBoth(t, func(t *testing.T, database string) {
		t.Helper()
		w := newWorld(t, database, nil)
		w.group(t, "sales")
		token := w.operator(t)
		w.sim.SetFaults(tencentsim.Faults{Throttle: 1})
		old := w.post(t, "sales", "bob", card())
		w.kept(t, token, old.Seq, 1)
		if err := w.sim.Destroy("sales"); err != nil {
			t.Fatal(err)
		}
		if err := w.sim.Flush(t.Context()); err != nil {
			t.Fatal(err)
		}
		w.group(t, "sales")
		fresh := w.post(t, "sales", "bob", "a fresh start")
		if fresh.Seq != old.Seq {
			t.Fatalf("the new group begins at %d, the old one at %d", fresh.Seq, old.Seq)
		}
		w.sim.SetFaults(tencentsim.Faults{})
		marker := w.post(t, "sales", "bob", card())
		if _, err := w.sim.AwaitRecall(t.Context(), "sales", "", marker.Seq); err != nil {
			t.Fatal(err)
		}
		if m, _ := w.sim.Message("sales", "", fresh.Seq); m.State != tencentsim.Shown {
			t.Errorf("the first message of the new group is %v", m.State)
		}
		_, list := w.call(t, token, http.MethodGet, "/api/v1/recalls?conversation=sales&limit=500", nil)
		states := map[any]int{}
		for _, r := range items(list) {
			states[r["state"]]++
		}
		if states[string(models.AlreadyGone)] != 1 {
			t.Errorf("recalls by state: %v, want one that is already gone with its group", states)
		}
		w.auditHolds(t)
	})
}
