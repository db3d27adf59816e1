package tencent

import (
	"context"
	"math/rand/v2"
)

type notice struct {
	SyncOtherMachine      int
	To_Account            string
	MsgLifeTime           int
	MsgRandom             uint32
	ForbidCallbackControl []string
	MsgBody               []noticeElement
}

type noticeElement struct {
	MsgType    string
	MsgContent noticeText
}

type noticeText struct {
	Text string
}

const (
	notSender  = 2         // of SyncOtherMachine: nothing is kept on the sender's side
	noticeLife = 7 * 86400 // seconds, the longest there is
)

// Notify tells one account something, as a message from the administrator
// account. It asks the service to call no webhook for it.
func (a *Adapter) Notify(ctx context.Context, account, text string) error {
	_, err := a.client.call(ctx, "openim/sendmsg", notice{
		SyncOtherMachine: notSender, To_Account: account, MsgLifeTime: noticeLife,
		MsgRandom:             rand.Uint32(), //nolint:gosec // only to tell two notices apart
		ForbidCallbackControl: []string{"ForbidBeforeSendMsgCallback", "ForbidAfterSendMsgCallback"},
		MsgBody:               []noticeElement{{"TIMTextElem", noticeText{text}}},
	})
	return err
}
