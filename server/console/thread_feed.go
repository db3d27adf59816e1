package console

import (
	"bytes"
	"errors"
	"fmt"
	"slices"

	"github.com/takeback-chat/takeback/models"
)

func (v *visit) conversationStream() error {
	c, err := v.conversation()
	if err != nil {
		return err
	}
	return v.stream(&threadFeed{visit: v, id: c.ID, stretch: v.stretch()})
}

// threadFeed keeps the page of one conversation live.
type threadFeed struct {
	*visit

	id      models.ConversationID
	stretch stretch
	shown   []shownRow
}

// shownRow is a row as the viewer has it.
type shownRow struct {
	key  string
	html []byte
}

// beat brings the coverage up to date: holes open and close without a message.
func (f *threadFeed) beat(b *bytes.Buffer) error {
	if f.shown == nil {
		return nil // all is about to be written
	}
	return f.write(b, false)
}

func (f *threadFeed) all(b *bytes.Buffer) error { return f.write(b, true) }

func (f *threadFeed) some(b *bytes.Buffer, batch []models.Change) error {
	if !slices.ContainsFunc(batch, func(c models.Change) bool { return c.Conversation.ID == f.id || c.Kind == models.PolicyChanged }) {
		return nil
	}
	return f.write(b, false)
}

// write sends the whole page, or what of its thread is not as the viewer has it.
func (f *threadFeed) write(b *bytes.Buffer, whole bool) error {
	f.now = f.Now()
	c, err := f.Store.Conversation(f.ctx(), f.scope, f.id)
	if err != nil {
		return fmt.Errorf("conversation %s: %w", f.id, err)
	}
	place, err := f.conversationBox(c)
	if err != nil {
		return err
	}
	t, err := f.thread(place, f.stretch)
	if err != nil {
		return err
	}
	err = errors.Join(
		f.partial(b, "#coverage", "innerMorph", "coverage", place),
		f.partial(b, "#leaders", "innerMorph", "leaders", place.Leaders),
		f.partial(b, "#judged-by", "innerMorph", "judged_by", place.Policy),
		f.partial(b, "#holes", "innerMorph", "holes", place),
	)
	if err != nil {
		return err
	}
	return f.rows(b, t, whole)
}

// rows sends the thread anew, or only the rows that are new or other than before.
func (f *threadFeed) rows(b *bytes.Buffer, t thread, whole bool) error {
	fresh := make([]shownRow, len(t.Rows))
	for i, row := range t.Rows {
		var html bytes.Buffer
		if err := f.writePart(&html, "thread_row", row); err != nil {
			return err
		}
		fresh[i] = shownRow{row.Key, html.Bytes()}
	}
	gone, grown := continues(f.shown, fresh)
	if whole || !grown {
		f.shown = fresh
		return f.partial(b, "#thread", "innerMorph", "thread_rows", t.Rows)
	}
	err := f.changed(b, t.Rows, fresh, gone)
	f.shown = fresh
	return err
}

// continues reports whether a thread is the one before without its first rows and
// with others behind it, and how many of the first are gone.
func continues(before, now []shownRow) (gone int, ok bool) {
	if len(before) == 0 || len(now) == 0 {
		return 0, false
	}
	gone = slices.IndexFunc(before, func(r shownRow) bool { return r.key == now[0].key })
	if gone < 0 || len(before)-gone > len(now) {
		return 0, false
	}
	kept := before[gone:]
	return gone, slices.EqualFunc(kept, now[:len(kept)], func(a, b shownRow) bool { return a.key == b.key })
}

func (f *threadFeed) changed(b *bytes.Buffer, rows []threadRow, fresh []shownRow, gone int) error {
	kept := f.shown[gone:]
	for i, row := range rows {
		var err error
		switch {
		case i >= len(kept):
			err = f.partial(b, "#thread", "beforeend", "thread_row", row)
		case !bytes.Equal(kept[i].html, fresh[i].html):
			err = f.partial(b, "#"+row.Key, "outerMorph", "thread_row", row)
		}
		if err != nil {
			return err
		}
	}
	for _, row := range f.shown[:gone] {
		if err := f.partial(b, "#"+row.key, "delete", "nothing", nil); err != nil {
			return err
		}
	}
	return nil
}
