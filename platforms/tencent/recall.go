package tencent

import (
	"context"
	"errors"
	"slices"
	"strconv"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/platforms"
)

type sequenceNumber struct {
	MsgSeq uint32
}

type groupRecall struct {
	GroupId    string
	MsgSeqList []sequenceNumber
	TopicId    string `json:",omitzero"`
	Reason     string `json:",omitzero"`
}

type c2cRecall struct {
	From_Account string
	To_Account   string
	MsgKey       string
}

// Recall takes the items back. A call that fails after others of the same
// order succeeded is told in the outcomes of its items.
func (a *Adapter) Recall(ctx context.Context, o platforms.Order) ([]platforms.Outcome, error) {
	size, recall := recallBatch, a.recallGroup
	if o.Conversation.Kind == models.Direct {
		size, recall = 1, a.recallDirect
	}
	var all []platforms.Outcome
	for chunk := range slices.Chunk(o.Items, size) {
		got, err := recall(ctx, o, chunk)
		if err != nil && len(all) == 0 {
			return nil, err
		}
		if err != nil {
			got = slices.Repeat([]platforms.Outcome{afterwards(err)}, len(chunk))
		}
		all = append(all, got...)
	}
	return all, nil
}

// afterwards turns the failure of a later call into the outcome of its items.
func afterwards(err error) platforms.Outcome {
	ce, ok := errors.AsType[*platforms.CallError](err)
	if !ok {
		return platforms.Outcome{State: unsure, Explanation: "The chat service's answer did not come."}
	}
	o := platforms.Outcome{State: unsure, Code: ce.Code, Explanation: ce.Words, RetryAfter: ce.RetryAfter}
	switch ce.Class {
	case platforms.Permanent:
		o.State = refused
	case platforms.RateLimit, platforms.Setup:
		o.State = throttled
	case platforms.Transient:
		if ce.Code == "" {
			o.State = throttled // it never left
		}
	case platforms.Lost:
	}
	return o
}

// outcome is what a code means for one item.
func outcome(code int) platforms.Outcome {
	if code == 0 {
		return platforms.Outcome{State: platforms.Recalled, Code: "0", Explanation: "The chat service took it back."}
	}
	r := rowOf(code)
	return platforms.Outcome{State: r.state, Code: strconv.Itoa(code), Explanation: r.words, RetryAfter: pauseOf(r)}
}

// settled turns a call's failure into one outcome for all its items where the
// code speaks of them, not of us or of the moment.
func settled(err error, n int) ([]platforms.Outcome, error) {
	ce, ok := errors.AsType[*platforms.CallError](err)
	if !ok || ce.Class != platforms.Permanent {
		return nil, err
	}
	code, convErr := strconv.Atoi(ce.Code)
	if convErr != nil {
		return nil, err
	}
	return slices.Repeat([]platforms.Outcome{outcome(code)}, n), nil
}

var noName = platforms.Outcome{State: refused, Explanation: "The message's name is not one that the chat service gives."}

func (a *Adapter) recallGroup(ctx context.Context, o platforms.Order, items []platforms.Item) ([]platforms.Outcome, error) {
	request := groupRecall{GroupId: groupOf(o.Conversation), Reason: cut(o.Reason, reasonBytes)}
	if o.Conversation.Kind == models.Topic {
		request.TopicId = o.Conversation.Ref
	}
	for _, item := range items {
		n := sequenceNumber{numberOf(item.Ref)}
		if n.MsgSeq != 0 && !slices.Contains(request.MsgSeqList, n) {
			request.MsgSeqList = append(request.MsgSeqList, n)
		}
	}
	if len(request.MsgSeqList) == 0 {
		return slices.Repeat([]platforms.Outcome{noName}, len(items)), nil
	}
	answer, err := a.client.call(ctx, folderGroup+"group_msg_recall", request)
	if err != nil {
		return settled(err, len(items))
	}
	return recalled(answer, items), nil
}

// recalled reads the items' own codes, which the service matches by number and
// not by position. An item without one, or with two that differ, is unsure.
func recalled(answer *fields, items []platforms.Item) []platforms.Outcome {
	told := map[uint32]platforms.Outcome{}
	missing := platforms.Outcome{State: unsure, Explanation: "The chat service's answer does not mention this message."}
	answer.list("RecallRetList", func(item *fields) {
		n, code := item.needUint32("MsgSeq"), item.code("RetCode")
		if item.why != "" || item.find("RetCode") == 0 {
			return
		}
		o := outcome(code)
		if before, ok := told[n]; ok && before != o {
			o = missing
		}
		told[n] = o
	})
	all := make([]platforms.Outcome, len(items))
	for i, item := range items {
		n := numberOf(item.Ref)
		o, ok := told[n]
		switch {
		case n == 0:
			o = noName
		case !ok:
			o = missing
		}
		all[i] = o
	}
	return all
}

// numberOf returns the MsgSeq that a ref names, 0 where it names none.
func numberOf(ref string) uint32 {
	n, err := strconv.ParseUint(ref, 10, 32)
	if err != nil || strconv.FormatUint(n, 10) != ref {
		return 0
	}
	return uint32(n) //nolint:gosec // ParseUint bounds it
}

func (a *Adapter) recallDirect(ctx context.Context, o platforms.Order, items []platforms.Item) ([]platforms.Outcome, error) {
	item := items[0]
	other, ok := otherEnd(o.Conversation.Ref, item.Sender)
	if !ok || item.Ref == "" {
		return []platforms.Outcome{noName}, nil
	}
	_, err := a.client.call(ctx, "openim/admin_msgwithdraw", c2cRecall{item.Sender, other, item.Ref})
	if err != nil {
		return settled(err, 1)
	}
	return []platforms.Outcome{outcome(0)}, nil
}
