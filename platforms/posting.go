package platforms

import (
	"context"
	"time"

	"github.com/takeback-chat/takeback/models"
)

// Poster is optional: it posts messages of takeback's own, and asks the platform
// to call no webhook for them.
type Poster interface {
	// Post posts one message. A nil error says that Posted tells what became of it.
	// After an error its Class says whether the call may have reached the platform.
	Post(context.Context, Posting) (Posted, error)

	// Seek looks into history for a posting that was perhaps made, without changing
	// anything: PostDone where it is there, PostAbsent where it surely is not,
	// PostUnsure where nobody can tell.
	Seek(context.Context, Posting) (Posted, error)
}

// Posting is one message to be posted, always with the same Random.
type Posting struct {
	Conversation models.Conversation // where; of a notice, what it is about
	Account      string              // to whom alone; empty: to the conversation
	Sender       string              // in whose name; empty: our own account's
	Texts        []string            // an element each
	Named        string              // who is at this end of a one-to-one chat, where our own account posts
	Random       uint32              // by which the platform knows a repetition
	Since        time.Time           // of the first call
}

// PostState says what became of a posting.
type PostState string

// The states of a posting.
const (
	PostDone      PostState = "done"
	PostAbsent    PostState = "absent"    // only from Seek
	PostDropped   PostState = "dropped"   // taken, and shown to nobody; try again later
	PostRefused   PostState = "refused"   // for good
	PostForbidden PostState = "forbidden" // not in this sender's name
	PostUnsure    PostState = "unsure"
)

// Posted is the platform's answer for a posting.
type Posted struct {
	State       PostState
	Ref         string // the platform's name of the message
	At          time.Time
	Code        string
	Explanation string
}
