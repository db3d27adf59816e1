package main

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/takeback-chat/takeback/jobs"
	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/models/store"
	"github.com/takeback-chat/takeback/platforms"
	"github.com/takeback-chat/takeback/rules"
	"github.com/takeback-chat/takeback/webhooks"
)

// secondLook judges messages again by what the platform shows of them, before
// what a rule wants is done. A webhook that somebody made up matches nothing there.
type secondLook struct {
	store *store.Store
	rules *inForce
}

// Rejudge implements jobs.Judge. A message stands if the platform shows it as it
// is kept, in any of its revisions, and the policy in force would take it back.
// What it was judged by counts only if the platform shows that too: the message
// before it, and the others that hold parts of one value with it.
func (l *secondLook) Rejudge(ctx context.Context, claims []models.RecallClaim, read jobs.Read) ([]jobs.Opinion, error) {
	kept, err := l.kept(ctx, claims)
	if err != nil {
		return nil, err
	}
	beside, err := l.beside(ctx, claims, kept)
	if err != nil {
		return nil, err
	}
	v := &rereading{look: l, kept: kept, items: itemsOf(claims)}
	v.join(beside)
	copies, err := read(ctx, v.items)
	if err != nil {
		return nil, err
	}
	if err := v.take(ctx, copies, beside); err != nil {
		return nil, err
	}
	if err := v.recognise(ctx, claims); err != nil {
		return nil, err
	}
	opinions := make([]jobs.Opinion, len(claims))
	for i, c := range claims {
		opinions[i] = v.opinion(c, beside[c.Message])
	}
	return opinions, nil
}

func itemsOf(claims []models.RecallClaim) []platforms.Item {
	items := make([]platforms.Item, len(claims))
	for i, c := range claims {
		items[i] = platforms.Item{Ref: c.Ref, Sender: c.Sender, SentAt: c.SentAtPlatform}
	}
	return items
}

// kept returns the messages of recalls as they are kept.
func (l *secondLook) kept(ctx context.Context, claims []models.RecallClaim) (map[models.MessageID]models.Message, error) {
	ids := make([]models.MessageID, len(claims))
	for i, c := range claims {
		ids[i] = c.Message
	}
	found, err := l.store.MessagesByID(ctx, ids)
	if err != nil {
		return nil, err
	}
	kept := make(map[models.MessageID]models.Message, len(found))
	for _, m := range found {
		kept[m.ID] = m
	}
	return kept, nil
}

// beside returns for each message what it was judged by besides itself: those that
// hold parts of a value with it, and what its sender said just before.
func (l *secondLook) beside(ctx context.Context, claims []models.RecallClaim, kept map[models.MessageID]models.Message) (map[models.MessageID][]models.Message, error) {
	ids, err := l.before(ctx, claims, kept)
	if err != nil {
		return nil, err
	}
	for id := range ids {
		ids[id] = append(ids[id], partsOf(kept[id])...)
	}
	known, err := l.withOthers(ctx, kept, ids)
	if err != nil {
		return nil, err
	}
	out := make(map[models.MessageID][]models.Message, len(ids))
	for id, near := range ids {
		slices.Sort(near)
		for _, other := range slices.Compact(near) {
			if m, ok := known[other]; ok {
				out[id] = append(out[id], m)
			}
		}
		slices.SortFunc(out[id], order)
	}
	return out, nil
}

// withOthers adds to messages those others that are named. Most are among them: a
// flood stands in a row.
func (l *secondLook) withOthers(ctx context.Context, kept map[models.MessageID]models.Message, named map[models.MessageID][]models.MessageID) (map[models.MessageID]models.Message, error) {
	var others []models.MessageID
	for _, near := range named {
		for _, id := range near {
			if _, ok := kept[id]; !ok {
				others = append(others, id)
			}
		}
	}
	if len(others) == 0 {
		return kept, nil
	}
	slices.Sort(others)
	found, err := l.store.MessagesByID(ctx, slices.Compact(others))
	if err != nil {
		return nil, err
	}
	all := maps.Clone(kept)
	for _, m := range found {
		all[m.ID] = m
	}
	return all, nil
}

// before returns for each message that is kept the one that its sender posted just
// before it, if there is one.
func (l *secondLook) before(ctx context.Context, claims []models.RecallClaim, kept map[models.MessageID]models.Message) (map[models.MessageID][]models.MessageID, error) {
	moments := make([]store.Moment, len(claims))
	for i, c := range claims {
		moments[i] = store.Moment{Sender: kept[c.Message].Sender, At: kept[c.Message].SentAt}
	}
	around, err := l.store.AroundAll(ctx, claims[0].App, claims[0].Conversation, moments, rules.PartsWindow)
	if err != nil {
		return nil, fmt.Errorf("look around messages: %w", err)
	}
	ids := make(map[models.MessageID][]models.MessageID, len(claims))
	for i, c := range claims {
		if m, ok := kept[c.Message]; ok {
			ids[m.ID] = lastBefore(around[i], &m)
		}
	}
	return ids, nil
}

// lastBefore names the last of some messages that were posted before one; none if there is none.
func lastBefore(near []models.Message, m *models.Message) (id []models.MessageID) {
	var last *models.Message
	for i := range near {
		if n := &near[i]; earlier(n, m) && (last == nil || earlier(last, n)) {
			last = n
		}
	}
	if last != nil {
		id = append(id, last.ID)
	}
	return id
}

// partsOf names the other messages that hold parts of what was found in one.
func partsOf(m models.Message) (ids []models.MessageID) {
	for _, f := range m.Findings {
		for _, p := range f.Parts {
			if p.Message != m.ID {
				ids = append(ids, p.Message)
			}
		}
	}
	return ids
}

func earlier(a, b *models.Message) bool { return webhooks.Before(a.SentAt, a.Ref, b.SentAt, b.Ref) }

// order sorts messages as they were posted.
func order(a, b models.Message) int {
	switch {
	case earlier(&a, &b):
		return -1
	case earlier(&b, &a):
		return 1
	}
	return 0
}

// rereading is what the platform showed, for one batch.
type rereading struct {
	look   *secondLook
	kept   map[models.MessageID]models.Message
	items  []platforms.Item
	copies map[string]platforms.Copy           // by ref
	real   map[models.MessageID]models.Message // those beside, as far as they can be relied on
	same   map[models.MessageID]bool           // those that the platform shows as they are kept
}

// join adds the messages beside to what is read.
func (v *rereading) join(beside map[models.MessageID][]models.Message) {
	for _, near := range beside {
		for _, m := range near {
			if !slices.ContainsFunc(v.items, func(i platforms.Item) bool { return i.Ref == m.Ref }) {
				v.items = append(v.items, platforms.Item{Ref: m.Ref, Sender: m.Sender, SentAt: m.SentAt})
			}
		}
	}
}

// take keeps what was read, and finds out which of the messages beside are real:
// the platform shows them, or we have taken them back after they were read again.
func (v *rereading) take(ctx context.Context, copies []platforms.Copy, beside map[models.MessageID][]models.Message) error {
	v.copies, v.real = make(map[string]platforms.Copy, len(copies)), map[models.MessageID]models.Message{}
	for i, c := range copies {
		v.copies[v.items[i].Ref] = c
	}
	var gone []models.MessageID
	all := map[models.MessageID]models.Message{}
	for _, near := range beside {
		for _, m := range near {
			all[m.ID] = m
			if c := v.copies[m.Ref]; c.Message == nil {
				gone = append(gone, m.ID)
			} else {
				m.Elements = c.Message.Elements
				v.real[m.ID] = m
			}
		}
	}
	if len(gone) == 0 {
		return nil
	}
	ours, err := v.look.store.TakenBack(ctx, gone)
	if err != nil {
		return err
	}
	for _, id := range ours {
		v.real[id] = all[id]
	}
	return nil
}

// recognise finds out which of the messages are shown as they are kept.
func (v *rereading) recognise(ctx context.Context, claims []models.RecallClaim) (err error) {
	var shown []models.Message
	for _, c := range claims {
		if m := v.copies[c.Ref].Message; m != nil {
			own := *m
			own.ID = c.Message
			shown = append(shown, own)
		}
	}
	v.same, err = v.look.store.Recognised(ctx, shown)
	return err
}

// opinion judges one message again.
func (v *rereading) opinion(c models.RecallClaim, beside []models.Message) jobs.Opinion {
	shown := v.copies[c.Ref]
	o := jobs.Opinion{Outcome: shown.Outcome}
	m, known := v.kept[c.Message]
	if shown.State != platforms.Present {
		return o
	}
	if !known || shown.Message == nil || !v.same[m.ID] {
		o.Changed = true
		return o
	}
	m.Elements = shown.Message.Elements
	var past, next []rules.Past
	for _, n := range beside {
		n, ok := v.real[n.ID]
		switch p := (rules.Past{Message: n.ID, SentAt: n.SentAt, Elements: n.Elements}); {
		case ok && earlier(&n, &m):
			past = append(past, p)
		case ok:
			next = append(next, p)
		}
	}
	d, _ := v.look.rules.Current().JudgeAfter(&m, models.RoleUnknown, false, past, next...)
	o.Stands = d.Verdict == models.VerdictRecall
	return o
}
