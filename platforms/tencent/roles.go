package tencent

import (
	"context"
	"errors"
	"slices"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/platforms"
)

// Authority asks the service for an account's role. A topic has the roles of
// its community; a live group has an owner and nobody else that the service
// tells of; a one-to-one chat has no roles.
func (a *Adapter) Authority(ctx context.Context, c models.Conversation, account string) (models.Role, error) {
	group := groupOf(c)
	switch {
	case c.Kind == models.Direct || account == "":
		return models.RoleNone, nil
	case c.Kind == models.Live:
		return a.owner(ctx, group, account)
	}
	role, err := a.role(ctx, group, account)
	if codeOf(err) == "10007" { // perhaps a live group that was not known as one
		return a.owner(ctx, group, account)
	}
	if role == models.RoleAdmin && typeName(c.Type) == "Work" {
		return models.RoleMember, err // Work groups have no administrators
	}
	return role, err
}

func codeOf(err error) string {
	if ce, ok := errors.AsType[*platforms.CallError](err); ok {
		return ce.Code
	}
	return ""
}

// gone reports whether a code says that there is no such group or account, so
// that nobody has a part in it.
func gone(err error) bool {
	switch codeOf(err) {
	case "10010", "10015", "10019":
		return true
	}
	return false
}

// rolesAtOnce is how many accounts one get_role_in_group names.
const rolesAtOnce = 500

// Authorities asks the service for the roles of many accounts, as Authority does.
func (a *Adapter) Authorities(ctx context.Context, c models.Conversation, accounts []string) (map[string]models.Role, error) {
	if c.Kind != models.Group && c.Kind != models.Topic { // a live group's owner is asked for by name, others have no roles
		return a.oneByOne(ctx, c, accounts)
	}
	all := make(map[string]models.Role, len(accounts))
	for some := range slices.Chunk(accounts, rolesAtOnce) {
		roles, err := a.roles(ctx, groupOf(c), some)
		if codeOf(err) == "10007" { // perhaps a live group that was not known as one
			return a.oneByOne(ctx, c, accounts)
		}
		if err != nil {
			return nil, err
		}
		for _, account := range some {
			all[account] = among(roles, account)
			if all[account] == models.RoleAdmin && typeName(c.Type) == "Work" {
				all[account] = models.RoleMember // Work groups have no administrators
			}
		}
	}
	return all, nil
}

func (a *Adapter) oneByOne(ctx context.Context, c models.Conversation, accounts []string) (map[string]models.Role, error) {
	all := make(map[string]models.Role, len(accounts))
	for _, account := range accounts {
		role, err := a.Authority(ctx, c, account)
		if err != nil {
			return nil, err
		}
		all[account] = role
	}
	return all, nil
}

type roleQuestion struct {
	GroupId      string
	User_Account []string
}

func (a *Adapter) role(ctx context.Context, group, account string) (models.Role, error) {
	roles, err := a.roles(ctx, group, []string{account})
	if err != nil {
		return models.RoleUnknown, err
	}
	return among(roles, account), nil
}

// among is an account's role; who is missing from an answer has none.
func among(roles map[string]models.Role, account string) models.Role {
	if role, said := roles[account]; said {
		return role
	}
	return models.RoleNone
}

// roles asks for the roles of up to rolesAtOnce accounts.
func (a *Adapter) roles(ctx context.Context, group string, accounts []string) (map[string]models.Role, error) {
	command := folderGroup + "get_role_in_group"
	answer, err := a.client.call(ctx, command, roleQuestion{group, accounts})
	if gone(err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	roles := make(map[string]models.Role, len(accounts))
	answer.needList("UserIdList", func(item *fields) {
		roles[item.text("Member_Account")] = roleOf(item.text("Role"))
	})
	if answer.why != "" {
		return nil, unreadableAnswer(command)
	}
	return roles, nil
}

type infoQuestion struct {
	GroupIdList    []string
	ResponseFilter infoFilter
}

type infoFilter struct {
	GroupBaseInfoFilter []string
}

// owner says whether an account owns a group.
func (a *Adapter) owner(ctx context.Context, group, account string) (models.Role, error) {
	owner, err := a.ownerOf(ctx, group)
	switch {
	case err != nil:
		return models.RoleUnknown, err
	case owner == account:
		return models.RoleOwner, nil
	}
	return models.RoleNone, nil
}

// ownerOf names the owner of a group; empty where there is none, or no such group.
// Each group of the answer has a code of its own; the outer one says nothing.
func (a *Adapter) ownerOf(ctx context.Context, group string) (string, error) {
	command := folderGroup + "get_group_info"
	answer, err := a.client.call(ctx, command, infoQuestion{[]string{group}, infoFilter{[]string{"Type", "Owner_Account"}}})
	if gone(err) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	owner, said := "", 0
	answer.needList("GroupInfo", func(item *fields) {
		if code := item.code("ErrorCode"); code != 0 {
			said = code
			return
		}
		if item.text("GroupId") == group {
			owner = item.text("Owner_Account")
		}
	})
	switch {
	case answer.why != "":
		return "", unreadableAnswer(command)
	case said != 0:
		if err := failure(command, said); !gone(err) {
			return "", err
		}
		return "", nil
	}
	return owner, nil
}

const joinedPage = 100 // groups of one get_joined_group_list

type joinedQuestion struct {
	Member_Account     string
	WithHugeGroups     int
	WithNoActiveGroups int
	Limit              int
	Offset             int
	GroupType          string `json:",omitzero"`
	SupportTopic       int    `json:",omitzero"`
	ResponseFilter     joinedFilter
}

type joinedFilter struct {
	GroupBaseInfoFilter []string
	SelfInfoFilter      []string
}

// Moderates lists the groups in which an account is owner or admin. Communities
// with topics are listed apart from other groups.
func (a *Adapter) Moderates(ctx context.Context, account string) ([]string, error) {
	filter := joinedFilter{[]string{"Type"}, []string{"Role"}}
	plain := joinedQuestion{Member_Account: account, WithHugeGroups: 1, WithNoActiveGroups: 1, Limit: joinedPage, ResponseFilter: filter}
	topics := plain
	topics.GroupType, topics.SupportTopic = "Community", 1
	seen := map[string]bool{}
	var groups []string
	for _, q := range []joinedQuestion{plain, topics} {
		found, err := a.joined(ctx, q)
		if err != nil {
			return nil, err
		}
		for _, g := range found {
			if !seen[g] {
				seen[g] = true
				groups = append(groups, g)
			}
		}
	}
	return groups, nil
}

// joined reads every page of one list.
func (a *Adapter) joined(ctx context.Context, q joinedQuestion) ([]string, error) {
	command := folderGroup + "get_joined_group_list"
	var groups []string
	for {
		answer, err := a.client.call(ctx, command, q)
		if err != nil {
			return nil, err
		}
		n := 0
		answer.list("GroupIdList", func(item *fields) {
			n++
			if item.moderated() {
				groups = append(groups, item.need("GroupId"))
			}
		})
		total := answer.count("TotalCount")
		if answer.why != "" {
			return nil, unreadableAnswer(command)
		}
		q.Offset += n
		if n == 0 || q.Offset >= total {
			return groups, nil
		}
	}
}

// moderated reports whether one entry of the list is a group that its member moderates.
func (f *fields) moderated() bool {
	self := fields{doc: f.doc, at: f.find("SelfInfo")}
	if self.at == 0 {
		return false
	}
	role, typ := roleOf(self.text("Role")), typeName(f.text("Type"))
	return role == models.RoleOwner || role == models.RoleAdmin && typ != "Work" && typ != "Live"
}
