package tencent

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/platforms"
)

const (
	groupInfo = `{"ActionStatus":"OK","ErrorCode":0,"GroupInfo":[{"GroupId":"@TGS#1","ErrorCode":0,"Type":"Public","MemberNum":250}]}`
	receipts  = `{"ActionStatus":"OK","ErrorCode":0,"GroupMsgReceiptList":[{"Code":0,"MsgSeq":1,"ReadNum":240,"UnreadNum":9},` +
		`{"Code":10062,"MsgSeq":2},{"Code":0,"MsgSeq":3,"ReadNum":2,"UnreadNum":247},{"Code":10061,"MsgSeq":4},{"Code":0,"MsgSeq":5,"ReadNum":0,"UnreadNum":249}]}`
	receiptDetail = `{"ActionStatus":"OK","ErrorCode":0,"Cursor":"","IsFinish":1,"MsgSeq":3,"ReadList":[{"Read_Account":"ann"},{"Read_Account":"cid"}]}`
)

func TestAudience(t *testing.T) {
	read := []models.Read{{Ref: "1", Count: 240, Unread: 9}, {Ref: "3", Count: 2, Unread: 247}, {Ref: "5", Count: 0, Unread: 249}}
	for _, tc := range []struct {
		name            string
		kind            models.ConversationKind
		typ             string
		info, receipt   string
		want            platforms.Audience
		wantErr         bool
		calls, nextTime int // of the service, by the first ask and by one a moment later
	}{
		{"a group", models.Group, "Public", groupInfo, receipts, platforms.Audience{Members: 250, Reads: read}, false, 2, 2},
		{"a group of unknown type", models.Group, "", groupInfo, receipts, platforms.Audience{Members: 250, Reads: read}, false, 2, 2},
		{"no receipts in so large a group", models.Group, "Public", groupInfo, failing(10060), platforms.Audience{Members: 250}, false, 2, 0},
		{"not in this plan", models.Group, "Public", groupInfo, failing(10059), platforms.Audience{Members: 250}, false, 2, 0},
		{"a community", models.Group, "Community", groupInfo, receipts, platforms.Audience{Members: 250}, false, 1, 0},
		{"a topic", models.Topic, "Community", groupInfo, receipts, platforms.Audience{Members: 250}, false, 1, 0},
		{"a live group", models.Live, "Live", groupInfo, receipts, platforms.Audience{Members: 250}, false, 1, 0},
		{"two people", models.Direct, "", groupInfo, receipts, platforms.Audience{Members: 2}, false, 0, 0},
		{"too many calls", models.Group, "Public", failing(60007), failing(60007), platforms.Audience{Members: -1}, true, 2, 2},
		{"no count", models.Group, "Public", failing(10002), receipts, platforms.Audience{Members: -1, Reads: read}, true, 2, 2},
		{"nonsense", models.Group, "Public", `{"ActionStatus":"OK","ErrorCode":0}`, `{"ActionStatus":"OK","ErrorCode":0,"GroupMsgReceiptList":[{}]}`, platforms.Audience{Members: -1}, true, 2, 2},
	} {
		t.Run(tc.name, func(t *testing.T) {
			s := newStub(t)
			s.on("get_group_info", tc.info)
			s.on("get_group_msg_receipt", tc.receipt)
			s.on("get_group_msg_receipt_detail", receiptDetail)
			a := s.adapter()
			o := platforms.Order{Conversation: a.group("@TGS#1", tc.typ), Items: items("1", "2", "3", "4", "5")}
			o.Conversation.Kind = tc.kind
			got, err := a.Audience(t.Context(), o)
			if diff := cmp.Diff(tc.want, got); diff != "" || (err != nil) != tc.wantErr {
				t.Errorf("%v (-want +got):\n%s", err, diff)
			}
			first := s.count()
			again, _ := a.Audience(t.Context(), o)
			if first != tc.calls || s.count()-first != tc.nextTime {
				t.Errorf("%d calls, then %d; want %d and %d", first, s.count()-first, tc.calls, tc.nextTime)
			}
			if tc.name == "a group" && !cmp.Equal(again.Reads[1].Readers, []string{"ann", "cid"}) {
				t.Errorf("once the count is known, the readers of the message that the fewest have read are %q", again.Reads[1].Readers)
			}
		})
	}
}

func TestCrowdsAreForgotten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCrowds(time.Now)
		c.keep("g", 7)
		c.quiet("g")
		if n, ok := c.members("g"); n != 7 || !ok || !c.silent("g") || c.silent("h") {
			t.Errorf("members = %d, %v", n, ok)
		}
		time.Sleep(crowdFor)
		if _, ok := c.members("g"); ok || !c.silent("g") {
			t.Error("a count outlived its time, or a quiet group did not")
		}
		time.Sleep(quietFor)
		if c.silent("g") {
			t.Error("a group stays quiet for ever")
		}
	})
}

// failing is the answer of a whole call that failed.
func failing(code int) string {
	return fmt.Sprintf(`{"ActionStatus":"FAIL","ErrorInfo":"","ErrorCode":%d}`, code)
}
