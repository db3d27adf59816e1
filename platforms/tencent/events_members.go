package tencent

import (
	"strings"

	"github.com/takeback-chat/takeback/models"
)

// roleNames are the service's words for roles.
var roleNames = map[string]models.Role{
	"owner": models.RoleOwner, "admin": models.RoleAdmin, "member": models.RoleMember,
	"notmember": models.RoleNone,
}

// roleOf reads a role; the service has been seen to pad it with a space. What
// it does not know is models.RoleUnknown: ask.
func roleOf(name string) models.Role { return roleNames[strings.ToLower(strings.TrimSpace(name))] }

// standings tells that accounts came to have a role.
func (in *inbound) standings(all ...models.Standing) {
	c := in.place()
	if len(all) == 0 {
		return
	}
	in.tell(models.Event{
		Kind: models.EventStanding, At: in.eventTime(), Conversation: c,
		Operator: in.text("Operator_Account"), Standings: all,
	})
}

// each gives every account of a list the same role, and tells it.
func (in *inbound) each(list string, role models.Role) {
	part := fields{doc: in.doc, at: in.at}
	var all []models.Standing
	part.needItems(list, func(item *fields) {
		if account := item.need("Member_Account"); item.why == "" {
			all = append(all, models.Standing{Account: account, Role: role})
		}
	})
	in.standings(all...)
	in.join(part.why)
}

// memberJoined reads Group.CallbackAfterNewMemberJoin.
func memberJoined(in *inbound) { in.each("NewMemberList", models.RoleMember) }

// memberLeft reads Group.CallbackAfterMemberExit.
func memberLeft(in *inbound) { in.each("ExitMemberList", models.RoleNone) }

// memberChanged reads Group.CallbackAfterMemberFieldChanged, which also tells of
// name cards: without a role in it, no standing changed.
func memberChanged(in *inbound) {
	account := in.either("Modified_Account", "Member_Account")
	if account == "" {
		in.fail(missingField)
	}
	if role := in.text("Role"); role != "" {
		in.standings(models.Standing{Account: account, Role: roleOf(role)})
	}
}

// ownerChanged reads Group.CallbackAfterChangeGroupOwner. What the old owner
// became it does not say.
func ownerChanged(in *inbound) {
	all := []models.Standing{{Account: in.need("NewOwner_Account"), Role: models.RoleOwner}}
	if old := in.text("OldOwner_Account"); old != "" {
		all = append(all, models.Standing{Account: old, Role: models.RoleUnknown})
	}
	in.standings(all...)
}

// groupDestroyed reads Group.CallbackAfterGroupDestroyed.
func groupDestroyed(in *inbound) {
	in.tell(models.Event{Kind: models.EventDissolved, At: in.eventTime(), Conversation: in.place()})
}

// topicDestroyed reads Group.CallbackAfterTopicDestroyed.
func topicDestroyed(in *inbound) {
	community, at := in.need("GroupId"), in.eventTime()
	part := fields{doc: in.doc, at: in.at}
	ids := part.texts("TopicIdList")
	if len(ids) == 0 {
		part.fail(missingField)
	}
	for _, id := range ids {
		if id == "" {
			part.fail(missingField)
			continue
		}
		in.tell(models.Event{Kind: models.EventDissolved, At: at, Conversation: in.adapter.topic(community, id)})
	}
	in.join(part.why)
}
