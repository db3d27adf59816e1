package tencentsim

import "maps"

func memberList(accounts ...string) []map[string]string {
	out := []map[string]string{}
	for _, a := range accounts {
		out = append(out, map[string]string{"Member_Account": a})
	}
	return out
}

// tellLife queues a webhook about the group itself. Which form EventTime has
// follows the sample of each page.
func (s *Sim) tellLife(g *group, command, operator string, fields map[string]any) {
	if !s.hooks.on() {
		return
	}
	body := map[string]any{"CallbackCommand": command, "GroupId": g.id, "Type": g.kind, "EventTime": textTime(s.now())}
	maps.Copy(body, fields)
	s.tell(g, g.main, command, s.platformOf(operator), body)
}

func (s *Sim) hookMemberChanged(g *group, operator, account string, role Role) {
	s.tellLife(g, "Group.CallbackAfterMemberFieldChanged", operator, map[string]any{
		"Operator_Account": operator, "Modified_Account": account, "Role": role, "EventTime": numberTime(s.now()),
	})
}

func (s *Sim) hookOwnerChanged(g *group, operator, old, account string) {
	s.tellLife(g, "Group.CallbackAfterChangeGroupOwner", operator, map[string]any{
		"Operator_Account": operator, "OldOwner_Account": old, "NewOwner_Account": account, "EventTime": numberTime(s.now()),
	})
}

func (s *Sim) hookJoined(g *group, operator string, accounts []string) {
	how := "Invited"
	if len(accounts) == 1 && accounts[0] == operator {
		how = "Apply"
	}
	s.tellLife(g, "Group.CallbackAfterNewMemberJoin", operator, map[string]any{
		"JoinType": how, "Operator_Account": operator, "NewMemberList": memberList(accounts...),
	})
}

func (s *Sim) hookExited(g *group, operator, account, how string) {
	s.tellLife(g, "Group.CallbackAfterMemberExit", operator, map[string]any{
		"ExitType": how, "Operator_Account": operator, "ExitMemberList": memberList(account),
	})
}

func (s *Sim) hookRenamed(g *group, operator, name string) {
	s.tellLife(g, "Group.CallbackAfterGroupInfoChanged", operator, map[string]any{"Operator_Account": operator, "Name": name})
}

func (s *Sim) hookDestroyed(g *group) {
	fields := map[string]any{"Owner_Account": g.owner, "Name": g.name}
	if g.kind != Community {
		fields["MemberList"] = memberList(g.order...)
	}
	s.tellLife(g, "Group.CallbackAfterGroupDestroyed", s.opt.Admin, fields)
}
