package platformtest

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/platforms"
)

// Board is what the fake of a platform tells besides, where messages can be
// posted into it.
type Board interface {
	// Shown counts the messages with a text that people see in a conversation.
	Shown(c models.Conversation, text string) int
}

// number is the one by which the contract's own postings are known.
const number = 4711

// posting runs a test in every conversation into which the adapter posts. The
// posting is in the name of somebody who has posted there.
func posting(h *watched, run func(h *watched, p platforms.Poster, order platforms.Posting)) {
	p, ok := h.Adapter.(platforms.Poster)
	if !ok {
		h.Skip("the adapter does not post")
	}
	if _, ok := h.Server.(Board); !ok {
		h.Fatal("the fake does not tell what is posted")
	}
	h.each(func(h *watched, c models.Conversation) {
		item := h.Server.Post(c, "hello")
		run(h, p, platforms.Posting{
			Conversation: c, Sender: item.Sender, Named: item.Sender, Texts: []string{secretText}, Random: number, Since: time.Now(),
		})
	})
}

// shown expects a posting to be there so many times.
func (h *watched) shown(order platforms.Posting, want int) {
	h.Helper()
	if n := h.Server.(Board).Shown(order.Conversation, secretText); n != want { //nolint:forcetypeassert // posting has looked
		h.Errorf("it is there %d times, want %d", n, want)
	}
}

// sought expects of a look what can be known of a posting that is there, or is not.
func (h *watched) sought(p platforms.Poster, order platforms.Posting, there bool) platforms.Posted {
	h.Helper()
	got, err := p.Seek(h.Context(), order)
	if err != nil {
		h.say(err)
		h.Fatalf("Seek: %v", err)
	}
	h.say(got)
	want := platforms.PostAbsent
	switch {
	case !h.Adapter.Limits(order.Conversation.Kind).History:
		want = platforms.PostUnsure
	case there:
		want = platforms.PostDone
	}
	if got.State != want || got.State != platforms.PostUnsure && got.Explanation == "" {
		h.Errorf("Seek = %+v, want %s", got, want)
	}
	return got
}

// posts expects a posting to be there once, under the name that was told, and to be
// told from one that is not.
func posts(h *watched) {
	posting(h, func(h *watched, p platforms.Poster, order platforms.Posting) {
		h.sought(p, order, false)
		got, err := p.Post(h.Context(), order)
		if err != nil || got.State != platforms.PostDone || got.Ref == "" || got.Explanation == "" {
			h.Fatalf("Post = %+v, %v, want it done", got, err)
		}
		h.say(got)
		h.shown(order, 1)
		if seen := h.sought(p, order, true); seen.State == platforms.PostDone && seen.Ref != got.Ref {
			h.Errorf("Seek finds %s, and %s was posted", seen.Ref, got.Ref)
		}
		order.Random++
		h.sought(p, order, false)
	})
}

// postsOnce loses the answer to a posting. It is not said to be there, is found
// where there is a history, and a second call makes no second one where the
// platform drops repetitions.
func postsOnce(h *watched) {
	for _, fault := range []Fault{LoseAnswer, Garbage} {
		h.Run(string(fault), func(t *testing.T) {
			sub := *h
			sub.T = t
			posting(&sub, func(h *watched, p platforms.Poster, order platforms.Posting) {
				order.Random += uint32(len(fault))                               // another one for each fault
				before := h.Server.(Board).Shown(order.Conversation, secretText) //nolint:forcetypeassert // posting has looked
				h.Server.Fail(fault)
				got, err := p.Post(h.Context(), order)
				h.Server.Fail(Healthy)
				if err != nil {
					h.say(err)
				}
				if err == nil && got.State != platforms.PostUnsure || err != nil && platforms.ClassOf(err) != platforms.Lost {
					h.Errorf("Post = %+v, %v, want nobody to know", got, err)
				}
				h.shown(order, before+1)
				h.sought(p, order, true)
				if h.Adapter.Limits(order.Conversation.Kind).DropsRepeats == 0 {
					return
				}
				if _, err := p.Post(h.Context(), order); err != nil {
					h.Errorf("a repetition: %v", err)
				}
				h.shown(order, before+1)
			})
		})
	}
}

// postsNothing expects failures before which nothing was posted to say so.
func postsNothing(h *watched) {
	posting(h, func(h *watched, p platforms.Poster, order platforms.Posting) {
		h.Server.Fail(Throttle)
		_, err := p.Post(h.Context(), order)
		h.Server.Fail(Healthy)
		if err == nil || platforms.ClassOf(err) != platforms.RateLimit {
			h.Errorf("Post = %v, want class %s", err, platforms.RateLimit)
		}
		h.say(err)
		ctx, cancel := context.WithCancel(h.Context())
		cancel()
		if _, err := p.Post(ctx, order); !errors.Is(err, context.Canceled) {
			h.Errorf("Post = %v, want context.Canceled", err)
		}
		h.shown(order, 0)
	})
}

// postsNowhere expects a posting to a platform that is down to have left nothing.
func postsNowhere(h *watched) {
	p, ok := h.Adapter.(platforms.Poster)
	if !ok {
		h.Skip("the adapter does not post")
	}
	h.Server.Fail(Down)
	_, err := p.Post(h.Context(), platforms.Posting{Conversation: h.Conversations[0], Texts: []string{secretText}, Random: number})
	if platforms.ClassOf(err) != platforms.Transient {
		h.Errorf("Post = %v, want class %s: nothing left", err, platforms.Transient)
	}
	h.say(err)
}
