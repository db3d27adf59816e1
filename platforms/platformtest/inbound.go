package platformtest

import (
	"bytes"
	"errors"
	"maps"
	"slices"

	"github.com/google/go-cmp/cmp"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/platforms"
)

// receiver returns the adapter as one that is called, or nil where its platform
// does not call us.
func (h *watched) receiver() platforms.Receiver {
	h.Helper()
	if h.Inbound == nil {
		return nil
	}
	r, ok := h.Adapter.(platforms.Receiver)
	if !ok {
		h.Fatal("the harness makes webhooks, but the adapter is no Receiver")
	}
	return r
}

// one decodes a request that holds one posted message.
func (h *watched) one(r platforms.Receiver, request platforms.Request) *models.Message {
	h.Helper()
	if err := r.Authenticate(request); err != nil {
		h.Fatalf("Authenticate: %v", err)
	}
	d := r.Decode(request)
	if len(d.Unreadable) != 0 || len(d.Events) != 1 || d.Events[0].Kind != models.EventPosted || d.Events[0].Message == nil {
		h.Fatalf("Decode: %d events, %d unreadable, want one posted message", len(d.Events), len(d.Unreadable))
	}
	h.acknowledged(r, d)
	return d.Events[0].Message
}

func (h *watched) acknowledged(r platforms.Receiver, d platforms.Delivery) {
	h.Helper()
	if a := r.Acknowledge(d); a.Status != 200 || len(a.Body) == 0 || a.ContentType == "" {
		h.Errorf("Acknowledge = status %d, %d bytes of %q", a.Status, len(a.Body), a.ContentType)
	}
}

func genuine(h *watched) {
	r := h.receiver()
	if r == nil {
		return
	}
	m := h.one(r, h.Inbound.Posted(secretText, 1))
	if m.Ref == "" || m.Sender == "" || m.App == "" || m.Conversation.Ref == "" || m.Conversation.App != m.App ||
		m.SentAt.IsZero() || m.Revision != 1 || m.State != models.Visible {
		h.Errorf("the message lacks something: %v", m)
	}
	if !slices.ContainsFunc(m.Elements, func(e models.Element) bool { return e.Text == secretText && e.Path != "" }) {
		h.Errorf("no element has the text that was posted")
	}
	if other := h.one(r, h.Inbound.Posted(secretText, 2)); other.Ref == m.Ref {
		h.Errorf("two messages have the ref %s", m.Ref)
	}
}

// reordered decodes deliveries forth and back: each says the same whatever came
// before it, and a repeated one says it again.
func reordered(h *watched) {
	r := h.receiver()
	if r == nil {
		return
	}
	var forth, back []models.Message
	for i := range 5 {
		forth = append(forth, *h.one(r, h.Inbound.Posted("hello", i+1)))
	}
	for i := range 5 {
		back = append(back, *h.one(r, h.Inbound.Posted("hello", 5-i)))
	}
	slices.Reverse(back)
	if diff := cmp.Diff(forth, back); diff != "" {
		h.Errorf("another order, another reading (-forth +back):\n%s", diff)
	}
}

func forged(h *watched) {
	r := h.receiver()
	if r == nil {
		return
	}
	if len(h.Inbound.Forged) == 0 {
		h.Fatal("the harness forges nothing")
	}
	for _, name := range slices.Sorted(maps.Keys(h.Inbound.Forged)) {
		err := r.Authenticate(h.Inbound.Forged[name](h.Inbound.Posted(secretText, 1)))
		h.say(err)
		if !errors.Is(err, platforms.ErrForged) {
			h.Errorf("%s: Authenticate = %v, want ErrForged", name, err)
		}
	}
}

func stale(h *watched) {
	r := h.receiver()
	if r == nil {
		return
	}
	err := r.Authenticate(h.Inbound.Stale(h.Inbound.Posted(secretText, 1)))
	h.say(err)
	if !errors.Is(err, platforms.ErrForged) {
		h.Errorf("Authenticate = %v, want ErrForged", err)
	}
}

// kept expects a request to be set aside, whole and with a reason.
func (h *watched) kept(r platforms.Receiver, name string, request platforms.Request) {
	h.Helper()
	d := r.Decode(request)
	if len(d.Unreadable) == 0 {
		h.Errorf("%s: nothing was set aside", name)
		return
	}
	for _, u := range d.Unreadable {
		if u.Reason == "" || len(u.Reason) > 40 || u.App == "" || u.ReceivedAt.IsZero() {
			h.Errorf("%s: set aside without reason, app or time", name)
		}
		if !u.Truncated && !bytes.Equal(u.Body, request.Body) {
			h.Errorf("%s: the body that was set aside is another", name)
		}
	}
	h.acknowledged(r, d)
}

func unreadable(h *watched) {
	r := h.receiver()
	if r == nil {
		return
	}
	if len(h.Inbound.Unreadable) == 0 {
		h.Fatal("the harness has nothing unreadable")
	}
	for _, name := range slices.Sorted(maps.Keys(h.Inbound.Unreadable)) {
		h.kept(r, name, h.Inbound.Unreadable[name])
	}
}

// cuts cuts a genuine body everywhere: each cut is set aside.
func cuts(h *watched) {
	r := h.receiver()
	if r == nil {
		return
	}
	whole := h.Inbound.Posted(secretText, 1)
	for n := range len(whole.Body) {
		cut := whole
		cut.Body = whole.Body[:n]
		h.kept(r, "cut body", cut)
	}
}
