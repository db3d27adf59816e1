package tencent

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/platforms"
)

// past is one message of a group's history.
func pastItem(seq uint32, members string) string {
	return fmt.Sprintf(`{"From_Account":"jared","MsgBody":[{"MsgType":"TIMTextElem","MsgContent":{"Text":"text %d"}}],"MsgSeq":%d,"MsgTimeStamp":1458721797%s}`, seq, seq, members)
}

func historyAnswer(finished int, list ...string) string {
	return fmt.Sprintf(`{"ActionStatus":"OK","ErrorInfo":"","ErrorCode":0,"IsFinished":%d,"RspMsgList":[%s]}`, finished, strings.Join(list, ","))
}

func TestVerifyGroup(t *testing.T) {
	for _, tc := range []struct {
		name    string
		refs    []string
		answers map[uint32]string // by ReqMsgSeq
		want    string
		calls   int
	}{
		{
			"of every kind",
			[]string{"7", "10", "9", "8"},
			map[uint32]string{10: historyAnswer(1, pastItem(10, ""), pastItem(9, `,"IsPlaceMsg":2`), pastItem(8, `,"IsPlaceMsg":1`))},
			"not_found/ present/ was_gone/ was_gone/", 1,
		},
		{
			"the table's spelling",
			[]string{"10"},
			map[uint32]string{10: strings.Replace(historyAnswer(1, pastItem(10, `,"IsPlaceMsg":2`)), "RspMsgList", "MsgList", 1)},
			"was_gone/", 1,
		},
		{
			"on a page cut short",
			[]string{"10", "5"},
			map[uint32]string{10: historyAnswer(0, pastItem(10, ""), pastItem(9, "")), 5: historyAnswer(1, pastItem(5, ""))},
			"present/ present/", 2,
		},
		{
			"far apart",
			[]string{"100", "10"},
			map[uint32]string{100: historyAnswer(1, pastItem(100, "")), 10: historyAnswer(1)},
			"present/ not_found/", 2,
		},
		{"all expired", []string{"10", "9"}, map[uint32]string{10: historyAnswer(2)}, "not_found/ not_found/", 1},
		{"cut before the first", []string{"10"}, map[uint32]string{10: historyAnswer(0)}, "unsure/", 1},
		{"the first number", []string{"1"}, map[uint32]string{1: historyAnswer(1, pastItem(1, ""))}, "present/", 1},
		{"an odd name", []string{"x", "10"}, map[uint32]string{10: historyAnswer(1, pastItem(10, ""))}, "refused/ present/", 1},
		{"a page that is elsewhere", []string{"10"}, map[uint32]string{10: historyAnswer(0, pastItem(400, ""))}, "not_found/", 1},
	} {
		t.Run(tc.name, func(t *testing.T) {
			s := newStub(t)
			s.answers["group_msg_get_simple"] = func(body map[string]any) string { return tc.answers[number(body["ReqMsgSeq"])] }
			a := s.adapter()
			got, err := a.Verify(t.Context(), platforms.Order{Conversation: a.group("@TGS#1", ""), Items: items(tc.refs...)})
			if err != nil || states(got) != tc.want || s.count() != tc.calls {
				t.Errorf("Verify = %s, %v in %d calls, want %s in %d", states(got), err, s.count(), tc.want, tc.calls)
			}
		})
	}
}

func TestVerifyGroupRequest(t *testing.T) {
	s := newStub(t)
	s.on("group_msg_get_simple", historyAnswer(1))
	a := s.adapter()
	o := platforms.Order{Conversation: a.topic("@TGS#_1", "@TGS#_1@TOPIC#_2"), Items: items("30", "20")}
	if _, err := a.Verify(t.Context(), o); err != nil {
		t.Fatal(err)
	}
	want := `{"GroupId":"@TGS#_1","ReqMsgNumber":20,"ReqMsgSeq":30,"TopicId":"@TGS#_1@TOPIC#_2","WithRecalledMsg":1}`
	if s.last() != want {
		t.Errorf("request %s, want %s", s.last(), want)
	}
	for code, want := range map[int]string{10010: "not_found/ not_found/", 10015: "not_found/ not_found/", 110003: "not_found/ not_found/", 10044: "unsure/ unsure/"} {
		s.on("group_msg_get_simple", fmt.Sprintf(`{"ActionStatus":"FAIL","ErrorInfo":"","ErrorCode":%d}`, code))
		if got, err := a.Verify(t.Context(), o); err != nil || states(got) != want {
			t.Errorf("Verify after code %d = %s, %v, want %s", code, states(got), err, want)
		}
	}
	s.on("group_msg_get_simple", `{"ActionStatus":"FAIL","ErrorInfo":"","ErrorCode":10002}`)
	if _, err := a.Verify(t.Context(), o); platforms.ClassOf(err) != platforms.Transient {
		t.Errorf("Verify = %v, want class %s", err, platforms.Transient)
	}
}

// roamAnswer answers one page of a one-to-one chat.
func roamAnswer(complete int, lastKey string, keys ...string) string {
	var list []string
	for _, key := range keys {
		key, flags, _ := strings.Cut(key, "!")
		if flags == "" {
			flags = "0"
		}
		list = append(list, fmt.Sprintf(`{"From_Account":"jared","To_Account":"john","MsgKey":%q,"MsgTimeStamp":%d,"MsgFlagBits":%s,"MsgBody":[]}`, key, keyTime(key).Unix(), flags))
	}
	return fmt.Sprintf(`{"ActionStatus":"OK","ErrorInfo":"","ErrorCode":0,"Complete":%d,"LastMsgTime":1000,"LastMsgKey":%q,"MsgList":[%s]}`, complete, lastKey, strings.Join(list, ","))
}

func TestVerifyDirect(t *testing.T) {
	for _, tc := range []struct {
		name        string
		jared, john []string // pages of each view
		want        string
	}{
		{"there for both", []string{roamAnswer(1, "", "1_1_1000")}, []string{roamAnswer(1, "", "1_1_1000")}, "present/"},
		{"taken back", []string{roamAnswer(1, "", "1_1_1000!8")}, nil, "was_gone/"},
		{"taken back, with other flags", []string{roamAnswer(1, "", "1_1_1000!9")}, nil, "was_gone/"},
		{"one end cleared its view", []string{roamAnswer(1, "")}, []string{roamAnswer(1, "", "1_1_1000")}, "present/"},
		{"one end cleared, the other shows it gone", []string{roamAnswer(1, "")}, []string{roamAnswer(1, "", "1_1_1000!8")}, "was_gone/"},
		{"the views differ", []string{roamAnswer(1, "", "1_1_1000")}, []string{roamAnswer(1, "", "1_1_1000!8")}, "was_gone/"},
		{"nowhere", []string{roamAnswer(1, "")}, []string{roamAnswer(1, "")}, "not_found/"},
		{"on the second page", []string{roamAnswer(0, "9_9_1000", "9_9_1000"), roamAnswer(1, "", "1_1_1000!8")}, nil, "was_gone/"},
		{"a page that leads nowhere", []string{roamAnswer(0, "")}, []string{roamAnswer(0, "")}, "not_found/"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			s := newStub(t)
			pages := map[string][]string{"jared": tc.jared, "john": tc.john}
			s.answers["admin_getroammsg"] = func(body map[string]any) string {
				who := body["Operator_Account"].(string)
				if len(pages[who]) == 0 {
					t.Fatalf("one page of %s too many", who)
				}
				page := pages[who][0]
				pages[who] = pages[who][1:]
				return page
			}
			a := s.adapter()
			got, err := a.Verify(t.Context(), platforms.Order{Conversation: a.direct("jared", "john"), Items: items("1_1_1000")})
			if err != nil || states(got) != tc.want {
				t.Errorf("Verify = %s, %v, want %s", states(got), err, tc.want)
			}
		})
	}
}

func TestHistoryGroup(t *testing.T) {
	s := newStub(t)
	s.answers["group_msg_get_simple"] = func(body map[string]any) string {
		top := number(body["ReqMsgSeq"])
		if top == 0 {
			top = 30
		}
		var list []string
		for n := top; n > 0 && n+number(body["ReqMsgNumber"]) > top; n-- {
			more := ""
			switch n {
			case 29:
				more = `,"IsPlaceMsg":2`
			case 28:
				more = `,"IsPlaceMsg":1`
			case 27:
				more = `,"IsSystemMsg":1`
			}
			list = append(list, pastItem(n, more))
		}
		return historyAnswer(1, list...)
	}
	a := s.adapter()
	c := a.group("@TGS#1", "Public")
	for _, tc := range []struct {
		ref         string
		limit       int
		first, last string
		events      int
		more        bool
	}{
		{"", 5, "30", "24", 5, true}, // 30, 29 as removed, then 26 to 24: 28 and 27 tell nothing
		{"10", 3, "10", "8", 3, true},
		{"10", 100, "10", "1", 10, false},
		{"30", 100, "30", "1", 28, false},
	} {
		events, more, err := a.History(t.Context(), c, tc.ref, tc.limit)
		if err != nil || len(events) != tc.events || more != tc.more {
			t.Fatalf("History(%q, %d) = %d events, %v, %v, want %d, %v", tc.ref, tc.limit, len(events), more, err, tc.events, tc.more)
		}
		if refOf(events[0]) != tc.first || refOf(events[len(events)-1]) != tc.last {
			t.Errorf("History(%q, %d) from %s to %s, want %s to %s", tc.ref, tc.limit, refOf(events[0]), refOf(events[len(events)-1]), tc.first, tc.last)
		}
		checkMessage(t, events[0].Message)
		if events[0].Message.Elements[0].Text != "text "+tc.first || events[0].Message.SentAt.Unix() != 1458721797 {
			t.Errorf("History(%q): another message than was asked for", tc.ref)
		}
	}
	if events, _, _ := a.History(t.Context(), c, "", 5); events[1].Kind != models.EventRemoved {
		t.Errorf("a message taken back is told as %s", events[1].Kind)
	}
	if _, _, err := a.History(t.Context(), c, "x", 5); platforms.ClassOf(err) != platforms.Permanent {
		t.Errorf("History of an odd ref = %v", err)
	}
	if events, more, err := a.History(t.Context(), a.group("@TGS#a", "Live"), "", 5); events != nil || more || err != nil {
		t.Errorf("History of a live group = %v, %v, %v, want none", events, more, err)
	}
}

// TestHistoryReadsEverything says that a message of history is read as wholly as
// one that a webhook brings.
func TestHistoryReadsEverything(t *testing.T) {
	s := newStub(t)
	body := strings.Repeat(`{"MsgType":"TIMTextElem","MsgContent":{"Text":"a"}},`, maxElements) + `{"MsgType":"TIMTextElem","MsgContent":{"Text":"the last"}}`
	s.on("group_msg_get_simple", historyAnswer(1, `{"From_Account":"jared","MsgSeq":1,"MsgTimeStamp":1458721797,"MsgBody":[`+body+`],"CloudCustomData":"beside"}`))
	a := s.adapter()
	events, _, err := a.History(t.Context(), a.group("@TGS#1", ""), "", 1)
	if err != nil || len(events) != 1 {
		t.Fatalf("History: %d events, %v", len(events), err)
	}
	m := events[0].Message
	checkMessage(t, m)
	if last := m.Elements[len(m.Elements)-1]; last.Text != "the last\nbeside\n" {
		t.Errorf("the last element does not hold what is past the bound")
	}
}

func TestHistoryDirect(t *testing.T) {
	s := newStub(t)
	s.answers["admin_getroammsg"] = func(body map[string]any) string {
		if body["Operator_Account"] == "jared" {
			return roamAnswer(1, "", "1_1_1000", "2_2_2000!8", "4_4_4000")
		}
		return roamAnswer(1, "", "2_2_2000", "3_3_3000", "4_4_4000")
	}
	a := s.adapter()
	events, more, err := a.History(t.Context(), a.direct("john", "jared"), "4_4_4000", 10)
	if err != nil || more {
		t.Fatalf("History: %v, more %v", err, more)
	}
	var got []string
	for _, e := range events {
		got = append(got, refOf(e)+" "+string(e.Kind))
	}
	want := "4_4_4000 posted, 3_3_3000 posted, 2_2_2000 removed, 1_1_1000 posted"
	if strings.Join(got, ", ") != want {
		t.Errorf("History = %s, want %s", strings.Join(got, ", "), want)
	}
	if s.calls[0].body["MaxTime"] == nil || number(s.calls[0].body["MaxTime"]) != 4000 {
		t.Errorf("asked up to %v, want 4000", s.calls[0].body["MaxTime"])
	}
	if _, more, _ := a.History(t.Context(), a.direct("john", "jared"), "", 2); !more {
		t.Error("older messages were cut off without a word")
	}
}

func TestKeyTime(t *testing.T) {
	for key, want := range map[string]int64{"1_2_1572869830": 1572869830, "1_2_x": 0, "x": 0, "": 0, "_": 0, "1572869830": 0} {
		got := keyTime(key)
		if want == 0 && !got.IsZero() || want != 0 && !got.Equal(time.Unix(want, 0)) {
			t.Errorf("keyTime(%q) = %s", key, got)
		}
	}
}
