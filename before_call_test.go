package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/takeback-chat/takeback/config"
	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/platforms/tencent/tencentsim"
)

const recallCommand = "group_open_http_svc/group_msg_recall"

// forge posts a webhook as somebody does who saw the query of a genuine one: the
// signature covers a token and a time, and any body goes with it.
func (w *world) forge(t *testing.T, command string, fields map[string]any) {
	t.Helper()
	app := w.conf.Apps[0]
	fields["CallbackCommand"], fields["EventTime"] = command, time.Now().UnixMilli()
	body, err := json.Marshal(fields)
	if err != nil {
		t.Fatal(err)
	}
	query := strings.Replace(signedQuery(app)(w.now()), "Group.CallbackAfterSendMsg", command, 1)
	resp, err := http.Post(w.URL()+"/webhooks/"+app.ID+"/"+app.PathSecret.Reveal()+"?"+query, "application/json", strings.NewReader(string(body)))
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		t.Fatalf("the forged webhook was answered %d: it proves nothing", resp.StatusCode)
	}
}

func textBody(text string) []any {
	return []any{map[string]any{"MsgType": "TIMTextElem", "MsgContent": map[string]any{"Text": text}}}
}

// forgedPost is the body of a message of the sales group that was never posted so.
func forgedPost(from string, seq uint32, text string) map[string]any {
	return map[string]any{
		"GroupId": "sales", "Type": "Public", "From_Account": from, "Operator_Account": from, "Random": seq + 7,
		"MsgSeq": seq, "MsgTime": time.Now().Unix(), "OnlineOnlyFlag": 0, "MsgBody": textBody(text),
	}
}

// waits returns the case of a group's only message that waits for a person.
func (w *world) waits(t *testing.T, token string) map[string]any {
	t.Helper()
	var found map[string]any
	eventually(t, func() string {
		_, list := w.call(t, token, http.MethodGet, "/api/v1/cases?state=open", nil)
		if len(items(list)) != 1 {
			return fmt.Sprintf("%d cases wait, want one", len(items(list)))
		}
		found = items(list)[0]
		return ""
	})
	return found
}

// The text in a webhook is not proof: whoever saw the URL of one can make up
// another. What the platform really holds decides, and a person is asked.
func TestAForgedWebhookTakesNothingBack(t *testing.T) {
	for _, tc := range []struct {
		name  string
		forge func(t *testing.T, w *world, real uint32)
	}{
		{"another text for a message that is there", func(t *testing.T, w *world, real uint32) {
			t.Helper()
			w.forge(t, "Group.CallbackAfterSendMsg", forgedPost("bob", real, card()))
		}},
		{"another sender", func(t *testing.T, w *world, real uint32) {
			t.Helper()
			w.forge(t, "Group.CallbackAfterSendMsg", forgedPost("mia", real, card()))
		}},
		{"an edit that never was", func(t *testing.T, w *world, real uint32) {
			t.Helper()
			w.forge(t, "Group.CallbackAfterSendMsg", forgedPost("bob", real, "lunch at noon?"))
			w.forge(t, "Group.CallbackAfterModifyMsg", map[string]any{
				"GroupId": "sales", "Operator_Account": "bob", "MsgSeq": real, "MsgBody": textBody(card()),
			})
		}},
		{"the secret first and the truth as an edit", func(t *testing.T, w *world, real uint32) {
			t.Helper()
			w.forge(t, "Group.CallbackAfterSendMsg", forgedPost("bob", real, card()))
			w.forge(t, "Group.CallbackAfterModifyMsg", map[string]any{
				"GroupId": "sales", "Operator_Account": "bob", "MsgSeq": real, "MsgBody": textBody("lunch at noon?"),
			})
		}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			onBoth(t, func(t *testing.T, database string) {
				t.Helper()
				w := newWorld(t, database, nil)
				w.group(t, "sales")
				w.sim.SetFaults(tencentsim.Faults{DropWebhook: 1}) // so that the forged one is the first
				sent := w.post(t, "sales", "bob", "lunch at noon?")
				tc.forge(t, w, sent.Seq)
				token := w.operator(t)
				if c := w.waits(t, token); c["why"] != "The platform shows another text than the one that a rule matched; nothing was taken back, a person has to look." &&
					c["why"] != "Read again, the message is not one that the policy takes back; nothing was taken back, a person has to look." {
					t.Errorf("the case says %q", c["why"])
				}
				_, list := w.call(t, token, http.MethodGet, "/api/v1/recalls?conversation=sales", nil)
				if rs := items(list); len(rs) != 1 || rs[0]["state"] != "cancelled" || rs[0]["attempts"] != 0.0 {
					t.Errorf("recalls: %v", rs)
				}
				if m, _ := w.sim.Message("sales", "", sent.Seq); m.State != tencentsim.Shown || w.sim.Calls().REST[recallCommand] != 0 {
					t.Errorf("the message is %s after %d recall calls, want none", m.State, w.sim.Calls().REST[recallCommand])
				}
				w.auditHolds(t)
				w.silent(t, "4111 1111", "41111111", "lunch")
			})
		})
	}
}

// A value that is split over messages is taken back only if all its parts are real.
func TestAForgedPartTakesNothingBack(t *testing.T) {
	w := newWorld(t, databases["SQLite"](t), nil)
	w.group(t, "sales")
	w.sim.SetFaults(tencentsim.Faults{DropWebhook: 1})
	w.post(t, "sales", "bob", "lunch at noon?") // which the forged part is said to be
	real := w.post(t, "sales", "bob", "1111 "+"1111")
	w.forge(t, "Group.CallbackAfterSendMsg", forgedPost("bob", real.Seq, "1111 "+"1111"))
	w.forge(t, "Group.CallbackAfterSendMsg", forgedPost("bob", real.Seq-1, "4111 "+"1111"))
	token := w.operator(t)
	eventually(t, func() string {
		_, list := w.call(t, token, http.MethodGet, "/api/v1/recalls?conversation=sales&state=cancelled", nil)
		if n := len(items(list)); n != 2 {
			return fmt.Sprintf("%d recalls are cancelled, want those of both parts", n)
		}
		return ""
	})
	if m, _ := w.sim.Message("sales", "", real.Seq); m.State != tencentsim.Shown || w.sim.Calls().REST[recallCommand] != 0 {
		t.Errorf("the real part is %s after %d recall calls", m.State, w.sim.Calls().REST[recallCommand])
	}
}

// What is real is taken back in every kind of conversation, read again where
// there is a history: parts of a value, words that a number needs, edits, chats of two.
func TestWhatIsRealIsTakenBack(t *testing.T) {
	onBoth(t, func(t *testing.T, database string) {
		t.Helper()
		w := newWorld(t, database, func(_ *config.Config, o *tencentsim.Options) { o.BeforeSend = false })
		w.group(t, "sales")
		for _, g := range []tencentsim.GroupSpec{
			{ID: "town", Type: tencentsim.Community, Owner: "olga", Members: map[string]tencentsim.Role{"bob": ""}, Topics: []tencentsim.TopicSpec{{ID: "a", Name: "First"}}},
			{ID: "live", Type: tencentsim.Live, Owner: "olga", Members: map[string]tencentsim.Role{"bob": ""}},
		} {
			if err := w.sim.CreateGroup(g); err != nil {
				t.Fatal(err)
			}
		}
		topic := tencentsim.TopicID("town", "a")
		ctx, cancel := context.WithTimeout(t.Context(), patience)
		defer cancel()
		var wait []func() (tencentsim.Message, error)
		await := func(group, topic string, seq uint32) {
			wait = append(wait, func() (tencentsim.Message, error) { return w.sim.AwaitRecall(ctx, group, topic, seq) })
		}
		post := func(p tencentsim.Post) uint32 {
			t.Helper()
			p.From = "bob"
			sent, err := w.sim.Post(t.Context(), p)
			if err != nil {
				t.Fatal(err)
			}
			return sent.Seq
		}
		await("sales", "", post(tencentsim.Post{Group: "sales", Text: card(), Cloud: `{"reply":"x"}`}))
		await("town", topic, post(tencentsim.Post{Group: "town", Topic: topic, Text: card()}))
		await("live", "", post(tencentsim.Post{Group: "live", Text: card()}))
		for _, part := range []string{"4111 " + "1111", "1111 " + "1111"} {
			await("sales", "", post(tencentsim.Post{Group: "sales", Text: part}))
		}
		edited := post(tencentsim.Post{Group: "sales", Text: "see you", Cloud: `{"reply":"x"}`})
		if err := w.sim.Edit("bob", "sales", "", edited, []tencentsim.Element{tencentsim.Text(card())}, nil); err != nil {
			t.Fatal(err)
		}
		await("sales", "", edited)
		direct, err := w.sim.PostC2C(t.Context(), "bob", "mia", card())
		if err != nil {
			t.Fatal(err)
		}
		wait = append(wait, func() (tencentsim.Message, error) {
			return w.sim.AwaitRecallC2C(ctx, "bob", "mia", direct.Key)
		})
		for i, done := range wait {
			if _, err := done(); err != nil {
				_, list := w.call(t, w.operator(t), http.MethodGet, "/api/v1/recalls?limit=500", nil)
				t.Fatalf("message %d is not taken back: %v; recalls: %v", i, err, list)
			}
		}
		if n := w.sim.Calls().REST["group_open_http_svc/group_msg_get_simple"]; n == 0 {
			t.Error("nothing was read again")
		}
		if _, list := w.call(t, w.operator(t), http.MethodGet, "/api/v1/cases?state=open", nil); len(items(list)) != 0 {
			t.Errorf("%d cases wait, want none", len(items(list)))
		}
		w.auditHolds(t)
	})
}

// Rereading is a setting: never trusts the webhook, always asks a person where
// there is nothing to read.
func TestRereadingIsASetting(t *testing.T) {
	for _, tc := range []struct {
		reread string
		reads  bool
		live   string // what becomes of a recall where there is no history
	}{{"auto", true, "confirmed"}, {"always", true, "cancelled"}, {"never", false, "confirmed"}} {
		t.Run(tc.reread, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, databases["SQLite"](t), func(c *config.Config, _ *tencentsim.Options) { c.Apps[0].Reread = tc.reread })
			w.group(t, "sales")
			spec := tencentsim.GroupSpec{ID: "live", Type: tencentsim.Live, Owner: "olga", Members: map[string]tencentsim.Role{"bob": ""}}
			if err := w.sim.CreateGroup(spec); err != nil {
				t.Fatal(err)
			}
			token := w.operator(t)
			w.recallOf(t, token, w.post(t, "sales", "bob", card()).Seq)
			if n := w.sim.Calls().REST["group_open_http_svc/group_msg_get_simple"]; (n > 0) != tc.reads {
				t.Errorf("history was read %d times", n)
			}
			w.post(t, "live", "bob", card())
			eventually(t, func() string {
				_, list := w.call(t, token, http.MethodGet, "/api/v1/recalls?conversation=live", nil)
				if rs := items(list); len(rs) != 1 || rs[0]["state"] != tc.live {
					return fmt.Sprintf("the recall in a live group is not %s: %v", tc.live, rs)
				}
				return ""
			})
		})
	}
}

// Who could see a message and who had read it is on record before it goes, for
// what a rule takes back as for what a person does.
func TestWhoSawItIsOnRecord(t *testing.T) {
	onBoth(t, func(t *testing.T, database string) {
		t.Helper()
		w := newWorld(t, database, nil)
		w.group(t, "sales")
		token := w.operator(t)
		sent, err := w.sim.Post(t.Context(), tencentsim.Post{Group: "sales", From: "bob", Text: "this went to the wrong group", Receipt: true})
		if err != nil {
			t.Fatal(err)
		}
		w.sim.SetFaults(tencentsim.Faults{}) // the event of the reading is lost, so only the receipt tells of it
		if err := w.sim.Flush(t.Context()); err != nil {
			t.Fatal(err)
		}
		w.sim.SetFaults(tencentsim.Faults{DropWebhook: 1})
		if err := w.sim.Read("mia", "sales", sent.Seq); err != nil {
			t.Fatal(err)
		}
		w.sim.SetFaults(tencentsim.Faults{})
		status, body := w.call(t, token, http.MethodPost, "/api/v1/recalls", map[string]any{
			"app": demoApp, "conversation": "sales", "refs": []string{itoa(sent.Seq)}, "reason": map[string]any{"code": "wrong_recipient"},
		})
		if status != http.StatusAccepted {
			t.Fatalf("recall: %d %v", status, body)
		}
		r := w.recallOf(t, token, sent.Seq)
		id, _ := r["id"].(string)
		_, r = w.call(t, token, http.MethodGet, "/api/v1/recalls/"+id, nil)
		exposure, _ := r["exposure"].(map[string]any)
		asked, _ := exposure["asked_at"].(string)
		gone, _ := r["confirmed_at"].(string)
		if exposure["members"] != 4.0 || exposure["read_by"] != 1.0 || asked == "" || asked > gone {
			t.Errorf("exposure %v, confirmed at %s", exposure, gone)
		}
		second := w.recallOf(t, token, w.post(t, "sales", "bob", card()).Seq)
		if exposure, _ = second["exposure"].(map[string]any); exposure["members"] != 4.0 {
			t.Errorf("exposure of what a rule took back: %v", exposure)
		}
		w.auditHolds(t)
	})
}

// A moderator who loses the role takes nothing back any more, also what was asked
// for before, and also where the event of it never came; an operator who joined does.
func TestALostRoleCancelsWhatHasNotLeft(t *testing.T) {
	onBoth(t, func(t *testing.T, database string) {
		t.Helper()
		w := newWorld(t, database, nil)
		w.group(t, "sales")
		token := w.operator(t)
		adam := w.token(t, models.Caller{Grant: models.GrantModerator, Account: models.Account{App: demoApp, Name: "adam"}})
		first, second := w.post(t, "sales", "bob", "one"), w.post(t, "sales", "bob", "two")
		order := func(seq uint32) map[string]any {
			return map[string]any{"app": demoApp, "conversation": "sales", "refs": []string{itoa(seq)}, "reason": map[string]any{"code": "abuse"}}
		}
		if err := w.sim.Flush(t.Context()); err != nil {
			t.Fatal(err)
		}
		if err := w.store.PauseApp(t.Context(), demoApp, time.Now().Add(3*time.Second), "test"); err != nil {
			t.Fatal(err)
		}
		for _, s := range []tencentsim.Sent{first, second} {
			if status, body := w.call(t, adam, http.MethodPost, "/api/v1/recalls", order(s.Seq)); status != http.StatusAccepted {
				t.Fatalf("adam: %d %v", status, body)
			}
		}
		if status, body := w.call(t, token, http.MethodPost, "/api/v1/recalls", order(second.Seq)); status != http.StatusAccepted {
			t.Fatalf("the operator: %d %v", status, body)
		}
		w.sim.SetFaults(tencentsim.Faults{DropWebhook: 1}) // nobody tells us
		if err := w.sim.SetRole("olga", "sales", "adam", tencentsim.Member); err != nil {
			t.Fatal(err)
		}
		w.sim.SetFaults(tencentsim.Faults{})
		eventually(t, func() string {
			_, list := w.call(t, token, http.MethodGet, "/api/v1/recalls?conversation=sales&state=cancelled", nil)
			rs := items(list)
			if len(rs) != 1 {
				return "nothing is cancelled"
			}
			m, _ := rs[0]["message"].(map[string]any)
			if m["ref"] != itoa(first.Seq) || rs[0]["explanation"] != "Whoever asked is not owner or admin of this group any more; nothing left." {
				t.Errorf("cancelled: %v", rs[0])
			}
			return ""
		})
		if _, err := w.sim.AwaitRecall(t.Context(), "sales", "", second.Seq); err != nil {
			t.Errorf("what an operator wants too is not taken back: %v", err)
		}
		if m, _ := w.sim.Message("sales", "", first.Seq); m.State != tencentsim.Shown {
			t.Errorf("what only adam wanted is %s", m.State)
		}
		es, _, err := w.store.Audit(t.Context(), models.AuditFilter{Action: "recall.cancelled"})
		if err != nil || len(es) != 1 || es[0].Details["why"] != "right_lost" {
			t.Errorf("audit: %+v, %v", es, err)
		}
		w.auditHolds(t)
	})
}
