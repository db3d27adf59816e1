package console

import (
	"bytes"
	"errors"
	"slices"

	"github.com/takeback-chat/takeback/models"
)

func (v *visit) groupStream() error {
	if _, err := v.group(); err != nil {
		return err
	}
	return v.stream(&groupFeed{v})
}

// groupFeed keeps the page of one group live.
type groupFeed struct{ *visit }

func (f *groupFeed) all(b *bytes.Buffer) error {
	f.now = f.Now()
	p, err := f.group()
	if err != nil {
		return errSignedOut // it is the visitor's no more
	}
	parts, err := f.groupParts(p, groupCard{})
	if err != nil {
		return err
	}
	return errors.Join(
		f.partial(b, "#done", "innerMorph", "group_done", parts),
		f.partial(b, "#waiting", "innerMorph", "group_waiting", parts),
		f.partial(b, "#later", "innerMorph", "group_later", parts),
		f.partial(b, "#lately", "innerMorph", "group_lately", parts),
	)
}

// some writes the page anew where something changed in this group.
func (f *groupFeed) some(b *bytes.Buffer, batch []models.Change) error {
	p, err := f.group()
	if err != nil {
		return errSignedOut
	}
	if !slices.ContainsFunc(batch, func(c models.Change) bool { return c.App == p.App && c.Conversation.Group == p.Ref }) {
		return nil
	}
	return f.all(b)
}
