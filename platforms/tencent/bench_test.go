package tencent

import (
	"os"
	"testing"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/platforms"
)

// benchBody is a usual webhook of 572 bytes, as the service writes it.
const benchBody = `{"CallbackCommand":"Group.CallbackAfterSendMsg","GroupId":"@TGS#2J4SZEAEL","Type":"Public","From_Account":"jared",` +
	`"Operator_Account":"jared","Random":3998651049,"MsgSeq":12345678,"MsgTime":1669872111,` +
	`"OnlineOnlyFlag":0,"MsgBody":[{"MsgType":"TIMTextElem","MsgContent":{"Text":"could you send me the minutes of the meeting on Thursday?"}},` +
	`{"MsgType":"TIMFaceElem","MsgContent":{"Index":3,"Data":"smiling"}}],"CloudCustomData":"{\"messageReply\":{\"messageID\":\"m1\",\"version\":1}}",` +
	`"GroupAtInfo":[{"GroupAtAllFlag":0,"GroupAt_Account":"tommy"}],"EventTime":1670574414123}`

func BenchmarkDecode(b *testing.B) {
	a := newAdapter(b, nil)
	r := platforms.Request{Query: query("Group.CallbackAfterSendMsg", testNow), Body: []byte(benchBody), Now: testNow}
	if len(a.Decode(r).Events) != 1 {
		b.Fatal("the body cannot be read")
	}
	b.SetBytes(int64(len(benchBody)))
	b.ReportAllocs()
	for b.Loop() {
		a.Decode(r)
	}
}

func BenchmarkDecodeForward(b *testing.B) {
	body, err := os.ReadFile("testdata/webhooks/elements_relay.json")
	if err != nil {
		b.Fatal(err)
	}
	a := newAdapter(b, nil)
	r := platforms.Request{Query: query("", testNow), Body: body, Now: testNow}
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	for b.Loop() {
		a.Decode(r)
	}
}

func BenchmarkAuthenticate(b *testing.B) {
	a := newAdapter(b, nil)
	r := platforms.Request{Query: query("Group.CallbackAfterSendMsg", testNow), Now: testNow}
	b.ReportAllocs()
	for b.Loop() {
		if err := a.Authenticate(r); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkMask(b *testing.B) {
	a := newAdapter(b, nil)
	d := propose(b, a, beforeBody(`{"MsgType":"TIMTextElem","MsgContent":{"Text":"my card is SECRET, call me"}}`, ""))
	answer := platforms.Answer{Verdict: models.VerdictMask, Findings: find(d.Proposal, "SECRET")}
	b.ReportAllocs()
	for b.Loop() {
		a.Answer(d, answer)
	}
}

func TestBenchBody(t *testing.T) {
	if len(benchBody) != 572 {
		t.Errorf("the body has %d bytes, want 572, as the figures it is compared with", len(benchBody))
	}
}
