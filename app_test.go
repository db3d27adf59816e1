package main

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/takeback-chat/takeback/config"
	"github.com/takeback-chat/takeback/internal/testservers"
	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/platforms/tencent/tencentsim"
)

// The main job: a card number is posted, taken back with a reason, confirmed by
// the platform's own event, reported by the API, and the audit holds.
func TestCardIsTakenBackAndItCanBeProved(t *testing.T) {
	onBoth(t, func(t *testing.T, database string) {
		t.Helper()
		w := newWorld(t, database, nil)
		w.group(t, "sales")
		clean := w.post(t, "sales", "mia", "lunch at noon?")
		sent := w.post(t, "sales", "bob", card())
		m, err := w.sim.AwaitRecall(t.Context(), "sales", "", sent.Seq)
		if err != nil {
			t.Fatal(err)
		}
		if m.Reason == "" || strings.Contains(m.Reason, "4111") {
			t.Errorf("the platform was told the reason %q", m.Reason)
		}
		token := w.operator(t)
		r := w.recallOf(t, token, sent.Seq)
		eventually(t, func() string { // the removal event may come before the answer to our call
			if r = w.recallOf(t, token, sent.Seq); r["accepted_at"] == nil {
				return "the answer to our call is not on record"
			}
			return ""
		})
		for _, at := range []string{"requested_at", "sent_at", "accepted_at", "confirmed_at"} {
			if r[at] == nil {
				t.Errorf("the report lacks %s: %v", at, r)
			}
		}
		if r["authority"] != "policy" || r["trigger"] != "policy" {
			t.Errorf("authority %v, trigger %v, want policy for both", r["authority"], r["trigger"])
		}
		_, list := w.call(t, token, http.MethodGet, "/api/v1/messages?conversation=sales", nil)
		for _, m := range items(list) {
			text, _ := m["text"].(string)
			if strings.Contains(text, "4111 1111") {
				t.Errorf("the API shows the card: %q", text)
			}
		}
		if n := len(items(list)); n != 2 {
			t.Errorf("%d messages are kept, want 2", n)
		}
		if m, ok := w.sim.Message("sales", "", clean.Seq); !ok || m.State != tencentsim.Shown {
			t.Errorf("the clean message was touched: %+v", m.State)
		}
		w.auditHolds(t)
		w.silent(t, "4111 1111", "41111111", "lunch", w.conf.Apps[0].PathSecret.Reveal(), w.conf.Apps[0].Tencent.WebhookToken.Reveal())
	})
}

// An administrator of the group takes a message back through the API; a plain
// member may not, and to a stranger there is no such message.
func TestAdminTakesBackAMemberMayNot(t *testing.T) {
	onBoth(t, func(t *testing.T, database string) {
		t.Helper()
		w := newWorld(t, database, nil)
		w.group(t, "sales")
		sent := w.post(t, "sales", "bob", "this went to the wrong group")
		as := func(account string) string {
			return w.token(t, models.Caller{Grant: models.GrantModerator, Account: models.Account{App: demoApp, Name: account}})
		}
		order := map[string]any{
			"app": demoApp, "conversation": "sales", "refs": []string{itoa(sent.Seq)},
			"reason": map[string]any{"code": "wrong_recipient"},
		}
		eventually(t, func() string {
			_, list := w.call(t, w.operator(t), http.MethodGet, "/api/v1/messages?conversation=sales", nil)
			if len(items(list)) == 0 {
				return "the message is not kept"
			}
			return ""
		})
		for account, want := range map[string]int{"mia": http.StatusForbidden, "stranger": http.StatusNotFound} {
			if status, body := w.call(t, as(account), http.MethodPost, "/api/v1/recalls", order); status != want {
				t.Errorf("%s: answered %d %v, want %d", account, status, body, want)
			}
		}
		if n := w.sim.Calls().REST["group_open_http_svc/group_msg_recall"]; n != 0 {
			t.Fatalf("%d recall calls left without authority", n)
		}
		adam := as("adam")
		if status, body := w.call(t, adam, http.MethodPost, "/api/v1/recalls", order); status != http.StatusAccepted {
			t.Fatalf("adam: answered %d %v", status, body)
		}
		if _, err := w.sim.AwaitRecall(t.Context(), "sales", "", sent.Seq); err != nil {
			t.Fatal(err)
		}
		r := w.recallOf(t, adam, sent.Seq)
		if r["authority"] != "admin" {
			t.Errorf("authority %v, want admin", r["authority"])
		}
		w.auditHolds(t)
	})
}

// A role that the platform takes away is gone at once: the event drops what was cached.
func TestLostRoleCountsAtOnce(t *testing.T) {
	w := newWorld(t, databases["SQLite"](t), nil)
	w.group(t, "sales")
	adam := w.token(t, models.Caller{Grant: models.GrantModerator, Account: models.Account{App: demoApp, Name: "adam"}})
	order := func(seq uint32) map[string]any {
		return map[string]any{"app": demoApp, "conversation": "sales", "refs": []string{itoa(seq)}, "reason": map[string]any{"code": "abuse"}}
	}
	first := w.post(t, "sales", "bob", "one")
	eventually(t, func() string {
		if status, _ := w.call(t, adam, http.MethodPost, "/api/v1/recalls", order(first.Seq)); status != http.StatusAccepted {
			return "adam may not recall"
		}
		return ""
	})
	if err := w.sim.SetRole("olga", "sales", "adam", tencentsim.Member); err != nil {
		t.Fatal(err)
	}
	second := w.post(t, "sales", "bob", "two")
	if err := w.sim.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	if status, _ := w.call(t, adam, http.MethodPost, "/api/v1/recalls", order(second.Seq)); status != http.StatusForbidden && status != http.StatusNotFound {
		t.Errorf("answered %d after the role was lost", status)
	}
}

// The platform asks before it shows a message: what the policy blocks is never shown.
func TestBeforeSendBlocksAndMasks(t *testing.T) {
	for verdict, shown := range map[string]bool{"block": false, "mask": true} {
		t.Run(verdict, func(t *testing.T) {
			policy := "policy: gate\nrules:\n  - name: cards\n    when: findings.exists(f, f.detector == 'credit_card')\n    verdict: " + verdict +
				"\n    reason: {code: sensitive_information, text: No card numbers here}\n"
			w := newWorld(t, databases["SQLite"](t), func(c *config.Config, _ *tencentsim.Options) {
				c.Policy = write(t, "policy.yaml", policy)
			})
			w.group(t, "sales")
			sent := w.post(t, "sales", "bob", card())
			if sent.Delivered() != shown {
				t.Fatalf("delivered = %v, want %v (%+v)", sent.Delivered(), shown, sent)
			}
			if strings.Contains(sent.Text, "4111 1111") && shown {
				t.Errorf("shown as %q", sent.Text)
			}
			state := map[string]string{"block": "blocked", "mask": "rewritten"}[verdict]
			_, list := w.call(t, w.operator(t), http.MethodGet, "/api/v1/messages?state="+state, nil)
			if len(items(list)) != 1 {
				t.Errorf("%d %s messages on record, want 1", len(items(list)), state)
			}
			w.auditHolds(t)
		})
	}
}

// A policy applied while the service runs counts within moments, and can be rolled back.
func TestPolicyIsSwappedWithoutRestart(t *testing.T) {
	w := newWorld(t, databases["SQLite"](t), nil)
	w.group(t, "sales")
	before := w.rules.Current().Version
	source := "policy: strict\nrules:\n  - name: lunch\n    when: message.bytes > 0\n    verdict: review\n    reason: {code: policy_violation}\n"
	if _, err := w.store.ApplyPolicy(t.Context(), models.PolicyVersion{Source: source, AppliedBy: "test"}); err != nil {
		t.Fatal(err)
	}
	eventually(t, func() string {
		if w.rules.Current().Version == before {
			return "the old policy is still in force"
		}
		return ""
	})
	w.post(t, "sales", "bob", "lunch?")
	eventually(t, func() string {
		_, list := w.call(t, w.operator(t), http.MethodGet, "/api/v1/cases", nil)
		if len(items(list)) != 1 {
			return "no case was opened"
		}
		return ""
	})
}

// Redis is killed with a thousand recalls due: all leave all the same.
func TestRedisKilledInMidFlight(t *testing.T) {
	redis := testservers.RedisServer(t)
	w := newWorld(t, databases["SQLite"](t), func(c *config.Config, o *tencentsim.Options) {
		c.Redis = []string{redis.URL()}
		o.GroupRate, o.BeforeSend = 1<<20, false
	})
	const messages = 1000
	for g := range 10 {
		w.group(t, "g"+itoa(uint32(g)))
	}
	sent := make(map[tencentsim.Sent]string, messages)
	for i := range messages {
		group := "g" + itoa(uint32(i%10))
		sent[w.post(t, group, "bob", card())] = group
		if i == messages/2 {
			redis.Kill()
		}
	}
	for s, group := range sent {
		if _, err := w.sim.AwaitRecall(t.Context(), group, "", s.Seq); err != nil {
			t.Fatalf("message %d of %s is not taken back: %v", s.Seq, group, err)
		}
	}
	w.auditHolds(t)
}

// The platform is down: the recall waits, in a state that anybody can see, and
// leaves when the platform is back.
func TestPlatformDownRecallsWait(t *testing.T) {
	w := newWorld(t, databases["SQLite"](t), nil)
	w.group(t, "sales")
	w.sim.SetFaults(tencentsim.Faults{ServerError: 1})
	sent := w.post(t, "sales", "bob", card())
	token := w.operator(t)
	eventually(t, func() string {
		_, list := w.call(t, token, http.MethodGet, "/api/v1/recalls?conversation=sales", nil)
		for _, r := range items(list) {
			words, _ := r["explanation"].(string)
			if (r["state"] == "queued" || r["state"] == "unknown") && words != "" && len(w.sim.Calls().REST) > 0 {
				return ""
			}
		}
		return fmt.Sprintf("no recall waits visibly: %v", list)
	})
	if m, _ := w.sim.Message("sales", "", sent.Seq); m.State != tencentsim.Shown {
		t.Fatalf("the message is %s while the platform is down", m.State)
	}
	w.sim.SetFaults(tencentsim.Faults{})
	w.recallOf(t, token, sent.Seq)
	w.auditHolds(t)
}

// What is authentic and unreadable is kept aside and acknowledged in the
// platform's words.
func TestUnreadableIsKeptAside(t *testing.T) {
	w := newWorld(t, databases["SQLite"](t), nil)
	app := w.conf.Apps[0]
	hook := w.URL() + "/webhooks/" + app.ID + "/" + app.PathSecret.Reveal() + "?"
	bodies := []string{
		"not json", `{"CallbackCommand":"Group.CallbackAfterSendMsg","CallbackCommand":"x"}`,
		`{"CallbackCommand":"Nobody.Knows"}`, strings.Repeat("[", 20_000),
	}
	for _, body := range bodies {
		resp, err := http.Post(hook+signedQuery(app)(w.now()), "application/json", strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		answer, err := io.ReadAll(resp.Body)
		_ = resp.Body.Close()
		if err != nil || resp.StatusCode != http.StatusOK || !strings.Contains(string(answer), `"ActionStatus":"OK"`) {
			t.Errorf("%.20q: answered %d %s, %v", body, resp.StatusCode, answer, err)
		}
	}
	asides, _, err := w.store.SetAsides(t.Context(), models.Page{})
	if err != nil || len(asides) != len(bodies) {
		t.Errorf("%d kept aside, %v, want %d", len(asides), err, len(bodies))
	}
}

// Strangers are refused with one answer and nothing is stored.
func TestStrangersAreRefused(t *testing.T) {
	w := newWorld(t, databases["SQLite"](t), nil)
	app := w.conf.Apps[0]
	good := signedQuery(app)(w.now())
	hook := "/webhooks/" + app.ID + "/" + app.PathSecret.Reveal() + "?"
	for name, path := range map[string]string{
		"wrong path secret": "/webhooks/" + app.ID + "/nope?" + good,
		"wrong sign":        hook + strings.Replace(good, "Sign=", "Sign=0", 1),
		"no sign":           hook + strings.Replace(good, "Sign=", "Nothing=", 1),
		"stale":             hook + signedQuery(app)(w.now().AddDate(0, 0, -1)),
		"twice":             hook + good + "&SdkAppid=1",
		"wrong app":         hook + strings.Replace(good, "SdkAppid=14", "SdkAppid=15", 1),
	} {
		resp, err := http.Post(w.URL()+path, "application/json", strings.NewReader("{}"))
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		if resp.StatusCode != http.StatusUnauthorized {
			t.Errorf("%s: answered %d, want 401", name, resp.StatusCode)
		}
	}
}
