package tencentsim

import (
	"errors"
	"time"
)

func (s *Sim) restForbid(c *call) answer {
	id, accounts, mute := c.body.text("GroupId"), need[[]string](c.body, "Members_Account"), need[uint32](c.body, "MuteTime")
	switch {
	case c.body.fault != "":
		return c.bad()
	case len(accounts) > maxAccountsInOne:
		return fail(codeTooMany, "too many accounts")
	}
	c.note.Group = id
	d := time.Duration(mute) * time.Second
	if mute == foreverMuted {
		d = 100 * 365 * 24 * time.Hour
	}
	for _, account := range accounts {
		if refusal, is := errors.AsType[*CodeError](s.Mute(id, account, d)); is && refusal.Code != codeBadParameter {
			return failed(refusal)
		}
	}
	return ok()
}

type mutedItem struct {
	MemberAccount string `json:"Member_Account"`
	MutedUntil    int64
}

type mutedAnswer struct {
	status
	GroupId          string
	MutedAccountList []mutedItem
}

func (s *Sim) restMuted(c *call) answer {
	id := c.body.text("GroupId")
	if c.body.fault != "" {
		return c.bad()
	}
	c.note.Group = id
	g, _, err := s.open(id, "")
	if err != nil {
		return failed(err)
	}
	defer g.mu.Unlock()
	a := mutedAnswer{status: ok(), GroupId: id, MutedAccountList: []mutedItem{}}
	for _, account := range g.order {
		if m := g.members[account]; m.muted.After(s.now()) {
			a.MutedAccountList = append(a.MutedAccountList, mutedItem{account, m.muted.Unix()})
		}
	}
	return a
}

func (s *Sim) restModifyMember(c *call) answer {
	id, account, role := c.body.text("GroupId"), c.body.text("Member_Account"), read[Role](c.body, "Role")
	mute := read[*uint32](c.body, "MuteTime")
	if c.body.fault != "" {
		return c.bad()
	}
	c.note.Group = id
	var errs []error
	if role != "" {
		errs = append(errs, s.SetRole(c.by, id, account, role))
	}
	if mute != nil {
		errs = append(errs, s.Mute(id, account, time.Duration(*mute)*time.Second))
	}
	if refusal, is := errors.AsType[*CodeError](errors.Join(errs...)); is {
		return failed(refusal)
	}
	return ok()
}
