package tencentsim

import (
	"context"
)

// beforeAnswer is what a before-send webhook decided, in the sender's terms.
type beforeAnswer struct {
	code   int    // with which the message is refused; 0: it goes on
	info   string // words for the sender, of a custom code
	silent bool   // dropped, with success for the sender
	body   []Element
	cloud  *string
}

// rewrite gives the body and custom data as they go on.
func (a beforeAnswer) rewrite(body []Element, cloud string) ([]Element, string) {
	if a.body != nil {
		body = a.body
	}
	if a.cloud != nil {
		cloud = *a.cloud
	}
	return body, cloud
}

// family is what differs between groups and one-to-one chats in the answers to
// before-send webhooks.
type family struct{ refused, first, last int }

var (
	groupFamily  = family{codeRefusedGroup, customGroupFirst, customGroupLast}
	directFamily = family{codeRefusedC2C, customC2CFirst, customC2CLast}
)

// ask sends a before-send webhook and waits for its answer. It is never retried.
func (s *Sim) ask(ctx context.Context, w webhook, f family) beforeAnswer {
	reply, err := s.hooks.call(ctx, w)
	if err != nil {
		if s.opt.BlockOnFailure {
			return beforeAnswer{code: codeWebhookFailed, info: "the webhook before sending failed or timed out"}
		}
		return beforeAnswer{}
	}
	switch code := *reply.ErrorCode; {
	case code == 1:
		return beforeAnswer{code: f.refused, info: "the message was refused"}
	case code == 2:
		return beforeAnswer{silent: true}
	case code >= f.first && code <= f.last:
		return beforeAnswer{code: code, info: reply.ErrorInfo}
	case code == 0:
		return beforeAnswer{body: reply.MsgBody, cloud: reply.CloudCustomData}
	}
	return beforeAnswer{} // any other code is not one for messages: delivered, as after a failure
}

func (s *Sim) askBeforeGroup(ctx context.Context, p Post) beforeAnswer {
	if !s.opt.BeforeSend || !s.hooks.on() {
		return beforeAnswer{}
	}
	g, err := s.lookup(p.Group)
	if err != nil {
		return beforeAnswer{}
	}
	now := s.now()
	m := message{random: p.Random, at: now}
	body := beforeGroupBody{
		CallbackCommand: "Group.CallbackBeforeSendMsg", GroupId: p.Group, Type: g.kind, FromAccount: p.From,
		OperatorAccount: p.operator, Random: p.Random, MsgId: m.id(), OnlineOnlyFlag: flag(p.OnlineOnly && g.kind != Live),
		MsgBody: p.Body, CloudCustomData: p.Cloud, TopicId: p.Topic, EventTime: textTime(now),
	}
	w := s.webhook(body.CallbackCommand, p.Platform, body)
	w.note.Group, w.note.Topic = p.Group, p.Topic
	return s.ask(ctx, w, groupFamily)
}

func (s *Sim) askBeforeDirect(ctx context.Context, m *message, platform string) beforeAnswer {
	if !s.opt.BeforeSend || !s.hooks.on() {
		return beforeAnswer{}
	}
	body := directBody(m)
	body.CallbackCommand = "C2C.CallbackBeforeSendMsg"
	w := s.webhook(body.CallbackCommand, platform, body)
	w.note.Keys = []string{m.key}
	return s.ask(ctx, w, directFamily)
}
