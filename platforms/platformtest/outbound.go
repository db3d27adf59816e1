package platformtest

import (
	"context"
	"errors"
	"log/slog"
	"slices"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/platforms"
)

const secretText = "card 4111 1111 1111 1111" // what was posted; the adapter never gets to see it

// recall recalls items and holds the answer to the seam: one outcome per item,
// or an error.
func (h *watched) recall(ctx context.Context, c models.Conversation, items ...platforms.Item) ([]platforms.Outcome, error) {
	h.Helper()
	got, err := h.Adapter.Recall(ctx, platforms.Order{Conversation: c, Items: items, Reason: models.SensitiveInformation.Words()})
	h.note(len(items), got, err)
	return got, err
}

func (h *watched) verify(c models.Conversation, items ...platforms.Item) []platforms.Outcome {
	h.Helper()
	got, err := h.Adapter.Verify(h.Context(), platforms.Order{Conversation: c, Items: items})
	h.note(len(items), got, err)
	if err != nil {
		h.Fatalf("Verify: %v", err)
	}
	return got
}

// note remembers an answer and checks what holds for all of them.
func (h *watched) note(items int, got []platforms.Outcome, err error) {
	h.Helper()
	for _, o := range got {
		h.say(o)
		if o.State == "" || o.Explanation == "" {
			h.Errorf("outcome %+v lacks a state or an explanation", o)
		}
	}
	if err == nil {
		if len(got) != items {
			h.Fatalf("%d outcomes for %d items", len(got), items)
		}
		return
	}
	h.say(err)
	for cause := errors.Unwrap(err); cause != nil; cause = errors.Unwrap(cause) {
		h.say(cause)
	}
	if _, ok := errors.AsType[*platforms.CallError](err); !ok {
		h.Errorf("error %v (%T) is no *platforms.CallError", err, err)
	}
}

// post puts n messages into a conversation.
func (h *watched) post(c models.Conversation, n int) []platforms.Item {
	items := make([]platforms.Item, n)
	for i := range items {
		items[i] = h.Server.Post(c, secretText)
	}
	return items
}

func limits(h *watched) {
	h.each(func(h *watched, c models.Conversation) {
		l := h.Adapter.Limits(c.Kind)
		if l.Batch < 1 {
			h.Errorf("Limits(%s).Batch = %d, want at least 1", c.Kind, l.Batch)
		}
		if (l.ReasonBytes > 0) != (l.ReasonAudience != "") {
			h.Errorf("Limits(%s): reason of %d bytes, seen by %q", c.Kind, l.ReasonBytes, l.ReasonAudience)
		}
		if l.Window < 0 || l.GateBudget < 0 {
			h.Errorf("Limits(%s) has a negative time: %+v", c.Kind, l)
		}
	})
}

func prints(h *watched) {
	h.say(h.Adapter)
	slog.InfoContext(h.Context(), "adapter", slog.Any("adapter", h.Adapter))
	if h.Adapter.Name() == "" {
		h.Error("the adapter has no name")
	}
}

// mixed orders what is there, what is gone and what never was, in an order that
// is not the platform's, and expects each item's own outcome.
func mixed(h *watched) {
	h.each(func(h *watched, c models.Conversation) {
		items := h.post(c, 3)
		if _, err := h.recall(h.Context(), c, items[1]); err != nil {
			h.Fatalf("Recall: %v", err)
		}
		order := []platforms.Item{items[2], h.Server.Missing(c), items[1], items[0]}
		got, err := h.inBatches(c, order)
		if err != nil {
			h.Fatalf("Recall: %v", err)
		}
		want := [][]platforms.State{
			{platforms.Recalled, platforms.Hidden},
			{platforms.NotFound},
			{platforms.WasGone, platforms.NotFound, platforms.Recalled, platforms.Hidden},
			{platforms.Recalled, platforms.Hidden},
		}
		for i, o := range got {
			if !slices.Contains(want[i], o.State) {
				h.Errorf("item %d: %s, want one of %v", i, o.State, want[i])
			}
		}
		for _, item := range items {
			if !h.Server.Gone(c, item) {
				h.Errorf("message %s is still there", item.Ref)
			}
		}
	})
}

// inBatches recalls items as many at a time as the platform takes.
func (h *watched) inBatches(c models.Conversation, items []platforms.Item) ([]platforms.Outcome, error) {
	h.Helper()
	var all []platforms.Outcome
	for chunk := range slices.Chunk(items, h.Adapter.Limits(c.Kind).Batch) {
		got, err := h.recall(h.Context(), c, chunk...)
		if err != nil {
			return nil, err
		}
		all = append(all, got...)
	}
	return all, nil
}

func full(h *watched) {
	h.each(func(h *watched, c models.Conversation) {
		items := h.post(c, h.Adapter.Limits(c.Kind).Batch)
		got, err := h.recall(h.Context(), c, items...)
		if err != nil {
			h.Fatalf("Recall: %v", err)
		}
		for i, o := range got {
			if o.State != platforms.Recalled && o.State != platforms.Hidden || !h.Server.Gone(c, items[i]) {
				h.Errorf("item %d: %s, gone %v", i, o.State, h.Server.Gone(c, items[i]))
			}
		}
	})
}

func twice(h *watched) {
	h.each(func(h *watched, c models.Conversation) {
		if !h.Adapter.Limits(c.Kind).HarmlessRetry {
			return
		}
		item := h.Server.Post(c, secretText)
		for range 2 {
			got, err := h.recall(h.Context(), c, item)
			if err != nil {
				h.Fatalf("Recall: %v", err)
			}
			switch got[0].State {
			case platforms.Recalled, platforms.Hidden, platforms.WasGone, platforms.NotFound:
			default:
				h.Errorf("a recall of a message gave %s", got[0].State)
			}
		}
	})
}

// uncertain expects an answer that does not claim to know.
func (h *watched) uncertain(c models.Conversation, fault Fault) {
	h.Helper()
	item := h.Server.Post(c, secretText)
	h.Server.Fail(fault)
	got, err := h.recall(h.Context(), c, item)
	h.Server.Fail(Healthy)
	switch {
	case err != nil && platforms.ClassOf(err) != platforms.Lost:
		h.Errorf("class %s, want %s: the call may have been applied", platforms.ClassOf(err), platforms.Lost)
	case err == nil && got[0].State != platforms.Unsure:
		h.Errorf("%s, want %s: the call may have been applied", got[0].State, platforms.Unsure)
	}
	if !h.Server.Gone(c, item) {
		h.Fatal("the fake did not apply the call")
	}
	if !h.Adapter.Limits(c.Kind).History {
		return
	}
	if o := h.verify(c, item)[0]; o.State != platforms.WasGone && o.State != platforms.NotFound {
		h.Errorf("Verify afterwards: %s, want it gone", o.State)
	}
}

func lost(h *watched) {
	h.each(func(h *watched, c models.Conversation) { h.uncertain(c, LoseAnswer) })
}

func garbage(h *watched) {
	h.each(func(h *watched, c models.Conversation) { h.uncertain(c, Garbage) })
}

func partial(h *watched) {
	h.each(func(h *watched, c models.Conversation) { h.uncertain(c, Partial) })
}

func throttling(h *watched) {
	h.each(func(h *watched, c models.Conversation) {
		item := h.Server.Post(c, secretText)
		h.Server.Fail(Throttle)
		got, err := h.recall(h.Context(), c, item)
		h.Server.Fail(Healthy)
		if err != nil && platforms.ClassOf(err) != platforms.RateLimit {
			h.Errorf("class %s, want %s", platforms.ClassOf(err), platforms.RateLimit)
		}
		if err == nil && got[0].State != platforms.Throttled {
			h.Errorf("%s, want %s", got[0].State, platforms.Throttled)
		}
		if h.Server.Gone(c, item) {
			h.Error("the fake applied a throttled call")
		}
	})
}

func down(h *watched) {
	c := h.Conversations[0]
	item := h.Server.Post(c, secretText)
	h.Server.Fail(Down)
	_, err := h.recall(h.Context(), c, item)
	if platforms.ClassOf(err) != platforms.Transient {
		h.Errorf("Recall = %v, want class %s: nothing left", err, platforms.Transient)
	}
}

func cancelled(h *watched) {
	h.each(func(h *watched, c models.Conversation) {
		item := h.Server.Post(c, secretText)
		ctx, cancel := context.WithCancel(h.Context())
		cancel()
		_, err := h.recall(ctx, c, item)
		if !errors.Is(err, context.Canceled) {
			h.Errorf("Recall = %v, want context.Canceled", err)
		}
		if h.Server.Gone(c, item) {
			h.Error("the message was taken back all the same")
		}
	})
}

func hanging(h *watched) {
	h.each(func(h *watched, c models.Conversation) {
		item := h.Server.Post(c, secretText)
		ctx, cancel := context.WithCancel(h.Context())
		defer cancel()
		h.Server.Fail(Hang)
		h.Server.OnCall(cancel)
		_, err := h.recall(ctx, c, item)
		h.Server.OnCall(nil)
		h.Server.Fail(Healthy)
		if !errors.Is(err, context.Canceled) || platforms.ClassOf(err) != platforms.Lost {
			h.Errorf("Recall = %v, want context.Canceled of class %s", err, platforms.Lost)
		}
	})
}

func looking(h *watched) {
	h.each(func(h *watched, c models.Conversation) {
		items := h.post(c, 2)
		got := h.verify(c, items[0], h.Server.Missing(c), items[1])
		want := []platforms.State{platforms.Present, platforms.NotFound, platforms.Present}
		if !h.Adapter.Limits(c.Kind).History {
			want = []platforms.State{platforms.Unsure, platforms.Unsure, platforms.Unsure}
		}
		for i, o := range got {
			if o.State != want[i] {
				h.Errorf("item %d: %s, want %s", i, o.State, want[i])
			}
		}
		for _, item := range items {
			if h.Server.Gone(c, item) {
				h.Errorf("message %s is gone", item.Ref)
			}
		}
	})
}
