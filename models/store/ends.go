package store

import (
	"time"

	"github.com/takeback-chat/takeback/models"
)

// Tracer is told of the ends of recalls after their commit, whatever ended them, for
// the traces of their messages. It is asked by the writer, so it must neither block nor
// write.
type Tracer interface {
	// Follows reports whether a trace is made of a message.
	Follows(models.MessageID) bool
	// Passed adds a station to the trace of a message that is followed.
	Passed(models.Station)
}

// traced notes the end of a recall for the trace of its message: the time since the
// platform's yes, or a moment where there was none. Its conversation is known by now.
func (u *unit) traced(r *recallRow) {
	t, message := u.s.opts.Tracer, models.MessageID(r.MessageID)
	if t == nil || r.EndedAt == 0 || !t.Follows(message) {
		return
	}
	// In milliseconds, and nothing ought to begin before what led to it.
	end := u.now.Add(time.Millisecond)
	begin := end
	if r.AcceptedAt != 0 {
		begin = fromMillis(r.AcceptedAt + 1)
	}
	state, c := models.RecallState(r.State), u.byID[r.ConversationID]
	u.ends = append(u.ends, models.Station{
		Message: message, Name: models.StationName(state), Begin: begin, End: end,
		Failed: state == models.Expired || state == models.Refused || state == models.Failed,
		App:    r.App, Conversation: c.ID, Kind: c.Kind, Recall: models.RecallID(r.ID), Result: r.State, Code: r.Code, Attempt: int(r.Attempts),
	})
}
