package access

import (
	"context"
	"errors"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/takeback-chat/takeback/models"
)

// say gives a message a text.
func (s *sweepMemory) say(id models.MessageID, text string) {
	m := s.messages[id]
	m.Elements = []models.Element{{Kind: models.TextElement, Path: "MsgBody[0].MsgContent.Text", Text: text}}
	s.messages[id] = m
}

func newCopies() (*Copies, *Sweeps, *sweepMemory) {
	sweeps, store, _ := newSweeps(guard{})
	const secret = "the door code of the office is 4711"
	for id, text := range map[models.MessageID]string{
		"g1-1": secret, "g1-2": "lunch at noon?", "g1-old": "The door code of our office is 4711!", "g2-1": secret, "x1-1": secret, "d-1": secret,
	} {
		store.say(id, text)
	}
	return sweeps.copies, sweeps, store
}

func found(f Found) map[models.MessageID]models.CopyKind {
	got := map[models.MessageID]models.CopyKind{}
	for _, c := range f.Copies {
		got[c.ID] = c.Kind
	}
	return got
}

func TestCopiesAreShownWithinTheScope(t *testing.T) {
	tests := []struct {
		name   string
		caller models.Caller
		want   map[models.MessageID]models.CopyKind
		err    error
	}{
		{"an operator", models.Caller{Grant: models.GrantOperator}, map[models.MessageID]models.CopyKind{
			"d-1": models.CopySame, "g1-old": models.CopyNear, "g2-1": models.CopySame,
		}, nil},
		{"an owner", linked(models.GrantModerator, "olga"), map[models.MessageID]models.CopyKind{"g1-old": models.CopyNear}, nil},
		{"a viewer", linked(models.GrantViewer, "olga"), map[models.MessageID]models.CopyKind{"g1-old": models.CopyNear}, nil},
		{"a plain member", linked(models.GrantModerator, "bob"), nil, models.ErrNotFound},
		{"nobody", models.Caller{}, nil, models.ErrNotFound},
	}
	for _, tt := range tests {
		copies, _, store := newCopies()
		got, err := copies.Find(t.Context(), tt.caller, "g1-1", CopyPage{})
		if !errors.Is(err, tt.err) {
			t.Errorf("%s: %v, want %v", tt.name, err, tt.err)
		}
		if tt.err != nil {
			continue
		}
		if diff := cmp.Diff(tt.want, found(got)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
		for _, c := range got.Copies {
			if c.Elements != nil {
				t.Errorf("%s: %s is told with its text", tt.name, c.ID)
			}
		}
		if want := []models.CopyFilter{{App: "main", Since: noon.Add(-time.Hour)}}; !cmp.Equal(want, store.filters) {
			t.Errorf("%s: looked in %+v, want the window of the app", tt.name, store.filters)
		}
	}
}

// A message without a text has nothing to compare, and costs no look.
func TestACopySaysWhoKeepsIt(t *testing.T) {
	copies, _, store := newCopies()
	store.holds = map[models.MessageID]models.LegalHold{"g2-1": {PlacedBy: "moderator:ann", PlacedAt: noon}}
	got, err := copies.Find(t.Context(), models.Caller{Grant: models.GrantOperator}, "g1-1", CopyPage{})
	if err != nil || len(got.Copies) != 3 {
		t.Fatalf("%+v, %v", got, err)
	}
	for _, c := range got.Copies {
		if kept := c.Kept != ""; kept != (c.ID == "g2-1") {
			t.Errorf("%s: kept %q", c.ID, c.Kept)
		}
	}
}

func TestCopiesOfAPicture(t *testing.T) {
	copies, _, store := newCopies()
	m := store.messages["g1-1"]
	m.Elements = []models.Element{{Kind: models.ImageElement, Path: "MsgBody[0].MsgContent", Opaque: true}}
	store.messages["g1-1"] = m
	got, err := copies.Find(t.Context(), models.Caller{Grant: models.GrantOperator}, "g1-1", CopyPage{})
	if err != nil || got.Looked != 0 || len(got.Copies) != 0 || len(store.filters) != 0 {
		t.Errorf("Find = %+v, %v after %d looks", got, err, len(store.filters))
	}
}

func TestCopiesGoOnWhereTheyStopped(t *testing.T) {
	copies, _, _ := newCopies()
	all := map[models.MessageID]models.CopyKind{}
	pages := 0
	for p := (CopyPage{Limit: 1}); ; {
		got, err := copies.Find(t.Context(), models.Caller{Grant: models.GrantOperator}, "g1-1", p)
		if err != nil || len(got.Copies) > 1 {
			t.Fatalf("%+v, %v", got, err)
		}
		maps.Copy(all, found(got))
		pages++
		if p.After = got.Next; p.After == "" {
			break
		}
	}
	if len(all) != 3 || pages < 3 {
		t.Errorf("%v on %d pages", all, pages)
	}
}

func TestASweepOfContentTakesTheMessageAndItsCopies(t *testing.T) {
	_, sweeps, store := newCopies()
	o := models.SweepOrder{Kind: models.SweepContent, App: "main", Message: "g1-1", Reason: models.Reason{Code: models.SensitiveInformation}}
	if _, err := sweeps.Preview(t.Context(), linked(models.GrantModerator, "olga"), models.FromAPI, o); err != nil {
		t.Fatal(err)
	}
	var got []models.MessageID
	for _, i := range store.items {
		got = append(got, i.Message)
	}
	if diff := cmp.Diff([]models.MessageID{"g1-1", "g1-old"}, got); diff != "" {
		t.Errorf("messages (-want +got):\n%s", diff)
	}
}

// What cannot all be compared before the preview answers is a sweep of the newest,
// complete for the time that it says.
func TestASweepOfContentIsNarrowedToWhatWasCompared(t *testing.T) {
	o := models.SweepOrder{Kind: models.SweepContent, App: "main", Message: "g1-1", Reason: models.Reason{Code: models.SensitiveInformation}}
	ago := func(d time.Duration) time.Time { return noon.Add(-d) }
	tests := []struct {
		name  string
		most  int
		since time.Time
		want  []models.MessageID
	}{
		{"all of them", 10, time.Time{}, []models.MessageID{"d-1", "g1-1", "g1-old", "g2-1"}},
		{"but the oldest", 4, ago(40*time.Minute - 61*time.Second), []models.MessageID{"g1-1", "g1-old", "g2-1"}},
		{"posted within the slack of the last one compared", 2, ago(20*time.Minute - 61*time.Second), []models.MessageID{"g1-1", "g2-1"}},
	}
	for _, tt := range tests {
		copies, sweeps, store := newCopies()
		copies.sweeps.most = tt.most
		for i, id := range []models.MessageID{"g2-1", "g1-old", "g1-2", "g1-1", "d-1"} {
			m := store.messages[id]
			m.ReceivedAt = ago(time.Duration(10*(i+1)) * time.Minute)
			m.SentAt = m.ReceivedAt
			store.messages[id] = m
		}
		sw, err := sweeps.Preview(t.Context(), models.Caller{Grant: models.GrantOperator}, models.FromAPI, o)
		if err != nil || !sw.Since.Equal(tt.since) || sw.Narrowed == tt.since.IsZero() || sw.Narrowed != store.swept.Narrowed {
			t.Errorf("%s: since %v, narrowed %v, %v, want since %v", tt.name, sw.Since, sw.Narrowed, err, tt.since)
		}
		var got []models.MessageID
		for _, i := range store.items {
			got = append(got, i.Message)
		}
		slices.Sort(got)
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
	}
}

// Where so much came at once that nothing can be said of any time, it is refused.
func TestASweepOfContentThatIsTooMuchIsRefused(t *testing.T) {
	copies, sweeps, store := newCopies()
	copies.sweeps.most = 1
	m := store.messages["g2-1"]
	m.ReceivedAt = noon
	store.messages["g2-1"] = m
	o := models.SweepOrder{Kind: models.SweepContent, App: "main", Message: "g1-1", Reason: models.Reason{Code: models.SensitiveInformation}}
	if _, err := sweeps.Preview(t.Context(), models.Caller{Grant: models.GrantOperator}, models.FromAPI, o); !errors.Is(err, models.ErrInvalid) {
		t.Errorf("Preview: %v, want ErrInvalid", err)
	}
}

// Two looks go on at once; a third waits, and goes when its caller does.
func TestLooksWaitForEachOther(t *testing.T) {
	copies, _, _ := newCopies()
	for range searches {
		copies.turn <- struct{}{}
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	if _, err := copies.Find(ctx, models.Caller{Grant: models.GrantOperator}, "g1-1", CopyPage{}); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("a third look: %v, want it to wait", err)
	}
	<-copies.turn
	if _, err := copies.Find(t.Context(), models.Caller{Grant: models.GrantOperator}, "g1-1", CopyPage{}); err != nil {
		t.Errorf("after one ended: %v", err)
	}
}

func TestCopiesInAReport(t *testing.T) {
	copies, _, store := newCopies()
	gone := store.messages["g2-1"]
	gone.State = models.Removed
	store.messages["g2-1"] = gone
	visible, got, err := copies.InReport(t.Context(), models.Scope{All: true}, "g1-1")
	if visible != 2 || len(got.Copies) != 3 || got.Next != "" || err != nil {
		t.Errorf("InReport = %d of %d, next %q, %v, want 2 of 3", visible, len(got.Copies), got.Next, err)
	}
}

// A value that stands in more messages than one look knows of is found in all of
// them, look by look.
func TestAValueThatIsEverywhere(t *testing.T) {
	copies, _, store := newCopies()
	copies.alike = 1
	store.alike = []models.MessageID{"g2-1", "g1-old", "g1-2", "d-1"}
	m := store.messages["g1-1"]
	m.Elements, m.Findings = nil, []models.Finding{{Detector: "phone"}}
	store.messages["g1-1"] = m
	all, pages := map[models.MessageID]models.CopyKind{}, 0
	for p := (CopyPage{}); ; {
		got, err := copies.Find(t.Context(), models.Caller{Grant: models.GrantOperator}, "g1-1", p)
		if err != nil {
			t.Fatal(err)
		}
		maps.Copy(all, found(got))
		pages++
		if p.After = got.Next; p.After == "" {
			break
		}
	}
	want := map[models.MessageID]models.CopyKind{
		"g2-1": models.CopyFinding, "g1-old": models.CopyFinding, "g1-2": models.CopyFinding, "d-1": models.CopyFinding,
	}
	if diff := cmp.Diff(want, all); diff != "" || pages != 5 {
		t.Errorf("on %d pages, want 5 (-want +got):\n%s", pages, diff)
	}
	if _, got, err := copies.InReport(t.Context(), models.Scope{All: true}, "g1-1"); err != nil || len(got.Copies) != 1 || got.Complete() {
		t.Errorf("InReport = %+v, %v, want one, and that there may be more", got, err)
	}
}

// A report does not wait for others who look: it says that it does not know.
func TestAReportDoesNotWaitForATurn(t *testing.T) {
	copies, _, _ := newCopies()
	for range searches {
		copies.turn <- struct{}{}
	}
	began := time.Now()
	_, got, err := copies.InReport(t.Context(), models.Scope{All: true}, "g1-1")
	if err != nil || got.Complete() || got.Looked != 0 {
		t.Errorf("InReport = %+v, %v, want nothing, and that there may be some", got, err)
	}
	if took := time.Since(began); took > 10*time.Second {
		t.Errorf("it took %s", took)
	}
}
