package models

import "slices"

// Cause is what may take a recall from one state to another.
type Cause string

// The causes.
const (
	CausePerson   Cause = "person"   // at the console, over the API, on the command line
	CausePolicy   Cause = "policy"   // a rule in force
	CauseWorker   Cause = "worker"   // one of our nodes, by what the platform answered, by the clock, or by asking again
	CausePlatform Cause = "platform" // an event that the platform told of
	CauseBreaker  Cause = "breaker"  // too much was taken back automatically, or somebody stopped it
)

// Causes lists every cause.
var Causes = []Cause{CausePerson, CausePolicy, CauseWorker, CausePlatform, CauseBreaker}

// RecallEdge is a legal transition of a recall.
type RecallEdge struct {
	From, To RecallState
	By       []Cause
}

// RecallEdges is the life of a recall as a table: every legal transition, and who
// may cause it. Sent to Queued is a retry; a retry by a person starts a new recall.
// What each writes is told by RecallState.Writes.
var RecallEdges = []RecallEdge{
	{Requested, Held, []Cause{CausePolicy}},
	{Requested, Queued, []Cause{CausePerson, CausePolicy}},
	{Requested, Cancelled, []Cause{CausePerson, CausePlatform, CauseBreaker}},

	{Held, Queued, []Cause{CausePerson, CauseWorker}},
	{Held, Cancelled, []Cause{CausePerson, CauseBreaker}},
	{Held, AlreadyGone, []Cause{CausePlatform}},
	{Held, Expired, []Cause{CauseWorker}},

	{Queued, Sent, []Cause{CauseWorker}},
	{Queued, Cancelled, []Cause{CausePerson, CauseWorker, CauseBreaker}},
	{Queued, AlreadyGone, []Cause{CausePlatform}},
	{Queued, Expired, []Cause{CauseWorker}},

	{Sent, Accepted, []Cause{CauseWorker}},
	{Sent, Confirmed, []Cause{CauseWorker, CausePlatform}},
	{Sent, AlreadyGone, []Cause{CauseWorker, CausePlatform}},
	{Sent, Expired, []Cause{CauseWorker}},
	{Sent, Refused, []Cause{CauseWorker}},
	{Sent, Failed, []Cause{CauseWorker}},
	{Sent, Unknown, []Cause{CauseWorker}},
	{Sent, Queued, []Cause{CauseWorker}},

	{Accepted, Confirmed, []Cause{CauseWorker, CausePlatform}},
	{Accepted, Unknown, []Cause{CauseWorker}},

	{Unknown, Confirmed, []Cause{CauseWorker, CausePlatform}},
	{Unknown, Accepted, []Cause{CauseWorker}},
	{Unknown, AlreadyGone, []Cause{CauseWorker, CausePlatform}},
	{Unknown, Expired, []Cause{CauseWorker}},
	{Unknown, Refused, []Cause{CauseWorker}},
	{Unknown, Failed, []Cause{CausePerson, CauseWorker}},
	{Unknown, Queued, []Cause{CauseWorker}},
}

var recallEdges = func() map[RecallState]map[RecallState][]Cause {
	all := map[RecallState]map[RecallState][]Cause{}
	for _, e := range RecallEdges {
		if all[e.From] == nil {
			all[e.From] = map[RecallState][]Cause{}
		}
		all[e.From][e.To] = e.By
	}
	return all
}()

// CanBecome reports whether a recall in state s may go to state next.
func (s RecallState) CanBecome(next RecallState) bool { return len(recallEdges[s][next]) > 0 }

// MayBecome reports whether a cause may take a recall from state s to state next.
func (s RecallState) MayBecome(next RecallState, by Cause) bool {
	return slices.Contains(recallEdges[s][next], by)
}

// Writes says what coming to a state writes on a recall, beside the state itself and
// the audit entry, as the names of Recall's fields.
func (s RecallState) Writes() []string { return recallWrites[s] }

var recallWrites = map[RecallState][]string{
	Held:        {"DueAt"},
	Queued:      {"DueAt"},
	Sent:        {"SentAt", "Attempts"},
	Accepted:    {"AcceptedAt", "DueAt"},
	Unknown:     {"DueAt"},
	Confirmed:   {"ConfirmedAt", "EndedAt"},
	AlreadyGone: {"EndedAt"},
	Expired:     {"EndedAt"},
	Refused:     {"EndedAt"},
	Failed:      {"EndedAt"},
	Cancelled:   {"EndedAt"},
}
