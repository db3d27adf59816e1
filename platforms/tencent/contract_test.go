package tencent

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/platforms"
	"github.com/takeback-chat/takeback/platforms/platformtest"
)

func TestContract(t *testing.T) {
	platformtest.Run(t, func(t *testing.T) platformtest.Harness {
		t.Helper()
		f := &fake{stub: newStub(t), next: 100, gone: map[string]bool{}, here: map[string]string{}, own: map[string]posted{}}
		f.answers["group_msg_recall"] = f.recallGroup
		f.answers["admin_msgwithdraw"] = f.withdraw
		f.answers["group_msg_get_simple"] = f.history
		f.answers["admin_getroammsg"] = f.roam
		f.answers["get_group_info"] = func(body map[string]any) string {
			return fmt.Sprintf(`{"ActionStatus":"OK","ErrorCode":0,"GroupInfo":[{"GroupId":%q,"ErrorCode":0,"MemberNum":7,"NextMsgSeq":%d}]}`, body["GroupIdList"].([]any)[0], f.newest()+1)
		}
		f.answers["get_topic"] = func(body map[string]any) string {
			return fmt.Sprintf(`{"ActionStatus":"OK","ErrorCode":0,"TopicAndSelfInfo":[{"TopicInfo":{"TopicId":%q,"NextMsgSeq":%d},"ErrorCode":0}]}`, body["TopicIdList"].([]any)[0], f.newest()+1)
		}
		f.answers["get_role_in_group"] = func(body map[string]any) string {
			var items []string
			for _, account := range body["User_Account"].([]any) {
				role := "NotMember"
				if account == "jared" {
					role = "Admin"
				}
				items = append(items, fmt.Sprintf(`{"Member_Account":%q,"Role":%q}`, account, role))
			}
			return `{"ActionStatus":"OK","ErrorCode":0,"UserIdList":[` + strings.Join(items, ",") + `]}`
		}
		f.answers["get_joined_group_list"] = func(body map[string]any) string {
			if body["Member_Account"] != "jared" || body["GroupType"] == "Community" {
				return `{"ActionStatus":"OK","ErrorCode":0,"TotalCount":0,"GroupIdList":[]}`
			}
			return `{"ActionStatus":"OK","ErrorCode":0,"TotalCount":2,"GroupIdList":[` +
				`{"GroupId":"@TGS#1","Type":"Public","SelfInfo":{"Role":"Admin"}},{"GroupId":"@TGS#9","Type":"Public","SelfInfo":{"Role":"Member"}}]}`
		}
		f.answers["send_group_msg"] = f.postGroup
		f.answers["sendmsg"] = f.postDirect
		f.answers["get_group_msg_receipt"] = func(body map[string]any) string {
			n := number(body["MsgSeqList"].([]any)[0].(map[string]any)["MsgSeq"])
			return fmt.Sprintf(`{"ActionStatus":"OK","ErrorCode":0,"GroupMsgReceiptList":[{"MsgSeq":%d,"ReadNum":3,"UnreadNum":3}]}`, n)
		}
		a := f.adapter()
		return platformtest.Harness{
			Adapter: a, Server: f, Inbound: inboundRequests(),
			Secrets: []string{testKey, testToken, "usersig", f.sig(t, a), "4111 1111"},
			Conversations: []models.Conversation{
				a.group("@TGS#1", "Public"), a.topic("@TGS#_@TGS#1", "@TGS#_@TGS#1@TOPIC#_t"),
				a.direct("jared", "john"), a.group("@TGS#live", "Live"),
			},
		}
	})
}

// fake is a small Tencent Chat: enough to hold an adapter to the contract.
type fake struct {
	*stub

	fmu   sync.Mutex // guards the rest
	next  uint32
	here  map[string]string // texts by conversation and ref
	gone  map[string]bool
	own   map[string]posted // what the adapter posted, by conversation and ref
	fault platformtest.Fault
	hook  func()
}

// posted is what history says of a posting.
type posted struct {
	from   string
	random uint32
}

func (f *fake) newest() uint32 {
	f.fmu.Lock()
	defer f.fmu.Unlock()
	return f.next
}

// Shown counts the messages with a text that are there.
func (f *fake) Shown(c models.Conversation, text string) int {
	f.fmu.Lock()
	defer f.fmu.Unlock()
	n := 0
	for key, said := range f.here {
		if strings.HasPrefix(key, c.Ref+" ") && said == text && !f.gone[key] {
			n++
		}
	}
	return n
}

// keep keeps what is posted under a name, once for a number where repeats are dropped.
func (f *fake) keep(place string, body map[string]any, number uint32, dropped bool, name func() string) string {
	f.fmu.Lock()
	defer f.fmu.Unlock()
	from, _ := body["From_Account"].(string)
	for key, p := range f.own {
		if ref, here := strings.CutPrefix(key, place+" "); here && dropped && p.random == number {
			return ref
		}
	}
	f.next++
	key := place + " " + name()
	element := body["MsgBody"].([]any)[0].(map[string]any)["MsgContent"].(map[string]any)
	f.here[key], f.own[key] = element["Text"].(string), posted{from, number}
	return strings.TrimPrefix(key, place+" ")
}

func (f *fake) postGroup(body map[string]any) string {
	ref := f.keep(place(body), body, number(body["Random"]), true, func() string { return refOfNumber(f.next) })
	return fmt.Sprintf(`{"ActionStatus":"OK","ErrorInfo":"","ErrorCode":0,"MsgTime":%d,"MsgSeq":%s}`, time.Now().Unix(), ref)
}

func (f *fake) postDirect(body map[string]any) string {
	at, random := time.Now().Unix(), number(body["MsgRandom"])
	ref := f.keep(directRef(body["From_Account"].(string), body["To_Account"].(string)), body, random, false, func() string {
		return fmt.Sprintf("%d_%d_%d", f.next, random, at)
	})
	return fmt.Sprintf(`{"ActionStatus":"OK","ErrorInfo":"","ErrorCode":0,"MsgTime":%d,"MsgKey":%q}`, at, ref)
}

func (f *fake) sig(t *testing.T, a *Adapter) string {
	t.Helper()
	sig, err := a.client.signer.get()
	if err != nil {
		t.Fatal(err)
	}
	return sig
}

func (f *fake) item(c models.Conversation) platforms.Item {
	f.next++
	at := time.Now()
	if c.Kind == models.Direct {
		return platforms.Item{Ref: fmt.Sprintf("%d_7_%d", f.next, at.Unix()), Sender: "jared", SentAt: at}
	}
	return platforms.Item{Ref: refOfNumber(f.next), Sender: "jared", SentAt: at}
}

func (f *fake) Post(c models.Conversation, text string) platforms.Item {
	f.fmu.Lock()
	defer f.fmu.Unlock()
	item := f.item(c)
	f.here[c.Ref+" "+item.Ref] = text
	return item
}

func (f *fake) Missing(c models.Conversation) platforms.Item {
	f.fmu.Lock()
	defer f.fmu.Unlock()
	return f.item(c)
}

func (f *fake) Gone(c models.Conversation, item platforms.Item) bool {
	f.fmu.Lock()
	defer f.fmu.Unlock()
	return f.gone[c.Ref+" "+item.Ref]
}

func (f *fake) OnCall(hook func()) {
	f.fmu.Lock()
	defer f.fmu.Unlock()
	f.hook = hook
}

func (f *fake) Fail(fault platformtest.Fault) {
	f.fmu.Lock()
	defer f.fmu.Unlock()
	f.fault = fault
	f.wrap = f.misbehave
	if fault == platformtest.Down {
		f.server.CloseClientConnections()
		_ = f.server.Listener.Close()
	}
}

func (f *fake) misbehave(w http.ResponseWriter, r *http.Request, serve func(http.ResponseWriter)) {
	f.fmu.Lock()
	fault, hook := f.fault, f.hook
	f.fmu.Unlock()
	if hook != nil {
		hook()
	}
	switch fault {
	case platformtest.LoseAnswer:
		serve(discard{})
		panic(http.ErrAbortHandler)
	case platformtest.Garbage:
		serve(discard{})
		_, _ = w.Write([]byte(`{"ActionStatus":"OK","ErrorCode":0,"ErrorCode":1}`))
	case platformtest.Throttle:
		_, _ = w.Write([]byte(`{"ActionStatus":"FAIL","ErrorInfo":"too many","ErrorCode":60007}`))
	case platformtest.Hang:
		<-r.Context().Done()
	case platformtest.Partial:
		serve(discard{})
		if strings.Contains(r.URL.Path, "withdraw") {
			_, _ = w.Write([]byte(`{}`))
			return
		}
		_, _ = w.Write([]byte(`{"ActionStatus":"OK","ErrorInfo":"","ErrorCode":0,"RecallRetList":[]}`))
	default:
		serve(w)
	}
}

type discard struct{}

func (discard) Header() http.Header         { return http.Header{} }
func (discard) Write(b []byte) (int, error) { return len(b), nil }
func (discard) WriteHeader(int)             {}

func place(body map[string]any) string {
	if topic, ok := body["TopicId"].(string); ok && topic != "" {
		return topic
	}
	return body["GroupId"].(string)
}

// take takes one message back and returns the code for it.
func (f *fake) take(place, ref string, missing, again int) int {
	f.fmu.Lock()
	defer f.fmu.Unlock()
	key := place + " " + ref
	switch {
	case f.here[key] == "":
		return missing
	case f.gone[key]:
		return again
	}
	f.gone[key] = true
	return 0
}

// recallGroup answers in another order than it was asked.
func (f *fake) recallGroup(body map[string]any) string {
	var items []string
	for _, v := range body["MsgSeqList"].([]any) {
		n := number(v.(map[string]any)["MsgSeq"])
		items = append(items, fmt.Sprintf(`{"MsgSeq":%d,"RetCode":%d}`, n, f.take(place(body), refOfNumber(n), 10030, 10030)))
	}
	slices.Reverse(items)
	return `{"ActionStatus":"OK","ErrorInfo":"","ErrorCode":0,"RecallRetList":[` + strings.Join(items, ",") + `]}`
}

func (f *fake) withdraw(body map[string]any) string {
	ref := directRef(body["From_Account"].(string), body["To_Account"].(string))
	return fmt.Sprintf(`{"ActionStatus":"OK","ErrorInfo":"","ErrorCode":%d}`, f.take(ref, body["MsgKey"].(string), 20022, 20023))
}

func (f *fake) history(body map[string]any) string {
	f.fmu.Lock()
	defer f.fmu.Unlock()
	var items []string
	top := number(body["ReqMsgSeq"])
	if body["ReqMsgSeq"] == nil {
		top = f.next
	}
	for i := range number(body["ReqMsgNumber"]) {
		key := place(body) + " " + refOfNumber(top-i)
		if f.here[key] == "" {
			continue
		}
		text, state := fmt.Sprintf(`{"MsgType":"TIMTextElem","MsgContent":{"Text":%q}}`, f.here[key]), 0
		if f.gone[key] {
			text, state = "", 2
		}
		items = append(items, fmt.Sprintf(`{"From_Account":"jared","IsPlaceMsg":%d,"MsgRandom":%d,"MsgBody":[%s],"MsgSeq":%d,"MsgTimeStamp":%d}`, state, f.own[key].random, text, top-i, time.Now().Unix()))
	}
	return `{"ActionStatus":"OK","ErrorInfo":"","ErrorCode":0,"IsFinished":1,"RspMsgList":[` + strings.Join(items, ",") + `]}`
}

func (f *fake) roam(body map[string]any) string {
	f.fmu.Lock()
	defer f.fmu.Unlock()
	ref := directRef(body["Operator_Account"].(string), body["Peer_Account"].(string))
	var items []string
	for key, text := range f.here {
		msgKey, ok := strings.CutPrefix(key, ref+" ")
		if !ok {
			continue
		}
		flags := 0
		if f.gone[key] {
			flags = 8
		}
		items = append(items, fmt.Sprintf(`{"From_Account":"jared","To_Account":"john","MsgTimeStamp":%d,"MsgFlagBits":%d,"MsgRandom":%d,"MsgKey":%q,"MsgBody":[{"MsgType":"TIMTextElem","MsgContent":{"Text":%q}}]}`, time.Now().Unix(), flags, f.own[key].random, msgKey, text))
	}
	return `{"ActionStatus":"OK","ErrorInfo":"","ErrorCode":0,"Complete":1,"MsgList":[` + strings.Join(items, ",") + `]}`
}

// inboundRequests makes webhooks as the service would send them now.
func inboundRequests() *platformtest.Inbound {
	const command = "Group.CallbackAfterSendMsg"
	request := func(body string) platforms.Request {
		return platforms.Request{Query: query(command, testNow), Now: testNow, Body: []byte(body)}
	}
	posted := func(text string, number int) string {
		literal, _ := json.Marshal(text)
		return fmt.Sprintf(`{"CallbackCommand":%q,"GroupId":"@TGS#1","Type":"Public","From_Account":"jared","Operator_Account":"jared",`+
			`"Random":%d,"MsgSeq":%d,"MsgTime":1669872111,"OnlineOnlyFlag":0,"EventTime":1669872111123,`+
			`"MsgBody":[{"MsgType":"TIMTextElem","MsgContent":{"Text":%s}}]}`, command, number, number, literal)
	}
	with := func(name string, values ...string) func(platforms.Request) platforms.Request {
		return func(r platforms.Request) platforms.Request { r.Query[name] = values; return r }
	}
	good, _ := sign(testToken, testNow)
	whole := posted("hello", 1)
	return &platformtest.Inbound{
		Posted: func(text string, number int) platforms.Request { return request(posted(text, number)) },
		Stale: func(r platforms.Request) platforms.Request {
			r.Now = r.Now.Add(61 * time.Second)
			return r
		},
		Forged: map[string]func(platforms.Request) platforms.Request{
			"wrong signature": with("Sign", strings.Repeat("0", 64)),
			"no signature":    with("Sign"),
			"another app":     with("SdkAppid", "1"),
			"time twice":      with("RequestTime", "1669872112", "1669872112"),
			"sign by case":    with("SIGN", good),
		},
		Unreadable: map[string]platforms.Request{
			"empty":           request(""),
			"no object":       request("[]"),
			"duplicate key":   request(strings.Replace(whole, `"Random":1`, `"GroupId":"@TGS#2"`, 1)),
			"case variant":    request(strings.Replace(whole, `"Random":1`, `"msgbody":[]`, 1)),
			"trailing data":   request(whole + "{}"),
			"invalid UTF-8":   request(strings.Replace(whole, "hello", "he\xffllo", 1)),
			"unknown command": {Query: query("Group.CallbackAfterDance", testNow), Now: testNow, Body: []byte(strings.Replace(whole, "SendMsg", "Dance", 1))},
			"other command":   {Query: query("Group.CallbackAfterRecallMsg", testNow), Now: testNow, Body: []byte(whole)},
			"too large":       request(strings.Replace(whole, "hello", strings.Repeat("x", 80<<10)+"\xff", 1)),
		},
	}
}
