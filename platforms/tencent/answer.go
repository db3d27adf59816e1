package tencent

import (
	"fmt"
	"net/http"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/platforms"
)

// The codes with which a message is refused in our own words, by family.
const (
	blockGroup, lastBlockGroup = 10100, 10200
	blockC2C, lastBlockC2C     = 120001, 130000
)

// maxWords bounds what a sender is told, in bytes.
const maxWords = 1024

const stored = `{"ActionStatus":"OK","ErrorInfo":"","ErrorCode":0}`

// proposal is what Decode leaves for Answer.
type proposal struct {
	*collector
	root fields
}

// propose tells of a message that the service asks about.
func (in *inbound) propose(c models.Conversation, ref string, at time.Time) {
	from := in.need("From_Account")
	body := in.body()
	m := &models.Message{
		App: c.App, Conversation: c, Ref: "before:" + ref, Sender: from,
		SentAt: at, ReceivedAt: in.now, Revision: 1,
		Ephemeral: in.uint32("OnlineOnlyFlag") != 0,
		Elements:  body.elements,
	}
	if operator := in.text("Operator_Account"); operator != from {
		m.Operator = operator
	}
	if in.why != "" {
		return
	}
	in.out.Proposal = m
	in.out.Raw = &proposal{collector: body, root: fields{doc: in.doc, at: in.at}}
}

// Acknowledge says "stored". To a question it says "deliver".
func (a *Adapter) Acknowledge(platforms.Delivery) platforms.Reply { return reply([]byte(stored)) }

// Answer tells the service to deliver, refuse or rewrite the message it asks
// about. A message that should be masked and cannot be rewritten safely is
// refused.
func (a *Adapter) Answer(d platforms.Delivery, answer platforms.Answer) platforms.Reply {
	switch answer.Verdict {
	case models.VerdictBlock:
		return reply(a.refusal(d.Command, answer))
	case models.VerdictMask:
		if p, ok := d.Raw.(*proposal); ok {
			if body, ok := p.masked(answer.Findings); ok {
				return reply(body)
			}
		}
		return reply(a.refusal(d.Command, answer))
	case models.VerdictAllow, models.VerdictReview, models.VerdictRecall:
	}
	return reply([]byte(stored))
}

func reply(body []byte) platforms.Reply {
	return platforms.Reply{Status: http.StatusOK, ContentType: "application/json", Body: body}
}

// refusal refuses a message in our own words, which the sender's client gets.
func (a *Adapter) refusal(command string, answer platforms.Answer) []byte {
	words := answer.Text
	if words == "" {
		words = a.config.BlockText
	}
	code, first, last := answer.Code, blockGroup, lastBlockGroup
	if command == beforeC2C {
		first, last = blockC2C, lastBlockC2C
	}
	if code < first || code > last {
		code = first
	}
	b := append([]byte(nil), `{"ActionStatus":"OK","ErrorInfo":`...)
	b = append(b, quote(cut(words, maxWords))...)
	return fmt.Appendf(b, `,"ErrorCode":%d}`, code)
}

// quote returns a text as a JSON string literal.
func quote(text string) []byte {
	b, _ := jsontext.AppendQuote(nil, text) // the error only says that invalid UTF-8 was replaced
	return b
}

// cut shortens a text to at most limit bytes without breaking a rune.
func cut(text string, limit int) string {
	text = strings.ToValidUTF8(text, "")
	if len(text) <= limit {
		return text
	}
	for limit > 0 && !utf8.RuneStart(text[limit]) {
		limit--
	}
	return text[:limit]
}
