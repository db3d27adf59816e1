package jobs

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/platforms/tencent"
)

// ends is what becomes of a recall, claimed for the first time, by each code that
// Tencent documents: as the code of the message among others, and as that of the
// whole call. The words after it are the codes. It is written by hand from the
// documentation and not from the adapter's table.
//
// queued waits and is tried again, unknown is looked for first, the others are ends.
const ends = `
accepted unknown:          0
queued queued:             10030 20022 10010 10015 110003 20026
already_gone already_gone: 20023
expired expired:           10031 20016
unknown queued:            10002 20004 20005 20018 60008 70169 70500 90992 90994 90995 91000
queued queued:             10006 10023 20028 22006 60007 60011 60014 60018 60019 60028 70050 80003
refused queued:            10026 10041 10059 11000 20002 20008 60004 60005 60006 60010 60016 60017 60020 60021 60026
refused queued:            70001 70003 70005 70009 70013 70014 70016 90009
refused refused:           10003 10004 10005 10007 10011 10012 10016 10017 10018 10019 10032 10033 10044 10053 10060 10061 10062
refused refused:           20001 20003 20006 20007 20009 20010 20011 20012 20027 60002 60003 60009 60012 60013 60015 60025
refused refused:           70107 80001 80002 80004 90001 90002 90003 90005 90007 90008 90010 90011 90012 90018 90026 90031
refused refused:           90043 90044 90048 90054 93000 10100 10200
unknown queued:            4711 -1`

const endedCodes = 1 + 109 + 4 // success, the documented ones, two of ours, two of nobody's

// service answers a recall with a code, of the message or of the call.
func service(t *testing.T, code int, whole bool) *tencent.Adapter {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		item, outer := code, 0
		if whole {
			item, outer = 0, code
		}
		list := fmt.Sprintf(`,"RecallRetList":[{"MsgSeq":7,"RetCode":%d}]`, item)
		if whole {
			list = ""
		}
		_, _ = io.WriteString(w, fmt.Sprintf(`{"ActionStatus":"OK","ErrorInfo":"the words of the service","ErrorCode":%d%s}`, outer, list))
	}))
	t.Cleanup(s.Close)
	a, err := tencent.New(tencent.Config{
		App: "main", SDKAppID: 1400000000, SecretKey: strings.Repeat("k", 64), Admin: "administrator", API: s.URL, WebhookToken: "t",
	})
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func TestEveryCodeOfTencentHasItsEnd(t *testing.T) {
	tried := 0
	for line := range strings.SplitSeq(strings.TrimSpace(ends), "\n") {
		want, codes, _ := strings.Cut(line, ":")
		for word := range strings.FieldsSeq(codes) {
			code, err := strconv.Atoi(word)
			if err != nil {
				t.Fatal(err)
			}
			tried++
			got := string(endBy(t, code, false).State) + " " + string(endBy(t, code, true).State)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("code %d, of the message and of the call (-want +got):\n%s", code, diff)
			}
		}
	}
	if tried != endedCodes {
		t.Errorf("%d codes were tried, want %d", tried, endedCodes)
	}
}

// endBy is what becomes of a recall by a code, with a sentence of our own.
func endBy(t *testing.T, code int, whole bool) models.Settlement {
	t.Helper()
	a := service(t, code, whole)
	c := claimed(models.Queued, 1)
	c.Conversation = models.Conversation{App: "main", Kind: models.Group, Ref: "@TGS#1", Group: "@TGS#1", Type: "Public"}
	c.Ref = "7"
	outcomes, err := a.Recall(t.Context(), orderOf([]models.RecallClaim{c}))
	s := failed(c, err, afterCall, noon)
	if err == nil {
		s = answered(c, outcomes[0], noon)
	}
	if s.Explanation == "" || strings.Contains(s.Explanation, "the words of the service") {
		t.Errorf("code %d: explained as %q", code, s.Explanation)
	}
	if !whole && code != 0 && s.Code != strconv.Itoa(code) {
		t.Errorf("code %d is on record as %q", code, s.Code)
	}
	if !s.State.Terminal() && !s.DueAt.After(noon) {
		t.Errorf("code %d: tried again at once", code)
	}
	return s
}
