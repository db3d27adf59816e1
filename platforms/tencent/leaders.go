package tencent

import (
	"cmp"
	"context"
	"slices"

	"github.com/takeback-chat/takeback/models"
)

// leadersAtOnce is how many of a group's owner and admins are asked for: a group has
// one owner and few admins.
const leadersAtOnce = 100

type membersQuestion struct {
	GroupId          string
	MemberInfoFilter []string
	MemberRoleFilter []string
	Limit            int
	Offset           int
}

// Leaders lists the owner and the admins of a conversation, the owner first. Of a live
// group the service tells the owner only; a one-to-one chat has neither.
func (a *Adapter) Leaders(ctx context.Context, c models.Conversation) ([]models.Standing, error) {
	group := groupOf(c)
	switch c.Kind {
	case models.Direct:
		return nil, nil
	case models.Live:
		return a.onlyOwner(ctx, group)
	case models.Group, models.Topic:
	}
	all, err := a.leaders(ctx, group, typeName(c.Type) == "Work")
	if code := codeOf(err); code == "10007" { // perhaps a live group that was not known as one
		return a.onlyOwner(ctx, group)
	}
	return all, err
}

func (a *Adapter) onlyOwner(ctx context.Context, group string) ([]models.Standing, error) {
	owner, err := a.ownerOf(ctx, group)
	if err != nil || owner == "" {
		return nil, err
	}
	return []models.Standing{{Account: owner, Role: models.RoleOwner}}, nil
}

func (a *Adapter) leaders(ctx context.Context, group string, work bool) ([]models.Standing, error) {
	command := folderGroup + "get_group_member_info"
	answer, err := a.client.call(ctx, command, membersQuestion{group, []string{"Role"}, []string{"Owner", "Admin"}, leadersAtOnce, 0})
	if gone(err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var all []models.Standing
	answer.needList("MemberList", func(item *fields) {
		s := models.Standing{Account: item.text("Member_Account"), Role: roleOf(item.text("Role"))}
		if s.Account != "" && s.Role.Moderates() && !(work && s.Role == models.RoleAdmin) { // Work groups have no administrators
			all = append(all, s)
		}
	})
	if answer.why != "" {
		return nil, unreadableAnswer(command)
	}
	slices.SortStableFunc(all, func(x, y models.Standing) int { return cmp.Compare(rank(x.Role), rank(y.Role)) })
	return all, nil
}

// rank puts an owner before admins.
func rank(r models.Role) int {
	if r == models.RoleOwner {
		return 0
	}
	return 1
}
