package tencent

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/platforms"
)

// What Verify can say.
var (
	nobodyKnows = platforms.Outcome{State: unsure, Explanation: "The chat service keeps no history that would tell."}
	isGone      = platforms.Outcome{State: wasGone, Explanation: "History shows it as taken back."}
	isPlace     = platforms.Outcome{State: wasGone, Explanation: "History shows that it is deleted or expired."}
	isAbsent    = platforms.Outcome{State: notFound, Explanation: "History does not show it."}
	isPresent   = platforms.Outcome{State: platforms.Present, Explanation: "History still shows it."}
)

// Verify reads history back and says which items are gone.
func (a *Adapter) Verify(ctx context.Context, o platforms.Order) ([]platforms.Outcome, error) {
	copies, err := a.Reread(ctx, o)
	if err != nil {
		return nil, err
	}
	all := make([]platforms.Outcome, len(copies))
	for i, c := range copies {
		all[i] = c.Outcome
	}
	return all, nil
}

// Reread reads history back: what became of each item, and what it says now.
func (a *Adapter) Reread(ctx context.Context, o platforms.Order) ([]platforms.Copy, error) {
	switch o.Conversation.Kind {
	case models.Live:
		return slices.Repeat([]platforms.Copy{{Outcome: nobodyKnows}}, len(o.Items)), nil
	case models.Direct:
		return a.rereadDirect(ctx, o)
	case models.Group, models.Topic:
	}
	return a.rereadGroup(ctx, o)
}

func (a *Adapter) rereadGroup(ctx context.Context, o platforms.Order) ([]platforms.Copy, error) {
	open := map[uint32]bool{}
	for _, item := range o.Items {
		if n := numberOf(item.Ref); n != 0 {
			open[n] = true
		}
	}
	known := map[uint32]platforms.Copy{}
	for len(open) > 0 {
		if err := a.look(ctx, o.Conversation, open, known); err != nil {
			return nil, err
		}
	}
	all := make([]platforms.Copy, len(o.Items))
	for i, item := range o.Items {
		all[i].Outcome = noName
		if n := numberOf(item.Ref); n != 0 {
			all[i] = known[n]
		}
	}
	return all, nil
}

// look reads the page of history that holds the newest open number, and moves
// at least that one from open to known.
func (a *Adapter) look(ctx context.Context, c models.Conversation, open map[uint32]bool, known map[uint32]platforms.Copy) error {
	var top uint32
	for n := range open {
		top = max(top, n)
	}
	page, err := a.groupPage(ctx, c, top, maxPage)
	if o, ok := blind(err); ok {
		for n := range open {
			known[n] = platforms.Copy{Outcome: o}
		}
		clear(open)
		return nil
	}
	if err != nil {
		return err
	}
	bottom := top - min(top, maxPage-1)
	if page.finished == partly {
		bottom = min(top, page.lowest) // below, the page says nothing
	}
	for n := range open {
		o, ok := page.states[n]
		switch {
		case !ok && n < bottom:
			continue // on a later page
		case !ok && page.finished == partly && len(page.states) == 0:
			o = platforms.Outcome{State: unsure, Explanation: "The chat service did not show this part of its history."}
		case !ok:
			o = isAbsent
		}
		known[n] = platforms.Copy{Outcome: o, Message: page.messages[n]}
		delete(open, n)
	}
	return nil
}

// blind says what holds of every message where there is no history to look into.
func blind(err error) (platforms.Outcome, bool) {
	switch codeOf(err) {
	case "10010", "10015", "110003": // the group or topic is gone
		return isAbsent, true
	case "10044": // a type of group that keeps no history
		return nobodyKnows, true
	}
	return platforms.Outcome{}, false
}

// keyTime returns the moment in a MsgKey, which ends in Unix seconds.
func keyTime(key string) time.Time {
	i := strings.LastIndexByte(key, '_')
	if n, ok := decimal(key[i+1:]); i > 0 && ok {
		return time.Unix(n, 0).UTC()
	}
	return time.Time{}
}

// rereadDirect looks at each item from both ends, since either end may have
// cleared its own view.
func (a *Adapter) rereadDirect(ctx context.Context, o platforms.Order) ([]platforms.Copy, error) {
	all := make([]platforms.Copy, len(o.Items))
	for i, item := range o.Items {
		at := firstTime(keyTime(item.Ref), item.SentAt)
		other, ok := otherEnd(o.Conversation.Ref, item.Sender)
		if !ok || at.IsZero() {
			all[i].Outcome = noName
			continue
		}
		got, err := a.views(ctx, item, other, at)
		if err != nil {
			return nil, err
		}
		all[i] = got
	}
	return all, nil
}

func (a *Adapter) views(ctx context.Context, item platforms.Item, other string, at time.Time) (platforms.Copy, error) {
	best := platforms.Copy{Outcome: isAbsent}
	for _, ends := range [][2]string{{item.Sender, other}, {other, item.Sender}} {
		got, err := a.view(ctx, ends, item.Ref, at)
		if err != nil {
			return got, err
		}
		if got.State == wasGone {
			return got, nil
		}
		if got.State == platforms.Present || best.State != platforms.Present && got.State == unsure {
			best = got
		}
	}
	return best, nil
}

// maxPages bounds how far one second of a one-to-one chat is paged through.
const maxPages = 20

// view looks for a message in one end's history of the seconds around its time.
func (a *Adapter) view(ctx context.Context, ends [2]string, key string, at time.Time) (platforms.Copy, error) {
	q := roamQuestion{ends[0], ends[1], maxRoam, at.Unix() - 1, at.Unix() + 1, ""}
	for range maxPages {
		page, err := a.directPage(ctx, q)
		if err != nil {
			return platforms.Copy{}, err
		}
		if flags, ok := page.flags[key]; ok && flags&flagRecalled != 0 {
			return platforms.Copy{Outcome: isGone}, nil
		} else if ok {
			return platforms.Copy{Outcome: isPresent, Message: page.messages[key]}, nil
		}
		if page.complete || page.lastKey == "" || page.lastKey == q.LastMsgKey {
			return platforms.Copy{Outcome: isAbsent}, nil
		}
		q.MaxTime, q.LastMsgKey = page.lastTime, page.lastKey
	}
	o := platforms.Outcome{State: unsure, Explanation: "The message was not found in " + strconv.Itoa(maxPages) + " pages of history."}
	return platforms.Copy{Outcome: o}, nil
}
