package storetest

import (
	"fmt"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/models/store"
)

var endTests = []test{
	{"told once, whatever ended it", tellsEnds},
	{"not told of what nobody follows", tellsNoOthers},
}

// stations remembers what it was told, by the writer, of the messages that it follows.
type stations struct {
	follows func(models.MessageID) bool
	all     []models.Station
}

func (s *stations) Follows(m models.MessageID) bool { return s.follows(m) }
func (s *stations) Passed(p models.Station)         { s.all = append(s.all, p) }

// traced opens the bench's store anew with somebody who follows messages.
func (b *bench) traced(follows func(models.MessageID) bool) *stations {
	b.Helper()
	s := &stations{follows: follows}
	b.store = b.open(store.Options{Node: "traced", Tracer: s})
	return s
}

func tellsEnds(b *bench) {
	told := b.traced(func(models.MessageID) bool { return true })
	confirmed := b.toRecall("1")
	b.accept(confirmed.Conversation)
	b.keep(removed("1"), removed("1"))
	gone := b.toRecall("2")
	b.keep(removed("2"))
	refused := b.toRecall("3")
	claim := b.claim(refused.Conversation, 1)[0]
	b.settle(1, models.Settlement{Recall: claim.ID, Fence: claim.Fence, State: models.Refused, Code: "10007", Called: true})
	cancelled := b.toRecall("4")
	if _, err := b.store.CancelRecall(b.Context(), everything, cancelled.Recall, "moderator:eve", models.Reason{Code: models.ChangeOfMind}); err != nil {
		b.Fatal(err)
	}
	want := []string{
		lived(confirmed, "confirmed 1 0 false"), lived(gone, "already_gone 0  false"),
		lived(refused, "refused 1 10007 true"), lived(cancelled, "cancelled 0  false"),
	}
	var got []string
	for _, s := range told.all {
		got = append(got, fmt.Sprintf("%s %s %s %d %s %v", s.Message, s.Recall, s.Name, s.Attempt, s.Code, s.Failed))
		if s.App != app || s.Conversation != confirmed.Conversation || s.Kind != models.Group || s.Result != string(s.Name) {
			b.Errorf("%s says %+v", s.Name, s)
		}
		if s.Begin.IsZero() || time.Since(s.Begin) > time.Hour || s.End.Before(s.Begin.Add(-time.Millisecond)) {
			b.Errorf("%s from %s to %s", s.Name, s.Begin, s.End)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		b.Errorf("ends (-want +got):\n%s", diff)
	}
}

func lived(k models.Kept, rest string) string {
	return fmt.Sprintf("%s %s %s", k.Message, k.Recall, rest)
}

func tellsNoOthers(b *bench) {
	told := b.traced(func(models.MessageID) bool { return false })
	kept := b.toRecall("1")
	b.accept(kept.Conversation)
	b.keep(removed("1"))
	b.state(kept.Recall, models.Confirmed)
	if len(told.all) != 0 {
		b.Errorf("told of %+v", told.all)
	}
}
