package tencent

import (
	"cmp"
	"strings"

	"github.com/takeback-chat/takeback/models"
)

// typeNames maps every name that the service has for a group type to today's.
var typeNames = map[string]string{
	"Private": "Work", "Work": "Work",
	"Public":   "Public",
	"ChatRoom": "Meeting", "Meeting": "Meeting",
	"AVChatRoom": "Live", "Live": "Live",
	"Community": "Community",
}

// typeName returns today's name of a group type; an unknown one as it is.
func typeName(name string) string {
	name = strings.TrimSpace(name)
	if today, ok := typeNames[name]; ok {
		return today
	}
	return name
}

// group returns the group or live group of a GroupId.
func (a *Adapter) group(id, typ string) models.Conversation {
	kind := models.Group
	if typ == "Live" {
		kind = models.Live
	}
	return models.Conversation{App: a.config.App, Kind: kind, Ref: id, Group: id, Type: typ}
}

// groupOf returns the group that calls name for a conversation.
func groupOf(c models.Conversation) string { return cmp.Or(c.Group, c.Ref) }

// topic returns the topic of a community.
func (a *Adapter) topic(community, id string) models.Conversation {
	return models.Conversation{App: a.config.App, Kind: models.Topic, Ref: id, Group: community, Type: "Community"}
}

// direct returns the one-to-one chat of two accounts.
func (a *Adapter) direct(one, other string) models.Conversation {
	return models.Conversation{App: a.config.App, Kind: models.Direct, Ref: directRef(one, other)}
}

func directRef(one, other string) string { return min(one, other) + ":" + max(one, other) }

// otherEnd returns who is at the other end of a one-to-one chat. Accounts may
// hold colons, so the ref alone does not say where one ends.
func otherEnd(ref, account string) (string, bool) {
	if other, ok := strings.CutPrefix(ref, account+":"); ok && directRef(account, other) == ref {
		return other, true
	}
	if other, ok := strings.CutSuffix(ref, ":"+account); ok && directRef(account, other) == ref {
		return other, true
	}
	return "", false
}

// place reads where an event of a group happened.
func (in *inbound) place() models.Conversation {
	id, typ := in.need("GroupId"), typeName(in.text("Type"))
	if topic := in.text("TopicId"); topic != "" {
		return in.adapter.topic(id, topic)
	}
	return in.adapter.group(id, typ)
}

// ends returns the two ends of a one-to-one chat, where its name leaves no doubt.
func ends(ref string) (one, other string, ok bool) {
	one, other, ok = strings.Cut(ref, ":")
	return one, other, ok && one != "" && other != "" && !strings.Contains(other, ":")
}
