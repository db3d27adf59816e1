package tencentsim

type historyAnswer struct {
	status
	GroupId    string
	IsFinished int
	RspMsgList []historyItem
}

type historyItem struct {
	FromAccount     string `json:"From_Account"`
	IsPlaceMsg      int
	IsSystemMsg     int `json:",omitempty"`
	MsgBody         []Element
	CloudCustomData string
	MsgPriority     int
	MsgRandom       uint32
	MsgSeq          uint32
	MsgTimeStamp    int64
}

// Values of IsPlaceMsg and IsFinished.
const (
	placeGone     = 1
	placeRecalled = 2

	rangeCut     = 0
	rangeFull    = 1
	rangeExpired = 2
)

func (s *Sim) restHistory(c *call) answer {
	group, topic := c.body.text("GroupId"), read[string](c.body, "TopicId")
	number, from := need[int](c.body, "ReqMsgNumber"), read[uint32](c.body, "ReqMsgSeq")
	withRecalled := read[int](c.body, "WithRecalledMsg") == 1
	if number < 1 {
		c.body.wrong("ReqMsgNumber")
	}
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
		return fail(codeNoHistory, "this type of group keeps no messages")
	}
	a := historyAnswer{status: ok(), GroupId: group, RspMsgList: []historyItem{}}
	a.IsFinished, a.RspMsgList = s.page(conv, from, number, withRecalled)
	return a
}

// page reads messages downwards from a number (0: the newest), newest first.
func (s *Sim) page(c *conversation, from uint32, number int, withRecalled bool) (int, []historyItem) {
	top := c.next - 1
	if from != 0 {
		top = min(top, from)
	}
	finished := rangeFull
	if number > maxHistoryItems {
		number, finished = maxHistoryItems, rangeCut
	}
	items, bytes, gone := []historyItem{}, 0, 0
	for seq := top; seq > 0 && number > 0; seq, number = seq-1, number-1 {
		m := c.at(seq)
		if m == nil || m.expired(s.now(), s.opt.Roaming) {
			gone++
		}
		if m != nil && m.state == Recalled && !withRecalled {
			continue
		}
		item := s.historyItem(seq, m)
		bytes += size(item.MsgBody) + 200
		if bytes > maxHistoryReplyByte && len(items) > 0 {
			return rangeCut, items
		}
		items = append(items, item)
	}
	if len(items) > 0 && gone == len(items) {
		return rangeExpired, items
	}
	return finished, items
}

func (s *Sim) historyItem(seq uint32, m *message) historyItem {
	if m == nil {
		return historyItem{IsPlaceMsg: placeGone, MsgBody: []Element{}, MsgSeq: seq}
	}
	item := historyItem{
		FromAccount: m.from, MsgBody: m.body, CloudCustomData: m.cloud, MsgPriority: m.priority,
		MsgRandom: m.random, MsgSeq: seq, MsgTimeStamp: m.at.Unix(), IsSystemMsg: flag(m.system),
	}
	switch {
	case m.expired(s.now(), s.opt.Roaming) || m.state == Deleted:
		item.IsPlaceMsg = placeGone
	case m.state == Recalled:
		item.IsPlaceMsg = placeRecalled
	default:
		return item
	}
	item.MsgBody, item.CloudCustomData = []Element{}, ""
	return item
}

type receiptAnswer struct {
	status
	GroupMsgReceiptList []receiptItem
}

type receiptItem struct {
	Code      int
	MsgSeq    uint32
	ReadNum   int
	UnreadNum int
}

func (s *Sim) restReceipt(c *call) answer {
	group, seqs := c.body.text("GroupId"), c.body.seqs("MsgSeqList")
	if c.body.fault != "" {
		return c.bad()
	}
	c.note.Group, c.note.Seqs = group, seqs
	g, conv, refusal := s.openReceipts(group)
	if refusal != nil {
		return failed(refusal)
	}
	defer g.mu.Unlock()
	a := receiptAnswer{status: ok()}
	for _, seq := range seqs {
		item := receiptItem{MsgSeq: seq, Code: codeNoReceipt}
		if m := conv.at(seq); m != nil && m.receipt {
			read, unread := g.readers(m)
			item = receiptItem{MsgSeq: seq, ReadNum: len(read), UnreadNum: len(unread)}
		}
		a.GroupMsgReceiptList = append(a.GroupMsgReceiptList, item)
	}
	return a
}

// openReceipts locks a group that has receipts.
func (s *Sim) openReceipts(id string) (*group, *conversation, *CodeError) {
	g, conv, err := s.open(id, "")
	if err != nil {
		return nil, nil, err
	}
	if g.kind == Live || g.kind == Community {
		g.mu.Unlock()
		return nil, nil, refuse(codeNoPermission, "this type of group has no receipts")
	}
	return g, conv, nil
}

type readAccount struct {
	Account string `json:"Read_Account"`
}

type unreadAccount struct {
	Account string `json:"Unread_Account"`
}

type receiptDetailAnswer struct {
	status
	Cursor     string
	IsFinish   int
	MsgSeq     uint32
	ReadList   []readAccount   `json:",omitempty"`
	UnreadList []unreadAccount `json:",omitempty"`
}

func (s *Sim) restReceiptDetail(c *call) answer {
	group, seq := c.body.text("GroupId"), need[uint32](c.body, "MsgSeq")
	unreadWanted, cursor, limit := need[int](c.body, "Filter") == 1, read[string](c.body, "Cursor"), need[int](c.body, "Count")
	if limit < 1 || limit > 200 {
		c.body.wrong("Count")
	}
	if c.body.fault != "" {
		return c.bad()
	}
	c.note.Group, c.note.Seqs = group, []uint32{seq}
	g, conv, refusal := s.openReceipts(group)
	if refusal != nil {
		return failed(refusal)
	}
	defer g.mu.Unlock()
	m := conv.at(seq)
	if m == nil || !m.receipt {
		return fail(codeNoReceipt, "the message has no receipt")
	}
	list, unread := g.readers(m)
	if unreadWanted {
		list = unread
	}
	part, next := after(list, cursor, limit)
	a := receiptDetailAnswer{status: ok(), MsgSeq: seq, Cursor: next, IsFinish: flag(next == "")}
	for _, account := range part {
		if unreadWanted {
			a.UnreadList = append(a.UnreadList, unreadAccount{account})
		} else {
			a.ReadList = append(a.ReadList, readAccount{account})
		}
	}
	return a
}

// after cuts a page out of a list: what follows cursor, and the cursor for what
// follows that, empty at the end.
func after(list []string, cursor string, limit int) (page []string, next string) {
	start := 0
	for i, v := range list {
		if v == cursor {
			start = i + 1
		}
	}
	page = list[start:]
	if len(page) <= limit {
		return page, ""
	}
	return page[:limit], page[limit-1]
}
