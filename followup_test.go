package main

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/takeback-chat/takeback/config"
	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/platforms/tencent/tencentsim"
)

// maskPolicy takes cards back and posts the message again with the number masked.
const maskPolicy = `policy: mask
rules:
  - name: cards
    when: findings.exists(f, f.detector == "credit_card")
    verdict: recall
    mask_and_repost: true
    reason: {code: sensitive_information}
examples: []
`

func withPolicy(t *testing.T, text string) func(*config.Config, *tencentsim.Options) {
	t.Helper()
	return func(c *config.Config, _ *tencentsim.Options) { c.Policy = write(t, "policy.yaml", text) }
}

// shown returns the messages of a group that people still see, by their texts.
func shown(sim *tencentsim.Sim, group string) map[string][]tencentsim.Message {
	out := map[string][]tencentsim.Message{}
	for _, m := range sim.Messages(group, "") {
		if m.State == tencentsim.Shown && !m.System {
			out[m.Text] = append(out[m.Text], m)
		}
	}
	return out
}

// within is eventually with a longer patience.
func within(t *testing.T, most time.Duration, check func() string) {
	t.Helper()
	end := time.Now().Add(most)
	for why := check(); why != ""; why = check() {
		if time.Now().After(end) {
			t.Fatalf("after %s: %s", most, why)
		}
		time.Sleep(50 * time.Millisecond)
	}
}

// replace asks for the only message of a group with some text to be replaced.
func (w *world) replace(t *testing.T, token, group string, seq uint32, text string) (int, map[string]any) {
	t.Helper()
	eventually(t, func() string {
		_, list := w.call(t, token, http.MethodGet, "/api/v1/messages?conversation="+group, nil)
		if len(items(list)) < int(seq) {
			return "the message is not kept yet"
		}
		return ""
	})
	return w.call(t, token, http.MethodPost, "/api/v1/recalls", map[string]any{
		"app": demoApp, "conversation": group, "refs": []string{itoa(seq)},
		"reason": map[string]any{"code": "mistyped"}, "replacement": map[string]any{"text": text},
	})
}

// A corrected text stands in the place of a message once that is gone, in its
// sender's name, once, and the two know of each other.
func TestAReplacementStandsForTheOriginal(t *testing.T) {
	onBoth(t, func(t *testing.T, database string) {
		t.Helper()
		w := newWorld(t, database, nil)
		w.group(t, "sales")
		token := w.operator(t)
		sent := w.post(t, "sales", "bob", "the meeting is at five")
		const text = "the meeting is at six"
		status, body := w.replace(t, token, "sales", sent.Seq, card())
		if status != http.StatusUnprocessableEntity || !strings.Contains(fmt.Sprint(body), "policy would not let the new text stand") {
			t.Fatalf("a text with a card: %d %v", status, body)
		}
		if status, body = w.replace(t, token, "sales", sent.Seq, text); status != http.StatusAccepted {
			t.Fatalf("replace: %d %v", status, body)
		}
		id, _ := items(body)[0]["id"].(string)
		if _, err := w.sim.AwaitRecall(t.Context(), "sales", "", sent.Seq); err != nil {
			t.Fatal(err)
		}
		var report map[string]any
		eventually(t, func() string {
			_, report = w.call(t, token, http.MethodGet, "/api/v1/recalls/"+id, nil)
			if p := replacementIn(report); p["state"] != "posted" {
				return fmt.Sprintf("the replacement is %v", p)
			}
			return ""
		})
		if err := w.sim.Flush(t.Context()); err != nil {
			t.Fatal(err)
		}
		w.standsFor(t, token, report, text)
		w.silent(t, text, "at five")
		w.auditHolds(t)
	})
}

// replacementIn returns the replacement in a report.
func replacementIn(report map[string]any) map[string]any {
	all, _ := report["follow_up"].([]any)
	for _, one := range all {
		if p, _ := one.(map[string]any); p["kind"] == "replacement" {
			return p
		}
	}
	return nil
}

// standsFor checks the chat and the kept message against a report.
func (w *world) standsFor(t *testing.T, token string, report map[string]any, text string) {
	t.Helper()
	there := shown(w.sim, "sales")
	if len(there) != 1 || len(there[text]) != 1 || there[text][0].From != "bob" {
		t.Fatalf("the chat shows %v", there)
	}
	p := replacementIn(report)
	if p["ref"] != itoa(there[text][0].Seq) || p["sender"] != "bob" {
		t.Errorf("the report says %v", p)
	}
	_, m := w.call(t, token, http.MethodGet, fmt.Sprintf("/api/v1/messages/%v", p["message"]), nil)
	stands, _ := m["stands_for"].(map[string]any)
	message, _ := report["message"].(map[string]any)
	if m["text"] != text || stands["recall"] != report["id"] || stands["message"] != message["id"] {
		t.Errorf("the message says %v", m)
	}
	_, list := w.call(t, token, http.MethodGet, "/api/v1/messages", nil)
	if len(items(list)) != 2 {
		t.Errorf("%d messages are kept, want the original and what stands for it", len(items(list)))
	}
}

// A rule posts what it takes back again, with the findings masked; what is more
// than text it does not, and says why.
func TestARulePostsAgainMasked(t *testing.T) {
	onBoth(t, func(t *testing.T, database string) {
		t.Helper()
		w := newWorld(t, database, withPolicy(t, maskPolicy))
		w.group(t, "sales")
		token := w.operator(t)
		w.post(t, "sales", "bob", card())
		picture, err := w.sim.Post(t.Context(), tencentsim.Post{Group: "sales", From: "mia", Body: []tencentsim.Element{
			tencentsim.Text(card()), tencentsim.Elem("TIMImageElem", map[string]any{"UUID": "x", "ImageFormat": 1, "ImageInfoArray": []any{}}),
		}})
		if err != nil {
			t.Fatal(err)
		}
		if err := w.sim.Leave("sales", "mia"); err != nil {
			t.Fatal(err)
		}
		w.recallOf(t, token, picture.Seq) // till then its own text is there
		eventually(t, func() string {
			if there := shown(w.sim, "sales"); len(there) != 1 {
				return fmt.Sprintf("the chat shows %v", there)
			}
			return ""
		})
		for text, messages := range shown(w.sim, "sales") {
			if len(messages) != 1 || messages[0].From != "bob" || strings.Contains(text, "4111") || !strings.HasPrefix(text, "please pay with ") || !strings.HasSuffix(text, " exp 12/29") {
				t.Errorf("it was posted again as %q by %v", text, messages)
			}
		}
		report := w.recallOf(t, token, picture.Seq)
		_, report = w.call(t, token, http.MethodGet, fmt.Sprintf("/api/v1/recalls/%v", report["id"]), nil)
		if p := replacementIn(report); p["state"] != "failed" || !strings.Contains(fmt.Sprint(p["explanation"]), "more than text") {
			t.Errorf("the picture's message: %v", p)
		}
		w.silent(t, "4111 1111", "41111111", "please pay")
		w.auditHolds(t)
	})
}

// Who has left is spoken for by our own account, which says whose words they are.
func TestAReplacementForOneWhoLeft(t *testing.T) {
	w := newWorld(t, databases["SQLite"](t), nil)
	w.group(t, "sales")
	sent := w.post(t, "sales", "bob", "the meeting is at five")
	if err := w.sim.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := w.sim.Leave("sales", "bob"); err != nil {
		t.Fatal(err)
	}
	if status, body := w.replace(t, w.operator(t), "sales", sent.Seq, "at six"); status != http.StatusAccepted {
		t.Fatalf("replace: %d %v", status, body)
	}
	eventually(t, func() string {
		if there := shown(w.sim, "sales")["bob wrote:\nat six"]; len(there) != 1 || there[0].From != w.conf.Apps[0].Tencent.Admin {
			return fmt.Sprintf("the chat shows %v", shown(w.sim, "sales"))
		}
		return ""
	})
}

// Every second answer is lost, of calls that post and of those that look. Each
// message is replaced once all the same.
func TestReplacementsAreOnceWhenAnswersAreLost(t *testing.T) {
	onBoth(t, func(t *testing.T, database string) {
		t.Helper()
		w := newWorld(t, database, withPolicy(t, maskPolicy))
		w.group(t, "sales")
		w.sim.SetFaults(tencentsim.Faults{Seed: 7, LostAnswer: 0.5})
		const n = 12
		for i := range n {
			w.post(t, "sales", "bob", fmt.Sprintf("order %d: %s", i, card()))
		}
		within(t, 3*time.Minute, func() string {
			posted, _, err := w.postings(t, "posted")
			if err != nil || posted != n {
				return fmt.Sprintf("%d are posted, %v", posted, err)
			}
			return ""
		})
		for text, messages := range shown(w.sim, "sales") {
			if len(messages) != 1 {
				t.Errorf("%q was posted %d times", text, len(messages))
			}
		}
		if there := len(shown(w.sim, "sales")); there != n {
			t.Errorf("%d messages are shown, want %d", there, n)
		}
		w.auditHolds(t)
	})
}

// postings counts what takeback posted that came to a state, and all.
func (w *world) postings(t *testing.T, state string) (n, all int, err error) {
	t.Helper()
	recalls, _, err := w.store.Recalls(t.Context(), everything, filterAll)
	for _, r := range recalls {
		followed, ferr := w.store.Postings(t.Context(), everything, r.ID)
		if ferr != nil {
			return n, all, ferr
		}
		for _, p := range followed {
			all++
			if string(p.State) == state {
				n++
			}
		}
	}
	return n, all, err
}

// The service is killed again and again between the call that posts and what it
// learns of it. Each message is replaced once.
func TestKilledBetweenPostingAndKnowing(t *testing.T) {
	binary := build(t)
	onBoth(t, func(t *testing.T, database string) {
		t.Helper()
		k := newKillRun(t, binary, database)
		k.env = append(k.env, "TAKEBACK_POLICY="+write(t, "policy.yaml", maskPolicy))
		k.sim.SetFaults(tencentsim.Faults{SlowAnswer: 1, SlowFor: 300 * time.Millisecond})
		const n = 20
		var wg sync.WaitGroup
		for round := range 6 {
			k.start(t)
			if round == 0 {
				for i := range n {
					wg.Go(func() {
						_, _ = k.sim.Post(context.WithoutCancel(t.Context()), tencentsim.Post{Group: fmt.Sprintf("g%d", i%10), From: "bob", Text: fmt.Sprintf("order %d: %s", i, card())})
					})
				}
				wg.Wait()
			}
			time.Sleep(time.Duration(400+round*150) * time.Millisecond)
			k.kill(t)
		}
		k.sim.SetFaults(tencentsim.Faults{})
		k.start(t)
		count := func() (texts, messages int) {
			for g := range 10 {
				for _, same := range shown(k.sim, fmt.Sprintf("g%d", g)) {
					texts, messages = texts+1, messages+len(same)
				}
			}
			return texts, messages
		}
		within(t, 2*time.Minute, func() string {
			s := k.open(t)
			defer s.Close()
			left, err := s.PostingBacklog(t.Context())
			if texts, messages := count(); err != nil || texts != n || len(left) > 0 {
				return fmt.Sprintf("%d of %d are shown as %d messages, waiting %v, %v", texts, n, messages, left, err)
			}
			return ""
		})
		k.kill(t)
		if texts, messages := count(); texts != messages {
			t.Errorf("%d texts stand in %d messages", texts, messages)
		}
	})
}

var filterAll = models.RecallFilter{Page: models.Page{Limit: models.MaxLimit}}

// Whose message was taken back is told so once, and which kind of data it held,
// and that is neither judged nor kept as a message of theirs.
func TestTheSenderIsTold(t *testing.T) {
	onBoth(t, func(t *testing.T, database string) {
		t.Helper()
		w := newWorld(t, database, nil)
		w.group(t, "sales")
		token := w.operator(t)
		sent := w.post(t, "sales", "bob", card())
		report := w.recallOf(t, token, sent.Seq)
		var told []any
		eventually(t, func() string {
			_, report = w.call(t, token, http.MethodGet, fmt.Sprintf("/api/v1/recalls/%v", report["id"]), nil)
			told, _ = report["follow_up"].([]any)
			if len(told) != 1 || told[0].(map[string]any)["state"] != "posted" {
				return fmt.Sprintf("told: %v", told)
			}
			return ""
		})
		notice, _ := told[0].(map[string]any)
		admin := w.conf.Apps[0].Tencent.Admin
		m, ok := w.sim.MessageC2C(admin, "bob", fmt.Sprint(notice["ref"]))
		if !ok || m.From != admin || notice["account"] != "bob" || notice["kind"] != "notice" {
			t.Fatalf("the notice: %v, %+v", notice, m)
		}
		if !strings.Contains(m.Text, "It held a payment card number.") || strings.Contains(m.Text, "1111") || strings.Contains(m.Text, "pay with") {
			t.Errorf("bob was told %q", m.Text)
		}
		if err := w.sim.Flush(t.Context()); err != nil {
			t.Fatal(err)
		}
		if _, list := w.call(t, token, http.MethodGet, "/api/v1/messages", nil); len(items(list)) != 1 {
			t.Errorf("%d messages are kept, want the one that bob wrote", len(items(list)))
		}
		w.silent(t, "4111 1111", "41111111", "payment card number")
		w.auditHolds(t)
	})
}
