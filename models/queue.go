package models

import "time"

// Score says how urgent a waiting case is, part by part, in minutes: a part is how
// many minutes longer an ordinary case would have to wait to be as urgent.
type Score struct {
	Severity  int // of what was found
	Window    int // the platform lets it be taken back for a short time only
	Unread    int // taken back now, nobody would have read it
	Escalated int // somebody asked for another pair of eyes
	Waiting   int // minutes since it was opened
}

// Total is what cases are ordered by, the largest first.
func (s Score) Total() int { return s.Severity + s.Window + s.Unread + s.Escalated + s.Waiting }

// The parts of a score, in minutes.
const (
	pointsUnread    = 30
	pointsEscalated = 240
	pointsHour      = 240 // the window closes within two hours of the opening
	pointsDay       = 60  // within a day
)

var severityPoints = map[Severity]int{Low: 0, Medium: 60, High: 120, Critical: 240}

// Score says how urgent a case is at a moment. But for the waiting, its parts do
// not change with the time, so that the order of two cases never does by itself.
func (c Case) Score(now time.Time) Score {
	s := Score{Severity: severityPoints[c.Severity], Waiting: int(max(0, now.Sub(c.OpenedAt)) / time.Minute)}
	switch left := c.Deadline.Sub(c.OpenedAt); {
	case c.Deadline.IsZero():
	case left <= 2*time.Hour:
		s.Window = pointsHour
	case left <= 24*time.Hour:
		s.Window = pointsDay
	}
	if c.Unread {
		s.Unread = pointsUnread
	}
	if !c.EscalatedAt.IsZero() {
		s.Escalated = pointsEscalated
	}
	return s
}

// Rank orders cases that wait like their scores do at any moment, the largest
// first: milliseconds of urgency less the Unix time of the opening.
func (c Case) Rank() int64 {
	return time.Duration(c.Score(c.OpenedAt).Total()*int(time.Minute)).Milliseconds() - c.OpenedAt.UnixMilli()
}

// CaseLock is for how long a case is somebody's who looks at it and goes away.
const CaseLock = time.Minute

// LockedBy returns who else than actor works on the case at a moment; empty for
// nobody.
func (c Case) LockedBy(actor string, now time.Time) string {
	if c.State != CaseOpen || c.ClaimedBy == actor || !now.Before(c.ClaimedUntil) {
		return ""
	}
	return c.ClaimedBy
}

// CaseNote is what somebody wrote to a case for those who come after.
type CaseNote struct {
	Actor string
	At    time.Time
	Text  string
}

// QueueFilter narrows the list of waiting cases.
type QueueFilter struct {
	App       string
	Severity  Severity
	Rule      string
	Escalated bool   // only those that were escalated
	Mine      bool   // only those that Actor works on
	Actor     string // who looks: what Actor skipped is left out
	Skipped   bool   // what Actor skipped instead
	Parked    bool   // what is parked instead
	Closing   bool   // only those that cannot be taken back any more within the hour
	Page
}

// QueueCounts says how many cases wait, as far as a limit.
type QueueCounts struct {
	Waiting, Escalated, Parked, Skipped int
	Closing                             int // cannot be taken back any more within the hour
}
