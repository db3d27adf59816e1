package models

import (
	"slices"
	"time"
)

// Verdict is what is to be done with a message.
type Verdict string

// The verdicts, mildest first. VerdictBlock and VerdictMask exist only before a message is shown.
const (
	VerdictAllow  Verdict = "allow"
	VerdictReview Verdict = "review"
	VerdictRecall Verdict = "recall"
	VerdictMask   Verdict = "mask"
	VerdictBlock  Verdict = "block"
)

// ReasonCode says why, from a fixed list.
type ReasonCode string

// The reason codes.
const (
	SensitiveInformation ReasonCode = "sensitive_information"
	WrongRecipient       ReasonCode = "wrong_recipient"
	Mistyped             ReasonCode = "mistyped"
	ChangeOfMind         ReasonCode = "change_of_mind"
	PolicyViolation      ReasonCode = "policy_violation"
	SpamOrScam           ReasonCode = "spam_or_scam"
	Abuse                ReasonCode = "abuse"
	LegalRequest         ReasonCode = "legal_request"
	Other                ReasonCode = "other" // a note is required
)

// ReasonCodes lists every reason code in the order they are offered.
var ReasonCodes = []ReasonCode{
	SensitiveInformation, WrongRecipient, Mistyped, ChangeOfMind, PolicyViolation,
	SpamOrScam, Abuse, LegalRequest, Other,
}

// Valid reports whether c is one of the list.
func (c ReasonCode) Valid() bool { return slices.Contains(ReasonCodes, c) }

// Words returns the reason as the short sentence that the platform and its
// users may see. It never holds anything of the message.
func (c ReasonCode) Words() string { return reasonWords[c] }

var reasonWords = map[ReasonCode]string{
	SensitiveInformation: "Taken back: it held sensitive information.",
	WrongRecipient:       "Taken back: it went to the wrong place.",
	Mistyped:             "Taken back: it was mistyped.",
	ChangeOfMind:         "Taken back by its sender.",
	PolicyViolation:      "Taken back: it broke the rules of this chat.",
	SpamOrScam:           "Taken back: spam or scam.",
	Abuse:                "Taken back: abuse.",
	LegalRequest:         "Taken back on a legal request.",
	Other:                "Taken back by a moderator.",
}

// Reason is why something was decided.
type Reason struct {
	Code ReasonCode
	Note string // free text of a moderator or rule; sealed where it is kept
}

// UnopenedText stands where a note is kept and cannot be opened: it was changed in the
// database, or its key is not here.
const UnopenedText = "(cannot be opened: it was changed in the database, or its key is missing)"

// Authority is the right in which a recall is asked for.
type Authority string

// The authorities.
const (
	ByPolicy   Authority = "policy"
	ByOwner    Authority = "owner"
	ByAdmin    Authority = "admin"
	BySender   Authority = "sender"
	ByOperator Authority = "operator"
)

// Right is in what right somebody asked for a recall.
type Right struct {
	Authority Authority `json:"authority"`
	// Account is whose right it is, where that is a platform account's: the role of an
	// owner or admin, which the platform is asked for again before the call leaves.
	Account string `json:"account,omitempty"`
}

// Role reports whether the right is a role that the platform gives and takes away.
func (r Right) Role() bool { return r.Authority == ByOwner || r.Authority == ByAdmin }

// Trigger is the door through which a decision came.
type Trigger string

// The triggers.
const (
	FromPolicy  Trigger = "policy"
	FromAPI     Trigger = "api"
	FromConsole Trigger = "console"
	FromCLI     Trigger = "cli"
)

// Decision is a verdict, by whom, and why.
type Decision struct {
	ID       DecisionID
	Message  MessageID
	Verdict  Verdict
	Actor    string // "policy", "token:NAME", "moderator:NAME", "account:APP:ACCOUNT"
	Policy   int    // version of the policy, 0 where a person decided
	Rule     string // rule of the policy, empty where none matched or a person decided
	Reason   Reason
	Text     string // what the platform and the sender are told; never holds content
	Severity Severity
	// Hold is how long a recall that follows waits before it may leave, so that a
	// person can cancel it; zero: not at all.
	Hold time.Duration
	// Repost is what is to be posted in the place of a message that is taken back.
	Repost Repost
	// Shadow names what rules in shadow mode would have decided, in order.
	Shadow []ShadowVerdict
	At     time.Time
}

// ShadowVerdict is what a rule in shadow mode would have decided.
type ShadowVerdict struct {
	Rule    string  `json:"rule"`
	Verdict Verdict `json:"verdict"`
}

// CaseState says whether a case still waits.
type CaseState string

// The states of a case.
const (
	CaseOpen    CaseState = "open"
	CaseDecided CaseState = "decided"
)

// Case is a message that waits for a person.
type Case struct {
	ID           CaseID
	Message      MessageID
	App          string
	Conversation Conversation
	State        CaseState
	Severity     Severity
	Rule         string
	Why          string // why a person is asked, as a sentence, where no rule asks for one
	OpenedAt     time.Time
	Deadline     time.Time // until when the platform lets the message be taken back; zero: no limit is known
	Unread       bool      // nobody is known to have read the message
	ClaimedBy    string    // who works on it until ClaimedUntil
	ClaimedUntil time.Time
	EscalatedBy  string // who asked for another pair of eyes, at EscalatedAt
	EscalatedAt  time.Time
	ParkedBy     string // who set it aside until ParkedUntil
	ParkedUntil  time.Time
	Verdict      Verdict // of the decision that closed it
	Reason       Reason
	DecidedBy    string
	DecidedAt    time.Time
	Request      Asking // of the sender; zero where nobody asked
}

// Stays reports whether a person decided by the case that its message stays as it
// is now: one decided before an edit speaks of another text.
func (c Case) Stays(m Message) bool {
	return c.State == CaseDecided && c.Verdict == VerdictAllow && c.DecidedBy != PlatformDecides && c.DecidedAt.After(m.EditedAt)
}

// PlatformDecides is who decided a case whose message is gone by the platform's word.
const PlatformDecides = "platform"

// Asking is a sender's wish that people take a message of the sender's own back.
type Asking struct {
	By     string // the actor of an account
	Reason Reason
	At     time.Time
}

// SenderReasons lists the reasons that are offered to a sender.
var SenderReasons = []ReasonCode{WrongRecipient, SensitiveInformation, Mistyped, ChangeOfMind}
