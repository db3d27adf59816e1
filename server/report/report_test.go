package report

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/takeback-chat/takeback/models"
)

var noon = time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)

func at(ms int) time.Time { return noon.Add(time.Duration(ms) * time.Millisecond) }

// record is a recall in a state, with the times that lead there.
func record(state models.RecallState) Record {
	r := models.Recall{
		State: state, Conversation: models.Conversation{Kind: models.Group}, SentAtPlatform: noon, RequestedAt: at(1100),
		Deadline: at(60_000), Members: 40, EvidenceAt: at(1200),
	}
	r.SentAt, r.AcceptedAt = at(1300), at(1400)
	if state == models.Confirmed {
		r.ConfirmedAt = at(2000)
	}
	if state.Terminal() {
		r.EndedAt = at(2000)
	}
	return Record{Recall: r, Message: models.Message{ReceivedAt: at(1000)}, ReadBy: 3, Now: at(10_000)}
}

func TestEveryStateHasItsResult(t *testing.T) {
	want := map[models.RecallState]Result{
		models.Requested: UnderWay, models.Held: UnderWay, models.Queued: UnderWay, models.Sent: UnderWay,
		models.Accepted: NotProved, models.Confirmed: Removed, models.AlreadyGone: WasGone, models.Expired: NotRemoved,
		models.Refused: NotRemoved, models.Failed: NotRemoved, models.Unknown: NotKnown, models.Cancelled: Withdrawn,
	}
	got := map[models.RecallState]Result{}
	for _, s := range models.RecallStates {
		rep := Of(record(s))
		got[s] = rep.Result
		if rep.Words == "" {
			t.Errorf("%s has no words", s)
		}
		if proved := rep.Result == Removed || rep.Result == WasGone; rep.Still == proved {
			t.Errorf("%s: %s, and it is visible still: %v", s, rep.Result, rep.Still)
		}
		if said := strings.Contains(rep.Words, "Removed"); said != (rep.Result == Removed) {
			t.Errorf("%s is told as %q", s, rep.Words)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("results (-want +got):\n%s", diff)
	}
}

func TestALiveGroupIsCleanedInPart(t *testing.T) {
	r := record(models.Confirmed)
	r.Recall.Conversation.Kind = models.Live
	if rep := Of(r); rep.Result != InPart || strings.Contains(rep.Words, "everybody") {
		t.Errorf("%s: %s", rep.Result, rep.Words)
	}
}

func TestWhoHadReadItIsTold(t *testing.T) {
	for want, change := range map[string]func(*Record){
		"3 of 40 had read it.":                   func(*Record) {},
		"says so. 3 had read it.":                func(r *Record) { r.Recall.EvidenceAt = time.Time{} },
		"Nobody had read it, by the platform's":  func(r *Record) { r.ReadBy = 0 },
		"Who had read it is not known.":          func(r *Record) { r.ReadBy = -1 },
		"withdrawn before it left: the message":  func(r *Record) { r.Recall.State = models.Cancelled },
		"Nothing proves yet that it is gone. 3 ": func(r *Record) { r.Recall.State = models.Accepted },
	} {
		r := record(models.Confirmed)
		change(&r)
		if got := Of(r).Words; !strings.Contains(got, want) {
			t.Errorf("%q does not hold %q", got, want)
		}
	}
}

func TestTheTimelineAndItsGaps(t *testing.T) {
	r := record(models.Confirmed)
	r.Decision.At = at(1050)
	want := []Step{
		{"posted", noon, 0},
		{"seen", at(1000), time.Second},
		{"decided", at(1050), 50 * time.Millisecond},
		{"sent", at(1300), 250 * time.Millisecond},
		{"accepted", at(1400), 100 * time.Millisecond},
		{"confirmed", at(2000), 600 * time.Millisecond},
	}
	if diff := cmp.Diff(want, Of(r).Steps); diff != "" {
		t.Errorf("steps (-want +got):\n%s", diff)
	}
	r.Recall.ConfirmedAt = at(1350) // the event before the answer
	var order []string
	for _, s := range Of(r).Steps {
		order = append(order, s.Name)
	}
	if got := strings.Join(order, " "); got != "posted seen decided sent confirmed accepted" {
		t.Errorf("in another order: %s", got)
	}
	r = record(models.Cancelled)
	r.Recall.SentAt, r.Recall.AcceptedAt = time.Time{}, time.Time{}
	last := Of(r).Steps
	if s := last[len(last)-1]; s.Name != "cancelled" || len(last) != 4 {
		t.Errorf("a cancelled one: %+v", last)
	}
}

func TestHoldsStandInTheTimeline(t *testing.T) {
	r := record(models.Cancelled)
	r.Recall.SentAt, r.Recall.AcceptedAt = time.Time{}, time.Time{}
	r.Holds = []models.LegalHold{
		{PlacedAt: noon.Add(-time.Hour), LiftedAt: noon.Add(-time.Minute)}, // before it was posted
		{PlacedAt: noon.Add(-time.Hour), Until: at(5000)},
		{PlacedAt: at(1500), LiftedAt: at(7000)},
		{PlacedAt: at(1600), Until: at(90_000)},
	}
	want := []Step{
		{"posted", noon, 0},
		{"legal_hold_placed", noon, 0},
		{"seen", at(1000), time.Second},
		{"decided", at(1100), 100 * time.Millisecond},
		{"legal_hold_placed", at(1500), 400 * time.Millisecond},
		{"legal_hold_placed", at(1600), 100 * time.Millisecond},
		{"cancelled", at(2000), 400 * time.Millisecond},
		{"legal_hold_over", at(5000), 3 * time.Second},
		{"legal_hold_lifted", at(7000), 2 * time.Second},
	}
	if diff := cmp.Diff(want, Of(r).Steps); diff != "" {
		t.Errorf("steps (-want +got):\n%s", diff)
	}
}

func TestTotalVisibleTime(t *testing.T) {
	for name, tt := range map[string]struct {
		state   models.RecallState
		removed time.Time
		want    time.Duration
		still   bool
	}{
		"confirmed":                 {models.Confirmed, time.Time{}, 2 * time.Second, false},
		"by the platform's clock":   {models.Confirmed, at(1500), 1500 * time.Millisecond, false},
		"accepted is not gone":      {models.Accepted, time.Time{}, 10 * time.Second, true},
		"gone before":               {models.AlreadyGone, at(500), 500 * time.Millisecond, false},
		"refused, it stays":         {models.Refused, time.Time{}, 10 * time.Second, true},
		"refused, and taken later":  {models.Refused, at(9000), 9 * time.Second, false},
		"a platform that runs fast": {models.Confirmed, noon.Add(-time.Second), 0, false},
	} {
		r := record(tt.state)
		r.Message.RemovedAt = tt.removed
		if rep := Of(r); rep.Visible != tt.want || rep.Still != tt.still {
			t.Errorf("%s: visible %s, still %v; want %s, %v", name, rep.Visible, rep.Still, tt.want, tt.still)
		}
	}
}

func TestDeadlines(t *testing.T) {
	for _, tt := range []struct {
		name   string
		state  models.RecallState
		change func(*Record)
		want   Deadline
	}{
		{"in time", models.Confirmed, nil, Met},
		{"no limit", models.Confirmed, func(r *Record) { r.Recall.Deadline = time.Time{} }, NoDeadline},
		{"proved too late", models.Confirmed, func(r *Record) { r.Recall.ConfirmedAt = at(60_001) }, Missed},
		{"expired", models.Expired, nil, Missed},
		{"not proved", models.Accepted, nil, Open},
		{"queued", models.Queued, nil, Open},
		{"refused in time", models.Refused, nil, NotNeeded},
		{"cancelled", models.Cancelled, nil, NotNeeded},
	} {
		r := record(tt.state)
		if tt.change != nil {
			tt.change(&r)
		}
		if got := Of(r).Deadline; got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
}

// entry is an audit entry of a move.
func entry(ms int, state string, attempts int, code string) models.AuditEntry {
	return models.AuditEntry{
		At: at(ms), Actor: "worker:one", Action: "recall." + state,
		Details: map[string]string{"attempts": strconv.Itoa(attempts), "code": code},
	}
}

func TestCallsAreReadFromTheAudit(t *testing.T) {
	requested := models.AuditEntry{At: at(0), Action: "recall.requested", Details: map[string]string{"authority": "policy"}}
	joined := models.AuditEntry{At: at(5), Actor: "moderator:ann", Action: "recall.joined", Details: map[string]string{
		"authority": "owner", "trigger": "console", "reason": "abuse",
	}}
	call := func(from, to int, state models.RecallState, code string) Call {
		c := Call{At: at(from), State: state, Code: code, By: "worker:one"}
		if to > 0 {
			c.Ended = at(to)
		}
		return c
	}
	for _, tt := range []struct {
		name    string
		entries []models.AuditEntry
		want    []Call
	}{
		{"none left", []models.AuditEntry{requested, entry(10, "cancelled", 0, "")}, nil},
		{"one, accepted and proved", []models.AuditEntry{
			requested, entry(10, "sent", 1, ""), entry(20, "accepted", 1, "0"), entry(30, "confirmed", 1, ""),
		}, []Call{call(10, 20, models.Accepted, "0")}},
		{"throttled, then done", []models.AuditEntry{
			entry(10, "sent", 1, ""), entry(20, "queued", 1, "10002"), entry(30, "sent", 2, ""), entry(40, "accepted", 2, "0"),
		}, []Call{call(10, 20, models.Queued, "10002"), call(30, 40, models.Accepted, "0")}},
		{"one that did not leave", []models.AuditEntry{
			entry(10, "sent", 1, ""), entry(20, "queued", 0, ""), entry(30, "sent", 1, ""),
		}, []Call{call(30, 0, "", "")}},
		{"claimed, and given up", []models.AuditEntry{
			entry(10, "sent", 1, ""), entry(20, "queued", 0, ""), entry(21, "cancelled", 0, ""),
		}, []Call{}},
		{"the answer lost, and sent anew", []models.AuditEntry{
			entry(10, "sent", 1, ""), entry(20, "unknown", 1, ""), entry(30, "accepted", 2, "0"),
		}, []Call{call(10, 20, models.Unknown, ""), call(30, 30, models.Accepted, "0")}},
		{"the event before the answer", []models.AuditEntry{
			entry(10, "sent", 1, ""), entry(15, "confirmed", 1, ""), {At: at(20), Action: "recall.answered", Details: map[string]string{"code": "0"}},
		}, []Call{call(10, 15, models.Confirmed, "0")}},
	} {
		if diff := cmp.Diff(tt.want, calls(tt.entries)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
	}
	want := []Joiner{{"moderator:ann", models.ByOwner, models.FromConsole, models.Abuse, at(5)}}
	r := record(models.Cancelled)
	r.Entries = []models.AuditEntry{requested, joined, entry(10, "cancelled", 0, "")}
	if rep := Of(r); rep.Stopped != "worker:one" || cmp.Diff(want, rep.Joined) != "" {
		t.Errorf("joined %+v, stopped by %q", rep.Joined, rep.Stopped)
	}
}
