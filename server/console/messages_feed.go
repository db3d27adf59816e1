package console

import (
	"bytes"
	"fmt"
	"slices"

	"github.com/takeback-chat/takeback/models"
)

func (v *visit) messagesStream() error {
	return v.stream(&messagesFeed{visit: v, filter: v.messagesFilter()})
}

// messagesFeed keeps a list of messages live.
type messagesFeed struct {
	*visit

	filter messagesFilter
	shown  []models.MessageID // newest first
}

// relistFrom is how many changed messages of one batch are cheaper to list anew
// than to look up singly.
const relistFrom = 15

func (f *messagesFeed) all(b *bytes.Buffer) error {
	f.now = f.Now()
	rows, _, err := f.messageRows(f.filter)
	if err != nil {
		return err
	}
	f.shown = f.shown[:0]
	for _, r := range rows {
		f.shown = append(f.shown, r.ID)
	}
	return f.partial(b, "#rows", "innerMorph", "message_rows", rows)
}

func (f *messagesFeed) some(b *bytes.Buffer, batch []models.Change) error {
	changed := changedMessages(batch)
	if len(changed) > relistFrom {
		return f.all(b)
	}
	for _, id := range changed {
		if err := f.one(b, id); err != nil {
			return err
		}
	}
	return nil
}

// one brings a row up to date, puts a new message on top, or leaves alone what
// is not on this page.
func (f *messagesFeed) one(b *bytes.Buffer, id models.MessageID) error {
	known := slices.Contains(f.shown, id)
	if !known && (f.filter.Cursor != "" || !f.newer(id)) {
		return nil
	}
	row, fits, err := f.row(id)
	switch {
	case err != nil:
		return err
	case !fits && known:
		f.shown = slices.DeleteFunc(f.shown, func(s models.MessageID) bool { return s == id })
		return f.partial(b, "#m-"+string(id), "delete", "nothing", nil)
	case !fits:
		return nil
	case known:
		return f.partial(b, "#m-"+string(id), "outerMorph", "message_row", row)
	}
	f.shown = slices.Insert(f.shown, 0, id)
	if err := f.partial(b, "#rows", "afterbegin", "message_row", row); err != nil {
		return err
	}
	return f.dropLast(b)
}

// newer reports whether a message belongs above the last one shown; ids sort by time.
func (f *messagesFeed) newer(id models.MessageID) bool {
	return len(f.shown) < pageRows || id > f.shown[len(f.shown)-1]
}

func (f *messagesFeed) dropLast(b *bytes.Buffer) error {
	if len(f.shown) <= pageRows {
		return nil
	}
	last := f.shown[len(f.shown)-1]
	f.shown = f.shown[:len(f.shown)-1]
	return f.partial(b, "#m-"+string(last), "delete", "nothing", nil)
}

// row reads one message, and whether it fits the filter of the page.
func (f *messagesFeed) row(id models.MessageID) (row messageRow, fits bool, err error) {
	m, err := f.Store.Message(f.ctx(), f.scope, id)
	if notThere(err) {
		return row, false, nil
	}
	if err != nil {
		return row, false, fmt.Errorf("message %s: %w", id, err)
	}
	if !f.filter.fits(m) {
		return row, false, nil
	}
	r, err := f.latestRecall(id)
	if err != nil {
		return row, false, err
	}
	if r == nil {
		return f.messageRow(m, nil), true, nil
	}
	return f.messageRow(m, pillOf(*r)), true, nil
}

// fits says of one message what the store says of the list. The time is left
// out: what changes now is as new as can be.
func (f messagesFilter) fits(m models.Message) bool {
	return is(f.App, m.App) && is(f.Sender, m.Sender) &&
		is(f.State, string(m.State)) && is(f.Verdict, string(m.Verdict)) &&
		(is(f.Conversation, m.Conversation.Ref) || is(f.Conversation, string(m.Conversation.ID))) &&
		(f.Detector == "" || hit(m.Findings, f.Detector))
}

func is(want, got string) bool { return want == "" || want == got }

func hit(findings []models.Finding, detector string) bool {
	return slices.ContainsFunc(findings, func(f models.Finding) bool { return f.Detector == detector })
}
