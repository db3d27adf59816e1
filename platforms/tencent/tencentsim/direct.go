package tencentsim

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"
)

// pair names a one-to-one chat: both ends in sorted order.
type pair struct{ a, b string }

func pairOf(x, y string) pair { return pair{min(x, y), max(x, y)} }

func (p pair) line() string { return p.a + "\x00\x00" + p.b }

type direct struct {
	ends pair

	mu     sync.Mutex // guards all below
	msgs   []*message
	byKey  map[string]*message
	unread map[string]int // by receiver
}

// direct returns the chat of two accounts, making it if need be.
func (s *Sim) direct(x, y string) *direct {
	p := pairOf(x, y)
	s.mu.Lock()
	defer s.mu.Unlock()
	d, ok := s.directs[p]
	if !ok {
		d = newDirect(p)
		s.directs[p] = d
		s.pairs = append(s.pairs, p)
		s.people.add(x, "")
		s.people.add(y, "")
		s.showDirect(p)
	}
	return d
}

// chat returns the chat of two accounts, an empty one if there is none yet.
func (s *Sim) chat(x, y string) *direct {
	p := pairOf(x, y)
	s.mu.RLock()
	defer s.mu.RUnlock()
	if d, ok := s.directs[p]; ok {
		return d
	}
	return newDirect(p)
}

func newDirect(p pair) *direct {
	return &direct{ends: p, byKey: map[string]*message{}, unread: map[string]int{}}
}

// directPost is a one-to-one message to be sent.
type directPost struct {
	from, to, operator string
	body               []Element
	cloud              string
	seq, random        uint32
	online             bool
	receipt            bool
	forbidBefore       bool
	forbidAfter        bool
	platform           string
}

// OpenDirect makes the chat of two accounts without a message in it.
func (s *Sim) OpenDirect(a, b string) { s.direct(a, b) }

// PostC2C sends a text from one account to another, as a client does.
func (s *Sim) PostC2C(ctx context.Context, from, to, text string) (Sent, error) {
	return s.PostC2CBody(ctx, from, to, []Element{Text(text)}, "")
}

// PostC2CBody sends any body from one account to another, as a client does.
func (s *Sim) PostC2CBody(ctx context.Context, from, to string, body []Element, cloud string) (Sent, error) {
	sent, err := s.postDirect(ctx, directPost{
		from: from, to: to, operator: from, body: body, cloud: cloud,
		seq: s.numbers.uint32() >> 1, random: s.numbers.uint32(), platform: "Android",
	})
	if err != nil {
		return sent, err
	}
	return sent, nil
}

func (s *Sim) postDirect(ctx context.Context, p directPost) (Sent, *CodeError) {
	if p.from == "" || p.to == "" || p.from == p.to {
		return Sent{}, refuse(codeC2CBadAccount, "the sender or the receiver is invalid")
	}
	if size(p.body)+len(p.cloud) > maxMessageBytes {
		return Sent{}, refuse(codeC2CTooLong, "the message is too long")
	}
	d := s.direct(p.from, p.to)
	m := &message{
		seq: p.seq, random: p.random, from: p.from, to: p.to, operator: p.operator, at: s.now(),
		body: slices.Clone(p.body), cloud: p.cloud, onlineOnly: p.online, receipt: p.receipt, state: Shown,
	}
	m.key = fmt.Sprintf("%d_%d_%d", m.seq, m.random, m.at.Unix())
	if d.has(m.key) {
		return Sent{Key: m.key, Random: p.random, Time: m.at, Text: plain(m.body)}, nil // the same second and numbers: a repetition
	}
	if !p.forbidBefore {
		answer := s.askBeforeDirect(ctx, m, p.platform)
		if answer.code != 0 || answer.silent {
			return s.refusedDirect(m, answer), nil
		}
		m.body, m.cloud = answer.rewrite(m.body, m.cloud)
	}
	s.deliverDirect(d, m, p)
	return Sent{Key: m.key, Random: p.random, Time: m.at, Text: plain(m.body)}, nil
}

func (d *direct) has(key string) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.byKey[key] != nil
}

func (s *Sim) refusedDirect(m *message, a beforeAnswer) Sent {
	sent := Sent{Key: m.key, Random: m.random, Time: m.at, Blocked: a.code, Info: a.info}
	if a.silent {
		sent.Dropped = "webhook"
	}
	s.showRefusedDirect(m, sent)
	return sent
}

func (s *Sim) deliverDirect(d *direct, m *message, p directPost) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.byKey[m.key] != nil {
		return // a repetition overtook it while the webhook was asked
	}
	d.msgs = append(d.msgs, m)
	d.byKey[m.key] = m
	d.unread[m.to]++
	if keep := s.opt.Keep; len(d.msgs) > keep+keep/4 {
		old := len(d.msgs) - keep
		for _, gone := range d.msgs[:old] {
			delete(d.byKey, gone.key)
		}
		d.msgs = slices.Clone(d.msgs[old:])
	}
	if !p.forbidAfter {
		s.hookAfterSendDirect(d, m, p.platform)
	}
	s.showMessageDirect(d, m)
}

// find returns a message that is held and has not expired.
func (d *direct) find(key string, now time.Time, roaming time.Duration) *message {
	m := d.byKey[key]
	if m == nil || m.onlineOnly || m.state == Deleted || m.expired(now, roaming) {
		return nil
	}
	return m
}
