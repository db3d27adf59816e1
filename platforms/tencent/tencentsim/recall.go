package tencentsim

import (
	"context"
	"fmt"
	"time"
)

// liveRecall is how long a message of a live group can be recalled.
const liveRecall = time.Hour

// recallGroup takes messages back over REST and returns a RetCode for each.
func (s *Sim) recallGroup(groupID, topic string, seqs []uint32, by, reason string) ([]int, *CodeError) {
	g, c, err := s.open(groupID, topic)
	if err != nil {
		return nil, err
	}
	defer g.mu.Unlock()
	codes := make([]int, len(seqs))
	var gone []*message
	for i, seq := range seqs {
		m := c.at(seq)
		if codes[i] = s.recallable(g, m); codes[i] == codeOK && m.state == Shown {
			m.recall(by, reason, s.now())
			gone = append(gone, m)
			s.showMessage(g, c, m)
		}
	}
	if len(gone) > 0 {
		s.calls.count(func(k *Counters) { k.Recalled += len(gone) })
		s.hookAfterRecall(g, c, gone, by)
		s.changed.ring()
	}
	return codes, nil
}

// recallable is the RetCode for one message; 0 for one that can go, or went
// already if the options say so.
func (s *Sim) recallable(g *group, m *message) int {
	now := s.now()
	switch {
	case m == nil || m.onlineOnly || m.state == Deleted || m.expired(now, s.opt.Roaming):
		return codeNoMessage
	case m.state == Recalled:
		return max(s.opt.RecalledAgain, 0)
	case m.system:
		return codeCannotRecall
	case g.kind == Live && now.Sub(m.at) > liveRecall:
		return codeTooLate
	}
	return codeOK
}

// ClientRecall recalls a group message as a client does: the sender's own, or
// anyone's as owner or admin, within RecallWindow. Clients give no reason.
func (s *Sim) ClientRecall(by, groupID, topic string, seq uint32) error {
	g, c, err := s.open(groupID, topic)
	if err != nil {
		return err
	}
	defer g.mu.Unlock()
	m := c.at(seq)
	if code := s.recallable(g, m); code != codeOK {
		return refuse(code, "the message cannot be recalled")
	}
	role := g.roleOf(by)
	switch {
	case m.from != by && role != Owner && role != Admin:
		return refuse(codeNoPermission, "only the sender, an admin or the owner can recall a message")
	case s.now().Sub(m.at) > s.opt.RecallWindow:
		return refuse(codeTooLate, "the time limit for recalling has passed")
	}
	m.recall(by, "", s.now())
	s.showMessage(g, c, m)
	s.hookAfterRecall(g, c, []*message{m}, by)
	s.changed.ring()
	return nil
}

// ClientRecallC2C recalls a one-to-one message as its sender's client does.
func (s *Sim) ClientRecallC2C(by, peer, key string) error {
	d := s.chat(by, peer)
	d.mu.Lock()
	defer d.mu.Unlock()
	m := d.find(key, s.now(), s.opt.Roaming)
	switch {
	case m == nil || m.from != by:
		return refuse(codeC2CNotFound, "the message to recall does not exist")
	case m.state == Recalled:
		return refuse(codeC2CRecalled, "the message is already recalled")
	case s.now().Sub(m.at) > s.opt.RecallWindow:
		return refuse(codeC2CTooLate, "the time limit for recalling has passed")
	}
	s.withdraw(d, m, by)
	return nil
}

func (s *Sim) withdraw(d *direct, m *message, by string) {
	if _, read := m.reads[m.to]; !read && d.unread[m.to] > 0 {
		d.unread[m.to]--
	}
	m.recall(by, "", s.now())
	s.showMessageDirect(d, m)
	s.hookAfterWithdraw(d, m)
	s.changed.ring()
}

// withdrawC2C recalls a one-to-one message over REST.
func (s *Sim) withdrawC2C(from, to, key, by string) *CodeError {
	d := s.chat(from, to)
	d.mu.Lock()
	defer d.mu.Unlock()
	m := d.find(key, s.now(), s.opt.Roaming)
	switch {
	case m == nil || m.from != from:
		return refuse(codeC2CNotFound, "the message to recall does not exist")
	case m.state == Recalled:
		return refuse(codeC2CRecalled, "the message is already recalled")
	}
	s.calls.count(func(k *Counters) { k.Recalled++ })
	s.withdraw(d, m, by)
	return nil
}

// Message returns a snapshot of a message in a group or topic.
func (s *Sim) Message(groupID, topic string, seq uint32) (Message, bool) {
	g, c, err := s.open(groupID, topic)
	if err != nil {
		return Message{}, false
	}
	defer g.mu.Unlock()
	m := c.at(seq)
	if m == nil {
		return Message{}, false
	}
	return m.snapshot(groupID, topic), true
}

// MessageC2C returns a snapshot of a one-to-one message.
func (s *Sim) MessageC2C(a, b, key string) (Message, bool) {
	d := s.chat(a, b)
	d.mu.Lock()
	defer d.mu.Unlock()
	m := d.byKey[key]
	if m == nil {
		return Message{}, false
	}
	return m.snapshot("", ""), true
}

// MessagesC2C returns snapshots of everything held of a one-to-one chat, oldest first.
func (s *Sim) MessagesC2C(a, b string) []Message {
	d := s.chat(a, b)
	d.mu.Lock()
	defer d.mu.Unlock()
	out := make([]Message, len(d.msgs))
	for i, m := range d.msgs {
		out[i] = m.snapshot("", "")
	}
	return out
}

// Messages returns snapshots of everything held of a group or topic, oldest first.
func (s *Sim) Messages(groupID, topic string) []Message {
	g, c, err := s.open(groupID, topic)
	if err != nil {
		return nil
	}
	defer g.mu.Unlock()
	out := make([]Message, len(c.msgs))
	for i, m := range c.msgs {
		out[i] = m.snapshot(groupID, topic)
	}
	return out
}

// AwaitRecall waits until a group message is recalled and returns it.
func (s *Sim) AwaitRecall(ctx context.Context, groupID, topic string, seq uint32) (Message, error) {
	return s.await(ctx, func() (Message, bool) { return s.Message(groupID, topic, seq) })
}

// AwaitRecallC2C waits until a one-to-one message is recalled and returns it.
func (s *Sim) AwaitRecallC2C(ctx context.Context, a, b, key string) (Message, error) {
	return s.await(ctx, func() (Message, bool) { return s.MessageC2C(a, b, key) })
}

func (s *Sim) await(ctx context.Context, look func() (Message, bool)) (Message, error) {
	for {
		next := s.changed.wait()
		if m, ok := look(); ok && m.State == Recalled {
			return m, nil
		}
		select {
		case <-next:
		case <-ctx.Done():
			return Message{}, fmt.Errorf("await recall: %w", ctx.Err())
		}
	}
}
