package tencentsim

import (
	"strconv"
	"time"
)

// messageView is a message as the chat page shows it. A recalled one has lost its text.
type messageView struct {
	Conversation string `json:"conv"`
	ID           string `json:"id"` // unique in the conversation, stable
	Seq          uint32 `json:"seq,omitempty"`
	Key          string `json:"key,omitempty"`
	From         string `json:"from"`
	Name         string `json:"name"`
	At           int64  `json:"at"` // Unix milliseconds
	Text         string `json:"text"`
	State        string `json:"state"` // State, or "refused"
	By           string `json:"by,omitempty"`
	Reason       string `json:"reason,omitempty"`
	Code         int    `json:"code,omitempty"`
	After        int64  `json:"after,omitempty"` // milliseconds from posting to recall
	System       bool   `json:"system,omitempty"`
	Online       bool   `json:"online,omitempty"`
	Edits        int    `json:"edits,omitempty"`
}

type memberView struct {
	Account string `json:"account"`
	Name    string `json:"name"`
	Role    Role   `json:"role"`
	Muted   bool   `json:"muted,omitempty"`
}

// windowView is one chat window: a group, a topic or a one-to-one chat.
type windowView struct {
	Conversation string        `json:"conv"`
	Group        string        `json:"group,omitempty"`
	Topic        string        `json:"topic,omitempty"`
	Kind         string        `json:"kind"` // in words
	Name         string        `json:"name"`
	Parent       string        `json:"parent,omitempty"` // the community of a topic
	Members      []memberView  `json:"members"`
	Admins       bool          `json:"admins"` // roles can be set
	Gone         bool          `json:"gone,omitempty"`
	Messages     []messageView `json:"messages,omitempty"`
}

type callView struct {
	At     int64  `json:"at"`
	Name   string `json:"name"`
	Code   int    `json:"code"`
	Status int    `json:"status"`
	Items  int    `json:"items,omitempty"`
	Fault  string `json:"fault,omitempty"`
}

var kindWords = map[GroupType]string{Work: "Work", Public: "Public", Meeting: "Meeting", Community: "Community", Live: "Live"}

func convOf(group, topic string) string { return group + "|" + topic }

func convOfPair(p pair) string { return "c2c|" + p.a + "|" + p.b }

func (s *Sim) viewOf(conv string, m *message) messageView {
	v := messageView{
		Conversation: conv, ID: strconv.FormatUint(uint64(m.seq), 10) + m.key, Seq: m.seq, Key: m.key, From: m.from,
		Name: s.people.name(m.from), At: m.at.UnixMilli(), Text: plain(m.body), State: string(m.state),
		System: m.system, Online: m.onlineOnly, Edits: m.edits,
	}
	if m.state == Recalled {
		v.Text, v.By, v.Reason = "", s.people.name(m.by), m.reason
		v.After = m.recalledAt.Sub(m.at).Milliseconds()
	}
	return v
}

// onPage is how many messages of a conversation a page begins with.
const onPage = 60

func (s *Sim) viewsOf(conv string, msgs []*message) []messageView {
	var out []messageView
	for _, m := range msgs[max(0, len(msgs)-onPage):] {
		out = append(out, s.viewOf(conv, m))
	}
	return out
}

// windowsOf are the windows of a group; the caller holds its lock.
func (s *Sim) windowsOf(g *group, withMessages bool) []windowView {
	base := windowView{
		Group: g.id, Kind: kindWords[g.kind], Name: g.name, Admins: g.hasAdmins(), Gone: g.destroyed, Members: s.membersOf(g),
	}
	convs := []*conversation{g.main}
	if len(g.topicIDs) > 0 {
		convs = nil // people talk in the topics
		base.Parent = g.name
	}
	for _, id := range g.topicIDs {
		convs = append(convs, g.topics[id])
	}
	var out []windowView
	for _, c := range convs {
		w := base
		w.Topic, w.Conversation = c.topic, convOf(g.id, c.topic)
		if c.topic != "" {
			w.Name, w.Kind = c.name, "Topic"
		}
		if withMessages {
			w.Messages = s.viewsOf(w.Conversation, c.msgs)
		}
		out = append(out, w)
	}
	return out
}

func (s *Sim) membersOf(g *group) []memberView {
	out := []memberView{}
	for _, a := range g.order {
		m := g.members[a]
		out = append(out, memberView{a, s.people.name(a), m.role, m.muted.After(s.now())})
	}
	return out
}

func (s *Sim) directWindow(p pair) windowView {
	return windowView{
		Conversation: convOfPair(p), Kind: "Direct", Name: s.people.name(p.a) + " and " + s.people.name(p.b),
		Members: []memberView{{p.a, s.people.name(p.a), Member, false}, {p.b, s.people.name(p.b), Member, false}},
	}
}

func (s *Sim) showMessage(g *group, c *conversation, m *message) {
	s.feed.publish("message", func() any { return s.viewOf(convOf(g.id, c.topic), m) })
}

func (s *Sim) showMessageDirect(d *direct, m *message) {
	s.feed.publish("message", func() any { return s.viewOf(convOfPair(d.ends), m) })
}

func (s *Sim) showTip(g *group, text string, at time.Time) {
	s.feed.publish("message", func() any { return s.passing(convOf(g.id, ""), text, at) })
}

// passing is a line that is shown but not stored.
func (s *Sim) passing(conv, text string, at time.Time) messageView {
	return messageView{
		Conversation: conv, ID: "x" + strconv.FormatUint(uint64(s.numbers.uint32()), 10),
		At: at.UnixMilli(), Text: text, State: string(Shown), System: true,
	}
}

func (s *Sim) showNotice(g *group, topic, text string, to []string) {
	s.feed.publish("message", func() any {
		if len(to) == 1 {
			text = "to " + s.people.name(to[0]) + ": " + text
		}
		return s.passing(convOf(g.id, topic), text, s.now())
	})
}

func (s *Sim) showRefused(p Post, sent Sent) {
	s.feed.publish("message", func() any { return s.refusedView(convOf(p.Group, p.Topic), p.From, plain(p.Body), sent) })
}

func (s *Sim) showRefusedDirect(m *message, sent Sent) {
	s.feed.publish("message", func() any { return s.refusedView(convOfPair(pairOf(m.from, m.to)), m.from, plain(m.body), sent) })
}

// refusedView is what the sender alone sees of a message that the webhook refused.
func (s *Sim) refusedView(conv, from, text string, sent Sent) messageView {
	return messageView{
		Conversation: conv, ID: "r" + strconv.FormatUint(uint64(sent.Random), 10), From: from, Name: s.people.name(from),
		At: sent.Time.UnixMilli(), Text: text, State: "refused", Code: sent.Blocked, Reason: sent.Info,
	}
}

func (s *Sim) showGroup(g *group) {
	s.feed.publish("windows", func() any { return s.windowsOf(g, false) })
}

func (s *Sim) showDirect(p pair) {
	s.feed.publish("windows", func() any { return []windowView{s.directWindow(p)} })
}

func (s *Sim) showFaults() {
	s.feed.publish("faults", func() any { return s.faults.view() })
}

func (s *Sim) showCall(n JournalEntry) {
	s.feed.publish("call", func() any {
		return callView{s.now().UnixMilli(), n.Command, n.Code, n.Status, len(n.Seqs) + len(n.Keys), n.Fault}
	})
}

// view gives the chances by name.
func (d *dice) view() map[string]float64 {
	d.mu.Lock()
	defer d.mu.Unlock()
	out := map[string]float64{}
	for i, name := range faultNames {
		out[name] = d.chance[i]
	}
	return out
}
