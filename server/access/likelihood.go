package access

import (
	"fmt"
	"time"

	"github.com/takeback-chat/takeback/models"
)

// Chance says how a recall would most likely end, and why.
type Chance struct {
	Likelihood models.Likelihood
	Situation  string // the row of the table that applies
	Reason     string // a sentence for people
}

// closing is how near the end of the platform's window is too near to be sure.
const closing = 30 * time.Second

// hurry is how likely a recall is to come too late.
func (p Preview) hurry(now time.Time) bool {
	return !p.Deadline.IsZero() && p.Deadline.Sub(now) < closing
}

// situation is one row of the table of likelihoods.
type situation struct {
	name   string
	holds  func(kind models.ConversationKind, p Preview, now time.Time) bool
	word   models.Likelihood
	reason func(Preview) string
}

func says(words string) func(Preview) string { return func(Preview) string { return words } }

// situations is what is said of a recall's chances; the first row that holds
// applies. What was read cannot be made unread, so that a read message is at
// best partly taken back, whatever the platform removes.
var situations = []situation{
	{
		"obstacle", func(_ models.ConversationKind, p Preview, _ time.Time) bool {
			return p.Obstacle != "" && p.Obstacle != models.LetStay
		},
		models.Impossible, func(p Preview) string { return p.Why },
	},
	{
		"live", func(kind models.ConversationKind, _ Preview, _ time.Time) bool { return kind == models.Live },
		models.Partly, says("A live group: it goes from the screens of those who are online then, and the platform has no history that could prove it."),
	},
	{
		"hurry", func(_ models.ConversationKind, p Preview, now time.Time) bool { return p.hurry(now) },
		models.Partly, says("The platform's recall window closes within seconds: the call may come too late."),
	},
	{
		"direct_read", func(kind models.ConversationKind, p Preview, _ time.Time) bool {
			return kind == models.Direct && p.Exposure.ReadBy > 0
		},
		models.Partly, says("The other person has read it. It goes from both sides' devices, not from memory."),
	},
	{
		"direct_unread", func(kind models.ConversationKind, p Preview, _ time.Time) bool {
			return kind == models.Direct && p.Exposure.ReadBy == 0
		},
		models.Surely, says("The other person has not read it."),
	},
	{
		"direct", func(kind models.ConversationKind, _ Preview, _ time.Time) bool { return kind == models.Direct },
		models.Likely, says("It goes from both sides' devices; whether the other person has read it is not known."),
	},
	{
		"read", func(_ models.ConversationKind, p Preview, _ time.Time) bool { return p.Exposure.ReadBy > 0 },
		models.Partly, readByReason,
	},
	{
		"unread", func(_ models.ConversationKind, p Preview, _ time.Time) bool { return p.Exposure.ReadBy == 0 },
		models.Surely, says("The platform says that nobody has read it."),
	},
	{
		"unproved", func(_ models.ConversationKind, p Preview, _ time.Time) bool { return !p.Proves },
		models.Likely, says("The platform takes it back, and does not prove that it did; who has read it is not known."),
	},
	{
		"unknown", func(models.ConversationKind, Preview, time.Time) bool { return true },
		models.Likely, says("It goes from every member's devices and from history; who has read it is not known."),
	},
}

func readByReason(p Preview) string {
	if p.Members > 0 {
		return fmt.Sprintf("Read by %d of %d who could. It goes from every member's devices, not from memory.", p.Exposure.ReadBy, p.Members)
	}
	return fmt.Sprintf("Read by %d. It goes from every member's devices, not from memory.", p.Exposure.ReadBy)
}

// chance looks a preview up in the table.
func chance(kind models.ConversationKind, p Preview, now time.Time) Chance {
	for _, s := range situations {
		if s.holds(kind, p, now) {
			return Chance{s.word, s.name, s.reason(p)}
		}
	}
	return Chance{} // cannot happen: the last row always holds
}
