package tencentsim

import "fmt"

// Codes of the platform that the simulator answers with.
const (
	codeOK              = 0
	codeUnknownCommand  = 10003
	codeBadParameter    = 10004
	codeTooMany         = 10005
	codeNoPermission    = 10007
	codeNoGroup         = 10010
	codeBadGroupID      = 10015
	codeRefusedGroup    = 10016
	codeMutedGroup      = 10017
	codeNoMessage       = 10030
	codeTooLate         = 10031
	codeCannotRecall    = 10032
	codeNoHistory       = 10044
	codeNoReceipt       = 10062
	codeC2CBadAccount   = 20003
	codeRefusedC2C      = 20006
	codeC2CTooLate      = 20016
	codeC2CNotFound     = 20022
	codeC2CRecalled     = 20023
	codeEditNotFound    = 20026
	codeBadURL          = 60002
	codeBadJSON         = 60003
	codeBadCredentials  = 60004
	codeBadApp          = 60006
	codeThrottled       = 60007
	codeNoResource      = 60009
	codeNotAdmin        = 60010
	codeNoApp           = 60012
	codeSigExpired      = 70001
	codeSigInvalid      = 70003
	codeSigWrongKey     = 70009
	codeSigUser         = 70013
	codeSigApp          = 70014
	codeNoAccount       = 70107
	codeGroupTooLong    = 80002
	codeWebhookFailed   = 80003
	codeC2CBadRequest   = 90001
	codeC2CBadBody      = 90007
	codeC2CNoRandom     = 90005
	codeC2CTooMany      = 90011
	codeBadMsgKey       = 90054
	codeC2CTooLong      = 93000
	codeNoTopic         = 110003
	customGroupFirst    = 10100
	customGroupLast     = 10200
	customC2CFirst      = 120001
	customC2CLast       = 130000
	maxMessageBytes     = 12 << 10
	maxReasonBytes      = 100
	maxRecallItems      = 10
	maxHistoryItems     = 20
	maxGroupsInOneCall  = 50
	maxAccountsInOne    = 500
	foreverMuted        = 4294967295
	maxHistoryReplyByte = 32 << 10
)

// CodeError is a refusal by the platform with its error code.
type CodeError struct {
	Code int    // as in the vendor's table of error codes
	Info string // one sentence, without content
}

// Error gives the code and the sentence.
func (e *CodeError) Error() string { return fmt.Sprintf("code %d: %s", e.Code, e.Info) }

func refuse(code int, info string) *CodeError { return &CodeError{Code: code, Info: info} }
