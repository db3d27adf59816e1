package tencent

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/platforms"
)

const maskWord = "[hidden]"

// checkMask masks the last word of every element and reads the rewritten message
// back: no masked element holds that word's place any more, and all others are
// as they were.
func checkMask(t *testing.T, a *Adapter, d platforms.Delivery) {
	t.Helper()
	var findings []models.Finding
	for i, e := range d.Proposal.Elements {
		if e.Text != "" {
			_, size := utf8.DecodeLastRuneInString(e.Text)
			findings = append(findings, models.Finding{Element: i, Start: len(e.Text) - size, End: len(e.Text), Mask: maskWord})
		}
	}
	reply := a.Answer(d, platforms.Answer{Verdict: models.VerdictMask, Findings: findings})
	var got struct {
		ErrorCode       int
		MsgBody         json.RawMessage
		CloudCustomData json.RawMessage
	}
	if err := json.Unmarshal(reply.Body, &got); err != nil {
		t.Fatalf("the answer is no JSON: %v", err)
	}
	if got.ErrorCode != 0 {
		return // refused
	}
	if len(findings) == 0 {
		t.Fatal("a message without findings was delivered as masked")
	}
}

func propose(tb testing.TB, a *Adapter, body string) platforms.Delivery {
	tb.Helper()
	d := a.Decode(platforms.Request{Query: query("", testNow), Body: []byte(body), Now: testNow})
	if d.Proposal == nil {
		tb.Fatalf("no proposal: %+v", d.Unreadable)
	}
	return d
}

// find makes a finding of every place where a word stands.
func find(m *models.Message, word string) []models.Finding {
	var all []models.Finding
	for i, e := range m.Elements {
		for at := 0; ; {
			n := strings.Index(e.Text[at:], word)
			if n < 0 {
				break
			}
			all = append(all, models.Finding{Element: i, Start: at + n, End: at + n + len(word), Mask: maskWord})
			at += n + len(word)
		}
	}
	return all
}

func beforeBody(elements, more string) string {
	return `{"CallbackCommand":"Group.CallbackBeforeSendMsg","GroupId":"@TGS#1","Type":"Public","From_Account":"jared",` +
		`"Random":1,"MsgBody":[` + elements + `]` + more + `}`
}

func TestMask(t *testing.T) {
	const refusal = `{"ActionStatus":"OK","ErrorInfo":"` + DefaultBlockText + `","ErrorCode":10100}`
	allow := func(members string) string {
		return `{"ActionStatus":"OK","ErrorInfo":"","ErrorCode":0` + members + `}`
	}
	custom := func(data string) string {
		b, _ := json.Marshal(data)
		return `{"MsgType":"TIMCustomElem","MsgContent":{"Data":` + string(b) + `,"Desc":"d"}}`
	}
	for _, tc := range []struct{ name, elements, more, want string }{
		{
			"text, everything else as it was", `{ "MsgType" : "TIMTextElem", "X": 1.50 ,"MsgContent":{"Text":"my SECRET \u4f60"}}, {"MsgType":"TIMFaceElem","MsgContent":{"Index":1,"Data":"\u0000"}}`, "",
			allow(`,"MsgBody":[{ "MsgType" : "TIMTextElem", "X": 1.50 ,"MsgContent":{"Text":"my [hidden] 你"}}, {"MsgType":"TIMFaceElem","MsgContent":{"Index":1,"Data":"\u0000"}}]`),
		},
		{
			"twice in one text", `{"MsgType":"TIMTextElem","MsgContent":{"Text":"SECRET and SECRET"}}`, "",
			allow(`,"MsgBody":[{"MsgType":"TIMTextElem","MsgContent":{"Text":"[hidden] and [hidden]"}}]`),
		},
		{
			"only beside the body", `{"MsgType":"TIMTextElem","MsgContent":{"Text":"a"}}`, `,"CloudCustomData":"SECRET"`,
			allow(`,"CloudCustomData":"[hidden]"`),
		},
		{
			"in both", `{"MsgType":"TIMTextElem","MsgContent":{"Text":"SECRET"}}`, `,"CloudCustomData":"{\"a\":\"SECRET\"}"`,
			allow(`,"MsgBody":[{"MsgType":"TIMTextElem","MsgContent":{"Text":"[hidden]"}}],"CloudCustomData":"{\"a\":\"[hidden]\"}"`),
		},
		{
			"in JSON inside a string", custom(`{"a": "x" , "b":["SECRET", 1.0]}`), "",
			allow(`,"MsgBody":[` + custom(`{"a": "x" , "b":["[hidden]", 1.0]}`) + `]`),
		},
		{
			"in JSON inside JSON, and beside it", custom(`{"in":"{\"p\":\"SECRET\"}","out":"SECRET"}`), "",
			allow(`,"MsgBody":[` + custom(`{"in":"{\"p\":\"[hidden]\"}","out":"[hidden]"}`) + `]`),
		},
		{
			"in a forward", `{"MsgType":"TIMRelayElem","MsgContent":{"Title":"SECRET","AbstractList":["A: SECRET"],"MsgList":[{"From_Account":"A","MsgBody":[{"MsgType":"TIMTextElem","MsgContent":{"Text":"SECRET"}}]}]}}`, "",
			allow(`,"MsgBody":[{"MsgType":"TIMRelayElem","MsgContent":{"Title":"[hidden]","AbstractList":["A: [hidden]"],"MsgList":[{"From_Account":"A","MsgBody":[{"MsgType":"TIMTextElem","MsgContent":{"Text":"[hidden]"}}]}]}}]`),
		},
		{"in an unknown element", `{"MsgType":"TIMNew","MsgContent":{"x":"SECRET"}}`, "", allow(`,"MsgBody":[{"MsgType":"TIMNew","MsgContent":{"x":"[hidden]"}}]`)},
		{"in a file's name", `{"MsgType":"TIMFileElem","MsgContent":{"FileName":"SECRET.txt"}}`, "", allow(`,"MsgBody":[{"MsgType":"TIMFileElem","MsgContent":{"FileName":"[hidden].txt"}}]`)},
		{"in a key", custom(`{"SECRET 1":{}}`), "", refusal},
		{"in a value's key", custom(`{"SECRET":"x"}`), "", refusal},
		{"nowhere", `{"MsgType":"TIMTextElem","MsgContent":{"Text":"a"}}`, "", refusal},
	} {
		t.Run(tc.name, func(t *testing.T) {
			a := newAdapter(t, nil)
			d := propose(t, a, beforeBody(tc.elements, tc.more))
			got := a.Answer(d, platforms.Answer{Verdict: models.VerdictMask, Findings: find(d.Proposal, "SECRET")})
			if diff := cmp.Diff(tc.want, string(got.Body)); diff != "" {
				t.Errorf("answer (-want +got):\n%s", diff)
			}
		})
	}
}

func TestMaskRefusesWhatItCannotRewrite(t *testing.T) {
	a := newAdapter(t, nil)
	many := strings.Repeat(`{"MsgType":"TIMTextElem","MsgContent":{"Text":"a"}},`, maxElements) + `{"MsgType":"TIMTextElem","MsgContent":{"Text":"SECRET"}}`
	number := `{"MsgType":"TIMCustomElem","MsgContent":{"Data":"{\"n\":4111111111111111}"}}`
	for name, findings := range map[string]func(platforms.Delivery) []models.Finding{
		"an element past the bound": func(d platforms.Delivery) []models.Finding { return find(d.Proposal, "SECRET") },
		"an element that is not":    func(platforms.Delivery) []models.Finding { return []models.Finding{{Element: 4711, End: 1}} },
		"a negative element":        func(platforms.Delivery) []models.Finding { return []models.Finding{{Element: -1, End: 1}} },
		"a span that is not":        func(platforms.Delivery) []models.Finding { return []models.Finding{{Element: 0, Start: 0, End: 99}} },
		"an empty span":             func(platforms.Delivery) []models.Finding { return []models.Finding{{Element: 0}} },
	} {
		d := propose(t, a, beforeBody(many, ""))
		if got := a.Answer(d, platforms.Answer{Verdict: models.VerdictMask, Findings: findings(d)}); !strings.Contains(string(got.Body), "10100") {
			t.Errorf("%s: answer %s, want a refusal", name, got.Body)
		}
	}
	d := propose(t, a, beforeBody(number, ""))
	if got := a.Answer(d, platforms.Answer{Verdict: models.VerdictMask, Findings: find(d.Proposal, "4111111111111111")}); !strings.Contains(string(got.Body), "10100") {
		t.Errorf("a number: answer %s, want a refusal", got.Body)
	}
}

func TestAnswer(t *testing.T) {
	a := newAdapter(t, func(c *Config) { c.BlockText = "No." })
	group, c2c := platforms.Delivery{Command: beforeGroup}, platforms.Delivery{Command: beforeC2C}
	for _, tc := range []struct {
		name string
		d    platforms.Delivery
		a    platforms.Answer
		want string
	}{
		{"allow", group, platforms.Answer{Verdict: models.VerdictAllow}, stored},
		{"review", group, platforms.Answer{Verdict: models.VerdictReview}, stored},
		{"recall", c2c, platforms.Answer{Verdict: models.VerdictRecall}, stored},
		{"nothing", c2c, platforms.Answer{}, stored},
		{"block", group, platforms.Answer{Verdict: models.VerdictBlock}, `{"ActionStatus":"OK","ErrorInfo":"No.","ErrorCode":10100}`},
		{"block c2c", c2c, platforms.Answer{Verdict: models.VerdictBlock}, `{"ActionStatus":"OK","ErrorInfo":"No.","ErrorCode":120001}`},
		{"code and text", group, platforms.Answer{Verdict: models.VerdictBlock, Code: 10200, Text: "a \"b\"\n你"}, `{"ActionStatus":"OK","ErrorInfo":"a \"b\"\n你","ErrorCode":10200}`},
		{"code c2c", c2c, platforms.Answer{Verdict: models.VerdictBlock, Code: 130000}, `{"ActionStatus":"OK","ErrorInfo":"No.","ErrorCode":130000}`},
		{"code of the other family", c2c, platforms.Answer{Verdict: models.VerdictBlock, Code: 10100}, `{"ActionStatus":"OK","ErrorInfo":"No.","ErrorCode":120001}`},
		{"code out of range", group, platforms.Answer{Verdict: models.VerdictBlock, Code: 10201}, `{"ActionStatus":"OK","ErrorInfo":"No.","ErrorCode":10100}`},
		{"mask of what could not be read", group, platforms.Answer{Verdict: models.VerdictMask}, `{"ActionStatus":"OK","ErrorInfo":"No.","ErrorCode":10100}`},
		{"long text", group, platforms.Answer{Verdict: models.VerdictBlock, Text: strings.Repeat("你", 400)}, fmt.Sprintf(`{"ActionStatus":"OK","ErrorInfo":%q,"ErrorCode":10100}`, strings.Repeat("你", 341))},
	} {
		got := a.Answer(tc.d, tc.a)
		if string(got.Body) != tc.want || got.Status != 200 || got.ContentType != "application/json" {
			t.Errorf("%s: %d %s %s, want %s", tc.name, got.Status, got.ContentType, got.Body, tc.want)
		}
	}
}

// TestProposalRef says that one proposal has one name, and another has another.
func TestProposalRef(t *testing.T) {
	a := newAdapter(t, nil)
	text := func(s, more string) string {
		return beforeBody(`{"MsgType":"TIMTextElem","MsgContent":{"Text":"`+s+`"}}`, more)
	}
	one := propose(t, a, text("a", `,"EventTime":1670574414123`)).Proposal.Ref
	again := propose(t, a, text("a", `,"EventTime":1670574419999`)).Proposal.Ref
	other := propose(t, a, text("b", `,"EventTime":1670574414123`)).Proposal.Ref
	if one != again || one == other || !strings.HasPrefix(one, "before:") {
		t.Errorf("refs %q, %q, %q", one, again, other)
	}
}
