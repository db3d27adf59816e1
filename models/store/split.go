package store

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/takeback-chat/takeback/models"
)

// A value that is split over several messages is a finding of each of them. It
// is completed by one message, with which it comes; the others are known by
// then, and what was decided is done with them in the same transaction.

// know remembers under which id a message of this transaction stands.
func (u *unit) know(e *event) {
	if id := e.in.Event.Message.ID; id != "" {
		u.kept[id] = e.row.ID
	}
}

// partsOf returns the parts of a finding with the ids of the table; no id is
// that of the message itself.
func (u *unit) partsOf(f models.Finding, own string) []models.FindingPart {
	parts := slices.Clone(f.Parts)
	for i := range parts {
		p := &parts[i]
		p.Message = cmp.Or(p.Message, models.MessageID(own))
		if id, ok := u.kept[p.Message]; ok {
			p.Message = models.MessageID(id)
		}
	}
	return parts
}

// spread gives the other messages that hold a part of what was found in this
// one the same finding, and does with them what was decided.
func (u *unit) spread(w *work, e *event) error {
	shared := u.shared(e)
	if len(shared) == 0 {
		return nil
	}
	if err := w.flush(u); err != nil { // what is asked for below must be seen there
		return err
	}
	for _, id := range messagesOf(shared) {
		if id == e.row.ID {
			continue
		}
		if err := u.spreadTo(e, id, shared); err != nil {
			return fmt.Errorf("message %s, part of a value: %w", id, err)
		}
	}
	return nil
}

// shared returns the findings of an event that have parts.
func (u *unit) shared(e *event) []models.Finding {
	var out []models.Finding
	for _, f := range e.in.Event.Message.Findings {
		if len(f.Parts) > 0 {
			f.Parts = u.partsOf(f, e.row.ID)
			out = append(out, f)
		}
	}
	return out
}

// messagesOf returns the messages of the parts in the order in which rows are
// locked, so that two nodes never wait for each other in a ring.
func messagesOf(findings []models.Finding) []string {
	ids := map[string]bool{}
	for _, f := range findings {
		for _, p := range f.Parts {
			ids[string(p.Message)] = true
		}
	}
	return slices.Sorted(maps.Keys(ids))
}

// spreadTo adds findings to a kept message that holds a part of each. Those it
// has already change nothing, so that a value found twice is on record once.
func (u *unit) spreadTo(e *event, id string, shared []models.Finding) error {
	var row messageRow
	err := first(u.locked(false).Where("id = ? AND conversation_id = ?", id, e.conv.id), &row)
	if errors.Is(err, models.ErrNotFound) || row.State == string(models.Tombstone) {
		return nil
	}
	if err != nil {
		return err
	}
	w := u.newWork()
	for _, f := range shared {
		if err := u.addPart(w, row, f); err != nil {
			return err
		}
	}
	if w.findings.len() == 0 {
		return nil
	}
	return u.complete(w, e, row)
}

// addPart adds a finding to one of its messages, with the place of the part there.
func (u *unit) addPart(w *work, row messageRow, f models.Finding) error {
	at := slices.IndexFunc(f.Parts, func(p models.FindingPart) bool { return string(p.Message) == row.ID })
	if at < 0 {
		return nil
	}
	var n int64
	err := u.tx.Model(&findingRow{}).Where("message_id = ? AND revision = ? AND detector = ? AND parts = ?",
		row.ID, row.Revision, f.Detector, encodeParts(f.Parts)).Count(&n).Error
	if err != nil || n > 0 {
		return clean(err)
	}
	f.Element, f.Start, f.End = f.Parts[at].Element, f.Parts[at].Start, f.Parts[at].End
	u.addFinding(w, row.ID, row.Revision, f)
	return nil
}

// complete does with a message that holds a part what was decided for the whole.
func (u *unit) complete(w *work, e *event, row messageRow) error {
	m := row.model()
	part := &event{
		app: e.app, conv: e.conv, row: stored{ID: row.ID}, cause: e.row.ID,
		in: &models.Judged{
			Event:    models.Event{Kind: models.EventPosted, Conversation: e.in.Event.Conversation, Message: &m},
			Decision: e.in.Split,
		},
	}
	if err := u.judgedAnew(row, e.in.Split); err != nil {
		return err
	}
	u.changed(models.MessageChanged, row.ID, m.ID, e.model())
	if err := u.follows(w, part, false); err != nil {
		return err
	}
	e.kept.Ring = e.kept.Ring || part.kept.Ring
	return w.flush(u)
}

// judgedAnew writes on a message that something was found in it after all. A
// verdict gives way only to a harder one.
func (u *unit) judgedAnew(row messageRow, d models.Decision) error {
	if hardness[d.Verdict] > hardness[models.Verdict(row.Verdict)] {
		row.Verdict, row.Rule, row.Policy = string(d.Verdict), d.Rule, int64(d.Policy)
	}
	return u.exec("UPDATE messages SET inspection = ?, verdict = ?, rule = ?, policy = ? WHERE id = ?",
		string(models.Found), row.Verdict, row.Rule, row.Policy, row.ID)
}

// hardness orders verdicts.
var hardness = map[models.Verdict]int{
	models.VerdictAllow: 1, models.VerdictReview: 2, models.VerdictRecall: 3, models.VerdictMask: 4, models.VerdictBlock: 5,
}

// Amend adds to a kept message, named by its id, findings that have Parts and
// that only became known after it was kept, to all messages that hold a part,
// and does with each of them what Split says; all in one transaction. What is on
// record already changes nothing, so that it may be called for the same value by
// several nodes and any number of times.
func (s *Store) Amend(ctx context.Context, app string, in models.Judged) (models.Kept, error) {
	e := &event{app: app, in: &in}
	err := s.write(ctx, func(u *unit) error {
		e.kept = models.Kept{Result: models.KeptDuplicate, Message: in.Event.Message.ID}
		e.row = stored{ID: string(in.Event.Message.ID)}
		if in.Split.Verdict == models.VerdictRecall {
			if _, err := u.tallied(); err != nil {
				return err
			}
		}
		if err := u.locate(e); err != nil {
			return err
		}
		shared := u.shared(e)
		for _, id := range messagesOf(shared) {
			changes := len(u.changes)
			if err := u.spreadTo(e, id, shared); err != nil {
				return fmt.Errorf("message %s, part of a value: %w", id, err)
			}
			if len(u.changes) > changes {
				e.kept.Result = models.KeptUpdate
			}
		}
		return nil
	})
	if err != nil {
		return models.Kept{}, fmt.Errorf("amend: %w", err)
	}
	return e.kept, nil
}
