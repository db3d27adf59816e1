package platformtest

import (
	"bytes"
	"errors"
	"maps"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/platforms"
)

// receiver returns the adapter as one that is called, or nil where its platform
// does not call us.
func (h *watched) receiver(t *testing.T) platforms.Receiver {
	t.Helper()
	if h.Inbound == nil {
		return nil
	}
	r, ok := h.Adapter.(platforms.Receiver)
	if !ok {
		t.Fatal("the harness makes webhooks, but the adapter is no Receiver")
	}
	return r
}

// one decodes a request that holds one posted message.
func one(t *testing.T, r platforms.Receiver, request platforms.Request) *models.Message {
	t.Helper()
	if err := r.Authenticate(request); err != nil {
		t.Fatalf("Authenticate: %v", err)
	}
	d := r.Decode(request)
	if len(d.Unreadable) != 0 || len(d.Events) != 1 || d.Events[0].Kind != models.EventPosted || d.Events[0].Message == nil {
		t.Fatalf("Decode: %d events, %d unreadable, want one posted message", len(d.Events), len(d.Unreadable))
	}
	acknowledged(t, r, d)
	return d.Events[0].Message
}

func acknowledged(t *testing.T, r platforms.Receiver, d platforms.Delivery) {
	t.Helper()
	if a := r.Acknowledge(d); a.Status != 200 || len(a.Body) == 0 || a.ContentType == "" {
		t.Errorf("Acknowledge = status %d, %d bytes of %q", a.Status, len(a.Body), a.ContentType)
	}
}

func genuine(t *testing.T, h *watched) {
	r := h.receiver(t)
	if r == nil {
		return
	}
	m := one(t, r, h.Inbound.Posted(secretText, 1))
	if m.Ref == "" || m.Sender == "" || m.App == "" || m.Conversation.Ref == "" || m.Conversation.App != m.App ||
		m.SentAt.IsZero() || m.Revision != 1 || m.State != models.Visible {
		t.Errorf("the message lacks something: %v", m)
	}
	if !slices.ContainsFunc(m.Elements, func(e models.Element) bool { return e.Text == secretText && e.Path != "" }) {
		t.Errorf("no element has the text that was posted")
	}
	if other := one(t, r, h.Inbound.Posted(secretText, 2)); other.Ref == m.Ref {
		t.Errorf("two messages have the ref %s", m.Ref)
	}
}

// reordered decodes deliveries forth and back: each says the same whatever came
// before it, and a repeated one says it again.
func reordered(t *testing.T, h *watched) {
	r := h.receiver(t)
	if r == nil {
		return
	}
	var forth, back []models.Message
	for i := range 5 {
		forth = append(forth, *one(t, r, h.Inbound.Posted("hello", i+1)))
	}
	for i := range 5 {
		back = append(back, *one(t, r, h.Inbound.Posted("hello", 5-i)))
	}
	slices.Reverse(back)
	if diff := cmp.Diff(forth, back); diff != "" {
		t.Errorf("another order, another reading (-forth +back):\n%s", diff)
	}
}

func forged(t *testing.T, h *watched) {
	r := h.receiver(t)
	if r == nil {
		return
	}
	if len(h.Inbound.Forged) == 0 {
		t.Fatal("the harness forges nothing")
	}
	for _, name := range slices.Sorted(maps.Keys(h.Inbound.Forged)) {
		err := r.Authenticate(h.Inbound.Forged[name](h.Inbound.Posted(secretText, 1)))
		h.say(err)
		if !errors.Is(err, platforms.ErrForged) {
			t.Errorf("%s: Authenticate = %v, want ErrForged", name, err)
		}
	}
}

func stale(t *testing.T, h *watched) {
	r := h.receiver(t)
	if r == nil {
		return
	}
	err := r.Authenticate(h.Inbound.Stale(h.Inbound.Posted(secretText, 1)))
	h.say(err)
	if !errors.Is(err, platforms.ErrForged) {
		t.Errorf("Authenticate = %v, want ErrForged", err)
	}
}

// kept expects a request to be set aside, whole and with a reason.
func kept(t *testing.T, r platforms.Receiver, name string, request platforms.Request) {
	t.Helper()
	d := r.Decode(request)
	if len(d.Unreadable) == 0 {
		t.Errorf("%s: nothing was set aside", name)
		return
	}
	for _, u := range d.Unreadable {
		if u.Reason == "" || len(u.Reason) > 40 || u.App == "" || u.ReceivedAt.IsZero() {
			t.Errorf("%s: set aside without reason, app or time", name)
		}
		if !u.Truncated && !bytes.Equal(u.Body, request.Body) {
			t.Errorf("%s: the body that was set aside is another", name)
		}
	}
	acknowledged(t, r, d)
}

func unreadable(t *testing.T, h *watched) {
	r := h.receiver(t)
	if r == nil {
		return
	}
	if len(h.Inbound.Unreadable) == 0 {
		t.Fatal("the harness has nothing unreadable")
	}
	for _, name := range slices.Sorted(maps.Keys(h.Inbound.Unreadable)) {
		kept(t, r, name, h.Inbound.Unreadable[name])
	}
}

// cuts cuts a genuine body everywhere: each cut is set aside.
func cuts(t *testing.T, h *watched) {
	r := h.receiver(t)
	if r == nil {
		return
	}
	whole := h.Inbound.Posted(secretText, 1)
	for n := range len(whole.Body) {
		cut := whole
		cut.Body = whole.Body[:n]
		kept(t, r, "cut body", cut)
	}
}
