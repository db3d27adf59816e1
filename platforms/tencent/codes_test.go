package tencent

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/takeback-chat/takeback/platforms"
)

// documented is the table of codes as the documentation's reader classed them:
// written a second time, by hand, so that no row of ours drifts unseen.
const documented = `
10002 R unsure      | 10003 P refused    | 10004 P refused    | 10005 P refused    | 10006 R throttled
10007 P refused     | 10010 P not_found  | 10011 P refused    | 10012 P refused    | 10015 P not_found
10016 P refused     | 10017 P refused    | 10018 P refused    | 10019 P refused    | 10023 R throttled
10026 C refused     | 10030 P not_found  | 10031 P too_late   | 10032 P refused    | 10033 P refused
10041 C refused     | 10044 P refused    | 10053 P refused    | 10059 C refused    | 10060 P refused
10061 P refused     | 10062 P refused    | 11000 C refused    | 110003 P not_found | 20001 P refused
20002 C refused     | 20003 P refused    | 20004 R unsure     | 20005 R unsure     | 20006 P refused
20007 P refused     | 20008 C refused    | 20009 P refused    | 20010 P refused    | 20011 P refused
20012 P refused     | 20016 P too_late   | 20018 R unsure     | 20022 P not_found  | 20023 S was_gone
20026 P not_found   | 20027 P refused    | 20028 R throttled  | 22006 R throttled  | 60002 P refused
60003 P refused     | 60004 C refused    | 60005 C refused    | 60006 C refused    | 60007 R throttled
60008 R unsure      | 60009 P refused    | 60010 C refused    | 60011 R throttled  | 60012 P refused
60013 P refused     | 60014 R throttled  | 60015 P refused    | 60016 C refused    | 60017 C refused
60018 R throttled   | 60019 R throttled  | 60020 C refused    | 60021 C refused    | 60025 P refused
60026 C refused     | 60028 R throttled  | 70001 C refused    | 70003 C refused    | 70005 C refused
70009 C refused     | 70013 C refused    | 70014 C refused    | 70016 C refused    | 70050 R throttled
70107 P refused     | 70169 R unsure     | 70500 R unsure     | 80001 P refused    | 80002 P refused
80003 R throttled   | 80004 P refused    | 90001 P refused    | 90002 P refused    | 90003 P refused
90005 P refused     | 90007 P refused    | 90008 P refused    | 90009 C refused    | 90010 P refused
90011 P refused     | 90012 P refused    | 90018 P refused    | 90026 P refused    | 90031 P refused
90043 P refused     | 90044 P refused    | 90048 P refused    | 90054 P refused    | 90992 R unsure
90994 R unsure      | 90995 R unsure     | 91000 R unsure     | 93000 P refused`

const documentedRows = 109

func TestCodeTable(t *testing.T) {
	cells := strings.FieldsFunc(documented, func(r rune) bool { return r == '|' || r == '\n' })
	for _, cell := range cells {
		var code int
		var act action
		var state platforms.State
		if _, err := fmt.Sscan(cell, &code, &act, &state); err != nil {
			t.Fatalf("cell %q: %v", cell, err)
		}
		t.Run(strconv.Itoa(code), func(t *testing.T) { checkRow(t, code, act, state) })
	}
	if len(cells) != documentedRows || len(codeTable) != documentedRows || len(codes) != documentedRows {
		t.Errorf("%d rows tried, %d in the table, %d codes, want %d of each", len(cells), len(codeTable), len(codes), documentedRows)
	}
}

// checkRow looks at a row alone and at what comes of it where the service
// answers a recall with it, as an item's code and as the whole call's.
func checkRow(t *testing.T, code int, act action, state platforms.State) {
	t.Helper()
	r, ok := codes[code]
	if !ok || r.action != act || r.state != state {
		t.Fatalf("code %d: %v, want action %s, state %s", code, r, act, state)
	}
	if !strings.HasSuffix(r.words, ".") || strings.ToUpper(r.words[:1]) != r.words[:1] {
		t.Errorf("code %d: %q is no sentence", code, r.words)
	}
	if o := outcome(code); o.State != state || o.Code != strconv.Itoa(code) || o.Explanation != r.words {
		t.Errorf("outcome(%d) = %+v", code, o)
	}
	if (pauseOf(r) > 0) != (state == platforms.Throttled) {
		t.Errorf("code %d is %s and pauses %s", code, state, pauseOf(r))
	}
	want := map[action]platforms.Class{never: platforms.Permanent, done: platforms.Permanent, setup: platforms.Setup, retry: platforms.Transient}[act]
	if state == platforms.Throttled {
		want = platforms.RateLimit
	}
	if got := platforms.ClassOf(failure("x", code)); got != want {
		t.Errorf("class of %d: %s, want %s", code, got, want)
	}
}

func TestCodesOfOthers(t *testing.T) {
	for code, want := range map[int]platforms.State{
		10100: platforms.Refused, 10200: platforms.Refused, 120001: platforms.Refused, 130000: platforms.Refused,
		38000: platforms.Refused, 39000: platforms.Refused,
		10201: platforms.Unsure, 120000: platforms.Unsure, 4711: platforms.Unsure, -1: platforms.Unsure,
	} {
		if got := outcome(code); got.State != want || got.Explanation == "" {
			t.Errorf("outcome(%d) = %+v, want %s", code, got, want)
		}
	}
}

// wordless proves that no explanation could have come from the service: its
// ErrorInfo is never repeated.
func TestServiceWordsAreNotRepeated(t *testing.T) {
	s := newStub(t)
	s.on("group_msg_recall", `{"ActionStatus":"FAIL","ErrorInfo":"the message said hunter2","ErrorCode":10004}`)
	a := s.adapter()
	got, err := a.Recall(t.Context(), platforms.Order{Conversation: a.group("@TGS#1", "Public"), Items: []platforms.Item{{Ref: "1"}}})
	b, _ := json.Marshal(got)
	if strings.Contains(string(b)+fmt.Sprint(err), "hunter2") {
		t.Error("the service's words were repeated")
	}
}
