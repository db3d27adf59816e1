package storetest

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/models/store"
)

var retentionTests = []test{
	{"each class has its time", agesByClass},
	{"what is not over stays", keepsWhatIsNotOver},
	{"what was erased does not come back", erasedStaysErased},
	{"nothing under hold goes, nothing younger goes, all else does", keepsTheLawOfAges},
	{"what belongs to no message", removesTheRest},
	{"one node at a time", roundsInTurn},
	{"a clock that leaps", survivesLeaps},
	{"nothing is counted less", countsAllThereWere},
}

const day = 24 * time.Hour

// kept is how long tests keep things.
var keptFor = models.Retention{Clean: 10 * day, Evidence: 20 * day, Finding: 40 * day, Audit: 80 * day, Shown: 5 * day}

// aged is a judged message that came some time ago.
func aged(j models.Judged, ago time.Duration) models.Judged {
	m := *j.Event.Message
	m.SentAt, m.ReceivedAt, m.Deadline = m.SentAt.Add(-ago), m.ReceivedAt.Add(-ago), time.Time{}
	j.Event.Message, j.Event.At = &m, m.SentAt
	return j
}

// round claims the round of retention.
func (b *bench) round() models.RetentionRound {
	b.Helper()
	round, err := b.store.ClaimRetention(b.Context(), time.Minute)
	if err != nil {
		b.Fatalf("ClaimRetention: %v", err)
	}
	return round
}

// age removes the messages that are too old, a few at a time.
func (b *bench) age(tb testing.TB, round models.RetentionRound, r models.Retention) models.RetentionStep {
	tb.Helper()
	var all models.RetentionStep
	for after, steps := models.MessageID(""), 0; ; steps++ {
		step, err := b.store.RetainMessages(b.Context(), round, r, after, 7)
		if err != nil || steps > 1000 {
			tb.Fatalf("RetainMessages after %d steps: %v", steps, err)
		}
		all.Add(step)
		if after = step.After; after == "" {
			return all
		}
	}
}

// left says of each message whether it is there, and whether with its content.
func (b *bench) left(tb testing.TB, kept []models.Kept) string {
	tb.Helper()
	var out strings.Builder
	for _, k := range kept {
		m, err := b.store.Message(b.Context(), everything, k.Message)
		switch {
		case errors.Is(err, models.ErrNotFound):
			out.WriteString("-")
		case err != nil:
			tb.Fatalf("Message: %v", err)
		case m.ErasedAt.IsZero() != (len(m.Elements) > 0):
			tb.Errorf("message %s has %d elements and was erased at %v", m.ID, len(m.Elements), m.ErasedAt)
		case len(m.Elements) == 0:
			out.WriteString("o")
		default:
			out.WriteString("x")
		}
	}
	return out.String()
}

func agesByClass(b *bench) {
	clean := func(ago time.Duration) models.Judged { return aged(posted(ago.String(), "hello"), ago) }
	loud := func(ago time.Duration) models.Judged {
		return aged(found(posted("f"+ago.String(), "4111"), models.VerdictAllow), ago)
	}
	odd := aged(posted("odd", ""), 15*day)
	odd.Event.Message.Inspection = models.Unreadable
	kept := b.keep(clean(0), clean(9*day), clean(11*day), loud(0), loud(19*day), loud(21*day), loud(39*day), loud(41*day), odd)
	round := b.round()
	for _, tt := range []struct {
		name string
		keep models.Retention
		want string
	}{
		{"for ever", models.Retention{}, "xxxxxxxxx"},
		{"content of what was found", models.Retention{Evidence: 20 * day}, "xxxxxooox"},
		{"all", keptFor, "xx-xxoo-x"},
		{"clean without content, as long as the platform shows it", models.Retention{Clean: day, Shown: 30 * day}, "xo-xxoo-x"},
		{"everything", models.Retention{Clean: time.Hour, Evidence: time.Hour, Finding: time.Hour}, "x--x-----"},
	} {
		if b.age(b, round, tt.keep); b.left(b, kept) != tt.want {
			b.Errorf("%s: %s, want %s", tt.name, b.left(b, kept), tt.want)
		}
	}
	if err := b.store.EndRetention(b.Context(), round, time.Hour, models.RetentionStep{Removed: 3}); err != nil {
		b.Error(err)
	}
	if at, err := b.store.RetentionReached(b.Context()); err != nil || time.Since(at) > time.Minute {
		b.Errorf("the last round ended at %v, %v", at, err)
	}
	if n := len(b.actions(strconv.FormatInt(round.Fence, 10))); n != 1 {
		b.Errorf("%d audit entries of the round, want one", n)
	}
	b.verify()
}

// keepsWhatIsNotOver: cases, recalls, sweeps and holes keep their messages whatever their age,
// and those that are over keep them from their end on.
func keepsWhatIsNotOver(b *bench) {
	old := func(name string, v models.Verdict) models.Judged { return aged(found(posted(name, "4111"), v), 90*day) }
	kept := b.keep(old("1", models.VerdictReview), old("2", models.VerdictRecall), old("3", models.VerdictAllow),
		aged(posted("4", "clean"), 90*day), aged(posted("5", "clean"), 60*day))
	db := b.raw()
	hole := fmt.Sprintf(`INSERT INTO holes (id, conversation_id, app, first, last, found_at, closed_at, how, tries, code, words, due_at)
		VALUES ('h', '%s', 'main', 5, 5, %d, 0, '', 0, '', '', 0)`, kept[4].Conversation, time.Now().Add(-59*day-12*time.Hour).UnixMilli())
	b.rawExec(db, hole)
	longShown := keptFor
	longShown.Shown = 60*day - time.Hour
	round := b.round()
	for _, tt := range []struct {
		name, so, want string
	}{
		{"while all is under way", "UPDATE holes SET tries = 0", "xx--x"},
		{"a hole is closed", fmt.Sprintf("UPDATE holes SET closed_at = %d", time.Now().UnixMilli()), "xx---"},
		{"a case was decided yesterday", fmt.Sprintf("UPDATE cases SET decided_at = %d, state = 'decided'", time.Now().Add(-day).UnixMilli()), "xx---"},
		{"a recall ended 21 days ago", fmt.Sprintf("UPDATE recalls SET ended_at = %d, state = 'confirmed'", time.Now().Add(-21*day).UnixMilli()), "xo---"},
		{"the case was decided long ago", fmt.Sprintf("UPDATE cases SET decided_at = %d", time.Now().Add(-41*day).UnixMilli()), "-o---"},
	} {
		b.rawExec(db, tt.so)
		if b.age(b, round, longShown); b.left(b, kept) != tt.want {
			b.Errorf("%s: %s, want %s", tt.name, b.left(b, kept), tt.want)
		}
	}
}

// erasedStaysErased: the platform may deliver again what has no content here any more, or
// tell of it when its history is read.
func erasedStaysErased(b *bench) {
	j := aged(posted("1", "a secret"), 20*day)
	kept := b.keep(j)
	round := b.round()
	long := keptFor
	long.Shown = 30 * day
	b.age(b, round, long)
	other := aged(posted("1", "another body"), 20*day)
	b.wants(b.keep(j, other), models.KeptDuplicate, models.KeptDuplicate)
	if got := b.left(b, kept); got != "o" {
		b.Errorf("after it was delivered again: %s", got)
	}
	if _, err := b.store.Reveal(b.Context(), everything, kept[0].Message, "moderator:eve", "to see it"); !errors.Is(err, models.ErrConflict) {
		b.Errorf("Reveal: %v, want ErrConflict", err)
	}
	b.wants(b.keep(edited(j, "new words", time.Now())), models.KeptUpdate)
	if m := b.message(kept[0].Message); !m.ErasedAt.IsZero() || len(m.Elements) != 1 || m.Revision != 2 {
		b.Errorf("after an edit: %+v", m)
	}
}

func removesTheRest(b *bench) {
	for range 3 {
		if err := b.store.SetAside(b.Context(), []models.SetAside{{App: app, Reason: "odd", Body: []byte("{")}}); err != nil {
			b.Fatal(err)
		}
	}
	db := b.raw()
	b.rawExec(db, fmt.Sprintf("UPDATE set_asides SET received_at = %d WHERE id = (SELECT min(id) FROM set_asides)", time.Now().Add(-21*day).UnixMilli()))
	h := b.legalHold(models.HoldSender, "alice")
	round := b.round()
	rest := func(want int64) {
		b.Helper()
		if step, err := b.store.RetainRest(b.Context(), round, keptFor, 10); err != nil || step.Rest != want {
			b.Errorf("RetainRest = %+v, %v, want %d", step, err, want)
		}
	}
	rest(0)
	b.lift(h.ID, "moderator:ann", models.HoldLifted)
	rest(1)
	rest(0)
}

func roundsInTurn(b *bench) {
	first := b.round()
	other := b.open(store.Options{Node: "two"})
	if _, err := other.ClaimRetention(b.Context(), time.Minute); !errors.Is(err, models.ErrNotFound) {
		b.Errorf("while another has it: %v, want ErrNotFound", err)
	}
	b.rawExec(b.raw(), "UPDATE retention_rounds SET leased_until = 1") // its node died
	second, err := other.ClaimRetention(b.Context(), time.Minute)
	if err != nil || second.Fence <= first.Fence {
		b.Fatalf("after the lease: %+v, %v", second, err)
	}
	kept := b.keep(aged(posted("1", "old"), 90*day))
	_, err1 := b.store.RetainMessages(b.Context(), first, keptFor, "", 10)
	_, err2 := b.store.RetainRest(b.Context(), first, keptFor, 10)
	err3 := b.store.EndRetention(b.Context(), first, time.Hour, models.RetentionStep{})
	for i, err := range []error{err1, err2, err3} {
		if !errors.Is(err, models.ErrConflict) {
			b.Errorf("step %d under a lost lease: %v, want ErrConflict", i, err)
		}
	}
	if got := b.left(b, kept); got != "x" {
		b.Errorf("a lost lease removed: %s", got)
	}
	if err := other.EndRetention(b.Context(), second, time.Hour, models.RetentionStep{}); err != nil {
		b.Error(err)
	}
	if _, err := b.store.ClaimRetention(b.Context(), time.Minute); !errors.Is(err, models.ErrNotFound) {
		b.Errorf("before the next is due: %v, want ErrNotFound", err)
	}
}

// survivesLeaps: years ahead is a day ahead.
func survivesLeaps(b *bench) {
	round := b.round()
	if err := b.store.EndRetention(b.Context(), round, 0, models.RetentionStep{}); err != nil {
		b.Fatal(err)
	}
	b.rawExec(b.raw(), fmt.Sprintf("UPDATE retention_rounds SET reached = %d", time.Now().Add(-1000*day).UnixMilli()))
	if d := time.Since(b.round().Now) - 999*day; d.Abs() > time.Minute {
		b.Errorf("the round is %s off what it was, want a day", d)
	}
}

func countsAllThereWere(b *bench) {
	kept := b.keep(aged(posted("1", "old"), 90*day), aged(posted("2", "old"), 91*day), posted("3", "new"))
	if step := b.age(b, b.round(), keptFor); step.Removed != 2 {
		b.Errorf("%d messages were removed, want 2", step.Removed)
	}
	c, err := b.store.Conversation(b.Context(), everything, kept[0].Conversation)
	if diff := cmp.Diff(int64(3), c.Messages); diff != "" || err != nil {
		b.Errorf("messages there were (-want +got):\n%s%v", diff, err)
	}
}
