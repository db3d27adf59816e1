package tencent

import (
	"context"
	"errors"
	"strconv"
	"time"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/platforms"
)

// noWebhooks keep our own messages from coming back to us.
var noWebhooks = []string{"ForbidBeforeSendMsgCallback", "ForbidAfterSendMsgCallback"}

type groupMessage struct {
	GroupId               string
	TopicId               string `json:",omitzero"`
	From_Account          string `json:",omitzero"`
	Random                uint32
	ForbidCallbackControl []string
	MsgBody               []textElement
}

type directMessage struct {
	SyncOtherMachine      int
	From_Account          string `json:",omitzero"`
	To_Account            string
	MsgLifeTime           int
	MsgSeq                uint32
	MsgRandom             uint32
	ForbidCallbackControl []string
	MsgBody               []textElement
}

type textElement struct {
	MsgType    string
	MsgContent textContent
}

type textContent struct {
	Text string
}

func textBody(texts []string) []textElement {
	var body []textElement
	for _, t := range texts {
		body = append(body, textElement{"TIMTextElem", textContent{t}})
	}
	return body
}

const (
	bothSides   = 1         // of SyncOtherMachine: the sender's devices show it too
	notSender   = 2         // of SyncOtherMachine: nothing is kept on the sender's side
	longestLife = 7 * 86400 // of MsgLifeTime in seconds, the longest there is
)

// Post posts a message of ours: to a group or topic, to the other end of a
// one-to-one chat, or to one account.
func (a *Adapter) Post(ctx context.Context, p platforms.Posting) (platforms.Posted, error) {
	_, to, err := a.parties(p)
	if err != nil {
		return platforms.Posted{}, err
	}
	if to == "" {
		return a.postGroup(ctx, p)
	}
	return a.postDirect(ctx, p, to)
}

// parties returns the two ends of a posting to one account, none for a group.
func (a *Adapter) parties(p platforms.Posting) (from, to string, err error) {
	from = p.Sender
	if from == "" {
		from = a.config.Admin
	}
	if p.Account != "" || p.Conversation.Kind != models.Direct {
		return from, p.Account, nil
	}
	speaker := p.Sender
	if speaker == "" {
		speaker = p.Named
	}
	other, ok := otherEnd(p.Conversation.Ref, speaker)
	if !ok {
		return "", "", &platforms.CallError{Op: "openim/sendmsg", Class: platforms.Permanent, Words: "The conversation's name does not say who its two ends are."}
	}
	return from, other, nil
}

func (a *Adapter) postGroup(ctx context.Context, p platforms.Posting) (platforms.Posted, error) {
	request := groupMessage{
		GroupId: groupOf(p.Conversation), From_Account: p.Sender, Random: p.Random,
		ForbidCallbackControl: noWebhooks, MsgBody: textBody(p.Texts),
	}
	if p.Conversation.Kind == models.Topic {
		request.TopicId = p.Conversation.Ref
	}
	answer, err := a.client.call(ctx, folderGroup+"send_group_msg", request)
	if err != nil {
		return unposted(err, p.Sender)
	}
	if answer.text("MsgDropReason") != "" {
		return platforms.Posted{State: platforms.PostDropped, Code: "0", Explanation: "The group is over its message rate: the message was dropped."}, nil
	}
	n := answer.uint32("MsgSeq")
	if n == 0 || answer.why != "" {
		return platforms.Posted{State: platforms.PostUnsure, Code: "0", Explanation: "The chat service did not say which message it made."}, nil
	}
	return platforms.Posted{State: platforms.PostDone, Ref: refOfNumber(n), At: answer.seconds("MsgTime"), Code: "0", Explanation: "The chat service posted it."}, nil
}

func (a *Adapter) postDirect(ctx context.Context, p platforms.Posting, to string) (platforms.Posted, error) {
	request := directMessage{
		SyncOtherMachine: notSender, From_Account: p.Sender, To_Account: to, MsgLifeTime: longestLife,
		MsgSeq: p.Random >> 1, MsgRandom: p.Random, ForbidCallbackControl: noWebhooks, MsgBody: textBody(p.Texts),
	}
	if p.Sender != "" {
		request.SyncOtherMachine = bothSides
	}
	answer, err := a.client.call(ctx, "openim/sendmsg", request)
	if err != nil {
		return unposted(err, p.Sender)
	}
	key := answer.text("MsgKey")
	if key == "" || answer.why != "" {
		return platforms.Posted{State: platforms.PostUnsure, Code: "0", Explanation: "The chat service did not say which message it made."}, nil
	}
	return platforms.Posted{State: platforms.PostDone, Ref: key, At: answer.seconds("MsgTime"), Code: "0", Explanation: "The chat service posted it."}, nil
}

// notInTheirName are the codes that say that an account cannot post here, or is
// not there any more. A receiver's block list is not among them: it is respected.
var notInTheirName = map[string]bool{"10007": true, "10019": true, "20009": true, "20010": true, "20011": true, "90008": true, "90048": true}

// unposted turns a refusal for good into an answer; other failures stay errors.
func unposted(err error, sender string) (platforms.Posted, error) {
	ce, ok := errors.AsType[*platforms.CallError](err)
	if !ok || ce.Class != platforms.Permanent {
		return platforms.Posted{}, err
	}
	p := platforms.Posted{State: platforms.PostRefused, Code: ce.Code, Explanation: ce.Words}
	if sender != "" && notInTheirName[ce.Code] {
		p.State = platforms.PostForbidden
	}
	return p, nil
}

var (
	foundPosting = platforms.Posted{State: platforms.PostDone, Explanation: "History shows that it was posted."}
	noPosting    = platforms.Posted{State: platforms.PostAbsent, Explanation: "History does not show it."}
	blindPosting = platforms.Posted{State: platforms.PostUnsure, Explanation: "The chat service keeps no history that would tell."}
)

// seekBefore is how much earlier than our first call a posting is looked for: the
// service's clock is not ours.
const seekBefore = 5 * time.Minute

// Seek looks for a posting in history by its Random and its sender.
func (a *Adapter) Seek(ctx context.Context, p platforms.Posting) (platforms.Posted, error) {
	from, to, err := a.parties(p)
	switch {
	case err != nil:
		return platforms.Posted{}, err
	case to != "":
		return a.seekDirect(ctx, p, from, to)
	case p.Conversation.Kind == models.Live:
		return blindPosting, nil
	}
	return a.seekGroup(ctx, p, from)
}

// seekGroup pages from the newest message down to those before our first call.
func (a *Adapter) seekGroup(ctx context.Context, p platforms.Posting, from string) (platforms.Posted, error) {
	var top uint32
	for range maxSeek {
		page, err := a.groupPage(ctx, p.Conversation, top, maxPage)
		if code := codeOf(err); code == "10010" || code == "10015" || code == "110003" {
			return noPosting, nil // the group or topic is gone
		} else if code == "10044" {
			return blindPosting, nil
		}
		if err != nil {
			return platforms.Posted{}, err
		}
		for _, s := range page.sent {
			if s.random == p.Random && s.sender == from {
				return s.found(), nil
			}
		}
		if len(page.states) == 0 || page.lowest <= 1 || page.finished == expired || page.before(p.Since.Add(-seekBefore)) {
			return noPosting, nil
		}
		top = page.lowest - 1
	}
	return platforms.Posted{State: platforms.PostUnsure, Explanation: "It was not found in the last " + strconv.Itoa(maxSeek*maxPage) + " messages."}, nil
}

// maxSeek bounds how many pages of history are read for one posting.
const maxSeek = 50

// sent is a message of history as far as it takes to know one of our own.
type sent struct {
	ref, sender string
	random      uint32
	at          time.Time
}

// sentOf reads who sent an item of history and under which number.
func sentOf(item *fields, ref string) sent {
	own := fields{doc: item.doc, at: item.at} // what is odd here says nothing against the item
	return sent{ref: ref, sender: own.text("From_Account"), random: own.uint32("MsgRandom"), at: own.seconds("MsgTimeStamp")}
}

func (s sent) found() platforms.Posted {
	p := foundPosting
	p.Ref, p.At = s.ref, s.at
	return p
}

// before reports whether the page reaches down to messages before a moment.
func (p *groupPage) before(t time.Time) bool {
	for _, s := range p.sent {
		if !s.at.IsZero() && s.at.Before(t) {
			return true
		}
	}
	return false
}

// seekDirect looks into the receiver's history: what the sender's devices are not
// told of stands in no other.
func (a *Adapter) seekDirect(ctx context.Context, p platforms.Posting, from, to string) (platforms.Posted, error) {
	q := roamQuestion{to, from, maxRoam, p.Since.Add(-seekBefore).Unix(), a.config.Now().Add(seekBefore).Unix(), ""}
	for range maxSeek {
		page, err := a.directPage(ctx, q)
		if err != nil {
			return platforms.Posted{}, err
		}
		for _, s := range page.sent {
			if s.random == p.Random && s.sender == from {
				return s.found(), nil
			}
		}
		if page.complete || page.lastKey == "" || page.lastKey == q.LastMsgKey {
			return noPosting, nil
		}
		q.MaxTime, q.LastMsgKey = page.lastTime, page.lastKey
	}
	return blindPosting, nil
}
