package tencentsim

const (
	restPlatform = "RESTAPI"
	sdkPlatform  = "iOS"
)

// platformOf is OptPlatform of something done by an account.
func (s *Sim) platformOf(operator string) string {
	if operator == s.opt.Admin {
		return restPlatform
	}
	return sdkPlatform
}

func (s *Sim) hookAfterSend(g *group, c *conversation, m *message, p Post) {
	if !s.hooks.on() {
		return
	}
	body := afterGroupBody{
		CallbackCommand: "Group.CallbackAfterSendMsg", GroupId: g.id, Type: g.kind, FromAccount: m.from,
		OperatorAccount: m.operator, Random: m.random, MsgSeq: m.seq, MsgTime: m.at.Unix(), MsgId: m.id(),
		OnlineOnlyFlag: flag(m.onlineOnly), MsgBody: m.body, CloudCustomData: m.cloud,
		GroupAtInfo: mentions(p.Mention), TopicId: c.topic, EventTime: numberTime(m.at),
	}
	s.tell(g, c, body.CallbackCommand, p.Platform, body, m.seq)
}

func mentions(accounts []string) []mention {
	var out []mention
	for _, a := range accounts {
		if a == "*" {
			out = append(out, mention{GroupAtAllFlag: 1})
		} else {
			out = append(out, mention{GroupAtAccount: a})
		}
	}
	return out
}

// tell queues a webhook about messages of a group's conversation.
func (s *Sim) tell(g *group, c *conversation, command, platform string, body any, seqs ...uint32) {
	w := s.webhook(command, platform, body)
	w.line = c.line()
	w.note.Group, w.note.Topic, w.note.Seqs = g.id, c.topic, seqs
	s.hooks.queue(w)
}

// tellChat queues a webhook about messages of a one-to-one chat.
func (s *Sim) tellChat(d *direct, command, platform string, body any, keys ...string) {
	w := s.webhook(command, platform, body)
	w.line = d.ends.line()
	w.note.Keys = keys
	s.hooks.queue(w)
}

func (s *Sim) hookAfterRecall(g *group, c *conversation, gone []*message, by string) {
	if !s.hooks.on() {
		return
	}
	body := afterRecallBody{
		CallbackCommand: "Group.CallbackAfterRecallMsg", OperatorAccount: by, Type: g.kind, GroupId: g.id,
		TopicId: c.topic, EventTime: numberTime(s.now()),
	}
	var seqs []uint32
	for _, m := range gone {
		body.MsgSeqList = append(body.MsgSeqList, recalledSeq{m.seq, m.id()})
		seqs = append(seqs, m.seq)
	}
	s.tell(g, c, body.CallbackCommand, s.platformOf(by), body, seqs...)
}

func (s *Sim) hookAfterModify(g *group, c *conversation, m *message, by string) {
	if !s.hooks.on() {
		return
	}
	body := afterModifyBody{
		MsgBody: m.body, CloudCustomData: m.cloud, CallbackCommand: "Group.CallbackAfterModifyMsg",
		OperatorAccount: by, GroupId: g.id, TopicId: c.topic, MsgSeq: m.seq, EventTime: numberTime(s.now()),
	}
	s.tell(g, c, body.CallbackCommand, s.platformOf(by), body, m.seq)
}

func (s *Sim) hookAfterRead(g *group, m *message, reader string) {
	if !s.hooks.on() {
		return
	}
	read, unread := g.readers(m)
	body := map[string]any{
		"CallbackCommand": "Group.CallbackAfterReadReceipt", "GroupId": g.id, "Type": g.kind,
		"GroupMsgReceiptList": []map[string]any{{
			"MsgSeq": m.seq, "ReadNum": len(read), "UnreadNum": len(unread),
			"ReadReceiptMembers": memberList(reader),
		}},
		"EventTime": numberTime(s.now()),
	}
	s.tell(g, g.main, "Group.CallbackAfterReadReceipt", sdkPlatform, body, m.seq)
}

func (s *Sim) hookAfterSendDirect(d *direct, m *message, platform string) {
	if !s.hooks.on() {
		return
	}
	result, info, unread := 0, "send msg succeed", d.unread[m.to]
	body := directBody(m)
	body.CallbackCommand = "C2C.CallbackAfterSendMsg"
	body.SendMsgResult, body.ErrorInfo, body.UnreadMsgNum = &result, &info, &unread
	body.EventTime = numberTime(m.at)
	s.tellChat(d, body.CallbackCommand, platform, body, m.key)
}

func (s *Sim) hookAfterWithdraw(d *direct, m *message) {
	if !s.hooks.on() {
		return
	}
	s.tellChat(d, "C2C.CallbackAfterMsgWithDraw", s.platformOf(m.by), map[string]any{
		"CallbackCommand": "C2C.CallbackAfterMsgWithDraw", "From_Account": m.from, "To_Account": m.to,
		"MsgKey": m.key, "UnreadMsgNum": d.unread[m.to], "EventTime": numberTime(s.now()),
	}, m.key)
}

func (s *Sim) hookAfterModifyDirect(d *direct, m *message, by string) {
	if !s.hooks.on() {
		return
	}
	s.tellChat(d, "C2C.CallbackAfterModifyMsg", s.platformOf(by), map[string]any{
		"CloudCustomData": m.cloud, "MsgBody": m.body, "CallbackCommand": "C2C.CallbackAfterModifyMsg",
		"Operator_Account": by, "From_Account": m.from, "To_Account": m.to, "MsgRandom": m.random, "MsgSeq": m.seq,
		"MsgTime": m.at.Unix(), "MsgKey": m.key, "EventTime": numberTime(s.now()),
	}, m.key)
}

func (s *Sim) hookAfterReport(d *direct, reader, peer string) {
	if !s.hooks.on() {
		return
	}
	s.tellChat(d, "C2C.CallbackAfterMsgReport", sdkPlatform, map[string]any{
		"CallbackCommand": "C2C.CallbackAfterMsgReport", "Report_Account": reader, "Peer_Account": peer,
		"LastReadTime": s.now().Unix(), "UnreadMsgNum": 0, "EventTime": numberTime(s.now()),
	})
}

func (s *Sim) hookAfterReceiptDirect(d *direct, msgs []*message, reader, peer string) {
	if !s.hooks.on() {
		return
	}
	var list []map[string]any
	var keys []string
	for _, m := range msgs {
		list = append(list, map[string]any{"From_Account": m.from, "To_Account": m.to, "MsgKey": m.key, "MsgId": m.id()})
		keys = append(keys, m.key)
	}
	s.tellChat(d, "C2C.CallbackAfterMsgReadReceipt", sdkPlatform, map[string]any{
		"CallbackCommand": "C2C.CallbackAfterMsgReadReceipt", "Operator_Account": reader, "Peer_Account": peer,
		"C2CMsgInfo": list, "EventTime": numberTime(s.now()),
	}, keys...)
}
