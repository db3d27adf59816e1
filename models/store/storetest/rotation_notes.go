package storetest

import (
	"errors"
	"fmt"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/takeback-chat/takeback/models"
)

// marksChangedNotes has the database's owner change every note: the lists that they are in
// are read as before, and say in each place that it cannot be opened.
func marksChangedNotes(b *bench) {
	k := b.withNotes()
	was, err := b.notesOf(k)
	if err != nil {
		b.Fatal(err)
	}
	for place, note := range was {
		if note == "" || note == models.UnopenedText {
			b.Errorf("the note of a %s is %q before", place, note)
		}
	}
	raw := b.raw()
	changed := map[bool]string{true: "x'0102'", false: `'\x0102'`}[b.sqlite()]
	for table, columns := range map[string][]string{
		"decisions": {"note"}, "recalls": {"note"}, "cases": {"note"}, "case_notes": {"note"}, "breakers": {"note"},
		"legal_holds": {"note", "lift_note"}, "policies": {"note"},
	} {
		for _, c := range columns {
			b.rawExec(raw, fmt.Sprintf("UPDATE %s SET %s = %s WHERE length(%s) > 0", table, c, changed, c))
		}
	}
	want := map[string]string{}
	for place := range was {
		want[place] = models.UnopenedText
	}
	got, err := b.notesOf(k)
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		b.Errorf("%v; the notes (-want +got):\n%s", err, diff)
	}
}

// withNotes writes a note of each kind; the message it returns has a recall and a case.
func (b *bench) withNotes() models.MessageID {
	b.Helper()
	c := b.waits("1", models.High, 0)
	if _, err := b.store.NoteCase(b.Context(), everything, c.ID, "moderator:ann", "look"); err != nil {
		b.Fatal(err)
	}
	q := asked(c.Message)
	if _, _, err := b.store.DecideCase(b.Context(), everything, c.ID, models.VerdictRecall, q.Reason, q); err != nil {
		b.Fatal(err)
	}
	h := b.legalHold(models.HoldMessage, string(c.Message))
	if _, err := b.store.LiftLegalHold(b.Context(), h.ID, "moderator:ann", "over"); err != nil {
		b.Fatal(err)
	}
	if _, err := b.store.StopRecalls(b.Context(), "moderator:ann", "too many"); err != nil {
		b.Fatal(err)
	}
	if _, err := b.store.ApplyPolicy(b.Context(), models.PolicyVersion{Source: "rules: []", AppliedBy: "operator:ann", Note: "none"}); err != nil {
		b.Fatal(err)
	}
	return c.Message
}

// notesOf reads each kind of note from the list that it is in.
func (b *bench) notesOf(id models.MessageID) (map[string]string, error) {
	b.Helper()
	ctx, found := b.Context(), map[string]string{}
	decisions, err1 := b.store.Decisions(ctx, everything, id)
	for _, d := range decisions {
		if d.Verdict == models.VerdictRecall {
			found["decision"] = d.Reason.Note
		}
	}
	recalls, _, err2 := b.store.Recalls(ctx, everything, models.RecallFilter{})
	for _, r := range recalls {
		found["recall"] = r.Reason.Note
	}
	cases, _, err3 := b.store.Cases(ctx, everything, models.CaseFilter{})
	var err4 error
	for _, c := range cases {
		found["case"] = c.Reason.Note
		var notes []models.CaseNote
		if notes, err4 = b.store.CaseNotes(ctx, everything, c.ID); len(notes) == 1 {
			found["note to a case"] = notes[0].Text
		}
	}
	stops, _, err5 := b.store.Breakers(ctx, models.BreakerFilter{})
	for i := range stops {
		found["stop"] = stops[i].Reason
	}
	holds, _, err6 := b.store.LegalHolds(ctx, models.LegalHoldFilter{})
	for i := range holds {
		found["legal hold"], found["lifted hold"] = holds[i].Reason, holds[i].LiftReason
	}
	policies, err7 := b.store.PolicyChanges(ctx, time.Time{}, 10)
	for _, p := range policies {
		found["policy"] = p.Note
	}
	return found, errors.Join(err1, err2, err3, err4, err5, err6, err7)
}
