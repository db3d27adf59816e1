package tencentsim_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/takeback-chat/takeback/platforms/tencent/tencentsim"
)

const (
	sendAPI   = "group_open_http_svc/send_group_msg"
	directAPI = "openim/sendmsg"
	textBody  = `[{"MsgType":"TIMTextElem","MsgContent":{"Text":"hello"}}]`
)

func TestSendGroup(t *testing.T) {
	b := newBench(t, func(o *tencentsim.Options) { o.BeforeSend = true }).team()
	a := b.call(sendAPI, `{"GroupId":"public","Random":7,"MsgBody":`+textBody+`}`)
	equal(t, []any{0, 1.0}, []any{code(a), a["MsgSeq"]})
	again := b.call(sendAPI, `{"GroupId":"public","Random":7,"MsgBody":`+textBody+`}`)
	equal(t, any(1.0), again["MsgSeq"])
	other := b.call(sendAPI, `{"GroupId":"public","From_Account":"cid","Random":7,"MsgBody":`+textBody+
		`,"ForbidCallbackControl":["ForbidBeforeSendMsgCallback","ForbidAfterSendMsgCallback"]}`)
	equal(t, any(2.0), other["MsgSeq"])
	if befores, afters := b.flush("Group.CallbackBeforeSendMsg"), b.flush("Group.CallbackAfterSendMsg"); len(befores) != 1 || len(afters) != 1 {
		t.Errorf("%d before, %d after, want one each", len(befores), len(afters))
	}
	if h := b.receiver.of("Group.CallbackAfterSendMsg")[0]; h.query.Get("OptPlatform") != "RESTAPI" || h.body["Operator_Account"] != admin {
		t.Errorf("platform %s, operator %v", h.query.Get("OptPlatform"), h.body["Operator_Account"])
	}
	m, _ := b.sim.Message("public", "", 2)
	equal(t, "cid", m.From)
}

func TestSendRefusals(t *testing.T) {
	b := newBench(t).team()
	b.sim.AddAccount("ann", "Ann")
	long := `[{"MsgType":"TIMTextElem","MsgContent":{"Text":"` + strings.Repeat("x", 13<<10) + `"}}]`
	for _, c := range []struct {
		name, api, body string
		want            int
	}{
		{"no body", sendAPI, `{"GroupId":"public","Random":1}`, 10004},
		{"empty body", sendAPI, `{"GroupId":"public","Random":1,"MsgBody":[]}`, 10004},
		{"element without content", sendAPI, `{"GroupId":"public","Random":1,"MsgBody":[{"MsgType":"TIMTextElem"}]}`, 10004},
		{"no random", sendAPI, `{"GroupId":"public","MsgBody":` + textBody + `}`, 10004},
		{"negative random", sendAPI, `{"GroupId":"public","Random":-1,"MsgBody":` + textBody + `}`, 10004},
		{"too long", sendAPI, `{"GroupId":"public","Random":1,"MsgBody":` + long + `}`, 80002},
		{"no group", sendAPI, `{"GroupId":"x","Random":1,"MsgBody":` + textBody + `}`, 10010},
		{"direct", directAPI, `{"To_Account":"ann","MsgRandom":1,"MsgBody":` + textBody + `}`, 0},
		{"direct to nobody", directAPI, `{"To_Account":"x","MsgRandom":1,"MsgBody":` + textBody + `}`, 20003},
		{"direct without random", directAPI, `{"To_Account":"ann","MsgBody":` + textBody + `}`, 90005},
		{"direct without body", directAPI, `{"To_Account":"ann","MsgRandom":1}`, 90007},
		{"direct without receiver", directAPI, `{"MsgRandom":1,"MsgBody":` + textBody + `}`, 90001},
		{"direct too long", directAPI, `{"To_Account":"ann","MsgRandom":1,"MsgBody":` + long + `}`, 93000},
		{"direct to oneself", directAPI, `{"From_Account":"ann","To_Account":"ann","MsgRandom":1,"MsgBody":` + textBody + `}`, 20003},
	} {
		if got := code(b.call(c.api, c.body)); got != c.want {
			t.Errorf("%s: code %d, want %d", c.name, got, c.want)
		}
	}
}

func TestRandomIsForgottenAfterFiveMinutes(t *testing.T) {
	clock := newClock()
	b := newBench(t, func(o *tencentsim.Options) { o.Now = clock.now }).team()
	send := func() any {
		return b.call(sendAPI, `{"GroupId":"work","Random":7,"MsgBody":`+textBody+`}`)["MsgSeq"]
	}
	first := send()
	clock.add(5*time.Minute - time.Second)
	second := send()
	clock.add(time.Second)
	equal(t, []any{1.0, 1.0, 2.0}, []any{first, second, send()})
}

func TestDirectRepetitionWithinASecond(t *testing.T) {
	clock := newClock()
	b := newBench(t, func(o *tencentsim.Options) { o.Now = clock.now })
	b.sim.AddAccount("ann", "")
	send := func() any {
		return b.call(directAPI, `{"To_Account":"ann","MsgSeq":5,"MsgRandom":6,"MsgBody":`+textBody+`}`)["MsgKey"]
	}
	first, second := send(), send()
	clock.add(time.Second)
	equal(t, []any{"5_6_1700000000", "5_6_1700000000", "5_6_1700000001"}, []any{first, second, send()})
	equal(t, 2, len(b.flush("C2C.CallbackAfterSendMsg")))
}

func TestGroupRateDropsSilently(t *testing.T) {
	clock := newClock()
	b := newBench(t, func(o *tencentsim.Options) {
		o.GroupRate = 2
		o.Now = clock.now
		o.BeforeSend = true
	}).team()
	for range 2 {
		b.post("work", "cid", "x")
	}
	a := b.call(sendAPI, `{"GroupId":"work","Random":7,"MsgBody":`+textBody+`}`)
	equal(t, []any{0, "MsgFreqCtrl"}, []any{code(a), a["MsgDropReason"]})
	equal(t, []int{3, 2}, []int{len(b.flush("Group.CallbackBeforeSendMsg")), len(b.flush("Group.CallbackAfterSendMsg"))})
}

func TestModify(t *testing.T) {
	b := newBench(t).team()
	sent := b.post("public", "cid", "before")
	modify := func(api, body string) int { return code(b.call(api, body)) }
	const group, direct = "openim/modify_group_msg", "openim/modify_c2c_msg"
	equal(t, 0, modify(group, fmt.Sprintf(`{"GroupId":"public","MsgSeq":%d,"MsgBody":%s}`, sent.Seq, textBody)))
	equal(t, 10004, modify(group, fmt.Sprintf(`{"GroupId":"public","MsgSeq":%d}`, sent.Seq)))
	equal(t, 20026, modify(group, `{"GroupId":"public","MsgSeq":99,"CloudCustomData":"x"}`))
	m, _ := b.sim.Message("public", "", sent.Seq)
	equal(t, []any{"hello", 1}, []any{m.Text, m.Edits})
	h := b.flush("Group.CallbackAfterModifyMsg")[0]
	equal(t, []any{float64(sent.Seq), admin, ""}, []any{h.body["MsgSeq"], h.body["Operator_Account"], h.body["TopicId"]})

	chat, err := b.sim.PostC2C(t.Context(), "ann", "bob", "before")
	if err != nil {
		t.Fatal(err)
	}
	equal(t, 0, modify(direct, fmt.Sprintf(`{"From_Account":"ann","To_Account":"bob","MsgKey":%q,"CloudCustomData":"x"}`, chat.Key)))
	equal(t, 20026, modify(direct, `{"From_Account":"ann","To_Account":"bob","MsgKey":"1_2_3","CloudCustomData":"x"}`))
	equal(t, 10007, codeOf(b.sim.Edit("dan", "public", "", sent.Seq, []tencentsim.Element{tencentsim.Text("z")}, nil)))
}

func TestNotifications(t *testing.T) {
	b := newBench(t).team()
	const api = "group_open_http_svc/send_group_system_notification"
	for body, want := range map[string]int{
		`{"GroupId":"public","Content":"mind the gap"}`:                         0,
		`{"GroupId":"public","Content":"hi","ToMembers_Account":["cid","dan"]}`: 0,
		`{"GroupId":"live","Content":"hi","ToMembers_Account":["cid"]}`:         10007,
		`{"GroupId":"public"}`: 10004,
	} {
		if got := code(b.call(api, body)); got != want {
			t.Errorf("%s: code %d, want %d", body, got, want)
		}
	}
	equal(t, uint32(1), b.post("public", "cid", "x").Seq) // notices take no number
}

func TestDeleteBySender(t *testing.T) {
	b := newBench(t).team()
	b.post("public", "cid", "mine")
	b.post("public", "dan", "yours")
	equal(t, 0, code(b.call("group_open_http_svc/delete_group_msg_by_sender", `{"GroupId":"public","Sender_Account":"cid"}`)))
	_, got := b.items(`{"GroupId":"public","ReqMsgNumber":20}`)
	equal(t, []string{"2:0:0", "1:1:0"}, got)
	equal(t, 0, len(b.flush("Group.CallbackAfterRecallMsg")))
}

func TestOutsidersCannotPost(t *testing.T) {
	b := newBench(t).team()
	for _, c := range []struct {
		post tencentsim.Post
		want int
	}{
		{tencentsim.Post{Group: "public", From: "zoe", Text: "x"}, 10007},
		{tencentsim.Post{Group: "x", From: "cid", Text: "x"}, 10010},
		{tencentsim.Post{Group: "", From: "cid", Text: "x"}, 10015},
		{tencentsim.Post{Group: "town", Topic: "x", From: "cid", Text: "x"}, 110003},
	} {
		if _, err := b.sim.Post(t.Context(), c.post); codeOf(err) != c.want {
			t.Errorf("%+v: code %d, want %d", c.post, codeOf(err), c.want)
		}
	}
}

func TestManyAtOnce(t *testing.T) {
	b := newBench(t, func(o *tencentsim.Options) { o.Rate = 1 << 20 }).team()
	const each = 50
	var wg sync.WaitGroup
	for _, group := range []string{"work", "public", "meeting", "town"} {
		for _, from := range []string{"ann", "bob", "cid"} {
			wg.Go(func() {
				for i := range each {
					sent := b.post(group, from, "x")
					if i%10 == 0 {
						b.itemCode(group, "", sent.Seq)
					}
				}
			})
		}
	}
	wg.Wait()
	equal(t, 12*each, len(b.flush("Group.CallbackAfterSendMsg")))
	equal(t, 12*each/10, len(b.flush("Group.CallbackAfterRecallMsg")))
	equal(t, 12*each/10, b.sim.Calls().Recalled)
}

func BenchmarkPost(b *testing.B) {
	sim, err := tencentsim.New(tencentsim.Options{SDKAppID: appID, Key: demoKey, Admin: admin})
	if err != nil {
		b.Fatal(err)
	}
	defer sim.Close()
	if err := sim.CreateGroup(tencentsim.GroupSpec{ID: "g", Owner: "ann"}); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := sim.Post(context.Background(), tencentsim.Post{Group: "g", From: "ann", Text: "hello"}); err != nil {
			b.Fatal(err)
		}
	}
}
