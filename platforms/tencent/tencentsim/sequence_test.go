package tencentsim_test

import (
	"fmt"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/takeback-chat/takeback/platforms/tencent/tencentsim"
)

func itoa(n uint32) string { return strconv.FormatUint(uint64(n), 10) }

func equal[T any](t *testing.T, want, got T) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestTipsTakeNumbers(t *testing.T) {
	for _, c := range []struct {
		group string
		want  uint32 // of a message after one joined and left
	}{
		{"work", 4}, {"public", 4}, {"town", 4}, {"meeting", 2}, {"live", 2},
	} {
		b := newBench(t).team()
		b.post(c.group, "cid", "first")
		if err := b.sim.Join("zoe", c.group, "zoe"); err != nil {
			t.Fatal(err)
		}
		if err := b.sim.Leave(c.group, "zoe"); err != nil {
			t.Fatal(err)
		}
		if got := b.post(c.group, "cid", "second").Seq; got != c.want {
			t.Errorf("%s: number %d, want %d", c.group, got, c.want)
		}
	}
}

func TestEachConversationCountsForItself(t *testing.T) {
	b := newBench(t).team()
	topic := func(id string) uint32 {
		return b.postAll(tencentsim.Post{Group: "town", Topic: tencentsim.TopicID("town", id), From: "cid", Text: "x"}).Seq
	}
	equal(t, []uint32{1, 2, 1, 1, 3}, []uint32{topic("a"), topic("a"), topic("b"), b.post("town", "cid", "x").Seq, topic("a")})
}

func TestOnlineOnlyTakesNoNumber(t *testing.T) {
	b := newBench(t).team()
	one := b.post("public", "cid", "1")
	online := b.postAll(tencentsim.Post{Group: "public", From: "cid", Text: "psst", OnlineOnly: true})
	two := b.post("public", "cid", "2")
	if one.Seq != 1 || two.Seq != 2 || online.Seq <= two.Seq {
		t.Errorf("numbers %d, %d, %d, want the middle one apart", one.Seq, online.Seq, two.Seq)
	}
	hooks := b.flush("Group.CallbackAfterSendMsg")
	equal(t, []any{0.0, 1.0, 0.0}, []any{hooks[0].body["OnlineOnlyFlag"], hooks[1].body["OnlineOnlyFlag"], hooks[2].body["OnlineOnlyFlag"]})
}

const historyAPI = "group_open_http_svc/group_msg_get_simple"

// items reads history and gives each item as "seq:IsPlaceMsg:IsSystemMsg".
func (b *bench) items(body string) (finished int, items []string) {
	b.t.Helper()
	answer := b.call(historyAPI, body)
	if code(answer) != 0 {
		b.t.Fatalf("history %s: %v", body, answer)
	}
	for _, v := range answer["RspMsgList"].([]any) {
		m := v.(object)
		system, _ := m["IsSystemMsg"].(float64)
		items = append(items, fmt.Sprintf("%v:%v:%v", m["MsgSeq"], m["IsPlaceMsg"], system))
	}
	return int(answer["IsFinished"].(float64)), items
}

func TestHistory(t *testing.T) {
	b := newBench(t).team()
	for i := range 3 {
		b.post("public", "cid", strconv.Itoa(i))
	}
	if err := b.sim.Join("zoe", "public", "zoe"); err != nil {
		t.Fatal(err)
	}
	b.itemCode("public", "", 2)
	b.call("group_open_http_svc/delete_group_msg_by_sender", `{"GroupId":"public","Sender_Account":"zoe"}`)
	for _, c := range []struct {
		name, body string
		want       []string
	}{
		{"newest first, recalled left out", `{"GroupId":"public","ReqMsgNumber":20}`, []string{"4:0:1", "3:0:0", "1:0:0"}},
		{"with recalled", `{"GroupId":"public","ReqMsgNumber":20,"WithRecalledMsg":1}`, []string{"4:0:1", "3:0:0", "2:2:0", "1:0:0"}},
		{"from a number, inclusive", `{"GroupId":"public","ReqMsgNumber":20,"ReqMsgSeq":3,"WithRecalledMsg":1}`, []string{"3:0:0", "2:2:0", "1:0:0"}},
		{"as many as asked", `{"GroupId":"public","ReqMsgNumber":2,"ReqMsgSeq":3,"WithRecalledMsg":1}`, []string{"3:0:0", "2:2:0"}},
		{"beyond the end", `{"GroupId":"public","ReqMsgNumber":1,"ReqMsgSeq":99}`, []string{"4:0:1"}},
		{"nothing yet", `{"GroupId":"work","ReqMsgNumber":1}`, nil},
	} {
		finished, got := b.items(c.body)
		if diff := cmp.Diff(c.want, got); diff != "" || finished != 1 {
			t.Errorf("%s: IsFinished %d (-want +got):\n%s", c.name, finished, diff)
		}
	}
	if got := code(b.call(historyAPI, `{"GroupId":"live","ReqMsgNumber":1}`)); got != 10044 {
		t.Errorf("live group: code %d, want 10044", got)
	}
}

func TestHistoryIsCutAndExpires(t *testing.T) {
	clock := newClock()
	b := newBench(t, func(o *tencentsim.Options) { o.Now = clock.now; o.Keep = 20 }).team()
	for range 26 {
		b.post("public", "cid", "x")
	}
	if finished, got := b.items(`{"GroupId":"public","ReqMsgNumber":100}`); finished != 0 || len(got) != 20 {
		t.Errorf("too many asked: IsFinished %d, %d items, want 0 and 20", finished, len(got))
	}
	if finished, got := b.items(`{"GroupId":"public","ReqMsgNumber":2,"ReqMsgSeq":3}`); finished != 2 || got[0] != "3:1:0" {
		t.Errorf("forgotten: IsFinished %d, %v, want 2 and placeholders", finished, got)
	}
	clock.add(8 * 24 * time.Hour)
	b.post("public", "cid", "fresh")
	if finished, got := b.items(`{"GroupId":"public","ReqMsgNumber":2}`); finished != 1 || got[0] != "27:0:0" || got[1] != "26:1:0" {
		t.Errorf("one expired: IsFinished %d, %v", finished, got)
	}
}

func TestRoamingHistory(t *testing.T) {
	clock := newClock()
	b := newBench(t, func(o *tencentsim.Options) { o.Now = clock.now })
	var keys []string
	for i := range 5 {
		clock.add(time.Second)
		sent, err := b.sim.PostC2C(t.Context(), []string{"ann", "bob"}[i%2], []string{"bob", "ann"}[i%2], "x")
		if err != nil {
			t.Fatal(err)
		}
		keys = append(keys, sent.Key)
	}
	b.call("openim/admin_msgwithdraw", fmt.Sprintf(`{"From_Account":"bob","To_Account":"ann","MsgKey":%q}`, keys[1]))
	var got []string
	var flags []any
	to, last := clock.now().Unix(), ""
	for page := 0; ; page++ {
		a := b.call("openim/admin_getroammsg", fmt.Sprintf(
			`{"Operator_Account":"bob","Peer_Account":"ann","MaxCnt":2,"MinTime":1700000000,"MaxTime":%d,"LastMsgKey":%q}`, to, last,
		))
		var keysOfPage []string
		for _, v := range a["MsgList"].([]any) {
			keysOfPage = append(keysOfPage, v.(object)["MsgKey"].(string))
			flags = append(flags, v.(object)["MsgFlagBits"])
		}
		got = append(keysOfPage, got...) // pages run backwards, each of them forwards
		if a["Complete"] == 1.0 || page > 5 {
			break
		}
		to, last = int64(a["LastMsgTime"].(float64)), a["LastMsgKey"].(string)
	}
	equal(t, keys, got)
	equal(t, []any{0.0, 0.0, 8.0, 0.0, 0.0}, flags)
}

func TestPlaceholdersHoldNoContent(t *testing.T) {
	b := newBench(t).team()
	sent := b.postAll(tencentsim.Post{Group: "public", From: "cid", Text: "secret", Cloud: "secret too"})
	b.itemCode("public", "", sent.Seq)
	item := b.call(historyAPI, `{"GroupId":"public","ReqMsgNumber":1,"WithRecalledMsg":1}`)["RspMsgList"].([]any)[0].(object)
	equal(t, []any{2.0, []any{}, ""}, []any{item["IsPlaceMsg"], item["MsgBody"], item["CloudCustomData"]})
}
