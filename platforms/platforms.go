// Package platforms is the seam between takeback and chat services: what an
// adapter must do, what it may do, and what its answers mean.
//
// A new platform is a folder below this one that passes platformtest.Run.
package platforms

import (
	"context"
	"net/http"
	"net/url"
	"time"

	"github.com/takeback-chat/takeback/models"
)

// Adapter is one app: a connection to one platform application or server.
// Implementations are safe for concurrent use, and no error or log of theirs
// holds a credential or anything of a message's content.
type Adapter interface {
	// Name is the platform: "tencent".
	Name() models.Platform

	// Limits says what the platform allows in conversations of a kind.
	Limits(models.ConversationKind) Limits

	// Recall takes the items of one conversation back, at most Limits.Batch of them.
	// With a nil error there is one outcome per item, in the order of the items.
	// An error means that nothing is known of any item; its Class says whether a
	// call may have reached the platform.
	Recall(context.Context, Order) ([]Outcome, error)

	// Verify looks whether messages are gone, without changing anything: WasGone
	// where one is, NotFound where it cannot be seen at all, Present where it can
	// still be read, Unsure where nobody can tell.
	Verify(context.Context, Order) ([]Outcome, error)

	// Authority returns the role of an account in a conversation, by the platform's
	// own word, asked now. RoleNone where it has no part in it.
	Authority(ctx context.Context, c models.Conversation, account string) (models.Role, error)
}

// Limits is what a platform allows in one kind of conversation.
type Limits struct {
	Window time.Duration // how long after posting a recall is possible; 0: no limit is known
	Batch  int           // items in one call; at least 1
	// ReasonBytes is how much of a reason the platform takes; 0: none. ReasonAudience
	// says who gets to see it, in words for people.
	ReasonBytes    int
	ReasonAudience string
	History        bool // what was posted can be read back
	Roles          bool // the platform can be asked for roles
	Proves         bool // a removal event, or history, confirms a recall
	HarmlessRetry  bool // a second recall of the same item does no harm
	// SignedBody says that the platform's signature covers what a webhook says, so
	// that nobody who saw one can make up another.
	SignedBody bool
	GateBudget time.Duration
	// DropsRepeats is how long the platform knows a posting by its number and drops a
	// second one; 0: it cannot be relied on.
	DropsRepeats time.Duration
	Newest       int // conversations that one call of Sequenced.Newest takes; 0: what is stored has no numbers
}

// Item is one message to be taken back or looked for.
type Item struct {
	Ref    string
	Sender string
	SentAt time.Time
}

// Order asks for items of one conversation to be taken back.
type Order struct {
	Conversation models.Conversation
	Items        []Item
	// Reason is what people may be told. It never holds content; the adapter cuts it
	// to Limits.ReasonBytes on a rune boundary.
	Reason string
}

// State says how the platform answered for one item.
type State string

// The states of an outcome.
const (
	Recalled  State = "recalled"
	Hidden    State = "hidden"    // gone from history, not from screens
	WasGone   State = "was_gone"  // it had been taken back or deleted before
	NotFound  State = "not_found" // the platform knows no such message
	Refused   State = "refused"   // for good: another try would end the same
	TooLate   State = "too_late"
	Throttled State = "throttled" // not done; try again after RetryAfter
	Unsure    State = "unsure"    // it may or may not have been done
	Present   State = "present"   // only from Verify: it can still be read
)

// Outcome is the platform's answer for one item.
type Outcome struct {
	State       State
	Code        string // the platform's own code, "0" for success; empty where it gave none
	Explanation string // one sentence for people; never holds content
	RetryAfter  time.Duration
}

// Receiver is an adapter whose platform calls us by webhook.
type Receiver interface {
	// Authenticate checks that the platform sent the request, over its raw bytes.
	// Any error means: a stranger. It touches neither database nor network.
	Authenticate(Request) error

	// Decode reads an authentic request. It never fails: what cannot be read comes
	// back in Delivery.Unreadable, and what was read is not lost by it.
	Decode(Request) Delivery

	// Acknowledge is the answer that says "stored" in the platform's own words.
	Acknowledge(Delivery) Reply
}

// Clocked is optional: its platform says in every request what time it has.
type Clocked interface {
	// Clock returns the platform's time in an authentic request, in UTC and to whatever
	// precision the platform gives; zero where that is not signed.
	Clock(Request) time.Time
}

// Checker is optional: it tells whether its platform takes our credentials.
type Checker interface {
	// Check makes a call that changes nothing, with the rights that recalls need. The
	// error is that of the call.
	Check(context.Context) (Checkup, error)
}

// Checkup is what a platform told beside its answer.
type Checkup struct {
	Ahead   time.Duration // how far its clock is ahead of ours, to the second
	Clocked bool          // it told its time
}

// Knocker is optional: it makes a webhook as its platform would sign it, of which
// nothing is kept, to see whether an address leads to a service with our secrets.
type Knocker interface {
	Knock(now time.Time) Request
}

// Gate is a Receiver whose platform asks before it shows a message.
type Gate interface {
	// Answer says what to do with the proposal of a delivery.
	Answer(Delivery, Answer) Reply
}

// Mute is optional: it says which accounts are takeback's own, whose messages are never judged.
type Mute interface {
	Own(account string) bool
}

// Moderates is optional: it lists the groups in which an account is owner or admin.
type Moderates interface {
	Moderates(ctx context.Context, account string) (groups []string, err error)
}

// Leads is optional: it lists the owner and the admins of a conversation, as far as the
// platform tells of them; nobody where it has no roles.
type Leads interface {
	Leaders(ctx context.Context, c models.Conversation) ([]models.Standing, error)
}

// Roles is optional: it tells the roles of many accounts in a conversation at
// once, as Adapter.Authority does that of one.
type Roles interface {
	Authorities(ctx context.Context, c models.Conversation, accounts []string) (map[string]models.Role, error)
}

// Historian is optional: it reads history back.
type Historian interface {
	// History returns up to limit messages of a conversation at or before ref
	// (empty: from the newest), newest first, and whether older ones may follow.
	History(ctx context.Context, c models.Conversation, ref string, limit int) ([]models.Event, bool, error)
}

// Rereader is optional: it reads messages back as they are now.
type Rereader interface {
	// Reread looks as Verify does, and brings what can still be read. With a nil error
	// there is one copy per item, in the order of the items.
	Reread(context.Context, Order) ([]Copy, error)
}

// Copy is a message as history shows it.
type Copy struct {
	Outcome

	// Message has the sender, the time and the elements of a message that is Present;
	// nil where history shows no text, as of a note of the platform's own.
	Message *models.Message
}

// Readers is optional: it tells who could see messages, and who has read them.
type Readers interface {
	// Audience asks about some messages of one conversation, in two calls at most.
	// What the platform does not tell of is left out, and is no error; with an error
	// the audience is what could be learned all the same.
	Audience(context.Context, Order) (Audience, error)
}

// Audience is who could see messages of a conversation.
type Audience struct {
	Members int           // of the conversation, the sender among them; -1: not known
	Reads   []models.Read // receipts, of those items that have one
}

// Sequenced is optional: the platform numbers what it stores in a conversation
// from 1 without a break, so that what was missed can be told, where Limits.Newest
// says so.
type Sequenced interface {
	// Number returns the number behind a ref, and whether it has one.
	Number(c models.Conversation, ref string) (int64, bool)

	// Ref names the message of a number.
	Ref(c models.Conversation, number int64) string

	// Newest returns the highest number given out in each conversation, in their
	// order; 0 where the platform does not say. It takes groups, or topics of one
	// group, at most Limits.Newest of them.
	Newest(ctx context.Context, cs []models.Conversation) ([]int64, error)

	// Passage reads back what has the numbers at the end of a range.
	Passage(ctx context.Context, c models.Conversation, r models.Range) (Passage, error)
}

// Passage is the end of a range of numbers as history has it.
type Passage struct {
	// Told is what the passage tells of: it ends where the range that was asked for
	// ends, and what is below is to be asked for again. Len 0: history did not say.
	Told models.Range
	// Events are the messages that can be read, and removals of those of which history
	// only says that they were taken back; oldest first.
	Events []models.Event
	Tips   []int64 // notices of the platform's own
	Gone   []int64 // taken back, deleted, expired or never stored
	// Unreadable are messages that are there and cannot be read, with the parts of the
	// answer that hold them.
	Unreadable map[int64]models.SetAside
}

// Recent is optional: it reads back what was posted where there are no numbers.
type Recent interface {
	// Since returns what was posted in a conversation since a moment, oldest first, as
	// any of its ends sees it.
	Since(ctx context.Context, c models.Conversation, from time.Time) ([]models.Event, error)
}

// Request is one inbound HTTP call as it came.
type Request struct {
	Query  url.Values // parsed; a parameter given twice has two values
	Header http.Header
	Body   []byte
	Now    time.Time
}

// Delivery is what one inbound call carried.
type Delivery struct {
	Command    string // the platform's name of the call, if it is a known one
	Events     []models.Event
	Unreadable []models.SetAside
	// Proposal is a message that the platform asks about before it shows it. Its Ref
	// is made up so that the same proposal has the same one.
	Proposal *models.Message
	// Asked says that the platform waits for a word on a message, also where its
	// proposal could not be read.
	Asked bool
	// Raw is for the adapter's own use between Decode and Answer.
	Raw any
}

// Answer is what a gate is told to do.
type Answer struct {
	Verdict  models.Verdict // VerdictAllow, VerdictBlock or VerdictMask; anything else lets it pass
	Findings []models.Finding
	Text     string // what the sender is told when blocked; never holds content
	Code     int    // the platform's custom code for "blocked"; 0: the adapter's default
}

// Reply is an HTTP answer in the platform's words.
type Reply struct {
	Status      int
	ContentType string
	Body        []byte
}
