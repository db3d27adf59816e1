package simulation

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/takeback-chat/takeback/models"
)

// Keep implements webhooks.Keeper.
func (s link) Keep(ctx context.Context, _ string, events []models.Judged) ([]models.Kept, error) {
	return told(func(kept *[]models.Kept) error {
		return s.transact(ctx, "keep "+named(events), func() {
			k := keeping{database: s.world.data, same: map[models.MessageID]models.MessageID{}}
			for i := range events {
				*kept = append(*kept, k.keep(&events[i]))
			}
		})
	})
}

func named(events []models.Judged) string {
	var names []string
	for _, e := range events {
		name := string(e.Event.Kind) + " " + strings.Join(e.Event.Refs, ",")
		if m := e.Event.Message; m != nil {
			name += m.Ref + " " + string(e.Decision.Verdict)
		}
		names = append(names, name)
	}
	return strings.Join(names, "; ")
}

// keeping is one transaction that keeps events.
type keeping struct {
	*database

	same map[models.MessageID]models.MessageID // ids of the intake's own, and those of the rows
}

func (k *keeping) keep(in *models.Judged) models.Kept {
	c := k.conversation(in.Event.Conversation)
	kept := models.Kept{Conversation: c.ID, Result: models.KeptDuplicate}
	switch in.Event.Kind {
	case models.EventPosted:
		k.posted(in, c, &kept)
	case models.EventEdited:
		k.edited(in, c, &kept)
	case models.EventRemoved:
		for _, ref := range in.Event.Refs {
			k.removed(c, ref, &kept)
		}
	default:
	}
	return kept
}

func (k *keeping) posted(in *models.Judged, c models.Conversation, kept *models.Kept) {
	m, known := k.messages[messageKey{c.ID, in.Event.Message.Ref}]
	if !known {
		k.judged(k.insert(in, c, kept), in, kept)
		return
	}
	k.knows(in, m, kept)
	text := textOf(in.Event.Message)
	switch {
	case m.State == models.Tombstone:
		k.fill(m, in, kept)
	case m.texts[text]:
	case !m.EditedAt.IsZero() && !m.first: // an edit overtook it
		m.first, m.texts[text], kept.Result = true, true, models.KeptUpdate
		m.Sender, m.SentAt, m.Deadline = in.Event.Message.Sender, in.Event.Message.SentAt, in.Event.Message.Deadline
		k.follow(m, in.Decision, kept)
	default:
		m.others++
		kept.Result = models.KeptConflict
	}
}

// insert adds a message as it came.
func (k *keeping) insert(in *models.Judged, c models.Conversation, kept *models.Kept) *message {
	m := &message{Message: *in.Event.Message, first: in.Event.Kind == models.EventPosted, texts: map[string]bool{}, parts: map[string]bool{}}
	m.Conversation, m.Revision = c, 1
	m.texts[textOf(&m.Message)] = true
	k.messages[messageKey{c.ID, m.Ref}], k.byID[m.ID] = m, m
	kept.Result = models.KeptNew
	k.knows(in, m, kept)
	return m
}

func (k *keeping) knows(in *models.Judged, m *message, kept *models.Kept) {
	k.same[in.Event.Message.ID] = m.ID
	kept.Message = m.ID
}

// fill gives a tombstone its message, which is gone.
func (k *keeping) fill(m *message, in *models.Judged, kept *models.Kept) {
	id, c := m.ID, m.Conversation
	m.Message = *in.Event.Message
	m.ID, m.Conversation, m.State, m.Revision, m.first = id, c, models.Removed, 1, in.Event.Kind == models.EventPosted
	m.texts[textOf(&m.Message)] = true
	kept.Result = models.KeptUpdate
	k.spread(m, in, kept)
}

func (k *keeping) edited(in *models.Judged, c models.Conversation, kept *models.Kept) {
	m, known := k.messages[messageKey{c.ID, in.Event.Message.Ref}]
	if !known {
		k.judged(k.insert(in, c, kept), in, kept)
		return
	}
	k.knows(in, m, kept)
	e, text := in.Event.Message, textOf(in.Event.Message)
	switch {
	case m.State == models.Tombstone:
		k.fill(m, in, kept)
	case !e.EditedAt.After(m.EditedAt), textOf(&m.Message) == text:
	default:
		m.EditedAt, m.Elements, m.Inspection, m.Findings = e.EditedAt, e.Elements, e.Inspection, e.Findings
		m.Revision++
		m.texts[text], kept.Result = true, models.KeptUpdate
		k.judged(m, in, kept)
	}
}

// removed notes that a message is gone by the platform's word, and what follows.
func (k *keeping) removed(c models.Conversation, ref string, kept *models.Kept) {
	m, known := k.messages[messageKey{c.ID, ref}]
	if !known {
		m = &message{texts: map[string]bool{}, parts: map[string]bool{}}
		m.ID, m.Conversation, m.Ref, m.State = models.MessageID(models.NewID()), c, ref, models.Tombstone
		k.messages[messageKey{c.ID, ref}], k.byID[m.ID] = m, m
		kept.Result = models.KeptUpdate
		return
	}
	if m.State != models.Visible {
		return
	}
	m.State, kept.Result = models.Removed, models.KeptUpdate
	if r := k.active(m.ID); r != nil {
		k.gone(r)
	}
}

// judged does what follows from the judgement of a message.
func (k *keeping) judged(m *message, in *models.Judged, kept *models.Kept) {
	if in.Event.Message.Inspection == "" {
		k.wrong("message %s is kept and nobody has looked at it", m.Ref)
	}
	k.follow(m, in.Decision, kept)
	k.spread(m, in, kept)
}

func (k *keeping) follow(m *message, d models.Decision, kept *models.Kept) {
	switch d.Verdict {
	case models.VerdictReview:
		m.asked = true
	case models.VerdictRecall:
		k.policyRecall(m, d, kept)
	default:
	}
}

// policyRecall asks for a message to be taken back at the policy's word.
func (k *keeping) policyRecall(m *message, d models.Decision, kept *models.Kept) {
	if ok, _ := m.Recallable(time.Now()); !ok {
		return
	}
	if m.held {
		m.asked = true
		return
	}
	if r := k.active(m.ID); r != nil {
		right := models.Right{Authority: models.ByPolicy}
		if !slices.Contains(r.Rights(), right) {
			r.Joined = append(r.Joined, right)
		}
		return
	}
	if k.bars(d.Rule) {
		m.asked = true
		return
	}
	r := k.request(m, models.RecallRequest{Reason: d.Reason, Actor: cmp.Or(d.Actor, "policy"), Authority: models.ByPolicy, Trigger: models.FromPolicy})
	r.Rule, r.Automatic, r.Priority, r.Text = d.Rule, true, models.PriorityPolicy+d.Severity.Rank(), cmp.Or(d.Text, d.Reason.Code.Words())
	kept.Recall, kept.Ring = r.ID, d.Hold <= 0
	if d.Hold > 0 {
		r.State, r.DueAt = models.Held, time.Now().Add(d.Hold)
		if !r.Deadline.IsZero() && !r.DueAt.Before(r.Deadline) {
			r.DueAt = time.Now().Add(max(time.Until(r.Deadline), 0) / 2)
		}
	}
}

// spread gives the other messages that hold a part of what was found in this one the
// same finding, and does with them what was decided.
func (k *keeping) spread(m *message, in *models.Judged, kept *models.Kept) {
	for _, parts := range k.shared(m.ID, in.Event.Message.Findings) {
		m.parts[encoded(parts)] = true
		for _, p := range parts {
			k.spreadTo(k.byID[p.Message], m, parts, in.Split, kept)
		}
	}
}

func (k *keeping) spreadTo(other, from *message, parts []models.FindingPart, d models.Decision, kept *models.Kept) {
	if other == nil || other == from || other.State == models.Tombstone || other.parts[encoded(parts)] {
		return
	}
	other.parts[encoded(parts)], other.Inspection = true, models.Found
	var one models.Kept
	k.follow(other, d, &one)
	kept.Ring = kept.Ring || one.Ring
}

// shared are the places of the findings that lie in several messages, by the ids of rows.
func (k *keeping) shared(own models.MessageID, findings []models.Finding) (all [][]models.FindingPart) {
	for _, f := range findings {
		if len(f.Parts) == 0 {
			continue
		}
		parts := slices.Clone(f.Parts)
		for i := range parts {
			parts[i].Message = cmp.Or(k.same[parts[i].Message], parts[i].Message, own)
		}
		all = append(all, parts)
	}
	return all
}

func encoded(parts []models.FindingPart) string {
	b, _ := json.Marshal(parts) // ids and numbers are all there is
	return string(b)
}

func textOf(m *models.Message) string { return m.Elements[0].Text }

// Amend implements webhooks.Keeper.
func (s link) Amend(ctx context.Context, _ string, in models.Judged) (models.Kept, error) {
	return told(func(kept *models.Kept) error {
		return s.transact(ctx, "amend "+in.Event.Message.Ref, func() {
			k := keeping{database: s.world.data, same: map[models.MessageID]models.MessageID{}}
			m := k.byID[in.Event.Message.ID]
			*kept = models.Kept{Result: models.KeptDuplicate, Message: m.ID, Conversation: m.Conversation.ID}
			for _, parts := range k.shared(m.ID, in.Event.Message.Findings) {
				for _, p := range parts {
					k.spreadTo(k.byID[p.Message], nil, parts, in.Split, kept)
				}
			}
		})
	})
}

// Around implements webhooks.Keeper.
func (s link) Around(ctx context.Context, _ string, c models.Conversation, sender string, at time.Time, within time.Duration) ([]models.Message, error) {
	return told(func(near *[]models.Message) error {
		return s.read(ctx, fmt.Sprintf("look around %s at %s", sender, at.Format(time.TimeOnly)), func() {
			for _, m := range s.world.data.messages {
				if m.Conversation.Ref == c.Ref && m.Sender == sender && m.State == models.Visible && m.SentAt.Sub(at).Abs() <= within {
					*near = append(*near, models.Message{ID: m.ID, Ref: m.Ref, SentAt: m.SentAt, EditedAt: m.EditedAt, Elements: m.Elements})
				}
			}
			slices.SortFunc(*near, func(a, b models.Message) int { return cmp.Compare(a.Ref, b.Ref) })
		})
	})
}
