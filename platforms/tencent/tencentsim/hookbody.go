package tencentsim

import (
	"encoding/json"
	"strconv"
	"time"
)

// The bodies below carry the platform's field names. Where pages differ
// (EventTime as text or number, optional fields), each follows the sample of its
// own page, so that a receiver meets both.

// EventTime in milliseconds: older pages show text, newer ones a number.
func textTime(t time.Time) string  { return strconv.FormatInt(t.UnixMilli(), 10) }
func numberTime(t time.Time) int64 { return t.UnixMilli() }

func flag(b bool) int {
	if b {
		return 1
	}
	return 0
}

type beforeGroupBody struct {
	CallbackCommand string
	GroupId         string
	Type            GroupType
	FromAccount     string `json:"From_Account"`
	OperatorAccount string `json:"Operator_Account"`
	Random          uint32
	MsgId           string
	OnlineOnlyFlag  int
	MsgBody         []Element
	CloudCustomData string `json:",omitempty"`
	TopicId         string `json:",omitempty"`
	EventTime       string
}

type mention struct {
	GroupAtAllFlag int
	GroupAtAccount string `json:"GroupAt_Account,omitempty"`
}

type afterGroupBody struct {
	CallbackCommand string
	GroupId         string
	Type            GroupType
	FromAccount     string `json:"From_Account"`
	OperatorAccount string `json:"Operator_Account"`
	Random          uint32
	MsgSeq          uint32
	MsgTime         int64
	MsgId           string
	OnlineOnlyFlag  int
	MsgBody         []Element
	CloudCustomData string    `json:",omitempty"`
	GroupAtInfo     []mention `json:",omitempty"`
	TopicId         string    `json:",omitempty"`
	EventTime       int64
}

type recalledSeq struct {
	MsgSeq uint32
	MsgId  string
}

type afterRecallBody struct {
	CallbackCommand string
	OperatorAccount string `json:"Operator_Account"`
	Type            GroupType
	GroupId         string
	MsgSeqList      []recalledSeq
	TopicId         string `json:",omitempty"`
	EventTime       int64
}

type afterModifyBody struct {
	MsgBody         []Element
	CloudCustomData string `json:",omitempty"`
	CallbackCommand string
	OperatorAccount string `json:"Operator_Account"`
	GroupId         string
	TopicId         string // empty outside communities, as in the sample
	MsgSeq          uint32
	EventTime       int64
}

type c2cBody struct {
	CallbackCommand string
	FromAccount     string `json:"From_Account"`
	ToAccount       string `json:"To_Account"`
	MsgSeq          uint32
	MsgRandom       uint32
	MsgTime         int64
	MsgKey          string
	MsgId           string
	OnlineOnlyFlag  int
	MsgBody         []Element
	CloudCustomData string  `json:",omitempty"`
	SendMsgResult   *int    `json:",omitempty"`
	ErrorInfo       *string `json:",omitempty"`
	UnreadMsgNum    *int    `json:",omitempty"`
	EventTime       int64   `json:",omitempty"`
}

func directBody(m *message) c2cBody {
	return c2cBody{
		FromAccount: m.from, ToAccount: m.to, MsgSeq: m.seq, MsgRandom: m.random, MsgTime: m.at.Unix(),
		MsgKey: m.key, MsgId: m.id(), OnlineOnlyFlag: flag(m.onlineOnly), MsgBody: m.body, CloudCustomData: m.cloud,
	}
}

// webhook makes a call out of a body.
func (s *Sim) webhook(command, platform string, body any) webhook {
	raw, err := json.Marshal(body)
	if err != nil {
		panic("tencentsim: a webhook body does not encode: " + err.Error()) // bodies hold only what was decoded or made here
	}
	return webhook{
		command: command, platform: platform, body: raw,
		note: JournalEntry{Direction: ToReceiver, Command: command},
	}
}
