package tencentsim_test

import (
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/takeback-chat/takeback/platforms/tencent/tencentsim"
)

func TestSign(t *testing.T) {
	const want = "17773bc39a671d7b9aa835458704d2a6db81360a5940292b587d6d760d484061"
	if got := tencentsim.Sign(token, "1669872112"); got != want {
		t.Errorf("Sign = %s, want the vendor's %s", got, want)
	}
}

func TestWebhookRequest(t *testing.T) {
	b := newBench(t, func(o *tencentsim.Options) { o.Now = func() time.Time { return time.Unix(1669872112, 5e8) } }).team()
	sent := b.postAll(tencentsim.Post{
		Group: "town", Topic: tencentsim.TopicID("town", "a"), From: "cid", Text: "red packet", Cloud: "{}", Random: 3998651049, Mention: []string{"*", "dan"},
	})
	h := b.flush("")[0]
	equal(t, "SdkAppid=1400000000&CallbackCommand=Group.CallbackAfterSendMsg&contenttype=json&ClientIP=127.0.0.1&OptPlatform=iOS"+
		"&Sign=17773bc39a671d7b9aa835458704d2a6db81360a5940292b587d6d760d484061&RequestTime=1669872112", h.raw)
	want := object{
		"CallbackCommand": "Group.CallbackAfterSendMsg", "GroupId": "town", "Type": "Community", "From_Account": "cid", "Operator_Account": "cid",
		"Random": 3998651049.0, "MsgSeq": float64(sent.Seq), "MsgTime": 1669872112.0, "MsgId": "1441152334066438-1669872111-3998651049",
		"OnlineOnlyFlag": 0.0, "MsgBody": []any{object{"MsgType": "TIMTextElem", "MsgContent": object{"Text": "red packet"}}},
		"CloudCustomData": "{}", "GroupAtInfo": []any{object{"GroupAtAllFlag": 1.0}, object{"GroupAtAllFlag": 0.0, "GroupAt_Account": "dan"}},
		"TopicId": "town@TOPIC#_a", "EventTime": 1669872112500.0,
	}
	if diff := cmp.Diff(want, h.body); diff != "" {
		t.Errorf("body (-want +got):\n%s", diff)
	}
}

func TestUnsignedWithoutToken(t *testing.T) {
	b := newBench(t, func(o *tencentsim.Options) { o.WebhookToken = "" }).team()
	b.post("work", "cid", "x")
	if h := b.flush("")[0]; h.query.Has("Sign") || h.query.Has("RequestTime") {
		t.Errorf("query %s, want no signature", h.raw)
	}
}

func TestDirectWebhooks(t *testing.T) {
	b := newBench(t, func(o *tencentsim.Options) { o.BeforeSend = true })
	sent, err := b.sim.PostC2C(t.Context(), "ann", "bob", "x")
	if err != nil {
		t.Fatal(err)
	}
	if err := b.sim.EditC2C("ann", "ann", "bob", sent.Key, []tencentsim.Element{tencentsim.Text("y")}, nil); err != nil {
		t.Fatal(err)
	}
	b.sim.ReadC2C("bob", "ann")
	var got []string
	for _, h := range b.flush("") {
		got = append(got, fmt.Sprint(h.body["CallbackCommand"], " ", h.body["MsgKey"] == sent.Key))
	}
	equal(t, []string{
		"C2C.CallbackBeforeSendMsg true", "C2C.CallbackAfterSendMsg true", "C2C.CallbackAfterModifyMsg true", "C2C.CallbackAfterMsgReport false",
	}, got)
}

func TestOrderInAConversation(t *testing.T) {
	b := newBench(t).team()
	for range 50 {
		b.post("work", "cid", "x")
		b.post("public", "cid", "x")
	}
	seen := map[any]float64{}
	for _, h := range b.flush("Group.CallbackAfterSendMsg") {
		group, seq := h.body["GroupId"], h.body["MsgSeq"].(float64)
		if seq != seen[group]+1 {
			t.Fatalf("%v: %v after %v", group, seq, seen[group])
		}
		seen[group] = seq
	}
	equal(t, map[any]float64{"work": 50, "public": 50}, seen)
}

func TestBeforeSend(t *testing.T) {
	for _, c := range []struct {
		name           string
		status         int
		answer         string
		block          bool
		blocked        int
		info, dropped  string
		text           string
		afters, stored int
	}{
		{"let it pass", 200, `{"ActionStatus":"OK","ErrorInfo":"","ErrorCode":0}`, false, 0, "", "", "secret", 1, 1},
		{"refuse", 200, `{"ActionStatus":"OK","ErrorInfo":"","ErrorCode":1}`, false, 10016, "the message was refused", "", "", 0, 0},
		{"drop", 200, `{"ActionStatus":"OK","ErrorInfo":"","ErrorCode":2}`, false, 0, "", "webhook", "", 0, 0},
		{"custom", 200, `{"ActionStatus":"OK","ErrorInfo":"mind it","ErrorCode":10100}`, false, 10100, "mind it", "", "", 0, 0},
		{"last custom", 200, `{"ActionStatus":"OK","ErrorInfo":"mind it","ErrorCode":10200}`, false, 10200, "mind it", "", "", 0, 0},
		{"past the range", 200, `{"ActionStatus":"OK","ErrorInfo":"","ErrorCode":10201}`, false, 0, "", "", "secret", 1, 1},
		{"one for C2C", 200, `{"ActionStatus":"OK","ErrorInfo":"","ErrorCode":120001}`, false, 0, "", "", "secret", 1, 1},
		{"rewrite", 200, `{"ActionStatus":"OK","ErrorInfo":"","ErrorCode":0,"MsgBody":[{"MsgType":"TIMTextElem","MsgContent":{"Text":"s****"}}],"CloudCustomData":"c"}`, false, 0, "", "", "s****", 1, 1},
		{"rewrite with a code", 200, `{"ActionStatus":"OK","ErrorInfo":"","ErrorCode":7,"MsgBody":[{"MsgType":"TIMTextElem","MsgContent":{"Text":"s****"}}]}`, false, 0, "", "", "secret", 1, 1},
		{"error page", 500, `oops`, false, 0, "", "", "secret", 1, 1},
		{"error page, strict", 500, `oops`, true, 80003, "the webhook before sending failed or timed out", "", "", 0, 0},
		{"fields missing", 200, `{"ErrorCode":1}`, true, 80003, "the webhook before sending failed or timed out", "", "", 0, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := newBench(t, func(o *tencentsim.Options) { o.BeforeSend, o.BlockOnFailure = true, c.block }).team()
			b.receiver.say(func(h hook) (int, string) {
				if strings.Contains(h.raw, "Before") {
					return c.status, c.answer
				}
				return 200, `{"ActionStatus":"OK","ErrorInfo":"","ErrorCode":0}`
			})
			sent := b.post("public", "cid", "secret")
			if sent.Blocked != c.blocked || sent.Info != c.info || sent.Dropped != c.dropped || sent.Text != c.text {
				t.Errorf("sent = %+v", sent)
			}
			befores, afters := b.flush("Group.CallbackBeforeSendMsg"), b.flush("Group.CallbackAfterSendMsg")
			if len(befores) != 1 || len(afters) != c.afters || len(b.sim.Messages("public", "")) != c.stored {
				t.Errorf("%d before, %d after, %d stored, want 1, %d, %d", len(befores), len(afters), len(b.sim.Messages("public", "")), c.afters, c.stored)
			}
			if befores[0].body["MsgSeq"] != nil {
				t.Error("the before-webhook knows a number")
			}
		})
	}
}

func TestBeforeSendDirect(t *testing.T) {
	for answer, want := range map[string]int{"0": 0, "1": 20006, "120001": 120001, "130000": 130000, "10100": 0} {
		b := newBench(t, func(o *tencentsim.Options) { o.BeforeSend = true })
		b.receiver.say(func(hook) (int, string) {
			return 200, `{"ActionStatus":"OK","ErrorInfo":"no","ErrorCode":` + answer + `}`
		})
		if sent, err := b.sim.PostC2C(t.Context(), "ann", "bob", "x"); err != nil || sent.Blocked != want {
			t.Errorf("answer %s: blocked %d, %v, want %d", answer, sent.Blocked, err, want)
		}
	}
}

// slow is a receiver that takes its time, in the bubble's clock.
type slow struct {
	takes time.Duration
	mu    sync.Mutex
	began []time.Duration
	start time.Time
}

func (s *slow) RoundTrip(r *http.Request) (*http.Response, error) {
	s.mu.Lock()
	s.began = append(s.began, time.Since(s.start))
	s.mu.Unlock()
	select {
	case <-time.After(s.takes):
		body := io.NopCloser(strings.NewReader(`{"ActionStatus":"OK","ErrorInfo":"","ErrorCode":0}`))
		return &http.Response{StatusCode: http.StatusOK, Body: body, Header: http.Header{}}, nil
	case <-r.Context().Done():
		return nil, r.Context().Err()
	}
}

// room is what happens in a bubble of synthetic time.
type room struct {
	t    *testing.T
	sim  *tencentsim.Sim
	slow *slow
}

// bubble runs f with a simulator whose receiver takes its time.
func bubble(t *testing.T, takes time.Duration, o tencentsim.Options, f func(room)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		s := &slow{takes: takes, start: time.Now()}
		o.SDKAppID, o.Key, o.Admin, o.WebhookURL, o.HTTP = appID, demoKey, admin, "http://receiver", &http.Client{Transport: s}
		sim, err := tencentsim.New(o)
		if err != nil {
			t.Fatal(err)
		}
		defer sim.Close()
		for _, id := range []string{"one", "two"} {
			if err := sim.CreateGroup(tencentsim.GroupSpec{ID: id, Owner: "ann"}); err != nil {
				t.Fatal(err)
			}
		}
		f(room{t, sim, s})
	})
}

func TestSlowReceiverHoldsNobodyUp(t *testing.T) {
	bubble(t, 1500*time.Millisecond, tencentsim.Options{}, func(r room) {
		t, sim, s := r.t, r.sim, r.slow
		for range 2 {
			for _, g := range []string{"one", "two"} {
				if _, err := sim.Post(t.Context(), tencentsim.Post{Group: g, From: "ann", Text: "x"}); err != nil {
					t.Fatal(err)
				}
			}
		}
		if d := time.Since(s.start); d != 0 {
			t.Errorf("posting took %v", d)
		}
		if err := sim.Flush(t.Context()); err != nil {
			t.Fatal(err)
		}
		// Two conversations side by side, each one after the other.
		equal(t, []time.Duration{0, 0, 1500 * time.Millisecond, 1500 * time.Millisecond}, s.began)
	})
}

func TestTimeoutAndRetries(t *testing.T) {
	o := tencentsim.Options{Retries: 2, RetryAfter: 3 * time.Second}
	bubble(t, time.Minute, o, func(r room) {
		t, sim, s := r.t, r.sim, r.slow
		if _, err := sim.Post(t.Context(), tencentsim.Post{Group: "one", From: "ann", Text: "x"}); err != nil {
			t.Fatal(err)
		}
		if err := sim.Flush(t.Context()); err != nil {
			t.Fatal(err)
		}
		equal(t, []time.Duration{0, 5 * time.Second, 10 * time.Second}, s.began)
		equal(t, 12*time.Second, time.Since(s.start))
		equal(t, 3, sim.Calls().Failed)
	})
}

func TestBeforeSendTimesOut(t *testing.T) {
	bubble(t, time.Minute, tencentsim.Options{BeforeSend: true}, func(r room) {
		t, sim, s := r.t, r.sim, r.slow
		sent, err := sim.Post(t.Context(), tencentsim.Post{Group: "one", From: "ann", Text: "x"})
		if err != nil || !sent.Delivered() || time.Since(s.start) != 2*time.Second {
			t.Errorf("sent %+v, %v after %v, want it delivered after 2 s", sent, err, time.Since(s.start))
		}
	})
}

func TestCloseDropsWhatWaits(t *testing.T) {
	bubble(t, time.Second, tencentsim.Options{}, func(r room) {
		t, sim, s := r.t, r.sim, r.slow
		for range 3 {
			if _, err := sim.Post(t.Context(), tencentsim.Post{Group: "one", From: "ann", Text: "x"}); err != nil {
				t.Fatal(err)
			}
		}
		synctest.Wait()
		sim.Close()
		equal(t, 1, len(s.began))
		equal(t, 2, sim.Calls().Dropped)
		equal(t, time.Second, time.Since(s.start))
	})
}

func TestSetWebhook(t *testing.T) {
	b := newBench(t).team()
	b.sim.SetWebhook("", "")
	b.post("work", "cid", "nobody hears")
	if got := len(b.flush("")); got != 0 {
		t.Errorf("%d webhooks after they were switched off", got)
	}
}

func TestJournalHoldsNoText(t *testing.T) {
	b := newBench(t, func(o *tencentsim.Options) { o.BeforeSend = true }).team()
	const text, reason = "a very private thing", "my own reason"
	sent := b.post("public", "cid", text)
	b.call(recallAPI, fmt.Sprintf(`{"GroupId":"public","MsgSeqList":[{"MsgSeq":%d}],"Reason":%q}`, sent.Seq, reason))
	b.call(historyAPI, `{"GroupId":"public","ReqMsgNumber":1}`)
	b.call("group_open_http_svc/a_"+strconv.Itoa(1), `{}`)
	b.flush("")
	if j := b.journal.String(); strings.Contains(j, text) || strings.Contains(j, reason) || strings.Contains(j, token) || strings.Contains(j, "usersig") {
		t.Errorf("journal holds what it must not:\n%s", j)
	}
	var got []string
	for _, e := range b.entries() {
		got = append(got, fmt.Sprintf("%s %s %s %v %v %d %d", e.Direction, e.Command, e.Group, e.Seqs, e.Codes, e.Code, e.Status))
	}
	slices.Sort(got)
	equal(t, []string{
		"rest group_open_http_svc/group_msg_get_simple public [] [] 0 200",
		"rest group_open_http_svc/group_msg_recall public [1] [0] 0 200",
		"rest unknown  [] [] 10003 200",
		"webhook Group.CallbackAfterRecallMsg public [1] [] 0 200",
		"webhook Group.CallbackAfterSendMsg public [1] [] 0 200",
		"webhook Group.CallbackBeforeSendMsg public [] [] 0 200",
	}, got)
}

func TestTopicIsNamedInEveryWebhook(t *testing.T) {
	b := newBench(t, func(o *tencentsim.Options) { o.BeforeSend = true }).team()
	topic := tencentsim.TopicID("town", "b")
	sent := b.postAll(tencentsim.Post{Group: "town", Topic: topic, From: "cid", Text: "x"})
	if err := b.sim.Edit("cid", "town", topic, sent.Seq, []tencentsim.Element{tencentsim.Text("y")}, nil); err != nil {
		t.Fatal(err)
	}
	b.itemCode("town", topic, sent.Seq)
	hooks := b.flush("")
	equal(t, 4, len(hooks)) // before, after, edited, recalled
	for _, h := range hooks {
		if h.body["TopicId"] != topic || h.body["GroupId"] != "town" {
			t.Errorf("%v: topic %v of %v", h.body["CallbackCommand"], h.body["TopicId"], h.body["GroupId"])
		}
	}
}

func TestUnreadMessagesAreCounted(t *testing.T) {
	b := newBench(t)
	var got []any
	last := tencentsim.Sent{}
	for i := range 3 {
		sent, err := b.sim.PostC2C(t.Context(), "ann", "bob", "x")
		if err != nil {
			t.Fatal(err)
		}
		if last = sent; i == 1 {
			b.sim.ReadC2C("bob", "ann")
		}
	}
	if err := b.sim.ClientRecallC2C("ann", "bob", last.Key); err != nil {
		t.Fatal(err)
	}
	for _, h := range append(b.flush("C2C.CallbackAfterSendMsg"), b.receiver.of("C2C.CallbackAfterMsgWithDraw")...) {
		got = append(got, h.body["UnreadMsgNum"])
	}
	equal(t, []any{1.0, 2.0, 1.0, 0.0}, got)
}
