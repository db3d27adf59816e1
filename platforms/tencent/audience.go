package tencent

import (
	"context"
	"errors"
	"sync"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/platforms"
)

// mostNamed is how many have read a message at most for their names to be asked
// for: one page of the service's list.
const mostNamed = 200

// Audience asks how many are in a group and who has read its messages. A member
// count is believed for a while, and leaves the second call for the names of who
// read one message that few have read. Communities and live groups have no
// receipts; a one-to-one chat tells by its events who has read what.
func (a *Adapter) Audience(ctx context.Context, o platforms.Order) (platforms.Audience, error) {
	if o.Conversation.Kind == models.Direct {
		return platforms.Audience{Members: 2}, nil
	}
	group := groupOf(o.Conversation)
	members, known := a.crowds.members(group)
	var counting error
	var count sync.WaitGroup
	if !known {
		count.Go(func() { members, counting = a.count(ctx, group) })
	}
	reads, err := a.receipts(ctx, o)
	if known && err == nil {
		err = a.names(ctx, group, reads)
	}
	count.Wait()
	return platforms.Audience{Members: members, Reads: reads}, errors.Join(err, counting)
}

// count asks how many are in a group; -1 where the service does not say.
func (a *Adapter) count(ctx context.Context, group string) (int, error) {
	command := folderGroup + "get_group_info"
	answer, err := a.client.call(ctx, command, infoQuestion{[]string{group}, infoFilter{[]string{"Type", "MemberNum"}}})
	if err != nil {
		return -1, err
	}
	n := -1
	answer.needList("GroupInfo", func(item *fields) {
		if item.code("ErrorCode") == 0 && item.text("GroupId") == group {
			n = item.count("MemberNum")
		}
	})
	if answer.why != "" {
		return -1, unreadableAnswer(command)
	}
	if n >= 0 {
		a.crowds.keep(group, n)
	}
	return n, nil
}

type receiptQuestion struct {
	GroupId    string
	MsgSeqList []sequenceNumber
}

// receipts asks how many have read each item. Items without a receipt are left
// out, and a group without receipts is not asked again for a while.
func (a *Adapter) receipts(ctx context.Context, o platforms.Order) ([]models.Read, error) {
	group := groupOf(o.Conversation)
	if o.Conversation.Kind != models.Group || o.Conversation.Type == "Community" || a.crowds.silent(group) {
		return nil, nil
	}
	q := receiptQuestion{GroupId: group}
	for _, item := range o.Items {
		if n := numberOf(item.Ref); n != 0 {
			q.MsgSeqList = append(q.MsgSeqList, sequenceNumber{n})
		}
	}
	command := folderGroup + "get_group_msg_receipt"
	answer, err := a.client.call(ctx, command, q)
	if class := platforms.ClassOf(err); err != nil && (class == platforms.Permanent || class == platforms.Setup) {
		a.crowds.quiet(group) // a matter of the group, or of the application's plan
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var reads []models.Read
	answer.list("GroupMsgReceiptList", func(item *fields) {
		if n := item.needUint32("MsgSeq"); item.code("Code") == 0 && item.why == "" {
			reads = append(reads, models.Read{Ref: refOfNumber(n), Count: item.count("ReadNum"), Unread: item.count("UnreadNum")})
		}
	})
	if answer.why != "" {
		return nil, unreadableAnswer(command)
	}
	return reads, nil
}

type receiptDetailQuestion struct {
	GroupId string
	MsgSeq  uint32
	Filter  int // 0: who has read it
	Cursor  string
	Count   int
}

// names adds who has read the message that the fewest have read.
func (a *Adapter) names(ctx context.Context, group string, reads []models.Read) error {
	var least *models.Read
	for i := range reads {
		if r := &reads[i]; r.Count > 0 && r.Count <= mostNamed && (least == nil || r.Count < least.Count) {
			least = r
		}
	}
	if least == nil {
		return nil
	}
	command := folderGroup + "get_group_msg_receipt_detail"
	answer, err := a.client.call(ctx, command, receiptDetailQuestion{GroupId: group, MsgSeq: numberOf(least.Ref), Count: mostNamed})
	if err != nil {
		return err
	}
	readers := answer.accounts("ReadList", "Read_Account")
	if answer.why != "" {
		return unreadableAnswer(command)
	}
	least.Readers = readers
	return nil
}
