// Package platformtest is the contract that every adapter passes: an adapter is
// run against a fake of its platform whose faults can be switched on.
package platformtest

import (
	"bytes"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/platforms"
)

// Harness is one adapter with a fake of its platform. Everything in it is made
// anew for every test.
type Harness struct {
	Adapter platforms.Adapter
	Server  Server

	// Conversations are where the contract is tried, one of each kind that the
	// platform has. They exist on the server.
	Conversations []models.Conversation

	// Inbound makes webhooks; nil where the platform does not call us.
	Inbound *Inbound

	// Secrets are the credentials that the adapter was given, and whatever else must
	// be in no error, log or print.
	Secrets []string
}

// Server is the fake platform behind the adapter under test.
type Server interface {
	// Post puts a message into a conversation and names it as an order does.
	Post(c models.Conversation, text string) platforms.Item
	// Missing names a message of the conversation that never existed, in a well-formed way.
	Missing(c models.Conversation) platforms.Item
	// Gone reports whether a message has been taken back.
	Gone(c models.Conversation, item platforms.Item) bool
	// Fail switches a fault on until the next call of Fail.
	Fail(Fault)
	// OnCall is called when a call has arrived, before it is answered; nil: nothing is.
	OnCall(func())
}

// Fault is what a fake does wrong.
type Fault string

// The faults.
const (
	Healthy    Fault = ""
	LoseAnswer Fault = "lose_answer" // applies the call, then closes the connection
	Throttle   Fault = "throttle"    // says that it wants fewer calls, and does nothing
	Garbage    Fault = "garbage"     // applies the call, then answers what nobody can read
	Partial    Fault = "partial"     // applies the call, then leaves one item out of the answer; where items are called one by one, the whole answer of one
	Down       Fault = "down"        // takes no connection
	Hang       Fault = "hang"        // takes the call and never answers
)

// Inbound makes webhooks of the platform.
type Inbound struct {
	// Posted is the genuine delivery of one message with this text; the number
	// tells messages apart.
	Posted func(text string, number int) platforms.Request
	// Forged are changes after which a genuine request is no longer one, by name:
	// wrong or missing signature, another app, a parameter given twice.
	Forged map[string]func(platforms.Request) platforms.Request
	// Stale is a genuine request that arrives too late.
	Stale func(platforms.Request) platforms.Request
	// Unreadable are authentic requests that cannot be read, by name.
	Unreadable map[string]platforms.Request
}

// Run holds an adapter to the contract. It makes a harness for each part.
func Run(t *testing.T, open func(t *testing.T) Harness) {
	t.Helper()
	parts := []struct {
		name string
		run  func(*watched)
	}{
		{"limits are usable", limits},
		{"nothing prints a secret", prints},
		{"every item has its own outcome", mixed},
		{"a full batch is taken back", full},
		{"a second recall does no harm", twice},
		{"a lost answer is unsure", lost},
		{"an unreadable answer is unsure", garbage},
		{"an answer that leaves items out is unsure", partial},
		{"throttling is told", throttling},
		{"a platform that is down is transient", down},
		{"a cancelled call is not made", cancelled},
		{"a call that hangs ends with its context", hanging},
		{"looking changes nothing", looking},
		{"what is read back is what was posted", readBack},
		{"an audience is told, or not known", audience},
		{"history is what was posted", past},
		{"numbers and what they stand for", numbered},
		{"what was posted since", recent},
		{"the roles of many", roles},
		{"whose groups are whose", moderates},
		{"no stranger is of our own", own},
		{"a posting is there once, and found", posts},
		{"a posting whose answer is lost", postsOnce},
		{"a posting that did not leave", postsNothing},
		{"a posting to a platform that is down", postsNowhere},
		{"genuine webhooks are read", genuine},
		{"order does not matter", reordered},
		{"forged webhooks are refused", forged},
		{"stale webhooks are refused", stale},
		{"unreadable webhooks are kept and acknowledged", unreadable},
		{"no cut of a webhook is lost", cuts},
	}
	for _, p := range parts {
		t.Run(p.name, func(t *testing.T) {
			logs := capture(t)
			h := &watched{T: t, Harness: open(t), logs: logs, said: new([]string)}
			p.run(h)
			h.check()
		})
	}
}

// watched is a harness in one test, which remembers everything that was said.
type watched struct {
	*testing.T
	Harness
	logs *bytes.Buffer
	said *[]string
}

// say remembers something that people or logs may see.
func (h *watched) say(v any) {
	for _, form := range []string{"%v", "%+v", "%#v"} {
		*h.said = append(*h.said, fmt.Sprintf(form, v))
	}
}

// check is the shared assertion: no secret was said, in whatever form.
func (h *watched) check() {
	h.Helper()
	if len(h.Secrets) == 0 {
		h.Error("the harness names no secret: nothing was checked")
	}
	for _, s := range slices.Concat(*h.said, []string{h.logs.String()}) {
		for _, secret := range h.Secrets {
			if secret == "" || strings.Contains(s, secret) {
				h.Errorf("a secret was said, or one is empty (said by something of %d bytes)", len(s))
			}
		}
	}
}

// capture collects what is logged while a test runs.
func capture(t *testing.T) *bytes.Buffer {
	t.Helper()
	var b bytes.Buffer
	before := slog.Default()
	slog.SetDefault(slog.New(slog.NewJSONHandler(&b, &slog.HandlerOptions{Level: slog.LevelDebug})))
	t.Cleanup(func() { slog.SetDefault(before) })
	return &b
}

// each runs a test in every conversation of the harness.
func (h *watched) each(run func(h *watched, c models.Conversation)) {
	h.Helper()
	if len(h.Conversations) == 0 {
		h.Fatal("the harness has no conversation")
	}
	for _, c := range h.Conversations {
		h.Run(string(c.Kind), func(t *testing.T) {
			sub := *h
			sub.T = t
			run(&sub, c)
		})
	}
}
