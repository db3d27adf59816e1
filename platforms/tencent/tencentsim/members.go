package tencentsim

import (
	"fmt"
	"slices"
	"time"
)

// SetRole makes a member an admin, or an admin a member again.
func (s *Sim) SetRole(operator, groupID, account string, role Role) error {
	g, _, err := s.open(groupID, "")
	if err != nil {
		return err
	}
	defer g.mu.Unlock()
	m, ok := g.members[account]
	switch {
	case !ok || (role != Admin && role != Member):
		return refuse(codeBadParameter, "no such member or role")
	case !g.hasAdmins() || m.role == Owner:
		return refuse(codeNoPermission, "the role cannot be changed here")
	case m.role == role:
		return nil
	}
	m.role = role
	s.tip(g, fmt.Sprintf("%s is now %s", s.people.name(account), roleWords[role]))
	s.hookMemberChanged(g, operator, account, role)
	s.showGroup(g)
	return nil
}

var roleWords = map[Role]string{Owner: "the owner", Admin: "an admin", Member: "a member"}

// ChangeOwner hands the group to another member.
func (s *Sim) ChangeOwner(operator, groupID, account string) error {
	g, _, err := s.open(groupID, "")
	if err != nil {
		return err
	}
	defer g.mu.Unlock()
	next, ok := g.members[account]
	if !ok {
		return refuse(codeBadParameter, "the new owner is not a member")
	}
	old := g.owner
	if was := g.members[old]; was != nil {
		was.role = Member
	}
	next.role, g.owner = Owner, account
	s.tip(g, s.people.name(account)+" is now the owner")
	s.hookOwnerChanged(g, operator, old, account)
	s.showGroup(g)
	return nil
}

// Join makes accounts members. An operator other than the one who joins has invited them.
func (s *Sim) Join(operator, groupID string, accounts ...string) error {
	g, _, err := s.open(groupID, "")
	if err != nil {
		return err
	}
	defer g.mu.Unlock()
	var fresh []string
	for _, a := range accounts {
		if _, in := g.members[a]; !in {
			s.enter(g, a, Member)
			s.tip(g, s.people.name(a)+" joined")
			fresh = append(fresh, a)
		}
	}
	if len(fresh) > 0 {
		s.hookJoined(g, operator, fresh)
		s.showGroup(g)
	}
	return nil
}

// Leave takes a member out at its own wish.
func (s *Sim) Leave(groupID, account string) error {
	return s.exit(groupID, account, account, "Quit", " left")
}

// Kick removes a member.
func (s *Sim) Kick(operator, groupID, account string) error {
	return s.exit(groupID, operator, account, "Kicked", " was removed")
}

func (s *Sim) exit(groupID, operator, account, how, words string) error {
	g, _, err := s.open(groupID, "")
	if err != nil {
		return err
	}
	defer g.mu.Unlock()
	m, in := g.members[account]
	if !in {
		return refuse(codeBadParameter, "not a member")
	}
	if m.role == Owner && g.kind != Work {
		return refuse(codeNoPermission, "the owner cannot leave")
	}
	delete(g.members, account)
	g.order = slices.DeleteFunc(g.order, func(a string) bool { return a == account })
	s.tip(g, s.people.name(account)+words)
	s.hookExited(g, operator, account, how)
	s.showGroup(g)
	return nil
}

// Mute keeps a member from speaking for a while; 0 lifts it.
func (s *Sim) Mute(groupID, account string, d time.Duration) error {
	g, _, err := s.open(groupID, "")
	if err != nil {
		return err
	}
	defer g.mu.Unlock()
	m, in := g.members[account]
	switch {
	case g.kind == Work:
		return refuse(codeNoPermission, "this type of group has no muting")
	case !in:
		return refuse(codeBadParameter, "not a member")
	}
	m.muted = s.now().Add(d)
	s.showGroup(g)
	return nil
}

// Rename changes the group's name.
func (s *Sim) Rename(operator, groupID, name string) error {
	g, _, err := s.open(groupID, "")
	if err != nil {
		return err
	}
	defer g.mu.Unlock()
	g.name, g.main.name = name, name
	s.tip(g, "the group is now called "+name)
	s.hookRenamed(g, operator, name)
	s.showGroup(g)
	return nil
}

// Destroy disbands a group: every later call for it answers 10010.
func (s *Sim) Destroy(groupID string) error {
	g, _, err := s.open(groupID, "")
	if err != nil {
		return err
	}
	defer g.mu.Unlock()
	g.destroyed = true
	s.hookDestroyed(g)
	s.showGroup(g)
	return nil
}
