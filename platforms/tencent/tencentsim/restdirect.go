package tencentsim

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

type sentDirectAnswer struct {
	status
	MsgTime int64
	MsgKey  string
}

func (s *Sim) restSendDirect(c *call) answer {
	p := directPost{
		from: read[string](c.body, "From_Account"), to: c.body.text("To_Account"), operator: c.by,
		body: c.body.elements(), cloud: read[string](c.body, "CloudCustomData"),
		seq: read[uint32](c.body, "MsgSeq"), random: need[uint32](c.body, "MsgRandom"),
		online:       c.body.has("MsgLifeTime") && read[int](c.body, "MsgLifeTime") == 0,
		receipt:      read[int](c.body, "IsNeedReadReceipt") == 1,
		forbidBefore: c.body.forbids("ForbidBeforeSendMsgCallback"),
		forbidAfter:  c.body.forbids("ForbidAfterSendMsgCallback"),
		platform:     restPlatform,
	}
	switch {
	case c.body.fault == "MsgRandom":
		return fail(codeC2CNoRandom, "MsgRandom is missing or not a number")
	case c.body.fault != "":
		return fail(codeC2CBadRequest, "invalid or missing parameter: "+c.body.fault)
	case len(p.body) == 0:
		return fail(codeC2CBadBody, "MsgBody is missing")
	case !s.people.known(p.to) || (p.from != "" && !s.people.known(p.from)):
		return fail(codeC2CBadAccount, "the sender or the receiver is not imported")
	}
	if p.from == "" {
		p.from = c.by
	}
	if p.seq == 0 {
		p.seq = s.numbers.uint32() >> 1
	}
	sent, err := s.postDirect(c.request.Context(), p)
	switch {
	case err != nil:
		return failed(err)
	case sent.Blocked != 0:
		return fail(sent.Blocked, sent.Info)
	}
	c.note.Keys = []string{sent.Key}
	return sentDirectAnswer{status: ok(), MsgTime: sent.Time.Unix(), MsgKey: sent.Key}
}

func (s *Sim) restWithdraw(c *call) answer {
	from, to, key := c.body.text("From_Account"), c.body.text("To_Account"), c.body.text("MsgKey")
	switch {
	case c.body.fault != "":
		return fail(codeC2CBadRequest, "invalid or missing parameter: "+c.body.fault)
	case !validKey(key):
		return fail(codeBadMsgKey, "the MsgKey is invalid")
	}
	c.note.Keys = []string{key}
	if err := s.withdrawC2C(from, to, key, c.by); err != nil {
		return failed(err)
	}
	return ok()
}

// validKey reports whether a text has the shape of a MsgKey: seq_random_time.
func validKey(key string) bool {
	parts := strings.Split(key, "_")
	bad := slices.ContainsFunc(parts, func(p string) bool {
		_, err := strconv.ParseUint(p, 10, 64)
		return err != nil
	})
	return len(parts) == 3 && len(key) <= 50 && !bad
}

func (s *Sim) restModifyDirect(c *call) answer {
	from, to, key := c.body.text("From_Account"), c.body.text("To_Account"), c.body.text("MsgKey")
	elements, cloud := c.body.elements(), read[*string](c.body, "CloudCustomData")
	if elements == nil && cloud == nil {
		c.body.wrong("MsgBody")
	}
	if c.body.fault != "" {
		return fail(codeC2CBadRequest, "invalid or missing parameter: "+c.body.fault)
	}
	c.note.Keys = []string{key}
	return modified(s.EditC2C(c.by, from, to, key, elements, cloud))
}

type roamingAnswer struct {
	status
	Complete    int
	MsgCnt      int
	LastMsgTime int64
	LastMsgKey  string
	MsgList     []roamingItem
}

type roamingItem struct {
	FromAccount     string `json:"From_Account"`
	ToAccount       string `json:"To_Account"`
	MsgSeq          uint32
	MsgRandom       uint32
	MsgTimeStamp    int64
	MsgFlagBits     int
	IsPeerRead      int
	MsgKey          string
	MsgBody         []Element
	CloudCustomData string
}

// maxRoamingReply is about how much one page of roaming messages holds.
const maxRoamingReply = 13 << 10

func (s *Sim) restRoaming(c *call) answer {
	me, peer, limit := c.body.text("Operator_Account"), c.body.text("Peer_Account"), need[int](c.body, "MaxCnt")
	from, to, last := need[int64](c.body, "MinTime"), need[int64](c.body, "MaxTime"), read[string](c.body, "LastMsgKey")
	if limit < 1 || from > to {
		c.body.wrong("MaxCnt")
	}
	if c.body.fault != "" {
		return fail(codeC2CBadRequest, "invalid or missing parameter: "+c.body.fault)
	}
	a := roamingAnswer{status: ok(), Complete: 1, MsgList: []roamingItem{}}
	d := s.chat(me, peer)
	d.mu.Lock()
	defer d.mu.Unlock()
	a.fill(d.roaming(from, to, last, s.now(), s.opt.Roaming), limit)
	return a
}

// roaming lists the stored messages of a time range, newest first, below the one
// of the continuation key.
func (d *direct) roaming(from, to int64, last string, now time.Time, roaming time.Duration) []*message {
	var out []*message
	past := last == "" || d.byKey[last] == nil
	for _, m := range slices.Backward(d.msgs) {
		at := m.at.Unix()
		if past && at >= from && at <= to && !m.onlineOnly && !m.expired(now, roaming) {
			out = append(out, m)
		}
		past = past || m.key == last
	}
	return out
}

// fill takes a page off a list that is newest first; the page itself runs oldest first.
func (a *roamingAnswer) fill(msgs []*message, limit int) {
	bytes := 0
	for i, m := range msgs {
		bytes += size(m.body) + 250
		if i >= limit || (i > 0 && bytes > maxRoamingReply) {
			a.Complete = 0
			break
		}
		a.MsgList = append(a.MsgList, roamed(m))
		a.LastMsgTime, a.LastMsgKey = m.at.Unix(), m.key
	}
	slices.Reverse(a.MsgList)
	a.MsgCnt = len(a.MsgList)
}

func roamed(m *message) roamingItem {
	item := roamingItem{
		FromAccount: m.from, ToAccount: m.to, MsgSeq: m.seq, MsgRandom: m.random, MsgTimeStamp: m.at.Unix(),
		MsgKey: m.key, MsgBody: m.body, CloudCustomData: m.cloud,
	}
	if _, read := m.reads[m.to]; read && m.receipt {
		item.IsPeerRead = 1
	}
	if m.state == Recalled {
		item.MsgFlagBits, item.MsgBody, item.CloudCustomData = 8, []Element{}, ""
	}
	return item
}

type presenceItem struct {
	ToAccount string `json:"To_Account"`
	Status    string
}

type presenceError struct {
	ToAccount string `json:"To_Account"`
	ErrorCode int
}

type presenceAnswer struct {
	status
	QueryResult []presenceItem
	ErrorList   []presenceError `json:",omitempty"`
}

func (s *Sim) restPresence(c *call) answer {
	accounts := need[[]string](c.body, "To_Account")
	switch {
	case c.body.fault != "" || len(accounts) == 0:
		return fail(codeC2CBadRequest, "invalid or missing parameter: To_Account")
	case len(accounts) > maxAccountsInOne:
		return fail(codeC2CTooMany, "too many accounts")
	}
	a := presenceAnswer{status: ok(), QueryResult: []presenceItem{}}
	for _, account := range accounts {
		if s.people.known(account) {
			a.QueryResult = append(a.QueryResult, presenceItem{account, "Online"})
		} else {
			a.ErrorList = append(a.ErrorList, presenceError{account, codeNoAccount})
		}
	}
	if len(a.QueryResult) == 0 {
		a.status = fail(codeNoAccount, "none of the accounts exists")
	}
	return a
}
