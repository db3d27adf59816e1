package tencentsim

import (
	"slices"
	"time"
)

type membersAnswer struct {
	status
	MemberNum  int
	MemberList []map[string]any
	Next       *string `json:",omitempty"` // communities only
}

func (s *Sim) restMembers(c *call) answer {
	id, filter, roles := c.body.text("GroupId"), read[[]string](c.body, "MemberInfoFilter"), read[[]Role](c.body, "MemberRoleFilter")
	limit, offset, next := read[int](c.body, "Limit"), read[int](c.body, "Offset"), read[string](c.body, "Next")
	if limit < 0 || limit > 6000 || offset < 0 {
		c.body.wrong("Limit")
	}
	if c.body.fault != "" {
		return c.bad()
	}
	if limit == 0 {
		limit = 6000
	}
	c.note.Group = id
	g, _, err := s.open(id, "")
	if err != nil {
		return failed(err)
	}
	defer g.mu.Unlock()
	if g.kind == Live {
		return fail(codeNoPermission, "this type of group has no member list")
	}
	a := membersAnswer{status: ok(), MemberNum: len(g.members), MemberList: []map[string]any{}}
	chosen := slices.DeleteFunc(slices.Clone(g.order), func(account string) bool {
		return len(roles) > 0 && !slices.Contains(roles, g.members[account].role)
	})
	if g.kind == Community {
		var following string
		chosen, following = after(chosen, next, limit)
		a.Next = &following
	} else {
		chosen = chosen[min(offset, len(chosen)):]
		chosen = chosen[:min(limit, len(chosen))]
	}
	for _, account := range chosen {
		a.MemberList = append(a.MemberList, g.members[account].info(filter))
	}
	return a
}

type roleItem struct {
	MemberAccount string `json:"Member_Account"`
	Role          Role
}

type rolesAnswer struct {
	status
	UserIdList []roleItem
}

func (s *Sim) restRoles(c *call) answer {
	id, accounts := c.body.text("GroupId"), need[[]string](c.body, "User_Account")
	if len(accounts) == 0 {
		c.body.wrong("User_Account")
	}
	switch {
	case c.body.fault != "":
		return c.bad()
	case len(accounts) > maxAccountsInOne:
		return fail(codeTooMany, "too many accounts")
	}
	c.note.Group = id
	g, _, err := s.open(id, "")
	if err != nil {
		return failed(err)
	}
	defer g.mu.Unlock()
	if g.kind == Live {
		return fail(codeNoPermission, "this type of group has no roles")
	}
	a := rolesAnswer{status: ok()}
	for _, account := range accounts {
		a.UserIdList = append(a.UserIdList, roleItem{account, g.roleOf(account)})
	}
	return a
}

func (m *member) info(filter []string) map[string]any {
	all := map[string]any{
		"Role": m.role, "JoinTime": m.joined.Unix(), "MsgSeq": m.readTo, "MsgFlag": "AcceptAndNotify",
		"LastSendMsgTime": seconds(m.lastSent), "MuteUntil": seconds(m.muted), "NameCard": "",
	}
	names := slices.DeleteFunc(slices.Clone(filter), func(n string) bool { return n == "Account" || n == "Member_Account" })
	if len(filter) > 0 && len(names) == 0 {
		all = map[string]any{}
	} else {
		all = keep(all, names)
	}
	all["Member_Account"] = m.account
	return all
}

// seconds is a time as the platform writes it: 0 for never.
func seconds(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.Unix()
}
