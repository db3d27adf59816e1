package report

import (
	"fmt"

	"github.com/takeback-chat/takeback/models"
)

// Result says in one word what became of a recall. There is one word for what was
// removed, and none of the others may be taken for it.
type Result string

// The results.
const (
	Removed    Result = "removed"         // for everybody, and proved
	InPart     Result = "removed_in_part" // for some
	NotProved  Result = "not_proved"      // the platform said yes, and nothing proves it
	WasGone    Result = "was_gone"
	NotRemoved Result = "not_removed"
	NotKnown   Result = "not_known"
	UnderWay   Result = "under_way"
	Withdrawn  Result = "withdrawn"
)

// Results lists every result.
var Results = []Result{Removed, InPart, NotProved, WasGone, NotRemoved, NotKnown, UnderWay, Withdrawn}

func resultOf(r Record) Result {
	switch r.Recall.State {
	case models.Confirmed:
		if r.Recall.Conversation.Kind == models.Live {
			return InPart
		}
		return Removed
	case models.Accepted:
		return NotProved
	case models.AlreadyGone:
		return WasGone
	case models.Expired, models.Refused, models.Failed:
		return NotRemoved
	case models.Unknown:
		return NotKnown
	case models.Cancelled:
		return Withdrawn
	case models.Requested, models.Held, models.Queued, models.Sent:
	}
	return UnderWay
}

// sentences is each result as people read it. Screenshots and copies cannot be
// known, so that none says that nobody has it any more.
var sentences = map[Result]string{
	Removed:    "Removed for everybody: the platform's own event, or its history, says so.",
	InPart:     "Removed for those who were online. A live group has no history: whoever had left keeps what was seen.",
	NotProved:  "The platform said yes. Nothing proves yet that it is gone.",
	WasGone:    "It was gone before we asked.",
	NotRemoved: "It was not removed: it stays in the chat.",
	NotKnown:   "Nobody knows yet whether it is gone. It is being looked for.",
	UnderWay:   "It is under way.",
	Withdrawn:  "It was withdrawn before it left: the message stays.",
}

// words is the sentence of a result, with what is known of who had read it.
func words(result Result, r Record) string {
	s := sentences[result]
	if result != Removed && result != InPart && result != NotProved {
		return s
	}
	members := r.Recall.Members
	if r.Recall.EvidenceAt.IsZero() {
		members = -1
	}
	switch {
	case r.ReadBy < 0:
		return s + " Who had read it is not known."
	case r.ReadBy == 0:
		return s + " Nobody had read it, by the platform's word."
	case members > 0:
		return s + fmt.Sprintf(" %d of %d had read it.", r.ReadBy, members)
	}
	return s + fmt.Sprintf(" %d had read it.", r.ReadBy)
}
