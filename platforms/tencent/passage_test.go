package tencent

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/platforms"
)

// saying puts a passage into one line.
func saying(p platforms.Passage) string {
	var events []string
	for _, e := range p.Events {
		events = append(events, refOf(e)+" "+string(e.Kind))
	}
	out := fmt.Sprintf("%d-%d: %s", p.Told.First, p.Told.Last, strings.Join(events, ", "))
	if len(p.Tips) > 0 {
		out += fmt.Sprintf("; tips %v", p.Tips)
	}
	if len(p.Gone) > 0 {
		out += fmt.Sprintf("; gone %v", p.Gone)
	}
	for n, a := range p.Unreadable { // at most one in these tests
		return out + fmt.Sprintf("; %d %s %d", n, a.Reason, len(a.Body))
	}
	return out
}

func TestPassage(t *testing.T) {
	duplicate := `,"MsgBody":[]` // pastItem has one already
	variant := `,"msgbody":[]`
	for _, tc := range []struct {
		name    string
		first   int64
		last    int64
		answers map[uint32]string // by ReqMsgSeq, with the number asked for behind a dot
		want    string
		calls   int
	}{
		{
			"of every kind", 6, 10,
			map[uint32]string{10: historyAnswer(1, pastItem(10, ""), pastItem(9, `,"IsPlaceMsg":2`), pastItem(8, `,"IsPlaceMsg":1`), pastItem(7, `,"IsSystemMsg":1`))},
			"6-10: 9 removed, 10 posted; tips [7]; gone [6 8 9]", 1,
		},
		{
			"the last twenty of many", 1, 100,
			map[uint32]string{100: historyAnswer(1, pastItem(100, ""), pastItem(82, ""))},
			"81-100: 82 posted, 100 posted; gone [81 83 84 85 86 87 88 89 90 91 92 93 94 95 96 97 98 99]", 1,
		},
		{"more than was asked for", 9, 10, map[uint32]string{10: historyAnswer(1, pastItem(10, ""), pastItem(9, ""), pastItem(8, ""))}, "9-10: 9 posted, 10 posted", 1},
		{"cut short", 1, 10, map[uint32]string{10: historyAnswer(0, pastItem(10, ""), pastItem(9, ""))}, "9-10: 9 posted, 10 posted", 1},
		{"cut before the first", 1, 10, map[uint32]string{10: historyAnswer(0)}, "11-10: ", 1},
		{"all expired", 1, 4, map[uint32]string{4: historyAnswer(2, pastItem(4, `,"IsPlaceMsg":1`))}, "1-4: ; gone [1 2 3 4]", 1},
		{"the group is gone", 3, 4, map[uint32]string{4: `{"ActionStatus":"FAIL","ErrorInfo":"","ErrorCode":10010}`}, "3-4: ; gone [3 4]", 1},
		{"a message with a case variant", 3, 4, map[uint32]string{4: historyAnswer(1, pastItem(4, ""), pastItem(3, variant))}, "3-4: 4 posted; 3 case_variant 143", 1},
		{"a message that spoils the page", 3, 4, map[uint32]string{4: historyAnswer(1, pastItem(4, duplicate))}, "4-4: ; 4 duplicate_key 224", 2},
	} {
		t.Run(tc.name, func(t *testing.T) {
			s := newStub(t)
			s.answers["group_msg_get_simple"] = func(body map[string]any) string { return tc.answers[number(body["ReqMsgSeq"])] }
			a := s.adapter()
			got, err := a.Passage(t.Context(), a.group("@TGS#1", ""), models.Range{First: tc.first, Last: tc.last})
			if err != nil || saying(got) != tc.want || s.count() != tc.calls {
				t.Errorf("Passage = %q, %v in %d calls, want %q in %d", saying(got), err, s.count(), tc.want, tc.calls)
			}
		})
	}
}

func TestPassageFails(t *testing.T) {
	const secret = "4111 " + "1111"
	s := newStub(t)
	a := s.adapter()
	c := a.topic("@TGS#_1", "@TGS#_1@TOPIC#_2")
	for _, tc := range []struct {
		answer string
		want   platforms.Class
	}{
		{`{"ActionStatus":"FAIL","ErrorInfo":"","ErrorCode":60007}`, platforms.RateLimit},
		{`{"ActionStatus":"FAIL","ErrorInfo":"","ErrorCode":10002}`, platforms.Transient},
		{`{"ActionStatus":"OK","ErrorInfo":"` + secret, platforms.Lost}, // cut off: no fault of a message
		{`{"ActionStatus":"OK","ErrorCode":0,"IsFinished":1,"RspMsgList":[{"MsgBody":"` + secret + `"}]}`, platforms.Lost},
	} {
		s.on("group_msg_get_simple", tc.answer)
		_, err := a.Passage(t.Context(), c, models.Range{First: 1, Last: 50})
		if platforms.ClassOf(err) != tc.want || strings.Contains(fmt.Sprintf("%v %+v %#v", err, err, err), secret) {
			t.Errorf("Passage of %s = %v, want class %s", tc.answer, err, tc.want)
		}
	}
	want := `{"GroupId":"@TGS#_1","ReqMsgNumber":20,"ReqMsgSeq":50,"TopicId":"@TGS#_1@TOPIC#_2","WithRecalledMsg":1}`
	if s.last() != want {
		t.Errorf("request %s, want %s", s.last(), want)
	}
	for _, r := range []models.Range{{First: 0, Last: 1}, {First: 2, Last: 1}, {First: 1, Last: 1 << 32}} {
		if _, err := a.Passage(t.Context(), c, r); platforms.ClassOf(err) != platforms.Permanent {
			t.Errorf("Passage of %v = %v", r, err)
		}
	}
}

func TestNumbers(t *testing.T) {
	a := newStub(t).adapter()
	cases := 0
	for _, tc := range []struct {
		c    models.Conversation
		ref  string
		want int64
	}{
		{a.group("@TGS#1", "Public"), "7", 7},
		{a.topic("@TGS#_1", "t"), "4294967295", 4294967295},
		{a.group("@TGS#1", "Live"), "7", 0},
		{a.direct("a", "b"), "7", 0},
		{a.group("@TGS#1", "Public"), "online:abc", 0},
		{a.group("@TGS#1", "Public"), "before:7", 0},
		{a.group("@TGS#1", "Public"), "0", 0},
	} {
		cases++
		got, ok := a.Number(tc.c, tc.ref)
		if ok != (tc.want > 0) || ok && (got != tc.want || a.Ref(tc.c, got) != tc.ref) {
			t.Errorf("Number(%s, %q) = %d, %v, want %d", tc.c.Kind, tc.ref, got, ok, tc.want)
		}
	}
	if cases != 7 {
		t.Errorf("%d cases ran", cases)
	}
}

func TestNewest(t *testing.T) {
	s := newStub(t)
	a := s.adapter()
	s.on("get_group_info", `{"ActionStatus":"OK","ErrorInfo":"","ErrorCode":0,"GroupInfo":[
		{"GroupId":"b","ErrorCode":0,"NextMsgSeq":8},{"GroupId":"a","ErrorCode":0,"NextMsgSeq":1},{"GroupId":"c","ErrorCode":10010,"NextMsgSeq":9}]}`)
	got, err := a.Newest(t.Context(), []models.Conversation{a.group("a", ""), a.group("b", ""), a.group("c", ""), a.group("d", "")})
	if diff := cmp.Diff([]int64{0, 7, 0, 0}, got); diff != "" || err != nil {
		t.Errorf("newest of groups (-want +got):\n%s%v", diff, err)
	}
	if want := `{"GroupIdList":["a","b","c","d"],"ResponseFilter":{"GroupBaseInfoFilter":["NextMsgSeq"]}}`; s.last() != want {
		t.Errorf("request %s, want %s", s.last(), want)
	}
	topics := []models.Conversation{a.topic("g", "t1"), a.topic("g", "t2")}
	s.on("get_topic", `{"ActionStatus":"OK","ErrorInfo":"","ErrorCode":0,"TopicAndSelfInfo":[
		{"ErrorCode":110003,"TopicInfo":{"TopicId":"t1"}},{"ErrorCode":0,"TopicInfo":{"TopicId":"t2","NextMsgSeq":31}}]}`)
	got, err = a.Newest(t.Context(), topics)
	if diff := cmp.Diff([]int64{0, 30}, got); diff != "" || err != nil {
		t.Errorf("newest of topics (-want +got):\n%s%v", diff, err)
	}
	if want := `{"From_Account":"administrator","GroupId":"g","TopicIdList":["t1","t2"]}`; s.last() != want {
		t.Errorf("request %s, want %s", s.last(), want)
	}
	s.on("get_topic", `{"ActionStatus":"FAIL","ErrorInfo":"","ErrorCode":10010}`)
	if got, err = a.Newest(t.Context(), topics); err != nil || got[0]+got[1] != 0 {
		t.Errorf("newest of topics of a community that is gone = %v, %v", got, err)
	}
	s.on("get_group_info", `{"ActionStatus":"FAIL","ErrorInfo":"","ErrorCode":60007}`)
	if _, err = a.Newest(t.Context(), []models.Conversation{a.group("a", "")}); platforms.ClassOf(err) != platforms.RateLimit {
		t.Errorf("Newest = %v, want class %s", err, platforms.RateLimit)
	}
	if got, err := a.Newest(t.Context(), nil); got != nil || err != nil {
		t.Errorf("newest of nothing = %v, %v", got, err)
	}
}

func TestSince(t *testing.T) {
	s := newStub(t)
	s.answers["admin_getroammsg"] = func(body map[string]any) string {
		if number(body["MinTime"]) != 900 {
			t.Errorf("asked from %v, want 900", body["MinTime"])
		}
		if body["Operator_Account"] == "jared" {
			return roamAnswer(1, "", "1_1_1000", "2_2_2000!8")
		}
		return roamAnswer(1, "", "2_2_2000", "3_3_3000")
	}
	a := s.adapter()
	events, err := a.Since(t.Context(), a.direct("john", "jared"), time.Unix(900, 0))
	var got []string
	for _, e := range events {
		got = append(got, refOf(e)+" "+string(e.Kind))
	}
	if diff := cmp.Diff([]string{"1_1_1000 posted", "2_2_2000 removed", "3_3_3000 posted"}, got); diff != "" || err != nil {
		t.Errorf("Since (-want +got):\n%s%v", diff, err)
	}
	if _, err := a.Since(t.Context(), a.direct("a:b", "c"), time.Unix(900, 0)); platforms.ClassOf(err) != platforms.Permanent {
		t.Errorf("Since of a chat whose ends cannot be told = %v", err)
	}
}
