package models

import "time"

// Platform is a kind of chat service.
type Platform string

// The platforms known.
const (
	Tencent Platform = "tencent"
	Matrix  Platform = "matrix"
)

// ConversationKind says what sort of place a conversation is.
type ConversationKind string

// The kinds of conversation.
const (
	Direct ConversationKind = "direct" // one person to another
	Group  ConversationKind = "group"
	Topic  ConversationKind = "topic" // a topic of a community: a sequence of its own, the community's roles
	Live   ConversationKind = "live"  // a live (audio-video) group: no history, no admins
)

// ConversationKinds lists every kind.
var ConversationKinds = []ConversationKind{Direct, Group, Topic, Live}

// Uncounted says in a sentence why nobody can tell what was missed in
// conversations of a kind; empty where it can be told.
func (k ConversationKind) Uncounted() string {
	switch k {
	case Live:
		return "A live group keeps no history: what a lost webhook carried cannot be read back."
	case Direct:
		return "A one-to-one chat has no numbers that would show what is missing; it is read back now and then while it is in use."
	case Group, Topic:
	}
	return ""
}

// Conversation is where messages live.
type Conversation struct {
	ID   ConversationID
	App  string // the id of the app in the configuration
	Kind ConversationKind
	// Ref is the platform's name for it: a GroupId, a TopicId, or both ends of a
	// one-to-one chat in sorted order with a colon between.
	Ref string
	// Group is the group whose roles hold here: the community of a topic, Ref itself
	// for a group or live group, empty for a direct chat.
	Group string
	// Type is the platform's own type name (Work, Public, Meeting, Community, Live), if known.
	Type string

	CreatedAt     time.Time // when takeback first heard of it
	LastMessageAt time.Time // when the last one kept was received; only where conversations are asked for
	Messages      int64     // how many messages are kept of it; only where conversations are asked for
	DissolvedAt   time.Time // zero while it lives
}

// Role is what an account is in a group, by the platform's own word.
type Role string

// The roles.
const (
	RoleOwner   Role = "owner"
	RoleAdmin   Role = "admin"
	RoleMember  Role = "member"
	RoleNone    Role = "none" // not a member
	RoleUnknown Role = ""     // the platform has not said
)

// Moderates reports whether the role lets its holder take back other people's messages.
func (r Role) Moderates() bool { return r == RoleOwner || r == RoleAdmin }

// Standing is the role that an account came to have in a group.
type Standing struct {
	Account string
	Role    Role // RoleUnknown: it changed, ask the platform
}
