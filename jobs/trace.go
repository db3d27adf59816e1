package jobs

import (
	"time"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/platforms"
)

// Tracer is told what messages pass while they are taken back.
type Tracer interface {
	// Follows reports whether a trace is made of a message.
	Follows(models.MessageID) bool
	// Passed adds a station to the trace of a message that is followed. It never blocks.
	Passed(models.Station)
}

// traceClaims tells of recalls that were just claimed, and for how long each was due.
func (w *worker) traceClaims(claims []models.RecallClaim) {
	if w.tracer == nil {
		return
	}
	now := time.Now()
	for _, c := range claims {
		if !w.tracer.Follows(c.Message) {
			continue
		}
		s := stationOf(c, models.StationClaimed, sinceDue(c), now)
		s.Result = string(c.Was)
		w.tracer.Passed(s)
	}
}

// sinceDue is when a recall was due. The database cuts times off at the millisecond, and
// in a trace nothing ought to begin before what led to it.
func sinceDue(c models.RecallClaim) time.Time {
	return later(c.RequestedAt, c.DueAt).Add(time.Millisecond)
}

// traceCall tells of a call to the platform, in the trace of each message that it was for.
func (w *worker) traceCall(op string, part []models.RecallClaim, began time.Time, outcomes []platforms.Outcome, err error) {
	if w.tracer == nil {
		return
	}
	now, name := time.Now(), models.StationLooked
	if op == opRecall {
		name = models.StationCalled
	}
	for i, c := range part {
		if !w.tracer.Follows(c.Message) {
			continue
		}
		s := stationOf(c, name, began, now)
		s.Batch, s.Failed = len(part), err != nil
		switch {
		case err != nil:
			s.Result, s.Code = string(classOf(err)), codeOf(err)
		case i < len(outcomes):
			s.Result, s.Code = string(outcomes[i].State), outcomes[i].Code
		}
		w.tracer.Passed(s)
	}
}

func stationOf(c models.RecallClaim, name models.StationName, begin, end time.Time) models.Station {
	return models.Station{
		Message: c.Message, Name: name, Begin: begin, End: end,
		App: c.App, Conversation: c.Conversation.ID, Kind: c.Conversation.Kind, Recall: c.ID, Attempt: c.Attempts,
	}
}
