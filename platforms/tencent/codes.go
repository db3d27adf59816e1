package tencent

import "github.com/takeback-chat/takeback/platforms"

// action is the documentation's own class of a code.
type action string

const (
	retry action = "R" // try again with back-off
	never action = "P" // permanent for this request
	setup action = "C" // configuration or credential: tell the operator, pause
	done  action = "S" // treat as done
)

// codeRow says what one result code means.
type codeRow struct {
	code   int
	action action
	state  platforms.State // of an item that got it
	words  string          // for people
}

// The states that rows share.
const (
	refused   = platforms.Refused
	throttled = platforms.Throttled
	unsure    = platforms.Unsure
	notFound  = platforms.NotFound
	wasGone   = platforms.WasGone
	tooLate   = platforms.TooLate
)

// codeTable is every code that the service documents for the calls we make and
// for those near them.
var codeTable = []codeRow{
	{10002, retry, unsure, "The chat service had an internal error."},
	{10003, never, refused, "The chat service does not know this call."},
	{10004, never, refused, "The chat service did not accept a parameter."},
	{10005, never, refused, "The request named too many accounts."},
	{10006, retry, throttled, "The chat service asks for fewer requests."},
	{10007, never, refused, "The chat service does not permit this in this group."},
	{10010, never, notFound, "The group does not exist or was disbanded."},
	{10011, never, refused, "The chat service could not read the request."},
	{10012, never, refused, "The operator account is not valid."},
	{10015, never, notFound, "The group id is not valid or the group does not exist."},
	{10016, never, refused, "A webhook refused the message."},
	{10017, never, refused, "The sender is muted."},
	{10018, never, refused, "The answer would have been larger than the chat service gives."},
	{10019, never, refused, "The account does not exist."},
	{10023, retry, throttled, "The group is over its message rate."},
	{10026, setup, refused, "This call is forbidden for the application."},
	{10030, never, notFound, "The message does not exist: expired, deleted, or already taken back."},
	{10031, never, tooLate, "The message is older than can be recalled."},
	{10032, never, refused, "This message cannot be recalled."},
	{10033, never, refused, "Groups of this type do not support recall."},
	{10041, setup, refused, "Recall in groups is switched off for the application."},
	{10044, never, refused, "Groups of this type keep no history."},
	{10053, never, refused, "The message mentions too many people."},
	{10059, setup, refused, "The application's plan does not include this."},
	{10060, never, refused, "The group is too big for read receipts."},
	{10061, never, refused, "An online-only message has no read receipt."},
	{10062, never, refused, "There is no read receipt for this message."},
	{11000, setup, refused, "Communities or topics are switched off for the application."},
	{110003, never, notFound, "The topic was deleted."},
	{20001, never, refused, "The chat service did not accept the request."},
	{20002, setup, refused, "The signature of our account is not valid or has expired."},
	{20003, never, refused, "Sender or receiver is not known to the chat service."},
	{20004, retry, unsure, "The chat service had a network error."},
	{20005, retry, unsure, "The chat service had an internal error."},
	{20006, never, refused, "A webhook refused the message."},
	{20007, never, refused, "The receiver has blocked the sender."},
	{20008, setup, refused, "The accounts belong to different applications."},
	{20009, never, refused, "The two accounts are not friends."},
	{20010, never, refused, "The sender is not a friend of the receiver."},
	{20011, never, refused, "The receiver is not a friend of the sender."},
	{20012, never, refused, "The sender is muted."},
	{20016, never, tooLate, "The message is older than can be recalled."},
	{20018, retry, unsure, "The chat service had an internal error while deleting."},
	{20022, never, notFound, "The message does not exist: expired or deleted."},
	{20023, done, wasGone, "The message had been taken back already."},
	{20026, never, notFound, "The message to change does not exist."},
	{20027, never, refused, "The message was changed by somebody else."},
	{20028, retry, throttled, "The message is being changed by somebody else."},
	{22006, retry, throttled, "The chat service asks for fewer requests."},
	{60002, never, refused, "The chat service could not read the call's address."},
	{60003, never, refused, "The chat service could not read the request."},
	{60004, setup, refused, "The chat service could not check our account."},
	{60005, setup, refused, "The chat service could not check our signature."},
	{60006, setup, refused, "The application's number is not valid."},
	{60007, retry, throttled, "The application is over its call rate."},
	{60008, retry, unsure, "The chat service timed out inside."},
	{60009, never, refused, "The chat service did not accept a parameter."},
	{60010, setup, refused, "Our account is not an administrator of the application."},
	{60011, retry, throttled, "The application is over its call rate."},
	{60012, never, refused, "The application's number is missing in the call."},
	{60013, never, refused, "The chat service's answer was not readable to itself."},
	{60014, retry, throttled, "The chat service timed out checking our account."},
	{60015, never, refused, "The account type in the request is not valid."},
	{60016, setup, refused, "The application is disabled."},
	{60017, setup, refused, "The request is disabled."},
	{60018, retry, throttled, "The application is over its call rate."},
	{60019, retry, throttled, "The application is over its call rate."},
	{60020, setup, refused, "The application's plan has expired."},
	{60021, setup, refused, "The chat service does not accept calls from this address."},
	{60025, never, refused, "The chat service did not accept a parameter."},
	{60026, setup, refused, "The application belongs to another region of the chat service."},
	{60028, retry, throttled, "The trial application has used up its calls for today."},
	{70001, setup, refused, "The signature of our account has expired."},
	{70003, setup, refused, "The signature of our account is not valid."},
	{70005, setup, refused, "The signature of our account is not valid."},
	{70009, setup, refused, "The signature of our account was made with another key."},
	{70013, setup, refused, "The signature belongs to another account."},
	{70014, setup, refused, "The signature belongs to another application."},
	{70016, setup, refused, "The application has no key."},
	{70050, retry, throttled, "Too many attempts to sign in; wait a minute."},
	{70107, never, refused, "The account does not exist."},
	{70169, retry, unsure, "The chat service timed out inside."},
	{70500, retry, unsure, "The chat service had an internal error."},
	{80001, never, refused, "The chat service's own moderation refused the text."},
	{80002, never, refused, "The message is too long."},
	{80003, retry, throttled, "Our webhook failed, and the chat service refuses messages then."},
	{80004, never, refused, "The chat service's own moderation refused the image."},
	{90001, never, refused, "The chat service could not read the request."},
	{90002, never, refused, "The message body has the wrong form."},
	{90003, never, refused, "The receiver is missing or not valid."},
	{90005, never, refused, "The message body is missing."},
	{90007, never, refused, "The message body is not a list."},
	{90008, never, refused, "The sender is missing or does not exist."},
	{90009, setup, refused, "Our account is not an administrator of the application."},
	{90010, never, refused, "The message body has the wrong form."},
	{90011, never, refused, "The request named too many accounts."},
	{90012, never, refused, "The receiver does not exist."},
	{90018, never, refused, "The request named too many accounts."},
	{90026, never, refused, "The message's life time is not valid."},
	{90031, never, refused, "The request is not valid."},
	{90043, never, refused, "The request is not valid."},
	{90044, never, refused, "The request is not valid."},
	{90048, never, refused, "The account is not valid."},
	{90054, never, refused, "The message key is not valid."},
	{90992, retry, unsure, "The chat service had an internal error, or a webhook failed."},
	{90994, retry, unsure, "The chat service had an internal error."},
	{90995, retry, unsure, "The chat service had an internal error."},
	{91000, retry, unsure, "The chat service had an internal error."},
	{93000, never, refused, "The request is too large."},
}

var codes = byCode(codeTable)

func byCode(rows []codeRow) map[int]codeRow {
	m := make(map[int]codeRow, len(rows))
	for _, r := range rows {
		m[r.code] = r
	}
	return m
}

// rowOf returns what a code means. A code that nobody documents is tried
// again, and what it did is not known.
func rowOf(code int) codeRow {
	if r, ok := codes[code]; ok {
		return r
	}
	switch {
	case code >= blockGroup && code <= lastBlockGroup,
		code >= blockC2C && code <= lastBlockC2C,
		code >= 38000 && code <= 39000: // friends
		return codeRow{code, never, refused, "A webhook refused it with a code of its own."}
	}
	return codeRow{code, retry, unsure, "The chat service gave a code that its documentation does not name."}
}

// class says what the code means for a whole call.
func (r codeRow) class() platforms.Class {
	switch {
	case r.action == setup:
		return platforms.Setup
	case r.action == never, r.action == done:
		return platforms.Permanent
	case r.state == throttled:
		return platforms.RateLimit
	}
	return platforms.Transient
}

// stale names the codes after which another UserSig is worth one try.
var stale = map[int]bool{20002: true, 60004: true, 60005: true, 70001: true, 70003: true, 70005: true}
