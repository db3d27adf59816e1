package tencentsim

type groupInfoAnswer struct {
	status
	GroupInfo []map[string]any
}

type responseFilter struct {
	GroupBaseInfoFilter []string
	MemberInfoFilter    []string
	SelfInfoFilter      []string
}

func (s *Sim) restGroupInfo(c *call) answer {
	ids, filter := need[[]string](c.body, "GroupIdList"), read[responseFilter](c.body, "ResponseFilter")
	if len(ids) == 0 || len(ids) > maxGroupsInOneCall {
		c.body.wrong("GroupIdList")
	}
	if c.body.fault != "" {
		return c.bad()
	}
	a := groupInfoAnswer{status: ok()}
	for _, id := range ids {
		a.GroupInfo = append(a.GroupInfo, s.groupInfo(id, filter))
	}
	return a
}

func (s *Sim) groupInfo(id string, filter responseFilter) map[string]any {
	g, _, err := s.open(id, "")
	if err != nil {
		return map[string]any{"GroupId": id, "ErrorCode": err.Code, "ErrorInfo": err.Info}
	}
	defer g.mu.Unlock()
	info := keep(g.base(), filter.GroupBaseInfoFilter)
	info["GroupId"], info["ErrorCode"], info["ErrorInfo"] = g.id, 0, ""
	if g.kind == Community || g.kind == Live || (filter.GroupBaseInfoFilter != nil && filter.MemberInfoFilter == nil) {
		return info
	}
	members := []map[string]any{}
	for _, account := range g.order {
		members = append(members, g.members[account].info(filter.MemberInfoFilter))
	}
	info["MemberList"] = members
	return info
}

// base is what get_group_info calls base information; the caller holds the lock.
func (g *group) base() map[string]any {
	last := g.created.Unix()
	if n := len(g.main.msgs); n > 0 {
		last = g.main.msgs[n-1].at.Unix()
	}
	return map[string]any{
		"Type": g.kind, "Name": g.name, "Introduction": "", "Notification": "", "FaceUrl": "",
		"Owner_Account": g.owner, "CreateTime": g.created.Unix(), "LastInfoTime": g.created.Unix(), "LastMsgTime": last,
		"NextMsgSeq": g.main.next, "MemberNum": len(g.members), "MaxMemberNum": 2000, "ApplyJoinOption": "FreeAccess",
		"MuteAllMember": "Off",
	}
}

// keep leaves only the named fields; all where none is named.
func keep(fields map[string]any, names []string) map[string]any {
	if len(names) == 0 {
		return fields
	}
	out := map[string]any{}
	for _, n := range names {
		if v, ok := fields[n]; ok {
			out[n] = v
		}
	}
	return out
}

type joinedAnswer struct {
	status
	TotalCount  int
	GroupIdList []map[string]any
}

func (s *Sim) restJoined(c *call) answer {
	account, kind := c.body.text("Member_Account"), read[GroupType](c.body, "GroupType")
	limit, offset := read[int](c.body, "Limit"), read[int](c.body, "Offset")
	filter, huge := read[responseFilter](c.body, "ResponseFilter"), read[int](c.body, "WithHugeGroups") == 1
	if c.body.fault != "" || limit < 0 || offset < 0 {
		return c.bad()
	}
	if newer, ok := newerNames[kind]; ok {
		kind = newer
	}
	a := joinedAnswer{status: ok(), GroupIdList: []map[string]any{}}
	for _, g := range s.all() {
		if item := g.joined(account, kind, huge, filter); item != nil {
			a.TotalCount++
			if a.TotalCount > offset && (limit == 0 || len(a.GroupIdList) < limit) {
				a.GroupIdList = append(a.GroupIdList, item)
			}
		}
	}
	return a
}

// all returns the groups in the order of creation.
func (s *Sim) all() []*group {
	s.mu.RLock()
	defer s.mu.RUnlock()
	out := make([]*group, len(s.order))
	for i, id := range s.order {
		out[i] = s.groups[id]
	}
	return out
}

func (g *group) joined(account string, kind GroupType, huge bool, filter responseFilter) map[string]any {
	g.mu.Lock()
	defer g.mu.Unlock()
	m, in := g.members[account]
	if !in || g.destroyed || (kind != "" && g.kind != kind) || (g.kind == Live && !huge) {
		return nil
	}
	item := map[string]any{}
	if len(filter.GroupBaseInfoFilter) > 0 {
		item = keep(g.base(), filter.GroupBaseInfoFilter)
	}
	item["GroupId"] = g.id
	if len(filter.SelfInfoFilter) > 0 {
		self := m.info(filter.SelfInfoFilter)
		delete(self, "Member_Account")
		item["SelfInfo"] = self
	}
	return item
}

type topicsAnswer struct {
	status
	TopicAndSelfInfo []map[string]any
}

func (s *Sim) restTopics(c *call) answer {
	id, wanted := c.body.text("GroupId"), read[[]string](c.body, "TopicIdList")
	if c.body.fault != "" {
		return c.bad()
	}
	c.note.Group = id
	g, _, err := s.open(id, "")
	if err != nil {
		return failed(err)
	}
	defer g.mu.Unlock()
	if g.kind != Community {
		return fail(codeNoPermission, "only communities have topics")
	}
	if len(wanted) == 0 {
		wanted = g.topicIDs
	}
	a := topicsAnswer{status: ok(), TopicAndSelfInfo: []map[string]any{}}
	for _, topic := range wanted {
		a.TopicAndSelfInfo = append(a.TopicAndSelfInfo, g.topicInfo(topic))
	}
	return a
}

func (g *group) topicInfo(id string) map[string]any {
	t, ok := g.topics[id]
	if !ok {
		return map[string]any{"ErrorCode": codeNoTopic, "ErrorInfo": "the topic does not exist", "TopicInfo": map[string]any{"TopicId": id}}
	}
	last := t.created.Unix()
	if n := len(t.msgs); n > 0 {
		last = t.msgs[n-1].at.Unix()
	}
	return map[string]any{
		"ErrorCode": 0, "ErrorInfo": "",
		"SelfInfo": map[string]any{"ShutUpTime": 0, "MsgSeq": 0, "MsgFlag": "AcceptAndNotify"},
		"TopicInfo": map[string]any{
			"TopicName": t.name, "GroupID": g.id, "FaceUrl": "", "TopicId": t.topic, "NextMsgSeq": t.next, "Notification": "",
			"Introduction": "", "CreateTime": t.created.Unix(), "LastMsgTime": last, "MuteAllMember": "Off", "CustomString": "",
		},
	}
}
