package tencentsim

import (
	"context"
	"maps"
	"slices"
	"time"
)

// Post is a message to be posted to a group or topic.
type Post struct {
	Group, Topic string
	From         string
	Text         string    // used where Body is empty
	Body         []Element // the platform's own form
	Cloud        string    // CloudCustomData
	OnlineOnly   bool      // not stored: neither in history nor recallable
	Receipt      bool      // asks for read receipts
	Mention      []string  // accounts; "*" is everyone
	Platform     string    // OptPlatform of the webhooks; default iOS
	ForbidBefore bool      // as ForbidCallbackControl does
	ForbidAfter  bool
	Random       uint32 // 0: chosen

	operator string // who issued the request; default From
	priority int
}

// Sent is what the sender gets to know of a message, and a little more.
type Sent struct {
	Seq     uint32 // in the group or topic
	Key     string // MsgKey of a one-to-one message
	Random  uint32
	Time    time.Time
	Blocked int    // the code with which the message was refused; 0: the sender sees success
	Info    string // the words that came with it
	Dropped string // why nobody got it although the sender sees success
	Text    string // as delivered; differs from the post if it was rewritten
}

// Delivered reports whether others saw the message.
func (s Sent) Delivered() bool { return s.Blocked == 0 && s.Dropped == "" }

type dupKey struct {
	from, topic string
	random      uint32
}

// duplicateFor is how long a Random is remembered per sender.
const duplicateFor = 5 * time.Minute

// Post posts a message as a client does: the before-send webhook is asked, the
// message gets its number, and the after-send webhook is queued. A *CodeError
// says that the platform itself refused; a refusal by webhook is in Sent.Blocked.
func (s *Sim) Post(ctx context.Context, p Post) (Sent, error) {
	sent, err := s.post(ctx, p)
	if err != nil {
		return sent, err
	}
	return sent, nil
}

func (s *Sim) post(ctx context.Context, p Post) (Sent, *CodeError) {
	p = s.complete(p)
	sent, old, err := s.admit(p)
	if err != nil || old {
		return sent, err
	}
	if !p.ForbidBefore {
		answer := s.askBeforeGroup(ctx, p)
		if answer.code != 0 || answer.silent {
			return s.refused(p, answer), nil
		}
		p.Body, p.Cloud = answer.rewrite(p.Body, p.Cloud)
	}
	return s.deliver(p)
}

func (s *Sim) complete(p Post) Post {
	if len(p.Body) == 0 {
		p.Body = []Element{Text(p.Text)}
	}
	if p.operator == "" {
		p.operator = p.From
	}
	if p.Platform == "" {
		p.Platform = "iOS"
	}
	if p.Random == 0 {
		p.Random = s.numbers.uint32()
	}
	if p.priority == 0 {
		p.priority = 2
	}
	return p
}

// admit checks whether the sender may post, and knows a repetition by its Random.
func (s *Sim) admit(p Post) (_ Sent, repeated bool, _ *CodeError) {
	g, _, err := s.open(p.Group, p.Topic)
	if err != nil {
		return Sent{}, false, err
	}
	defer g.mu.Unlock()
	if size(p.Body)+len(p.Cloud) > maxMessageBytes {
		return Sent{}, false, refuse(codeGroupTooLong, "the message is too long")
	}
	m, ok := g.members[p.From]
	byAdmin := p.operator == s.opt.Admin
	switch {
	case !ok && p.From != s.opt.Admin: // the administrator speaks for members only
		return Sent{}, false, refuse(codeNoPermission, "only group members can send messages")
	case ok && s.now().Before(m.muted) && !byAdmin:
		return Sent{}, false, refuse(codeMutedGroup, "the sender is muted")
	}
	old, repeated := g.repeated(p, s.now())
	return old, repeated, nil
}

// repeated knows a post by its sender and Random, for five minutes.
func (g *group) repeated(p Post, now time.Time) (Sent, bool) {
	old, is := g.sent[dupKey{p.From, p.Topic, p.Random}]
	return old, is && now.Sub(old.Time) < duplicateFor
}

func size(body []Element) int {
	n := 0
	for _, e := range body {
		n += len(e.MsgType) + len(e.MsgContent)
	}
	return n
}

// refused tells the sender, and nobody else, what the webhook decided.
func (s *Sim) refused(p Post, a beforeAnswer) Sent {
	sent := Sent{Random: p.Random, Time: s.now(), Blocked: a.code, Info: a.info}
	if a.silent {
		sent.Dropped = "webhook"
	}
	s.showRefused(p, sent)
	return sent
}

func (s *Sim) deliver(p Post) (Sent, *CodeError) {
	g, c, err := s.open(p.Group, p.Topic)
	if err != nil {
		return Sent{}, err
	}
	defer g.mu.Unlock()
	now := s.now()
	if old, is := g.repeated(p, now); is {
		return old, nil // it came twice at once
	}
	sent := Sent{Random: p.Random, Time: now, Text: plain(p.Body)}
	if s.opt.GroupRate > 0 && !g.rate.take(now, s.opt.GroupRate) {
		sent.Dropped = "MsgFreqCtrl"
		return sent, nil
	}
	m := &message{
		random: p.Random, from: p.From, operator: p.operator, at: now, body: slices.Clone(p.Body), cloud: p.Cloud,
		priority: p.priority, onlineOnly: p.OnlineOnly && g.kind != Live, receipt: p.Receipt, state: Shown,
	}
	c.add(m, s.opt.Keep)
	sent.Seq = m.seq
	g.remember(dupKey{p.From, p.Topic, p.Random}, sent)
	if who, ok := g.members[p.From]; ok {
		who.lastSent = now
	}
	if !p.ForbidAfter {
		s.hookAfterSend(g, c, m, p)
	}
	s.showMessage(g, c, m)
	return sent, nil
}

// maxRemembered bounds the Randoms remembered per group.
const maxRemembered = 1 << 16

// remember keeps a Random for the repetition check; once a minute the old ones go.
func (g *group) remember(k dupKey, sent Sent) {
	if sent.Time.Sub(g.swept) > time.Minute {
		g.swept = sent.Time
		maps.DeleteFunc(g.sent, func(_ dupKey, was Sent) bool { return sent.Time.Sub(was.Time) >= duplicateFor })
	}
	if len(g.sent) < maxRemembered {
		sent.Text = "" // the map is to stay small
		g.sent[k] = sent
	}
}

// window counts what happens in one second.
type window struct {
	second int64
	n      int
}

// take reports whether one more fits into the second of now.
func (w *window) take(now time.Time, limit int) bool {
	if sec := now.Unix(); sec != w.second {
		w.second, w.n = sec, 0
	}
	w.n++
	return w.n <= limit
}
