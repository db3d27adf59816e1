package tencentsim

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// Element is one part of a message body in the platform's own form.
type Element struct {
	MsgType    string
	MsgContent json.RawMessage
}

// Text returns a text element.
func Text(text string) Element { return Elem("TIMTextElem", map[string]any{"Text": text}) }

// Elem returns an element of any type; content must encode as a JSON object.
func Elem(kind string, content any) Element {
	raw, err := json.Marshal(content)
	if err != nil {
		panic(fmt.Sprintf("tencentsim: content of %s does not encode: %v", kind, err)) // a fault of the calling program
	}
	return Element{MsgType: kind, MsgContent: raw}
}

// State says what became of a message.
type State string

// The states of a message.
const (
	Shown    State = "shown"
	Recalled State = "recalled"
	Deleted  State = "deleted" // gone from the server without word to the clients
)

// Message is a snapshot of one message.
type Message struct {
	Group, Topic string
	Seq          uint32 // in its group or topic; 0 for a one-to-one message
	Key          string // MsgKey, of a one-to-one message
	From, To     string
	SentAt       time.Time
	Body         []Element
	Text         string // of its text elements, a line each
	Cloud        string // CloudCustomData
	System       bool   // a system tip
	OnlineOnly   bool
	Edits        int
	State        State
	RecalledBy   string
	RecalledAt   time.Time
	Reason       string // as recall carried it
	ReadBy       []string
}

// message is what the platform holds; its conversation's lock guards it.
type message struct {
	seq, random uint32
	key         string
	from, to    string
	operator    string
	at          time.Time
	body        []Element
	cloud       string
	priority    int
	system      bool
	onlineOnly  bool
	receipt     bool
	edits       int
	state       State
	by, reason  string
	recalledAt  time.Time
	reads       map[string]time.Time
}

// id is the client-side message id, of the shape tinyid-clientSeconds-random.
// The client's clock is never quite the server's.
func (m *message) id() string {
	return fmt.Sprintf("1441152334066438-%d-%d", m.at.Unix()-1, m.random)
}

func (m *message) expired(now time.Time, roaming time.Duration) bool { return now.Sub(m.at) > roaming }

func (m *message) recall(by, reason string, at time.Time) {
	m.state, m.by, m.reason, m.recalledAt = Recalled, by, reason, at
}

func (m *message) snapshot(group, topic string) Message {
	return Message{
		Group: group, Topic: topic, Seq: m.seq, Key: m.key, From: m.from, To: m.to, SentAt: m.at,
		Body: slices.Clone(m.body), Text: plain(m.body), Cloud: m.cloud, System: m.system, OnlineOnly: m.onlineOnly,
		Edits: m.edits, State: m.state, RecalledBy: m.by, RecalledAt: m.recalledAt, Reason: m.reason,
		ReadBy: slices.Sorted(maps.Keys(m.reads)),
	}
}

// plain is the text of the text elements; other elements show as their type.
func plain(body []Element) string {
	var lines []string
	for _, e := range body {
		var c struct{ Text, FileName string }
		_ = json.Unmarshal(e.MsgContent, &c) // what does not decode has no text to show
		switch {
		case e.MsgType == "TIMTextElem":
			lines = append(lines, c.Text)
		case c.FileName != "":
			lines = append(lines, "📎 "+c.FileName)
		default:
			lines = append(lines, "["+strings.TrimSuffix(strings.TrimPrefix(e.MsgType, "TIM"), "Elem")+"]")
		}
	}
	return strings.Join(lines, "\n")
}

// conversation is a numbered run of messages: a group's own, or a topic's. The
// group's lock guards it.
type conversation struct {
	group, topic, name string
	created            time.Time
	next               uint32     // the number that the next message gets
	msgs               []*message // consecutive numbers, the last being next-1
	online             []*message // the latest online-only ones, which have numbers of their own
	onlineNext         uint32
}

// firstOnline is where online-only messages are numbered from, far from the
// stored ones: the real numbers mean nothing either.
const firstOnline = 1 << 31

func newConversation(group, topic, name string, now time.Time) *conversation {
	return &conversation{group: group, topic: topic, name: name, created: now, next: 1, onlineNext: firstOnline}
}

// line names the conversation for the webhook senders, which keep its order.
func (c *conversation) line() string { return c.group + "\x00" + c.topic }

// add numbers and stores a message, forgetting the oldest beyond keep.
func (c *conversation) add(m *message, keep int) {
	if m.onlineOnly {
		m.seq = c.onlineNext
		c.onlineNext++
		c.online = append(c.online, m)
		c.online = c.online[max(0, len(c.online)-100):]
		return
	}
	m.seq = c.next
	c.next++
	c.msgs = append(c.msgs, m)
	if len(c.msgs) > keep+keep/4 { // now and then a quarter at once, so that adding stays cheap
		c.msgs = slices.Clone(c.msgs[len(c.msgs)-keep:])
	}
}

// first is the lowest number still held; next where there is none.
func (c *conversation) first() uint32 { return c.next - uint32(len(c.msgs)) }

// at returns the message of a number, nil if it is not held.
func (c *conversation) at(seq uint32) *message {
	if seq >= firstOnline {
		i := slices.IndexFunc(c.online, func(m *message) bool { return m.seq == seq })
		if i < 0 {
			return nil
		}
		return c.online[i]
	}
	if seq < c.first() || seq >= c.next {
		return nil
	}
	return c.msgs[seq-c.first()]
}
