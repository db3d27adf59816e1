package tencent

import (
	"cmp"
	"context"
	"math"
	"slices"
	"time"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/platforms"
)

const (
	maxPage      = 20  // messages of one group_msg_get_simple
	maxRoam      = 100 // messages of one admin_getroammsg; the service may give fewer
	flagRecalled = 8   // of MsgFlagBits

	partly  = 0 // of IsFinished: cut, page again
	expired = 2 // of IsFinished: cut, and what is missing has expired

	placeGone     = 1 // of IsPlaceMsg: deleted, expired or never stored
	placeRecalled = 2 // of IsPlaceMsg
)

type groupQuestion struct {
	GroupId         string
	ReqMsgSeq       uint32 `json:",omitzero"`
	ReqMsgNumber    int
	WithRecalledMsg int
	TopicId         string `json:",omitzero"`
}

// groupPage is one page of a group's history.
type groupPage struct {
	states   map[uint32]platforms.Outcome
	messages map[uint32]*models.Message // those that can be read
	events   []models.Event             // newest first
	sent     []sent
	lowest   uint32 // the smallest number on the page
	finished int
	tips     map[uint32]bool       // notices of the service's own
	odd      map[uint32]unreadable // messages that are there and cannot be read
	parts    map[uint32][]byte     // of the answer, that hold those
}

// groupPage reads up to number messages at or below top (0: from the newest).
func (a *Adapter) groupPage(ctx context.Context, c models.Conversation, top uint32, number int) (groupPage, error) {
	command := folderGroup + "group_msg_get_simple"
	q := groupQuestion{GroupId: groupOf(c), ReqMsgSeq: top, ReqMsgNumber: number, WithRecalledMsg: 1}
	if c.Kind == models.Topic {
		q.TopicId = c.Ref
	}
	page := groupPage{
		states: map[uint32]platforms.Outcome{}, messages: map[uint32]*models.Message{}, lowest: math.MaxUint32,
		tips: map[uint32]bool{}, odd: map[uint32]unreadable{}, parts: map[uint32][]byte{},
	}
	answer, err := a.client.read(ctx, command, q)
	if err != nil {
		return page, err
	}
	name := "RspMsgList" // in the samples; the documentation's table says MsgList
	if answer.find(name) == 0 {
		name = "MsgList"
	}
	answer.list(name, func(item *fields) { a.groupItem(&page, c, item) })
	page.finished = answer.code("IsFinished")
	if answer.why != "" {
		return page, unreadableAnswer(command)
	}
	slices.SortStableFunc(page.events, func(x, y models.Event) int { return cmp.Compare(numberOf(refOf(y)), numberOf(refOf(x))) })
	return page, nil
}

func refOf(e models.Event) string {
	if e.Message != nil {
		return e.Message.Ref
	}
	return e.Refs[0]
}

// groupItem reads one message of a page.
func (a *Adapter) groupItem(page *groupPage, c models.Conversation, item *fields) {
	n := item.needSequence()
	if item.why != "" {
		return
	}
	page.lowest = min(page.lowest, n)
	ref := refOfNumber(n)
	page.sent = append(page.sent, sentOf(item, ref))
	switch item.code("IsPlaceMsg") {
	case placeRecalled:
		page.states[n] = isGone
		page.events = append(page.events, models.Event{Kind: models.EventRemoved, Conversation: c, Refs: []string{ref}})
	case placeGone:
		page.states[n] = isPlace
	default:
		page.states[n] = isPresent
		if item.code("IsSystemMsg") != 0 {
			page.tips[n] = true
			break
		}
		e := a.past(c, ref, item)
		if item.why == "" && item.doc.variants(item.at) {
			item.why = caseVariant
		}
		if item.why == "" {
			page.messages[n], page.events = e.Message, append(page.events, e)
			break
		}
		page.odd[n], page.parts[n] = item.why, []byte(item.doc.src[item.doc.nodes[item.at].start:item.doc.nodes[item.at].end])
		item.why = "" // the rest of the page can be read
	}
}

// past reads a message of history.
func (a *Adapter) past(c models.Conversation, ref string, item *fields) models.Event {
	body := newCollector(item.doc)
	body.body(item, "")
	body.finish()
	m := &models.Message{
		App: c.App, Conversation: c, Ref: ref, Sender: item.text("From_Account"),
		SentAt: item.seconds("MsgTimeStamp"), ReceivedAt: a.config.Now().UTC(),
		Revision: 1, State: models.Visible, Elements: body.elements,
	}
	return models.Event{Kind: models.EventPosted, At: m.SentAt, Conversation: c, Message: m}
}

// History reads what was posted at or before ref back, newest first: posted
// messages, and removals where history names a message only as taken back.
// Live groups keep none.
func (a *Adapter) History(ctx context.Context, c models.Conversation, ref string, limit int) ([]models.Event, bool, error) {
	switch c.Kind {
	case models.Live:
		return nil, false, nil
	case models.Direct:
		return a.directHistory(ctx, c, ref, limit)
	case models.Group, models.Topic:
	}
	return a.groupHistory(ctx, c, ref, limit)
}

func (a *Adapter) groupHistory(ctx context.Context, c models.Conversation, ref string, limit int) ([]models.Event, bool, error) {
	top := numberOf(ref)
	if ref != "" && top == 0 {
		return nil, false, &platforms.CallError{Op: folderGroup + "group_msg_get_simple", Class: platforms.Permanent, Words: noName.Explanation}
	}
	var events []models.Event
	for limit > 0 {
		page, err := a.groupPage(ctx, c, top, min(limit, maxPage))
		if err == nil && len(page.odd) > 0 {
			err = unreadableAnswer(folderGroup + "group_msg_get_simple")
		}
		if err != nil {
			return nil, false, err
		}
		events = append(events, page.events...)
		limit -= len(page.events)
		if page.finished == expired || len(page.states) == 0 || page.lowest <= 1 {
			return events, false, nil
		}
		top = page.lowest - 1
	}
	return events, true, nil
}

type roamQuestion struct {
	Operator_Account string
	Peer_Account     string
	MaxCnt           int
	MinTime          int64
	MaxTime          int64
	LastMsgKey       string `json:",omitzero"`
}

// directPage is one page of one end's history.
type directPage struct {
	flags    map[string]int
	messages map[string]*models.Message // those that can be read
	events   []models.Event             // oldest first, as the service gives them
	sent     []sent
	complete bool
	lastTime int64
	lastKey  string
}

func (a *Adapter) directPage(ctx context.Context, q roamQuestion) (directPage, error) {
	command := "openim/admin_getroammsg"
	page := directPage{flags: map[string]int{}, messages: map[string]*models.Message{}}
	answer, err := a.client.read(ctx, command, q)
	if err != nil {
		return page, err
	}
	c := a.direct(q.Operator_Account, q.Peer_Account)
	answer.list("MsgList", func(item *fields) {
		key := item.messageKey()
		flags := item.code("MsgFlagBits")
		if item.why != "" {
			return
		}
		page.flags[key] = flags
		page.sent = append(page.sent, sentOf(item, key))
		if flags&flagRecalled != 0 {
			page.events = append(page.events, models.Event{Kind: models.EventRemoved, Conversation: c, Refs: []string{key}})
			return
		}
		e := a.past(c, key, item)
		page.messages[key], page.events = e.Message, append(page.events, e)
	})
	page.complete = answer.code("Complete") == 1
	page.lastKey, page.lastTime = answer.text("LastMsgKey"), answer.seconds("LastMsgTime").Unix()
	if answer.why != "" {
		return page, unreadableAnswer(command)
	}
	return page, nil
}

// directHistory joins what both ends see of what was posted at or before ref.
func (a *Adapter) directHistory(ctx context.Context, c models.Conversation, ref string, limit int) ([]models.Event, bool, error) {
	now := a.config.Now()
	return a.bothViews(ctx, c, now.Add(-a.config.Roaming), firstTime(keyTime(ref), now), limit)
}

// bothViews joins what both ends see of a time, newest first, and reports
// whether older messages may follow.
func (a *Adapter) bothViews(ctx context.Context, c models.Conversation, from, until time.Time, limit int) ([]models.Event, bool, error) {
	one, other, ok := ends(c.Ref)
	if !ok {
		return nil, false, &platforms.CallError{Op: "openim/admin_getroammsg", Class: platforms.Permanent, Words: "The conversation's name does not say who its two ends are."}
	}
	seen := map[string]models.Event{}
	more := false
	for _, q := range []roamQuestion{{Operator_Account: one, Peer_Account: other}, {Operator_Account: other, Peer_Account: one}} {
		q.MaxCnt, q.MinTime, q.MaxTime = maxRoam, from.Unix(), until.Unix()
		left, err := a.oneView(ctx, q, limit, seen)
		if err != nil {
			return nil, false, err
		}
		more = more || left
	}
	events := newestFirst(seen)
	if len(events) > limit {
		return events[:limit], true, nil
	}
	return events, more, nil
}

// oneView pages through one end's history until it has seen limit messages, and
// reports whether older ones may follow.
func (a *Adapter) oneView(ctx context.Context, q roamQuestion, limit int, seen map[string]models.Event) (bool, error) {
	for got := 0; got < limit; {
		page, err := a.directPage(ctx, q)
		if err != nil {
			return false, err
		}
		for _, e := range page.events {
			if before, ok := seen[refOf(e)]; !ok || before.Kind == models.EventPosted {
				seen[refOf(e)] = e // a removal that one end shows outweighs the other's copy
			}
		}
		got += len(page.events)
		if page.complete || page.lastKey == "" || page.lastKey == q.LastMsgKey {
			return false, nil
		}
		q.MaxTime, q.LastMsgKey = page.lastTime, page.lastKey
	}
	return true, nil
}

func newestFirst(seen map[string]models.Event) []models.Event {
	events := make([]models.Event, 0, len(seen))
	for _, e := range seen {
		events = append(events, e)
	}
	at := func(e models.Event) time.Time { return firstTime(e.At, keyTime(refOf(e))) }
	slices.SortFunc(events, func(x, y models.Event) int {
		return cmp.Or(at(y).Compare(at(x)), cmp.Compare(refOf(y), refOf(x)))
	})
	return events
}
