package models

import (
	"slices"
	"strings"
	"time"
)

// PostingID names a posting.
type PostingID string

// PostingKind says what takeback posts into a chat by itself.
type PostingKind string

// The kinds of posting.
const (
	NoticePosting      PostingKind = "notice"      // tells one account something
	TombstonePosting   PostingKind = "tombstone"   // a line in the conversation where a message was
	ReplacementPosting PostingKind = "replacement" // stands in the place of a message that was taken back
)

// PostingKinds lists every kind.
var PostingKinds = []PostingKind{NoticePosting, TombstonePosting, ReplacementPosting}

// PostingState is where a posting stands; see docs/states.md.
type PostingState string

// The states of a posting.
const (
	PostingOrdered   PostingState = "ordered"   // on record; it waits until the original is gone
	PostingQueued    PostingState = "queued"    // it may leave when it is due
	PostingSent      PostingState = "sent"      // the call is about to leave, or left; written before it leaves
	PostingPosted    PostingState = "posted"    // the platform said so, or its history shows it
	PostingFailed    PostingState = "failed"    // it could not be posted, for a reason that will not pass
	PostingCancelled PostingState = "cancelled" // the original did not go, so nothing is posted
	PostingUnknown   PostingState = "unknown"   // nobody knows yet; looked for before anything else is done
)

// PostingStates lists every state in the order of a posting's life.
var PostingStates = []PostingState{
	PostingOrdered, PostingQueued, PostingSent, PostingPosted, PostingFailed, PostingCancelled, PostingUnknown,
}

// postingEdges is the life of a posting as a table: every legal transition.
// Sent or unknown to queued is a try that surely posted nothing.
var postingEdges = map[PostingState][]PostingState{
	PostingOrdered: {PostingQueued, PostingCancelled},
	PostingQueued:  {PostingSent, PostingFailed},
	PostingSent:    {PostingPosted, PostingFailed, PostingUnknown, PostingQueued},
	PostingUnknown: {PostingPosted, PostingFailed, PostingQueued},
}

// CanBecome reports whether a posting in state s may go to state next.
func (s PostingState) CanBecome(next PostingState) bool {
	return slices.Contains(postingEdges[s], next)
}

// Posting is one message that takeback itself posts into a chat, and its whole
// life. Elements are what people will read: in memory only, sealed where they are kept.
type Posting struct {
	ID           PostingID
	Recall       RecallID // that it follows
	Original     MessageID
	App          string
	Conversation Conversation // of the original
	Kind         PostingKind
	Account      string // whom it is for; empty: everybody in the conversation
	Sender       string // in whose name; empty: our own account's
	Named        string // whose words these are, where our own account says them
	Language     Language
	Elements     []Element
	Random       uint32 // by which the platform knows a repetition; fixed before the first call

	State       PostingState
	OrderedBy   string
	Attempts    int    // calls that left
	Code        string // the platform's last code
	Explanation string // the same in words for people
	OrderedAt   time.Time
	DueAt       time.Time
	SentAt      time.Time // first call
	PostedAt    time.Time
	EndedAt     time.Time // zero while it is worked on
	Ref         string    // the platform's name of what was posted
	Message     MessageID // what was posted, where it is kept as a message
}

// Texts returns what is to be posted, one text for each element. Where our own
// account says another one's words it says whose they are.
func (p Posting) Texts() []string {
	texts := make([]string, len(p.Elements))
	for i, e := range p.Elements {
		texts[i] = e.Text
	}
	if p.Sender == "" && p.Named != "" && len(texts) > 0 {
		texts[0] = p.Language.Wrote(p.Named) + "\n" + texts[0]
	}
	return texts
}

// PostingClaim is a posting that a worker has leased. Was is the state in which
// it was found: PostingQueued (post it), PostingSent or PostingUnknown (it may be
// there already).
type PostingClaim struct {
	Posting
	Was   PostingState
	Fence int // names this lease; a settlement under an older one changes nothing
}

// PostingSettlement is what a worker learned of one claimed posting.
type PostingSettlement struct {
	Posting     PostingID
	Fence       int
	State       PostingState // where it goes; PostingQueued: try again at DueAt
	Code        string
	Explanation string
	DueAt       time.Time // for PostingQueued and PostingUnknown; zero: nobody will look again
	Called      bool      // a call left that may have posted it
	OwnName     bool      // from now on our own account posts it, and says whose words they are
	Ref         string    // for PostingPosted
	At          time.Time // for PostingPosted, by the platform's clock
	Deadline    time.Time // until when what was posted can be recalled itself; zero: no limit is known
}

// Language is one in which takeback speaks to people.
type Language string

// The languages.
const (
	English Language = "en"
	Chinese Language = "zh"
)

// Languages lists every language.
var Languages = []Language{English, Chinese}

// Wrote says whose words follow.
func (l Language) Wrote(name string) string {
	if l == Chinese {
		return name + " 写道："
	}
	return name + " wrote:"
}

// LanguageOf returns the language that texts are most likely written in: Chinese
// where a third of their letters or more are Chinese characters, else English.
func LanguageOf(elements []Element) Language {
	han, letters := 0, 0
	for _, e := range elements {
		for _, r := range e.Text {
			switch {
			case r >= 0x3400 && r <= 0x9fff || r >= 0x20000 && r <= 0x323af:
				han++
				letters++
			case r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z':
				letters++
			}
		}
	}
	if han > 0 && 3*han >= letters {
		return Chinese
	}
	return English
}

// Repost is what a rule has posted in the place of a message that it takes back.
type Repost struct {
	Wanted   bool
	Elements []Element // the message's texts with what was found masked
	Why      string    // why it cannot be posted, as a sentence; then there are no Elements
}

// TextElements returns texts as the elements of a message.
func TextElements(texts ...string) []Element {
	var out []Element
	for _, t := range texts {
		if strings.TrimSpace(t) != "" {
			out = append(out, Element{Kind: TextElement, Text: t})
		}
	}
	return out
}
