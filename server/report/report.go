// Package report tells the whole life of one recall: what became of it, when, in
// how many calls, and who stands behind it. It is made of what is on record and
// keeps nothing of its own, so that two who read it agree.
package report

import (
	"time"

	"github.com/takeback-chat/takeback/models"
)

// Record is what is on record of a recall.
type Record struct {
	Recall   models.Recall
	Message  models.Message // its text plays no part
	Decision models.Decision
	Holds    []models.LegalHold  // on the message, also those that are over
	Entries  []models.AuditEntry // about the recall, oldest first
	ReadBy   int                 // how many had read the message; -1: not known
	Now      time.Time
}

// Report is the life of a recall.
type Report struct {
	Result   Result
	Words    string // the result as a sentence
	Steps    []Step
	Visible  time.Duration // from posting until it was gone, or until now
	Still    bool          // nothing proves that it is gone
	Deadline Deadline
	Calls    []Call
	Joined   []Joiner
	Stopped  string // who withdrew it before it left
}

// Of makes the report of a recall.
func Of(r Record) Report {
	rep := Report{Result: resultOf(r), Steps: steps(r), Calls: calls(r.Entries), Joined: joiners(r.Entries)}
	rep.Words = words(rep.Result, r)
	gone := goneAt(r)
	rep.Still = gone.IsZero()
	if rep.Still {
		gone = r.Now
	}
	if !r.Recall.SentAtPlatform.IsZero() {
		rep.Visible = max(0, gone.Sub(r.Recall.SentAtPlatform))
	}
	rep.Deadline = deadline(r)
	rep.Stopped = stopped(r.Entries)
	return rep
}

// goneAt is when the message was gone, by the platform's own event or history; zero
// while nothing proves it. The platform's yes proves nothing.
func goneAt(r Record) time.Time {
	switch {
	case !r.Message.RemovedAt.IsZero():
		return r.Message.RemovedAt
	case r.Recall.State == models.Confirmed:
		return r.Recall.ConfirmedAt
	case r.Recall.State == models.AlreadyGone:
		return r.Recall.EndedAt // it went at some moment before that
	}
	return time.Time{}
}

// Deadline says whether a recall came in time.
type Deadline string

// The words for a deadline.
const (
	NoDeadline Deadline = ""
	Met        Deadline = "met"
	Missed     Deadline = "missed"
	Open       Deadline = "open"      // there is time still, or nothing proves yet that it was met
	NotNeeded  Deadline = "no_matter" // it was withdrawn, or refused in time
)

func deadline(r Record) Deadline {
	rec, gone := r.Recall, goneAt(r)
	switch {
	case rec.Deadline.IsZero():
		return NoDeadline
	case !gone.IsZero() && gone.After(rec.Deadline), rec.State == models.Expired:
		return Missed
	case !gone.IsZero():
		return Met
	case rec.State.Terminal():
		return NotNeeded
	}
	return Open
}
