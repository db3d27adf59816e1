package webhooks

import (
	"time"

	"github.com/takeback-chat/takeback/models"
)

// trail notes when the events of one delivery passed what, for the traces of their
// messages. Which of them are followed shows only when they are kept and have their
// ids. A nil trail notes nothing.
type trail struct {
	tracer   Tracer
	clock    func() time.Time
	received time.Time
	scans    []stretch // by event
	commit   stretch
}

// stretch is some time.
type stretch struct{ begin, end time.Time }

func (h *Handler) trail(received time.Time, events int) *trail {
	if h.o.Tracer == nil {
		return nil
	}
	return &trail{tracer: h.o.Tracer, clock: h.o.Now, received: received, scans: make([]stretch, events)}
}

func (t *trail) now() time.Time {
	if t == nil {
		return time.Time{}
	}
	return t.clock()
}

func (t *trail) scanned(event int, began time.Time) {
	if t != nil {
		t.scans[event] = stretch{began, t.clock()}
	}
}

func (t *trail) kept(began time.Time) {
	if t != nil {
		t.commit = stretch{began, t.clock()}
	}
}

// tell hands over what the messages passed that are followed. All that is left to do
// with them is to answer.
func (t *trail) tell(judged []models.Judged, kept []models.Kept) {
	if t == nil {
		return
	}
	now := t.clock()
	for i := range judged {
		if judged[i].Event.Message != nil && t.tracer.Follows(kept[i].Message) {
			t.tellOne(&judged[i], kept[i], t.scans[i], now)
		}
	}
}

func (t *trail) tellOne(in *models.Judged, k models.Kept, scan stretch, now time.Time) {
	m := in.Event.Message
	s := models.Station{
		Message: k.Message, App: m.App, Conversation: k.Conversation, Kind: m.Conversation.Kind,
		Verdict: in.Decision.Verdict, Findings: len(m.Findings), Result: string(k.Result),
	}
	first := models.StationReceived
	if in.Event.Past {
		first = models.StationBackfilled
	}
	t.pass(s, first, stretch{t.received, now}, k.Result == models.KeptNew)
	t.pass(s, models.StationScanned, scan, false)
	t.pass(s, models.StationKept, t.commit, false)
}

func (t *trail) pass(s models.Station, name models.StationName, when stretch, first bool) {
	s.Name, s.Begin, s.End, s.First = name, when.begin, when.end, first
	t.tracer.Passed(s)
}
