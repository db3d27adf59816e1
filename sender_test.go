package main

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/takeback-chat/takeback/config"
	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/platforms/tencent/tencentsim"
)

// senderWorld is a world in which senders take back alone for so long.
func senderWorld(t *testing.T, database string, window time.Duration) *world {
	t.Helper()
	w := newWorld(t, database, func(c *config.Config, _ *tencentsim.Options) { c.Apps[0].Sender.Window = window })
	w.group(t, "sales")
	return w
}

// backend makes the token of the app's backend.
func (w *world) backend(t *testing.T) string {
	t.Helper()
	return w.token(t, models.Caller{Grant: models.GrantApp, Account: models.Account{App: demoApp}})
}

// user gets a user token for an account, as the app's backend does.
func (w *world) user(t *testing.T, backend, account string) string {
	t.Helper()
	status, got := w.call(t, backend, http.MethodPost, "/api/v1/users/tokens", map[string]any{"app": demoApp, "account": account})
	token, _ := got["token"].(string)
	if status != http.StatusCreated || token == "" {
		t.Fatalf("a user token: %d %v", status, got)
	}
	return token
}

// takeOwn asks for a message by the platform's names, and returns the status and how it stands.
func (w *world) takeOwn(t *testing.T, token, conversation, ref string) (int, string) {
	t.Helper()
	status, got := w.call(t, token, http.MethodPost, "/api/v1/own/recall", map[string]any{
		"conversation": conversation, "ref": ref, "reason": map[string]any{"code": "wrong_recipient", "note": "meant for finance"},
	})
	standing, _ := got["standing"].(string)
	return status, standing
}

// stands waits until a message of an account stands so.
func (w *world) stands(t *testing.T, token, conversation, ref, want string) {
	t.Helper()
	eventually(t, func() string {
		q := url.Values{"conversation": {conversation}, "ref": {ref}}
		if _, got := w.call(t, token, http.MethodGet, "/api/v1/own?"+q.Encode(), nil); got["standing"] != want {
			return fmt.Sprintf("it stands %v, want %s", got["standing"], want)
		}
		return ""
	})
}

// A sender takes back what the sender wrote, and nobody else's: by API, and by a
// link in a browser.
func TestSendersTakeBackTheirOwn(t *testing.T) {
	onBoth(t, func(t *testing.T, database string) {
		t.Helper()
		w := senderWorld(t, database, time.Hour)
		operator, backend := w.operator(t), w.backend(t)
		bob, mia := w.user(t, backend, "bob"), w.user(t, backend, "mia")

		sent := w.post(t, "sales", "bob", "lunch at noon?")
		w.messageID(t, operator, "sales", itoa(sent.Seq))
		if status, _ := w.takeOwn(t, mia, "sales", itoa(sent.Seq)); status != http.StatusNotFound {
			t.Errorf("mia takes back what bob wrote: %d, want 404", status)
		}
		if status, standing := w.takeOwn(t, bob, "sales", itoa(sent.Seq)); status != http.StatusAccepted || standing != "under_way" {
			t.Fatalf("bob takes back his own: %d %s", status, standing)
		}
		got := w.recallOf(t, operator, sent.Seq)
		if got["authority"] != "sender" || got["actor"] != "account:"+demoApp+":bob" || got["trigger"] != "api" {
			t.Errorf("the recall is %v", got)
		}
		w.stands(t, bob, "sales", itoa(sent.Seq), "gone")

		chat, err := w.sim.PostC2C(t.Context(), "bob", "mia", "see you there")
		if err != nil {
			t.Fatal(err)
		}
		w.messageID(t, operator, "bob:mia", chat.Key)
		if status, _ := w.takeOwn(t, mia, "bob:mia", chat.Key); status != http.StatusNotFound {
			t.Errorf("who got it takes it back: %d, want 404", status)
		}
		if status, _ := w.takeOwn(t, bob, "bob:mia", chat.Key); status != http.StatusAccepted {
			t.Errorf("bob takes back his own in a chat of two: %d", status)
		}
		if _, err := w.sim.AwaitRecallC2C(t.Context(), "bob", "mia", chat.Key); err != nil {
			t.Fatal(err)
		}

		w.byLink(t, operator, backend)
		w.silent(t, "lunch at noon", "see you there", "meant for finance", "an olive", bob)
		w.auditHolds(t)
	})
}

// byLink takes a message back through the page that its link opens.
func (w *world) byLink(t *testing.T, operator, backend string) {
	t.Helper()
	sent := w.post(t, "sales", "bob", "an olive")
	w.messageID(t, operator, "sales", itoa(sent.Seq))
	status, got := w.call(t, backend, http.MethodPost, "/api/v1/sender-links", map[string]any{
		"app": demoApp, "conversation": "sales", "ref": itoa(sent.Seq),
	})
	link, _ := got["url"].(string)
	if status != http.StatusCreated || !strings.HasPrefix(link, w.URL()+"/own/") {
		t.Fatalf("a link: %d %v", status, got)
	}
	page := func(method string, form url.Values) (int, string) {
		req, err := http.NewRequestWithContext(t.Context(), method, link, strings.NewReader(form.Encode()))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		body, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		return resp.StatusCode, string(body)
	}
	status, body := page(http.MethodGet, nil)
	if status != http.StatusOK || !strings.Contains(body, "an olive") {
		t.Errorf("the page: %d\n%s", status, body)
	}
	if status, body := page(http.MethodPost, url.Values{"reason": {"sensitive_information"}}); status != http.StatusOK {
		t.Errorf("taking it back: %d\n%s", status, body)
	}
	if _, err := w.sim.AwaitRecall(t.Context(), "sales", "", sent.Seq); err != nil {
		t.Fatal(err)
	}
}

// After the window a sender's wish comes before those who may: the owner of the
// group, or for a chat of two an operator.
func TestLateSendersAskPeople(t *testing.T) {
	onBoth(t, func(t *testing.T, database string) {
		t.Helper()
		w := senderWorld(t, database, time.Nanosecond)
		operator, backend := w.operator(t), w.backend(t)
		bob := w.user(t, backend, "bob")
		olga := w.token(t, models.Caller{Grant: models.GrantModerator, Account: models.Account{App: demoApp, Name: "olga"}})

		first, second := w.post(t, "sales", "bob", "one"), w.post(t, "sales", "bob", "two")
		w.messageID(t, operator, "sales", itoa(second.Seq))
		w.messageID(t, operator, "sales", itoa(first.Seq))
		for _, sent := range []tencentsim.Sent{first, second, first} {
			if status, standing := w.takeOwn(t, bob, "sales", itoa(sent.Seq)); status != http.StatusAccepted || standing != "asked" {
				t.Fatalf("bob asks: %d %s", status, standing)
			}
		}
		_, list := w.call(t, olga, http.MethodGet, "/api/v1/cases?state=open", nil)
		if len(items(list)) != 2 {
			t.Fatalf("olga sees %d cases, want two", len(items(list)))
		}
		w.answer(t, olga, items(list)[1], "recall") // the first message's: newest first
		w.answer(t, olga, items(list)[0], "allow")
		if got := w.recallOf(t, operator, first.Seq); got["authority"] != "owner" {
			t.Errorf("the recall is %v, want it in the decider's right", got)
		}
		w.stands(t, bob, "sales", itoa(first.Seq), "gone")
		w.stands(t, bob, "sales", itoa(second.Seq), "declined")
		if status, _ := w.takeOwn(t, bob, "sales", itoa(second.Seq)); status != http.StatusConflict {
			t.Errorf("bob asks again after the answer: %d, want 409", status)
		}

		chat, err := w.sim.PostC2C(t.Context(), "bob", "olga", "three")
		if err != nil {
			t.Fatal(err)
		}
		w.messageID(t, operator, "bob:olga", chat.Key)
		if status, standing := w.takeOwn(t, bob, "bob:olga", chat.Key); status != http.StatusAccepted || standing != "asked" {
			t.Fatalf("bob asks in a chat of two: %d %s", status, standing)
		}
		if _, list := w.call(t, olga, http.MethodGet, "/api/v1/cases?state=open", nil); len(items(list)) != 0 {
			t.Error("a group's owner sees the request of a chat of two")
		}
		_, list = w.call(t, operator, http.MethodGet, "/api/v1/cases?state=open", nil)
		if len(items(list)) != 1 {
			t.Fatalf("an operator sees %d cases, want one", len(items(list)))
		}
		w.answer(t, operator, items(list)[0], "recall")
		if _, err := w.sim.AwaitRecallC2C(t.Context(), "bob", "olga", chat.Key); err != nil {
			t.Fatal(err)
		}
		w.silent(t, "meant for finance")
		w.auditHolds(t)
	})
}

// answer decides a case that a sender asked in.
func (w *world) answer(t *testing.T, token string, c map[string]any, verdict string) {
	t.Helper()
	request, _ := c["request"].(map[string]any)
	if request["by"] != "account:"+demoApp+":bob" {
		t.Errorf("the case names %v as who asks", request["by"])
	}
	id, _ := c["id"].(string)
	status, got := w.call(t, token, http.MethodPost, "/api/v1/cases/"+id+"/decide", map[string]any{
		"verdict": verdict, "reason": map[string]any{"code": "wrong_recipient"},
	})
	if status != http.StatusOK {
		t.Fatalf("decide %s: %d %v", verdict, status, got)
	}
}

// A sender puts another text in the place of a message: by API and by link, posted
// once, in the sender's name, after the message is gone; and no text that the policy
// would take back.
func TestSendersReplaceTheirOwn(t *testing.T) {
	onBoth(t, func(t *testing.T, database string) {
		t.Helper()
		w := senderWorld(t, database, time.Hour)
		operator, backend := w.operator(t), w.backend(t)
		bob := w.user(t, backend, "bob")
		sent := w.post(t, "sales", "bob", "the meeting is at five")
		w.messageID(t, operator, "sales", itoa(sent.Seq))
		replace := func(text string) (int, map[string]any) {
			return w.call(t, bob, http.MethodPost, "/api/v1/own/recall", map[string]any{
				"conversation": "sales", "ref": itoa(sent.Seq), "reason": map[string]any{"code": "mistyped"},
				"replacement": map[string]any{"text": text},
			})
		}
		status, body := replace(card())
		if status != http.StatusUnprocessableEntity || !strings.Contains(fmt.Sprint(body), "policy would not let the new text stand") {
			t.Fatalf("a text with a card: %d %v", status, body)
		}
		if len(shown(w.sim, "sales")["the meeting is at five"]) != 1 {
			t.Fatal("it was taken back although its replacement was refused")
		}
		const text = "the meeting is at six"
		for range 2 { // the second changes nothing
			if status, body = replace(text); status != http.StatusAccepted {
				t.Fatalf("replace: %d %v", status, body)
			}
		}
		w.replaced(t, bob, sent.Seq, text)
		if status, body = replace(text); status != http.StatusAccepted || body["standing"] != "gone" {
			t.Errorf("asking again for what is done: %d %v", status, body)
		}
		id, _ := w.recallOf(t, operator, sent.Seq)["id"].(string)
		_, report := w.call(t, operator, http.MethodGet, "/api/v1/recalls/"+id, nil)
		if p := replacementIn(report); p["ordered_by"] != "account:"+demoApp+":bob" || p["sender"] != "bob" || p["state"] != "posted" {
			t.Errorf("the report tells of %v", p)
		}
		w.standsFor(t, operator, report, text)

		w.replaceByLink(t, operator, backend, bob)
		w.silent(t, text, "at five", "a corrected olive")
		w.auditHolds(t)
	})
}

// replaced waits until a text stands in the place of bob's message, once.
func (w *world) replaced(t *testing.T, token string, seq uint32, text string) {
	t.Helper()
	eventually(t, func() string {
		q := url.Values{"conversation": {"sales"}, "ref": {itoa(seq)}}
		_, got := w.call(t, token, http.MethodGet, "/api/v1/own?"+q.Encode(), nil)
		if p, _ := got["replacement"].(map[string]any); p["state"] != "posted" || got["standing"] != "gone" {
			return fmt.Sprintf("it stands %v with the replacement %v", got["standing"], got["replacement"])
		}
		return ""
	})
	if err := w.sim.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	there := shown(w.sim, "sales")[text]
	if len(there) != 1 || there[0].From != "bob" || there[0].Seq < seq {
		t.Errorf("people see %+v, want one message of bob", there)
	}
}

// replaceByLink replaces a message through the page that its link opens.
func (w *world) replaceByLink(t *testing.T, operator, backend, bob string) {
	t.Helper()
	sent := w.post(t, "sales", "bob", "an olive")
	w.messageID(t, operator, "sales", itoa(sent.Seq))
	_, got := w.call(t, backend, http.MethodPost, "/api/v1/sender-links", map[string]any{
		"app": demoApp, "conversation": "sales", "ref": itoa(sent.Seq),
	})
	link, _ := got["url"].(string)
	resp, err := http.PostForm(link, url.Values{"reason": {"mistyped"}, "text": {"a corrected olive"}})
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		t.Fatalf("replacing it by link: %s", resp.Status)
	}
	w.replaced(t, bob, sent.Seq, "a corrected olive")
}
