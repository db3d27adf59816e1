package tencent

import (
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"time"

	"github.com/takeback-chat/takeback/models"
)

// tell adds an event, unless something that it needs could not be read.
func (in *inbound) tell(e models.Event) {
	if in.why != "" {
		return
	}
	in.out.Events = append(in.out.Events, e)
}

// message reads what the events with a message body have in common.
func (in *inbound) message(c models.Conversation, sender string) *models.Message {
	m := &models.Message{
		App: c.App, Conversation: c, Sender: sender,
		ReceivedAt: in.now, State: models.Visible,
		Ephemeral: in.uint32("OnlineOnlyFlag") != 0,
		Elements:  in.body().elements,
	}
	if operator := in.text("Operator_Account"); operator != sender {
		m.Operator = operator
	}
	return m
}

// groupPosted reads Group.CallbackAfterSendMsg.
func groupPosted(in *inbound) {
	c := in.place()
	m := in.message(c, in.need("From_Account"))
	m.Revision = 1
	at := in.eventTime()
	m.SentAt = in.seconds("MsgTime")
	if m.SentAt.IsZero() {
		m.SentAt = at
	}
	if m.SentAt.IsZero() {
		in.fail(missingField)
	}
	m.Ref = in.sequence(m.Ephemeral)
	in.tell(models.Event{Kind: models.EventPosted, At: firstTime(at, m.SentAt), Conversation: c, Operator: m.Operator, Message: m})
}

// sequence returns the message's number. An online-only message has no place
// in the sequence and may come without one: its name is then made up, since
// nothing can be done to it anyway.
func (in *inbound) sequence(ephemeral bool) string {
	if !ephemeral {
		return refOfNumber(in.needSequence())
	}
	if n := in.uint32("MsgSeq"); n != 0 {
		return refOfNumber(n)
	}
	return "online:" + in.digest("From_Account", "Random", "MsgTime", "MsgId", "MsgBody")
}

// refOfNumber names a message by its number.
func refOfNumber(n uint32) string { return strconv.FormatUint(uint64(n), 10) }

func (f *fields) needSequence() uint32 {
	n := f.needUint32("MsgSeq")
	if n == 0 {
		f.fail(badNumber) // numbers start at 1
	}
	return n
}

// digest names a message that the service has not named, by its members as
// they stand in the body.
func (f *fields) digest(names ...string) string {
	h := sha256.New()
	for _, name := range names {
		if i := f.find(name); i != 0 {
			h.Write([]byte(f.doc.src[f.doc.nodes[i].start:f.doc.nodes[i].end]))
		}
		h.Write([]byte{0}) // no JSON text holds a raw NUL
	}
	return hex.EncodeToString(h.Sum(nil)[:16])
}

// groupProposed reads Group.CallbackBeforeSendMsg, which names neither number
// nor time of the message.
func groupProposed(in *inbound) {
	c := in.place()
	ref := in.digest("GroupId", "TopicId", "From_Account", "Random", "MsgId", "MsgBody")
	in.propose(c, ref, firstTime(in.eventTime(), in.now))
}

// groupEdited reads Group.CallbackAfterModifyMsg, which does not say who wrote
// the message or when.
func groupEdited(in *inbound) {
	c := in.place()
	m := in.message(c, "")
	m.Ref = refOfNumber(in.needSequence())
	m.EditedAt = firstTime(in.eventTime(), in.now)
	in.tell(models.Event{Kind: models.EventEdited, At: m.EditedAt, Conversation: c, Operator: m.Operator, Message: m})
}

// groupRecalled reads Group.CallbackAfterRecallMsg. Refs that can be read are
// told even where others cannot.
func groupRecalled(in *inbound) {
	e := models.Event{Kind: models.EventRemoved, Conversation: in.place(), Operator: in.text("Operator_Account"), At: in.eventTime()}
	list := fields{doc: in.doc, at: in.at}
	list.needItems("MsgSeqList", func(item *fields) {
		if n := item.needSequence(); item.why == "" {
			e.Refs = append(e.Refs, refOfNumber(n))
		}
	})
	if len(e.Refs) > 0 {
		in.tell(e)
	}
	in.join(list.why)
}

// join keeps the trouble of a part after the rest was told.
func (in *inbound) join(why unreadable) {
	if in.why == "" {
		in.why = why
	}
}

// groupRead reads Group.CallbackAfterReadReceipt.
func groupRead(in *inbound) {
	e := models.Event{Kind: models.EventRead, Conversation: in.place(), At: in.eventTime()}
	list := fields{doc: in.doc, at: in.at}
	list.needItems("GroupMsgReceiptList", func(item *fields) {
		r := models.Read{
			Ref:   refOfNumber(item.needSequence()),
			Count: item.count("ReadNum"), Unread: item.count("UnreadNum"),
			Readers: item.accounts("ReadReceiptMembers", "Member_Account"),
		}
		if item.why == "" {
			e.Reads = append(e.Reads, r)
		}
	})
	if len(e.Reads) > 0 {
		in.tell(e)
	}
	in.join(list.why)
}

func firstTime(times ...time.Time) time.Time {
	for _, t := range times {
		if !t.IsZero() {
			return t
		}
	}
	return time.Time{}
}
