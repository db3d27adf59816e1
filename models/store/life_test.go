package store

import (
	"errors"
	"testing"
	"time"

	"github.com/takeback-chat/takeback/models"
)

// actors name one of each cause.
var actors = map[models.Cause]string{
	models.CausePerson: "moderator:eve", models.CausePolicy: "policy", models.CauseWorker: "worker:one",
	models.CausePlatform: "platform", models.CauseBreaker: "breaker",
}

// Every state, every next one, every cause: the transition is made where the table
// has it, writes what the table says, and is refused and leaves no trace where it
// has not.
func TestEveryTransitionIsMadeOrRefused(t *testing.T) {
	for name, fresh := range databases {
		t.Run(name, func(t *testing.T) {
			s := openStoreOn(t, fresh(t))
			id := aRecall(t, s)
			made, refused := 0, 0
			for _, from := range models.RecallStates {
				for _, to := range models.RecallStates {
					for _, by := range models.Causes {
						if from == to {
							continue
						}
						if attempt(t, s, id, from, to, by) {
							made++
						} else {
							refused++
						}
					}
				}
			}
			want := 0
			for _, e := range models.RecallEdges {
				want += len(e.By)
			}
			t.Logf("proof: %d transitions made, %d refused", made, refused)
			if made != want || made+refused != 12*11*5 {
				t.Errorf("%d transitions were made and %d refused, want %d of %d", made, refused, want, 12*11*5)
			}
		})
	}
}

func openStoreOn(t *testing.T, database string) *Store {
	t.Helper()
	s, err := Open(t.Context(), Options{Database: database, Keys: testKeys(t), Migrate: true, Node: "one"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func aRecall(t *testing.T, s *Store) models.RecallID {
	t.Helper()
	kept, err := s.Keep(t.Context(), "main", []models.Judged{{
		Event: models.Event{
			Kind: models.EventPosted, Conversation: models.Conversation{Kind: models.Group, Ref: "g", Group: "g"},
			Message: &models.Message{Ref: "1", Sender: "alice"},
		},
		Decision: models.Decision{Verdict: models.VerdictRecall, Reason: models.Reason{Code: models.Abuse}},
	}})
	if err != nil {
		t.Fatal(err)
	}
	return kept[0].Recall
}

// attempt puts the recall into a state as if it had just come to it, tries one
// transition, and reports whether it was made.
func attempt(t *testing.T, s *Store, id models.RecallID, from, to models.RecallState, by models.Cause) bool {
	t.Helper()
	before, entries := begin(t, s, id, from)
	err := s.write(t.Context(), func(u *unit) error {
		r := before
		return u.move(&r, move{to: to, actor: actors[by], dueAt: 77, attempts: attemptsTo(to)})
	})
	legal := from.MayBecome(to, by)
	if legal != (err == nil) || err != nil && !errors.Is(err, models.ErrInvalid) {
		t.Errorf("%s to %s by a %s: %v, the table says %v", from, to, by, err, legal)
	}
	after, more := rowOf(t, s, id)
	if !legal && (after != bare(before) || more != entries) {
		t.Errorf("%s to %s by a %s was refused and left a trace", from, to, by)
	}
	if legal && (after.State != string(to) || more != entries+1) {
		t.Errorf("%s to %s by a %s: it is %s, with %d entries more", from, to, by, after.State, more-entries)
	}
	if legal {
		writesAsTold(t, to, after)
	}
	return err == nil
}

// attemptsTo is what a claim counts.
func attemptsTo(to models.RecallState) int64 {
	if to == models.Sent {
		return 1
	}
	return 0
}

// writesAsTold checks the fields that coming to a state writes: those and no others
// stand, since the recall had none.
func writesAsTold(t *testing.T, to models.RecallState, r recallLine) {
	t.Helper()
	has := map[string]bool{
		"SentAt": r.SentAt > 0, "Attempts": r.Attempts > 0, "AcceptedAt": r.AcceptedAt > 0,
		"ConfirmedAt": r.ConfirmedAt > 0, "EndedAt": r.EndedAt > 0,
	}
	told := map[string]bool{}
	for _, field := range to.Writes() {
		if field != "DueAt" { // it is written always, and counts where the recall is worked on
			told[field] = true
		}
	}
	for field, written := range has {
		if written != told[field] {
			t.Errorf("coming to %s: %s is written: %v, the table says %v", to, field, written, told[field])
		}
	}
}

// recallLine is what a transition may change.
type recallLine struct {
	State                                                     string
	Attempts, SentAt, AcceptedAt, ConfirmedAt, EndedAt, DueAt int64
}

func bare(r recallRow) recallLine {
	return recallLine{r.State, r.Attempts, r.SentAt, r.AcceptedAt, r.ConfirmedAt, r.EndedAt, r.DueAt}
}

func begin(t *testing.T, s *Store, id models.RecallID, from models.RecallState) (row recallRow, entries int64) {
	t.Helper()
	ended := int64(0)
	if from.Terminal() {
		ended = time.Now().UnixMilli()
	}
	err := s.db.write.Exec(`UPDATE recalls SET state = ?, ended_at = ?, attempts = 0, sent_at = 0, accepted_at = 0,
		confirmed_at = 0, due_at = 0 WHERE id = ?`, string(from), ended, string(id)).Error
	if err == nil {
		err = first(s.db.read.Where("id = ?", string(id)), &row)
	}
	if err != nil {
		t.Fatal(err)
	}
	_, entries = rowOf(t, s, id)
	return row, entries
}

func rowOf(t *testing.T, s *Store, id models.RecallID) (line recallLine, entries int64) {
	t.Helper()
	var row recallRow
	if err := first(s.db.read.Where("id = ?", string(id)), &row); err != nil {
		t.Fatal(err)
	}
	if err := s.db.read.Model(&auditRow{}).Count(&entries).Error; err != nil {
		t.Fatal(err)
	}
	return bare(row), entries
}
