package tencentsim_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/takeback-chat/takeback/platforms/tencent/tencentsim"
)

const recallAPI = "group_open_http_svc/group_msg_recall"

func TestGroupRecall(t *testing.T) {
	b := newBench(t).team()
	one, two := b.post("public", "cid", "hello"), b.post("public", "dan", "again")
	answer := b.call(recallAPI, fmt.Sprintf(`{"GroupId":"public","MsgSeqList":[{"MsgSeq":%d},{"MsgSeq":99},{"MsgSeq":%d}],"Reason":"why not"}`, one.Seq, two.Seq))
	want := object{
		"ActionStatus": "OK", "ErrorInfo": "", "ErrorCode": 0.0, "RecallRetList": []any{
			object{"MsgSeq": float64(one.Seq), "RetCode": 0.0}, object{"MsgSeq": 99.0, "RetCode": 10030.0}, object{"MsgSeq": float64(two.Seq), "RetCode": 0.0},
		},
	}
	if diff := cmp.Diff(want, answer); diff != "" {
		t.Errorf("answer (-want +got):\n%s", diff)
	}
	m, ok := b.sim.Message("public", "", one.Seq)
	if !ok || m.State != tencentsim.Recalled || m.RecalledBy != admin || m.Reason != "why not" {
		t.Errorf("message = %+v, want it recalled by %s with the reason", m, admin)
	}
	hooks := b.flush("Group.CallbackAfterRecallMsg")
	if len(hooks) != 1 {
		t.Fatalf("%d recall webhooks, want 1 for the call", len(hooks))
	}
	body := hooks[0].body
	if n := len(body["MsgSeqList"].([]any)); n != 2 || body["Operator_Account"] != admin || body["Reason"] != nil {
		t.Errorf("recall webhook = %v, want two seqs, the operator, no reason", body)
	}
}

func TestGroupRecallRefusals(t *testing.T) {
	b := newBench(t).team()
	b.post("public", "cid", "1")
	long := fmt.Sprintf("%0101d", 0)
	eleven := `{"MsgSeq":1},{"MsgSeq":1},{"MsgSeq":1},{"MsgSeq":1},{"MsgSeq":1},{"MsgSeq":1},{"MsgSeq":1},{"MsgSeq":1},{"MsgSeq":1},{"MsgSeq":1},{"MsgSeq":1}`
	for _, c := range []struct {
		name, body string
		want       int
	}{
		{"no group", `{"MsgSeqList":[{"MsgSeq":1}]}`, 10004},
		{"bare numbers", `{"GroupId":"public","MsgSeqList":[1]}`, 10004},
		{"empty list", `{"GroupId":"public","MsgSeqList":[]}`, 10004},
		{"lower case", `{"groupid":"public","MsgSeqList":[{"MsgSeq":1}]}`, 10004},
		{"eleven", `{"GroupId":"public","MsgSeqList":[` + eleven + `]}`, 10004},
		{"long reason", `{"GroupId":"public","MsgSeqList":[{"MsgSeq":1}],"Reason":"` + long + `"}`, 10004},
		{"blank group", `{"GroupId":" ","MsgSeqList":[{"MsgSeq":1}]}`, 10015},
		{"unknown group", `{"GroupId":"x","MsgSeqList":[{"MsgSeq":1}]}`, 10010},
		{"unknown topic", `{"GroupId":"town","TopicId":"x","MsgSeqList":[{"MsgSeq":1}]}`, 110003},
		{"too big a number", `{"GroupId":"public","MsgSeqList":[{"MsgSeq":4294967296}]}`, 10004},
		{"not JSON", `{`, 60003},
		{"two objects", `{}{}`, 60003},
		{"null", `null`, 60003},
	} {
		if got := code(b.call(recallAPI, c.body)); got != c.want {
			t.Errorf("%s: code %d, want %d", c.name, got, c.want)
		}
	}
}

// itemCode recalls one message and returns its RetCode.
func (b *bench) itemCode(group, topic string, seq uint32) int {
	b.t.Helper()
	answer := b.call(recallAPI, fmt.Sprintf(`{"GroupId":%q,"TopicId":%q,"MsgSeqList":[{"MsgSeq":%d}]}`, group, topic, seq))
	list, ok := answer["RecallRetList"].([]any)
	if !ok || len(list) != 1 {
		b.t.Fatalf("recall answered %v", answer)
	}
	return int(list[0].(object)["RetCode"].(float64))
}

func TestRecallItemCodes(t *testing.T) {
	clock := newClock()
	b := newBench(t, func(o *tencentsim.Options) { o.Now = clock.now }).team()
	old := b.post("public", "cid", "old")
	if err := b.sim.Join("eve", "public", "eve"); err != nil {
		t.Fatal(err)
	}
	online := b.postAll(tencentsim.Post{Group: "public", From: "cid", Text: "psst", OnlineOnly: true})
	gone := b.post("public", "cid", "gone")
	b.itemCode("public", "", gone.Seq)
	inTopic := b.postAll(tencentsim.Post{Group: "town", Topic: tencentsim.TopicID("town", "a"), From: "cid", Text: "x"})
	live := b.post("live", "cid", "live")
	for _, c := range []struct {
		name, group, topic string
		seq                uint32
		after              time.Duration
		want               int
	}{
		{"system tip", "public", "", 2, 0, 10032},
		{"online only", "public", "", online.Seq, 0, 10030},
		{"again", "public", "", gone.Seq, 0, 10030},
		{"zero", "public", "", 0, 0, 10030},
		{"topic message without topic", "town", "", inTopic.Seq, 0, 10030},
		{"the other topic", "town", tencentsim.TopicID("town", "b"), inTopic.Seq, 0, 10030},
		{"topic", "town", tencentsim.TopicID("town", "a"), inTopic.Seq, 0, 0},
		{"live within the hour", "live", "", live.Seq, time.Hour, 0},
		{"live past the hour", "live", "", b.post("live", "cid", "b").Seq, time.Hour + time.Second, 10031},
		{"last moment of roaming", "public", "", old.Seq, 7 * 24 * time.Hour, 0},
		{"past roaming", "public", "", b.post("public", "cid", "o").Seq, 7*24*time.Hour + time.Second, 10030},
	} {
		clock.set(c.after)
		if got := b.itemCode(c.group, c.topic, c.seq); got != c.want {
			t.Errorf("%s: RetCode %d, want %d", c.name, got, c.want)
		}
	}
}

func TestClientRecall(t *testing.T) {
	clock := newClock()
	b := newBench(t, func(o *tencentsim.Options) { o.Now = clock.now }).team()
	for _, c := range []struct {
		name, group, by string
		after           time.Duration
		want            int
	}{
		{"own", "public", "cid", 0, 0},
		{"another's", "public", "dan", 0, 10007},
		{"owner", "public", "ann", 0, 0},
		{"admin", "public", "bob", time.Minute, 0},
		{"no admin in a work group", "work", "bob", 0, 10007},
		{"late", "public", "cid", 3 * time.Minute, 10031},
		{"stranger", "public", "zoe", 0, 10007},
	} {
		clock.set(0)
		sent := b.post(c.group, "cid", "hm")
		clock.add(c.after)
		err := b.sim.ClientRecall(c.by, c.group, "", sent.Seq)
		if got := codeOf(err); got != c.want {
			t.Errorf("%s: code %d, want %d", c.name, got, c.want)
		}
	}
}

func codeOf(err error) int {
	if err == nil {
		return 0
	}
	if refusal, is := errors.AsType[*tencentsim.CodeError](err); is {
		return refusal.Code
	}
	return -1
}

func TestDirectRecall(t *testing.T) {
	b := newBench(t)
	sent, err := b.sim.PostC2C(t.Context(), "ann", "bob", "secret")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, from, to, key string
		want                int
	}{
		{"bad key", "ann", "bob", "1_2", 90054},
		{"unknown", "ann", "bob", "1_2_3", 20022},
		{"wrong direction", "bob", "ann", sent.Key, 20022},
		{"right", "ann", "bob", sent.Key, 0},
		{"again", "ann", "bob", sent.Key, 20023},
		{"no key", "ann", "bob", "", 90001},
	} {
		got := code(b.call("openim/admin_msgwithdraw", fmt.Sprintf(`{"From_Account":%q,"To_Account":%q,"MsgKey":%q}`, c.from, c.to, c.key)))
		if got != c.want {
			t.Errorf("%s: code %d, want %d", c.name, got, c.want)
		}
	}
	hooks := b.flush("C2C.CallbackAfterMsgWithDraw")
	if len(hooks) != 1 || hooks[0].body["MsgKey"] != sent.Key || hooks[0].body["Operator_Account"] != nil {
		t.Errorf("withdraw webhooks = %v, want one with the key and without operator", hooks)
	}
	if m, err := b.sim.AwaitRecallC2C(t.Context(), "bob", "ann", sent.Key); err != nil || m.RecalledBy != admin {
		t.Errorf("message = %+v, %v", m, err)
	}
}

func TestAwaitRecall(t *testing.T) {
	b := newBench(t).team()
	sent := b.post("work", "cid", "x")
	done := make(chan error, 1)
	go func() {
		_, err := b.sim.AwaitRecall(t.Context(), "work", "", sent.Seq)
		done <- err
	}()
	if got := b.itemCode("work", "", sent.Seq); got != 0 {
		t.Fatalf("RetCode %d", got)
	}
	if err := <-done; err != nil {
		t.Error(err)
	}
}
