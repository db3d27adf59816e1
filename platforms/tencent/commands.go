package tencent

// commands are the webhooks that the service documents, each with its reader.
// Those without one touch no message and no standing of ours and are only
// acknowledged. A command that is not here is set aside.
var commands map[string]func(*inbound)

func init() { // the table names readers that name the table: a plain initialiser would be a cycle
	commands = map[string]func(*inbound){
		beforeGroup: groupProposed,
		beforeC2C:   c2cProposed,

		"Group.CallbackAfterSendMsg":     groupPosted,
		"Group.CallbackAfterModifyMsg":   groupEdited,
		"Group.CallbackAfterRecallMsg":   groupRecalled,
		"Group.CallbackAfterReadReceipt": groupRead,

		"C2C.CallbackAfterSendMsg":        c2cPosted,
		"C2C.CallbackAfterModifyMsg":      c2cEdited,
		"C2C.CallbackAfterMsgWithDraw":    c2cWithdrawn,
		"C2C.CallbackAfterMsgReport":      c2cReported,
		"C2C.CallbackAfterMsgReadReceipt": c2cReceipts,

		"Group.CallbackAfterNewMemberJoin":      memberJoined,
		"Group.CallbackAfterMemberExit":         memberLeft,
		"Group.CallbackAfterMemberFieldChanged": memberChanged,
		"Group.CallbackAfterChangeGroupOwner":   ownerChanged,
		"Group.CallbackAfterGroupDestroyed":     groupDestroyed,
		"Group.CallbackAfterTopicDestroyed":     topicDestroyed,
	}
	for name := range setOf(acknowledged) {
		commands[name] = nil
	}
}

// The webhooks that ask before a message is shown.
const (
	beforeGroup = "Group.CallbackBeforeSendMsg"
	beforeC2C   = "C2C.CallbackBeforeSendMsg"
)

const acknowledged = `
	State.StateChange
	Profile.CallbackPortraitSet
	Sns.CallbackPrevFriendAdd Sns.CallbackPrevFriendResponse Sns.CallbackFriendAdd Sns.CallbackFriendDelete
	Sns.CallbackBlackListAdd Sns.CallbackBlackListDelete
	Follow.CallbackAfterFollowAdd Follow.CallbackAfterFollowDelete
	C2C.CallbackAfterC2CMsgExtension Group.CallbackAfterGroupMsgExtension
	Group.CallbackBeforeCreateGroup Group.CallbackAfterCreateGroup Group.CallbackAfterGroupInfoChanged
	Group.CallbackAfterGroupFull Group.CallbackAfterGroupAttrChanged Group.CallbackOnDailyGroupQuotaAlarm
	Group.CallbackBeforeApplyJoinGroup Group.CallbackBeforeInviteJoinGroup Group.CallbackOnMemberStateChange
	Group.CallbackSendMsgException
	Group.CallbackBeforeCreateTopic Group.CallbackAfterCreateTopic Group.CallbackAfterTopicInfoChanged
	Alert.RequestOverLimit ContentCallback.ResultNotify
	Bot.OnC2CMessage Bot.OnGroupMessage Chatbot.OnC2CSignalMessage
	OfficialAccount.CallbackBeforeCreateOfficialAccount OfficialAccount.CallbackAfterCreateOfficialAccount
	OfficialAccount.CallbackAfterOfficialAccountInfoChanged OfficialAccount.CallbackAfterOfficialAccountDestroyed
	OfficialAccount.CallbackBeforeAddSubscriber OfficialAccount.CallbackAfterAddSubscriber
	OfficialAccount.CallbackAfterOfficialAccountFull OfficialAccount.CallbackAfterDeleteSubscriber
	OfficialAccount.CallbackBeforeSendMsg OfficialAccount.CallbackAfterSendMsg OfficialAccount.CallbackAfterMsgWithDraw
	Push.OfflinePush Push.AllMemberPush`
