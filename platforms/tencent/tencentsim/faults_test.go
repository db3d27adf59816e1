package tencentsim_test

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/takeback-chat/takeback/platforms/tencent/tencentsim"
)

func TestRESTFaults(t *testing.T) {
	for _, c := range []struct {
		name    string
		faults  tencentsim.Faults
		status  int // 0: the connection broke
		code    int // -1: no answer that could be read
		items   int
		applied bool
	}{
		{"lost_answer", tencentsim.Faults{LostAnswer: 1}, 0, -1, 0, true},
		{"server_error", tencentsim.Faults{ServerError: 1}, 502, -1, 0, false},
		{"broken_json", tencentsim.Faults{BrokenJSON: 1}, 200, -1, 0, true},
		{"throttle", tencentsim.Faults{Throttle: 1}, 200, 60007, 0, false},
		{"truncate_recall", tencentsim.Faults{TruncateRecall: 1}, 200, 0, 1, true},
		{"slow_answer", tencentsim.Faults{SlowAnswer: 1, SlowFor: time.Millisecond}, 200, 0, 2, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := newBench(t).team()
			one, two := b.post("public", "cid", "x"), b.post("public", "cid", "y")
			b.sim.SetFaults(c.faults)
			status, answer, err := b.exchange(b.query(), recallAPI, fmt.Sprintf(`{"GroupId":"public","MsgSeqList":[{"MsgSeq":%d},{"MsgSeq":%d}]}`, one.Seq, two.Seq))
			if status != c.status || (c.code == -1) != (err != nil) || (err == nil && code(answer) != c.code) {
				t.Errorf("status %d, %v, %v, want status %d and code %d", status, answer, err, c.status, c.code)
			}
			if list, _ := answer["RecallRetList"].([]any); len(list) != c.items {
				t.Errorf("%d items, want %d", len(list), c.items)
			}
			if m, _ := b.sim.Message("public", "", two.Seq); (m.State == tencentsim.Recalled) != c.applied {
				t.Errorf("the message is %s, applied should be %v", m.State, c.applied)
			}
			entries := b.entries()
			var rest []string
			for _, e := range entries {
				if e.Direction == tencentsim.FromCaller {
					rest = append(rest, e.Fault)
				}
			}
			equal(t, []string{c.name}, rest)
		})
	}
}

func TestWebhookFaults(t *testing.T) {
	for _, c := range []struct {
		name   string
		faults tencentsim.Faults
		want   []float64 // the numbers as they arrive, of three posts
	}{
		{"none", tencentsim.Faults{}, []float64{1, 2, 3}},
		{"drop", tencentsim.Faults{DropWebhook: 1}, nil},
		{"duplicate", tencentsim.Faults{DuplicateWebhook: 1}, []float64{1, 1, 2, 2, 3, 3}},
	} {
		b := newBench(t).team()
		b.sim.SetFaults(c.faults)
		for range 3 {
			b.post("work", "cid", "x")
		}
		var got []float64
		for _, h := range b.flush("Group.CallbackAfterSendMsg") {
			got = append(got, h.body["MsgSeq"].(float64))
		}
		t.Run(c.name, func(t *testing.T) { equal(t, c.want, got) })
	}
}

func TestReordering(t *testing.T) {
	bubble(t, time.Millisecond, tencentsim.Options{}, func(r room) {
		t, sim, s := r.t, r.sim, r.slow
		sim.SetFaults(tencentsim.Faults{ReorderWebhook: 1})
		post := func() {
			if _, err := sim.Post(t.Context(), tencentsim.Post{Group: "one", From: "ann", Text: "x"}); err != nil {
				t.Fatal(err)
			}
		}
		post()
		time.Sleep(100 * time.Millisecond)
		post()
		synctest.Wait()
		if len(s.began) != 1 || s.began[0] != 100*time.Millisecond {
			t.Errorf("sent at %v, want the second one at 100ms, the first one after it", s.began)
		}
		if err := sim.Flush(t.Context()); err != nil {
			t.Fatal(err)
		}
		post() // nobody follows: it goes by itself after a while
		if err := sim.Flush(t.Context()); err != nil {
			t.Fatal(err)
		}
		equal(t, 3, len(s.began))
		equal(t, 300*time.Millisecond, s.began[2]-s.began[1]-time.Millisecond)
	})
}

func TestReorderedNumbers(t *testing.T) {
	b := newBench(t).team()
	b.sim.SetFaults(tencentsim.Faults{ReorderWebhook: 1})
	for range 4 {
		b.post("work", "cid", "x")
	}
	var got []float64
	for _, h := range b.flush("Group.CallbackAfterSendMsg") {
		got = append(got, h.body["MsgSeq"].(float64))
	}
	if len(got) != 4 || got[0] == 1 {
		t.Errorf("arrived %v, want all four and not in order", got)
	}
}

func TestBadSignature(t *testing.T) {
	b := newBench(t).team()
	b.sim.SetFaults(tencentsim.Faults{BadSignature: 1})
	b.post("work", "cid", "x")
	h := b.flush("")[0]
	if got := h.query.Get("Sign"); got == tencentsim.Sign(token, h.query.Get("RequestTime")) {
		t.Error("the signature is right")
	}
}

func TestFaultsComeFromTheSeed(t *testing.T) {
	pattern := func(seed uint64) (out []int) {
		b := newBench(t).team()
		b.sim.SetFaults(tencentsim.Faults{Seed: seed, Throttle: 0.5, DropWebhook: 0.5})
		for range 40 {
			out = append(out, code(b.call("group_open_http_svc/get_group_info", `{"GroupIdList":["work"]}`)))
			b.post("work", "cid", "x")
		}
		return append(out, len(b.flush("")))
	}
	one := pattern(1)
	equal(t, one, pattern(1))
	if fmt.Sprint(one) == fmt.Sprint(pattern(2)) {
		t.Error("another seed, the same faults")
	}
}
