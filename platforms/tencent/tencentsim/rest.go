package tencentsim

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// maxRequest bounds a REST body.
const maxRequest = 1 << 20

// call is one REST call under way.
type call struct {
	request *http.Request
	api     string // service/command
	by      string // the identifier
	body    *body
	note    JournalEntry
}

// status is the head of every answer.
type status struct {
	ActionStatus string
	ErrorInfo    string
	ErrorCode    int
}

func (s status) head() status { return s }

// answer is anything that begins with a status.
type answer interface{ head() status }

func ok() status { return status{ActionStatus: "OK"} }

func fail(code int, info string) status {
	return status{ActionStatus: "FAIL", ErrorInfo: info, ErrorCode: code}
}

func failed(err *CodeError) status { return fail(err.Code, err.Info) }

func (s *Sim) serveREST(w http.ResponseWriter, r *http.Request) {
	began := s.now()
	c := &call{request: r, api: strings.TrimPrefix(r.URL.Path, "/v4/"), note: JournalEntry{Direction: FromCaller}}
	if commands[c.api] == nil {
		c.note.Command = "unknown" // a name that a stranger chose stays out of the journal
	} else {
		c.note.Command = c.api
	}
	if s.strike(c, serverError) {
		c.note.Status, c.note.Code = http.StatusBadGateway, -1
		s.account(c, began)
		http.Error(w, "502 Bad Gateway", http.StatusBadGateway)
		return
	}
	a := s.perform(c)
	c.note.Status, c.note.Code = http.StatusOK, a.head().ErrorCode
	slow, cut, broken := s.strike(c, slowAnswer), s.strike(c, lostAnswer), s.strike(c, brokenJSON)
	s.account(c, began)
	if slow {
		s.dawdle(r)
	}
	respond(w, a, cut, broken)
}

// strike rolls for a fault and notes it.
func (s *Sim) strike(c *call, f fault) bool {
	if !s.faults.strikesCall(f, c.api) {
		return false
	}
	c.note.Fault = faultNames[f]
	return true
}

// account journals a call and counts it.
func (s *Sim) account(c *call, began time.Time) {
	s.journal.write(c.note, began, s.now())
	s.calls.count(func(k *Counters) {
		k.REST[c.note.Command]++
		k.Codes[c.note.Code]++
	})
	s.showCall(c.note)
}

// dawdle waits as a slow answer does, unless the caller goes or the simulator ends.
func (s *Sim) dawdle(r *http.Request) {
	t := time.NewTimer(s.faults.faults().SlowFor)
	defer t.Stop()
	select {
	case <-t.C:
	case <-r.Context().Done():
	case <-s.done:
	}
}

// respond writes the answer, or what the faults leave of it.
func respond(w http.ResponseWriter, a answer, cut, broken bool) {
	if cut {
		panic(http.ErrAbortHandler) // closes the connection without an answer
	}
	raw, err := json.Marshal(a)
	if err != nil {
		panic(fmt.Sprintf("tencentsim: an answer does not encode: %v", err)) // answers hold only what was decoded or made here
	}
	if broken {
		raw = raw[:len(raw)/2]
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(raw)
}

// perform checks a call as the platform's gate does and runs its command.
func (s *Sim) perform(c *call) answer {
	if refusal := s.gate(c); refusal != nil {
		return failed(refusal)
	}
	raw, err := io.ReadAll(io.LimitReader(c.request.Body, maxRequest+1))
	if err != nil || len(raw) > maxRequest {
		return fail(codeBadJSON, "the request body cannot be read")
	}
	if c.body, err = readBody(raw); err != nil {
		return fail(codeBadJSON, "HTTP request JSON parse error, please check the JSON")
	}
	return commands[c.api](s, c)
}

// gate checks everything about a call but its body.
func (s *Sim) gate(c *call) *CodeError {
	if c.request.Method != http.MethodPost {
		return refuse(codeBadURL, "HTTP parse error: POST is the only method")
	}
	if refusal := known(c.api); refusal != nil {
		return refusal
	}
	if refusal := s.authenticate(c); refusal != nil {
		return refusal
	}
	if s.strike(c, throttle) || !s.inTime(c) {
		return refuse(codeThrottled, "the calling frequency exceeds the limit")
	}
	return nil
}

// inTime reports whether the limit of calls lets this one through.
func (s *Sim) inTime(c *call) bool {
	ok, banned := s.limiter.allow(c.api, s.now())
	if banned {
		s.calls.count(func(k *Counters) { k.Bans++ })
	}
	return ok
}

// known tells a wrong service from a wrong command of a known one.
func known(api string) *CodeError {
	if commands[api] != nil {
		return nil
	}
	service, _, _ := strings.Cut(api, "/")
	for name := range commands {
		if strings.HasPrefix(name, service+"/") {
			return refuse(codeUnknownCommand, "unknown command")
		}
	}
	return refuse(codeNoResource, "request resource error, please check the URL")
}

func (s *Sim) authenticate(c *call) *CodeError {
	q, err := url.ParseQuery(c.request.URL.RawQuery)
	if err != nil {
		return refuse(codeBadURL, "HTTP parse error, please check the URL")
	}
	for _, name := range []string{"sdkappid", "identifier", "usersig", "random", "contenttype"} {
		if len(q[name]) > 1 {
			return refuse(codeBadURL, "a parameter is given twice: "+name)
		}
	}
	switch {
	case q.Get("sdkappid") == "":
		return refuse(codeNoApp, "the request carries no sdkappid")
	case q.Get("sdkappid") != strconv.FormatUint(uint64(s.opt.SDKAppID), 10):
		return refuse(codeBadApp, "the sdkappid is invalid")
	case q.Get("identifier") == "" || q.Get("usersig") == "":
		return refuse(codeBadCredentials, "the request carries no identifier or usersig")
	case q.Get("contenttype") != "json":
		return refuse(codeBadURL, "contenttype must be json")
	}
	if n, err := strconv.ParseUint(q.Get("random"), 10, 64); err != nil || n > math.MaxUint32 {
		return refuse(codeBadURL, "random must be an unsigned 32-bit number")
	}
	c.by = q.Get("identifier")
	if code := s.checkUserSig(q.Get("usersig"), c.by, s.now()); code != codeOK {
		return refuse(code, sigWords[code])
	}
	if c.by != s.opt.Admin {
		return refuse(codeNotAdmin, "the request needs the rights of an app administrator")
	}
	return nil
}

var sigWords = map[int]string{
	codeSigExpired:  "the UserSig has expired",
	codeSigInvalid:  "the UserSig is invalid",
	codeSigWrongKey: "the UserSig was made with another key",
	codeSigUser:     "the UserSig is for another identifier",
	codeSigApp:      "the UserSig is for another sdkappid",
}

// bad is the answer to a body with a missing or wrong field.
func (c *call) bad() status {
	return fail(codeBadParameter, "invalid or missing parameter: "+c.body.fault)
}

// commands are the REST calls the simulator knows.
var commands map[string]func(*Sim, *call) answer

func init() { // a table; it is filled here since commands reach it again through known
	commands = map[string]func(*Sim, *call) answer{
		"group_open_http_svc/group_msg_recall":               (*Sim).restRecall,
		"group_open_http_svc/group_msg_get_simple":           (*Sim).restHistory,
		"group_open_http_svc/send_group_msg":                 (*Sim).restSendGroup,
		"group_open_http_svc/send_group_system_notification": (*Sim).restNotify,
		"group_open_http_svc/delete_group_msg_by_sender":     (*Sim).restDeleteBySender,
		"group_open_http_svc/get_group_info":                 (*Sim).restGroupInfo,
		"group_open_http_svc/get_group_member_info":          (*Sim).restMembers,
		"group_open_http_svc/get_role_in_group":              (*Sim).restRoles,
		"group_open_http_svc/get_joined_group_list":          (*Sim).restJoined,
		"group_open_http_svc/get_group_msg_receipt":          (*Sim).restReceipt,
		"group_open_http_svc/get_group_msg_receipt_detail":   (*Sim).restReceiptDetail,
		"group_open_http_svc/forbid_send_msg":                (*Sim).restForbid,
		"group_open_http_svc/get_group_muted_account":        (*Sim).restMuted,
		"group_open_http_svc/modify_group_member_info":       (*Sim).restModifyMember,
		"million_group_open_http_svc/get_topic":              (*Sim).restTopics,
		"openim/sendmsg":                                     (*Sim).restSendDirect,
		"openim/admin_msgwithdraw":                           (*Sim).restWithdraw,
		"openim/admin_getroammsg":                            (*Sim).restRoaming,
		"openim/modify_group_msg":                            (*Sim).restModifyGroup,
		"openim/modify_c2c_msg":                              (*Sim).restModifyDirect,
		"openim/query_online_status":                         (*Sim).restPresence,
	}
}
