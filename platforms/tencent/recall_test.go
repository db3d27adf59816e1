package tencent

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/platforms"
)

func items(refs ...string) []platforms.Item {
	all := make([]platforms.Item, len(refs))
	for i, ref := range refs {
		all[i] = platforms.Item{Ref: ref, Sender: "jared", SentAt: time.Unix(1572869830, 0)}
	}
	return all
}

func states(outcomes []platforms.Outcome) string {
	var all []string
	for _, o := range outcomes {
		all = append(all, string(o.State)+"/"+o.Code)
	}
	return strings.Join(all, " ")
}

func TestRecallRequests(t *testing.T) {
	long := strings.Repeat("你", 40) // 120 bytes
	a := newAdapter(t, nil)
	for _, tc := range []struct {
		name   string
		c      models.Conversation
		reason string
		items  []platforms.Item
		want   string
	}{
		{"group", a.group("@TGS#1", "Public"), "why", items("100", "4294967295"), `{"GroupId":"@TGS#1","MsgSeqList":[{"MsgSeq":100},{"MsgSeq":4294967295}],"Reason":"why"}`},
		{"live", a.group("@TGS#a", "Live"), "why", items("100"), `{"GroupId":"@TGS#a","MsgSeqList":[{"MsgSeq":100}],"Reason":"why"}`},
		{"topic", a.topic("@TGS#_1", "@TGS#_1@TOPIC#_2"), "why", items("100"), `{"GroupId":"@TGS#_1","MsgSeqList":[{"MsgSeq":100}],"Reason":"why","TopicId":"@TGS#_1@TOPIC#_2"}`},
		{"no reason", a.group("@TGS#1", ""), "", items("100"), `{"GroupId":"@TGS#1","MsgSeqList":[{"MsgSeq":100}]}`},
		{"long reason", a.group("@TGS#1", ""), long, items("100"), `{"GroupId":"@TGS#1","MsgSeqList":[{"MsgSeq":100}],"Reason":"` + strings.Repeat("你", 33) + `"}`},
		{"one named twice", a.group("@TGS#1", ""), "", items("100", "100"), `{"GroupId":"@TGS#1","MsgSeqList":[{"MsgSeq":100}]}`},
		{"odd names left out", a.group("@TGS#1", ""), "", items("0100", "x", "100", "4294967296", "-1", "online:1"), `{"GroupId":"@TGS#1","MsgSeqList":[{"MsgSeq":100}]}`},
		{"direct", a.direct("jared", "dramon"), "why", items("1_2_1572869830"), `{"From_Account":"jared","MsgKey":"1_2_1572869830","To_Account":"dramon"}`},
		{"direct with a colon", a.direct("jared", "a:b"), "why", items("1_2_3"), `{"From_Account":"jared","MsgKey":"1_2_3","To_Account":"a:b"}`},
		{"direct to oneself", a.direct("jared", "jared"), "why", items("1_2_3"), `{"From_Account":"jared","MsgKey":"1_2_3","To_Account":"jared"}`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			s := newStub(t)
			s.on("group_msg_recall", okAnswer)
			s.on("admin_msgwithdraw", okAnswer)
			got, err := s.adapter().Recall(t.Context(), platforms.Order{Conversation: tc.c, Items: tc.items, Reason: tc.reason})
			if err != nil || len(got) != len(tc.items) {
				t.Errorf("%d outcomes of %d items, error %v", len(got), len(tc.items), err)
			}
			if diff := cmp.Diff(tc.want, s.last()); diff != "" {
				t.Errorf("request (-want +got):\n%s", diff)
			}
		})
	}
}

func TestRecallAnswers(t *testing.T) {
	ok := func(list string) string {
		return `{"ActionStatus":"OK","ErrorInfo":"","ErrorCode":0,"RecallRetList":` + list + `}`
	}
	fail := func(code int) string {
		return fmt.Sprintf(`{"ActionStatus":"FAIL","ErrorInfo":"","ErrorCode":%d}`, code)
	}
	for _, tc := range []struct {
		name, answer, want string
		class              platforms.Class
	}{
		{"by number, not by place", ok(`[{"MsgSeq":3,"RetCode":10031},{"MsgSeq":1,"RetCode":0},{"MsgSeq":2,"RetCode":10030}]`), "recalled/0 not_found/10030 too_late/10031", ""},
		{"all failed, the call says OK", ok(`[{"MsgSeq":1,"RetCode":10032},{"MsgSeq":2,"RetCode":10033},{"MsgSeq":3,"RetCode":10007}]`), "refused/10032 refused/10033 refused/10007", ""},
		{"one missing", ok(`[{"MsgSeq":1,"RetCode":0},{"MsgSeq":3,"RetCode":0}]`), "recalled/0 unsure/ recalled/0", ""},
		{"others instead", ok(`[{"MsgSeq":7,"RetCode":0}]`), "unsure/ unsure/ unsure/", ""},
		{"none", ok(`[]`), "unsure/ unsure/ unsure/", ""},
		{"no list", okAnswer, "unsure/ unsure/ unsure/", ""},
		{"no list but something", ok(`7`), "unsure/ unsure/ unsure/", ""},
		{"odd items", ok(`[7,{"MsgSeq":"1","RetCode":0},{"MsgSeq":2},{"MsgSeq":3,"RetCode":"0"}]`), "unsure/ unsure/ unsure/", ""},
		{"two codes for one", ok(`[{"MsgSeq":1,"RetCode":0},{"MsgSeq":1,"RetCode":10030},{"MsgSeq":2,"RetCode":0},{"MsgSeq":2,"RetCode":0},{"MsgSeq":3,"RetCode":0}]`), "unsure/ recalled/0 recalled/0", ""},
		{"an item throttled, one unknown", ok(`[{"MsgSeq":1,"RetCode":60007},{"MsgSeq":2,"RetCode":10002},{"MsgSeq":3,"RetCode":99999}]`), "throttled/60007 unsure/10002 unsure/99999", ""},
		{"the group is gone", fail(10010), "not_found/10010 not_found/10010 not_found/10010", ""},
		{"not permitted", fail(10007), "refused/10007 refused/10007 refused/10007", ""},
		{"over the rate", fail(60007), "", platforms.RateLimit},
		{"not an administrator", fail(60010), "", platforms.Setup},
		{"switched off", fail(10041), "", platforms.Setup},
		{"inside", fail(10002), "", platforms.Transient},
		{"unknown code", fail(4711), "", platforms.Transient},
	} {
		t.Run(tc.name, func(t *testing.T) {
			s := newStub(t)
			s.on("group_msg_recall", tc.answer)
			a := s.adapter()
			got, err := a.Recall(t.Context(), platforms.Order{Conversation: a.group("@TGS#1", "Public"), Items: items("1", "2", "3")})
			if tc.class != "" {
				if got != nil || platforms.ClassOf(err) != tc.class || err == nil {
					t.Errorf("Recall = %v, %v, want class %s", got, err, tc.class)
				}
				return
			}
			if err != nil || states(got) != tc.want {
				t.Errorf("Recall = %s, %v, want %s", states(got), err, tc.want)
			}
		})
	}
}

func TestRecallOddNames(t *testing.T) {
	s := newStub(t)
	s.on("group_msg_recall", `{"ActionStatus":"OK","ErrorInfo":"","ErrorCode":0,"RecallRetList":[{"MsgSeq":0,"RetCode":0},{"MsgSeq":1,"RetCode":0}]}`)
	a := s.adapter()
	got, err := a.Recall(t.Context(), platforms.Order{Conversation: a.group("@TGS#1", ""), Items: items("x", "1", "0")})
	if err != nil || states(got) != "refused/ recalled/0 refused/" {
		t.Errorf("Recall = %s, %v", states(got), err)
	}
	got, err = a.Recall(t.Context(), platforms.Order{Conversation: a.group("@TGS#1", ""), Items: items("x")})
	if err != nil || states(got) != "refused/" || s.count() != 1 {
		t.Errorf("Recall of odd names only = %s, %v after %d calls in all, want no call", states(got), err, s.count())
	}
}

func TestRecallDirect(t *testing.T) {
	s := newStub(t)
	codes := map[string]int{"1_1_1": 0, "2_2_2": 20022, "3_3_3": 20023, "4_4_4": 20016, "5_5_5": 90054, "6_6_6": 10002, "7_7_7": 60007, "8_8_8": 60010}
	s.answers["admin_msgwithdraw"] = func(body map[string]any) string {
		return fmt.Sprintf(`{"ActionStatus":"OK","ErrorInfo":"","ErrorCode":%d}`, codes[body["MsgKey"].(string)])
	}
	a := s.adapter()
	o := platforms.Order{Conversation: a.direct("jared", "john"), Items: items("1_1_1", "2_2_2", "3_3_3", "4_4_4", "5_5_5", "6_6_6", "7_7_7", "8_8_8")}
	got, err := a.Recall(t.Context(), o)
	want := "recalled/0 not_found/20022 was_gone/20023 too_late/20016 refused/90054 unsure/10002 throttled/60007 throttled/60010"
	if err != nil || states(got) != want {
		t.Errorf("Recall = %s, %v, want %s", states(got), err, want)
	}
	o.Items = items("6_6_6", "1_1_1")
	if _, err := a.Recall(t.Context(), o); platforms.ClassOf(err) != platforms.Transient {
		t.Errorf("the first of several failing: %v, want it told as the order's", err)
	}
	o.Items = []platforms.Item{{Ref: "1_1_1", Sender: "eve"}}
	if got, err := a.Recall(t.Context(), o); err != nil || states(got) != "refused/" {
		t.Errorf("a sender who is at neither end: %s, %v", states(got), err)
	}
}

// TestRecallAcrossCalls says what becomes of the rest when a later call of one
// order gets no answer.
func TestRecallAcrossCalls(t *testing.T) {
	s := newStub(t)
	s.answers["group_msg_recall"] = func(body map[string]any) string {
		var list []string
		for _, v := range body["MsgSeqList"].([]any) {
			list = append(list, fmt.Sprintf(`{"MsgSeq":%v,"RetCode":0}`, v.(map[string]any)["MsgSeq"]))
		}
		return `{"ActionStatus":"OK","ErrorInfo":"","ErrorCode":0,"RecallRetList":[` + strings.Join(list, ",") + `]}`
	}
	s.wrap = func(w http.ResponseWriter, _ *http.Request, serve func(http.ResponseWriter)) {
		if s.count() == 2 {
			panic(http.ErrAbortHandler)
		}
		serve(w)
	}
	a := s.adapter()
	var refs []string
	for i := range 12 {
		refs = append(refs, strconv.Itoa(i+1))
	}
	got, err := a.Recall(t.Context(), platforms.Order{Conversation: a.group("@TGS#1", ""), Items: items(refs...)})
	want := strings.TrimSpace(strings.Repeat("recalled/0 ", 10)) + " unsure/ unsure/"
	if err != nil || states(got) != want {
		t.Errorf("Recall = %s, %v, want %s", states(got), err, want)
	}
}

func TestOtherEnd(t *testing.T) {
	for _, tc := range []struct {
		one, other string
	}{{"a", "b"}, {"b", "a"}, {"a", "a"}, {"a", "a:b"}, {"a:b", "a"}, {"a:b", "b"}, {"@TGS#1", "张三"}, {":", "a"}} {
		got, ok := otherEnd(directRef(tc.one, tc.other), tc.one)
		if !ok || got != tc.other {
			t.Errorf("otherEnd(%q and %q, %q) = %q, %v", tc.one, tc.other, tc.one, got, ok)
		}
	}
	if got, ok := otherEnd("a:b", "c"); ok {
		t.Errorf("otherEnd of a stranger = %q", got)
	}
	if got, ok := otherEnd("b:a", "b"); ok {
		t.Errorf("otherEnd of a name that is not in order = %q", got)
	}
}
