package tencentsim

import (
	"errors"
	"slices"
)

type recallAnswer struct {
	status
	RecallRetList []recallRet `json:",omitempty"`
}

type recallRet struct {
	MsgSeq  uint32
	RetCode int
}

func (s *Sim) restRecall(c *call) answer {
	group, topic := c.body.text("GroupId"), read[string](c.body, "TopicId")
	seqs, reason := c.body.seqs("MsgSeqList"), read[string](c.body, "Reason")
	switch {
	case c.body.fault != "":
		return c.bad()
	case len(seqs) > maxRecallItems:
		return fail(codeBadParameter, "MsgSeqList takes 10 items at most")
	case len(reason) > maxReasonBytes:
		return fail(codeBadParameter, "Reason takes 100 bytes at most")
	}
	c.note.Group, c.note.Topic, c.note.Seqs = group, topic, seqs
	codes, err := s.recallGroup(group, topic, seqs, c.by, reason)
	if err != nil {
		return failed(err)
	}
	c.note.Codes = codes
	return s.recallAnswer(c, seqs, codes)
}

func (s *Sim) recallAnswer(c *call, seqs []uint32, codes []int) answer {
	a := recallAnswer{status: ok()}
	for i, seq := range seqs {
		a.RecallRetList = append(a.RecallRetList, recallRet{seq, codes[i]})
	}
	if s.strike(c, truncateRecall) {
		a.RecallRetList = a.RecallRetList[:len(a.RecallRetList)-1]
	}
	return a
}

type sentAnswer struct {
	status
	MsgTime       int64
	MsgSeq        uint32
	MsgDropReason string `json:",omitempty"`
}

var priorities = []string{"High", "Normal", "Low", "Lowest"}

func (s *Sim) restSendGroup(c *call) answer {
	p := Post{
		Group: c.body.text("GroupId"), Topic: read[string](c.body, "TopicId"), From: read[string](c.body, "From_Account"),
		Body: c.body.elements(), Cloud: read[string](c.body, "CloudCustomData"),
		OnlineOnly: read[int](c.body, "OnlineOnlyFlag") == 1, Random: need[uint32](c.body, "Random"),
		ForbidBefore: c.body.forbids("ForbidBeforeSendMsgCallback"),
		ForbidAfter:  c.body.forbids("ForbidAfterSendMsgCallback"),
		Mention:      readMentions(c.body), Platform: restPlatform, operator: c.by,
		priority: 1 + slices.Index(priorities, read[string](c.body, "MsgPriority")),
	}
	if !c.body.has("MsgBody") {
		c.body.wrong("MsgBody")
	}
	if c.body.fault != "" {
		return c.bad()
	}
	if p.From == "" {
		p.From = c.by
	}
	c.note.Group, c.note.Topic = p.Group, p.Topic
	sent, err := s.post(c.request.Context(), p)
	switch {
	case err != nil:
		return failed(err)
	case sent.Blocked != 0:
		return fail(sent.Blocked, sent.Info)
	}
	c.note.Seqs = []uint32{sent.Seq}
	a := sentAnswer{status: ok(), MsgTime: sent.Time.Unix(), MsgSeq: sent.Seq}
	if sent.Dropped == "MsgFreqCtrl" {
		a.MsgDropReason = sent.Dropped
	}
	return a
}

func readMentions(b *body) []string {
	var out []string
	for _, m := range read[[]mention](b, "GroupAtInfo") {
		if m.GroupAtAllFlag == 1 {
			out = append(out, "*")
		} else {
			out = append(out, m.GroupAtAccount)
		}
	}
	if len(out) > 30 {
		b.wrong("GroupAtInfo")
	}
	return out
}

func (s *Sim) restNotify(c *call) answer {
	group, topic, content := c.body.text("GroupId"), read[string](c.body, "TopicId"), c.body.text("Content")
	to := read[[]string](c.body, "ToMembers_Account")
	switch {
	case c.body.fault != "":
		return c.bad()
	case len(to) > maxAccountsInOne:
		return fail(codeTooMany, "too many accounts")
	}
	c.note.Group, c.note.Topic = group, topic
	g, _, err := s.open(group, topic)
	if err != nil {
		return failed(err)
	}
	defer g.mu.Unlock()
	if g.kind == Live && len(to) > 0 {
		return fail(codeNoPermission, "live groups notify everybody or nobody")
	}
	s.showNotice(g, topic, content, to)
	return ok()
}

func (s *Sim) restDeleteBySender(c *call) answer {
	group, topic, sender := c.body.text("GroupId"), read[string](c.body, "TopicId"), c.body.text("Sender_Account")
	if c.body.fault != "" {
		return c.bad()
	}
	c.note.Group, c.note.Topic = group, topic
	g, conv, err := s.open(group, topic)
	if err != nil {
		return failed(err)
	}
	defer g.mu.Unlock()
	if g.kind == Live {
		return ok() // no effect and no error
	}
	for _, m := range conv.msgs[max(0, len(conv.msgs)-1000):] {
		if m.from == sender && m.state == Shown {
			m.state = Deleted // clients keep their copies: they are not told
		}
	}
	return ok()
}

func (s *Sim) restModifyGroup(c *call) answer {
	group, topic, seq := c.body.text("GroupId"), read[string](c.body, "TopicId"), need[uint32](c.body, "MsgSeq")
	elements, cloud := c.body.elements(), read[*string](c.body, "CloudCustomData")
	if elements == nil && cloud == nil {
		c.body.wrong("MsgBody")
	}
	if c.body.fault != "" {
		return c.bad()
	}
	c.note.Group, c.note.Topic, c.note.Seqs = group, topic, []uint32{seq}
	return modified(s.Edit(c.by, group, topic, seq, elements, cloud))
}

// modified is the answer to an edit, whose words differ from other calls'.
func modified(err error) answer {
	if refusal, is := errors.AsType[*CodeError](err); is {
		return failed(refusal)
	}
	a := ok()
	a.ErrorInfo = "succeed"
	return a
}
