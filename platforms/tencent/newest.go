package tencent

import (
	"context"

	"github.com/takeback-chat/takeback/models"
)

type topicsQuestion struct {
	GroupId      string
	From_Account string
	TopicIdList  []string
}

// Newest asks for the next numbers of groups, or of topics of one community.
func (a *Adapter) Newest(ctx context.Context, cs []models.Conversation) ([]int64, error) {
	if len(cs) == 0 {
		return nil, nil
	}
	ask := a.newestOfGroups
	if cs[0].Kind == models.Topic {
		ask = a.newestOfTopics
	}
	next, err := ask(ctx, cs)
	if err != nil {
		return nil, err
	}
	newest := make([]int64, len(cs))
	for i, c := range cs {
		newest[i] = max(0, int64(next[c.Ref])-1)
	}
	return newest, nil
}

// newestOfGroups returns the next numbers of groups. Each has a code of its own;
// one that the service does not tell of is left out.
func (a *Adapter) newestOfGroups(ctx context.Context, cs []models.Conversation) (map[string]uint32, error) {
	command := folderGroup + "get_group_info"
	q := infoQuestion{ResponseFilter: infoFilter{GroupBaseInfoFilter: []string{"NextMsgSeq"}}}
	for _, c := range cs {
		q.GroupIdList = append(q.GroupIdList, groupOf(c))
	}
	answer, err := a.client.call(ctx, command, q)
	if err != nil {
		return nil, err
	}
	next := map[string]uint32{}
	answer.list("GroupInfo", func(item *fields) {
		if n := item.uint32("NextMsgSeq"); item.code("ErrorCode") == 0 && item.why == "" {
			next[item.text("GroupId")] = n
		}
	})
	if answer.why != "" {
		return nil, unreadableAnswer(command)
	}
	return next, nil
}

// newestOfTopics returns the next numbers of topics; none where the community is gone.
func (a *Adapter) newestOfTopics(ctx context.Context, cs []models.Conversation) (map[string]uint32, error) {
	command := "million_group_open_http_svc/get_topic"
	q := topicsQuestion{GroupId: groupOf(cs[0]), From_Account: a.config.Admin}
	for _, c := range cs {
		q.TopicIdList = append(q.TopicIdList, c.Ref)
	}
	answer, err := a.client.call(ctx, command, q)
	if _, ok := blind(err); ok {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	next := map[string]uint32{}
	answer.list("TopicAndSelfInfo", func(item *fields) {
		i := item.find("TopicInfo")
		if i == 0 || item.code("ErrorCode") != 0 {
			return
		}
		topic := fields{doc: item.doc, at: i}
		next[topic.text("TopicId")] = topic.uint32("NextMsgSeq")
		item.fail(topic.why)
	})
	if answer.why != "" {
		return nil, unreadableAnswer(command)
	}
	return next, nil
}
