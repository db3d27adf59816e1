package store

import (
	"cmp"
	"errors"
	"fmt"

	"github.com/takeback-chat/takeback/models"
)

// place names a conversation as the platform does. Direct chats stand apart:
// their refs are made of account names and might look like a group's.
type place struct {
	app    string
	direct bool
	ref    string
}

func placeOf(app string, c models.Conversation) place {
	return place{app, c.Kind == models.Direct, c.Ref}
}

// conversation is what the writer remembers of one.
type conversation struct {
	id          string
	kind        models.ConversationKind
	group, name string // name is the platform's type name
	dissolved   int64  // 0 while it lives, as far as this node has heard
	since       int64  // when the one before of the same name was dissolved; 0: it is the first
}

func (c *conversation) model(p place) models.Conversation {
	return models.Conversation{
		ID: models.ConversationID(c.id), App: p.app, Kind: c.kind, Ref: p.ref, Group: c.group, Type: c.name,
	}
}

// conversation returns the one that an event tells of, and makes it where it is new.
func (u *unit) conversation(app string, e *models.Event) (*conversation, error) {
	p := placeOf(app, e.Conversation)
	known, ok := u.places[p]
	if !ok {
		known, ok = u.s.writer.places[p]
	}
	if !ok {
		var err error
		if known, err = u.findOrMake(p, e.Conversation); err != nil {
			return nil, fmt.Errorf("conversation: %w", err)
		}
		u.places[p] = known
	}
	return u.ofTime(p, known, e)
}

func (u *unit) findOrMake(p place, c models.Conversation) (*conversation, error) {
	known, err := u.findPlace(p)
	if !errors.Is(err, models.ErrNotFound) {
		return known, err
	}
	err = u.exec(`INSERT INTO conversations
		(id, app, direct, kind, ref, group_ref, type, counted, counted_to, created_at, dissolved_at, retired)
		VALUES (?, ?, ?, ?, ?, ?, ?, 0, '', ?, 0, 0) ON CONFLICT DO NOTHING`,
		u.id(), p.app, flag(p.direct), string(c.Kind), p.ref, c.Group, c.Type, u.now.UnixMilli())
	if err != nil {
		return nil, err
	}
	return u.findPlace(p) // another node may have been first
}

// findPlace returns the last conversation that bore a name.
func (u *unit) findPlace(p place) (*conversation, error) {
	var found []conversationRow
	err := u.tx.Where("app = ? AND direct = ? AND ref = ?", p.app, flag(p.direct), p.ref).Order("retired").Find(&found).Error
	if err != nil {
		return nil, clean(err)
	}
	if len(found) == 0 || found[0].Retired != 0 {
		return nil, models.ErrNotFound
	}
	known := found[0].remembered()
	known.since = found[len(found)-1].Retired
	return known, nil
}

func (r conversationRow) remembered() *conversation {
	return &conversation{
		id: r.ID, kind: models.ConversationKind(r.Kind), group: r.GroupRef, name: r.Type,
		dissolved: r.DissolvedAt, since: r.Retired,
	}
}

// described keeps what an event tells of a conversation that was not known
// before. Only an event that names the type is believed to know the kind.
func (u *unit) described(p place, known *conversation, c models.Conversation) (*conversation, error) {
	next := *known
	next.group = cmp.Or(known.group, c.Group)
	if c.Type != "" {
		next.kind, next.name, next.group = c.Kind, c.Type, cmp.Or(c.Group, known.group)
	}
	if next == *known {
		return known, nil
	}
	err := u.exec("UPDATE conversations SET kind = ?, type = ?, group_ref = ? WHERE id = ?",
		string(next.kind), next.name, next.group, next.id)
	if err != nil {
		return nil, fmt.Errorf("describe conversation %s: %w", next.id, err)
	}
	u.places[p] = &next
	return &next, nil
}
