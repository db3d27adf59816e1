package tencent

import (
	"fmt"
	"time"

	"github.com/takeback-chat/takeback/models"
)

// ends reads the two ends of a one-to-one message.
func (in *inbound) ends() (c models.Conversation, from string) {
	from, to := in.need("From_Account"), in.need("To_Account")
	return in.adapter.direct(from, to), from
}

// messageKey returns the message's MsgKey as it came. Where it is missing it is
// put together in the form that all samples have.
func (f *fields) messageKey() string {
	if key := f.text("MsgKey"); key != "" {
		return key
	}
	seq, random, at := f.needUint32("MsgSeq"), f.needUint32("MsgRandom"), f.seconds("MsgTime")
	if at.IsZero() {
		f.fail(missingField)
	}
	return fmt.Sprintf("%d_%d_%d", seq, random, at.Unix())
}

// c2cPosted reads C2C.CallbackAfterSendMsg. The service sends it for messages
// that it did not deliver too: those were posted nowhere.
func c2cPosted(in *inbound) {
	if in.code("SendMsgResult") != 0 {
		return
	}
	c, from := in.ends()
	m := in.message(c, from)
	m.Revision, m.Ref, m.SentAt = 1, in.messageKey(), in.needTime("MsgTime")
	in.tell(models.Event{Kind: models.EventPosted, At: firstTime(in.eventTime(), m.SentAt), Conversation: c, Message: m})
}

func (f *fields) needTime(name string) time.Time {
	t := f.seconds(name)
	if t.IsZero() {
		f.fail(missingField)
	}
	return t
}

// c2cProposed reads C2C.CallbackBeforeSendMsg.
func c2cProposed(in *inbound) {
	c, _ := in.ends()
	ref := in.digest("From_Account", "To_Account", "MsgSeq", "MsgRandom", "MsgId", "MsgBody")
	in.propose(c, ref, firstTime(in.seconds("MsgTime"), in.eventTime(), in.now))
}

// c2cEdited reads C2C.CallbackAfterModifyMsg.
func c2cEdited(in *inbound) {
	c, from := in.ends()
	m := in.message(c, from)
	m.Ref, m.SentAt = in.messageKey(), in.seconds("MsgTime")
	m.EditedAt = firstTime(in.eventTime(), in.now)
	in.tell(models.Event{Kind: models.EventEdited, At: m.EditedAt, Conversation: c, Operator: m.Operator, Message: m})
}

// c2cWithdrawn reads C2C.CallbackAfterMsgWithDraw, which does not say who did it.
func c2cWithdrawn(in *inbound) {
	c, _ := in.ends()
	in.tell(models.Event{Kind: models.EventRemoved, At: in.eventTime(), Conversation: c, Refs: []string{in.need("MsgKey")}})
}

// c2cReported reads C2C.CallbackAfterMsgReport: one end has read everything up
// to a moment.
func c2cReported(in *inbound) {
	reader := in.need("Report_Account")
	c := in.adapter.direct(reader, in.need("Peer_Account"))
	r := models.Read{Through: in.needTime("LastReadTime"), Readers: []string{reader}, Count: -1, Unread: -1}
	in.tell(models.Event{Kind: models.EventRead, At: firstTime(in.eventTime(), r.Through), Conversation: c, Operator: reader, Reads: []models.Read{r}})
}

// c2cReceipts reads C2C.CallbackAfterMsgReadReceipt: one end has read these messages.
func c2cReceipts(in *inbound) {
	reader := in.need("Operator_Account")
	e := models.Event{Kind: models.EventRead, At: in.eventTime(), Conversation: in.adapter.direct(reader, in.need("Peer_Account")), Operator: reader}
	list := fields{doc: in.doc, at: in.at}
	list.needItems("C2CMsgInfo", func(item *fields) {
		if key := item.need("MsgKey"); item.why == "" {
			e.Reads = append(e.Reads, models.Read{Ref: key, Readers: []string{reader}, Count: -1, Unread: -1})
		}
	})
	if len(e.Reads) > 0 {
		in.tell(e)
	}
	in.join(list.why)
}
