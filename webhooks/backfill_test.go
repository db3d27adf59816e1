package webhooks_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/rules"
	"github.com/takeback-chat/takeback/webhooks"
)

func read(ref, sender, text string) models.Event {
	return models.Event{
		Kind: models.EventPosted, Conversation: models.Conversation{Kind: models.Group, Ref: "g1", Group: "g1"},
		Message: &models.Message{
			Ref: ref, Sender: sender, SentAt: time.Unix(1000, 0),
			Elements: []models.Element{{Kind: models.TextElement, Text: text}},
		},
	}
}

// What history says is judged, kept and rung for as deliveries are, and known as
// something that nobody delivered.
func TestHistoryIsTakenInAsDeliveriesAre(t *testing.T) {
	in := newIntake(nil)
	in.keeper.kept.Ring, in.keeper.kept.Conversation = true, "c1"
	kept, err := in.Backfill(t.Context(), "main", []models.Event{
		read("1", "bob", "recall this"), read("2", "takeback", "recall our own"),
		{Kind: models.EventRemoved, Conversation: models.Conversation{Ref: "g1"}, Refs: []string{"3"}},
	})
	if err != nil || len(kept) != 3 || kept[0].Result != models.KeptNew {
		t.Fatalf("kept = %+v, %v", kept, err)
	}
	var got []string
	for _, j := range in.keeper.judged {
		words := string(j.Event.Kind) + " " + string(j.Decision.Verdict)
		if m := j.Event.Message; m != nil && (m.ID == "" || m.App != "main" || !m.Deadline.Equal(m.SentAt.Add(time.Hour))) {
			t.Errorf("message %+v is not complete", m)
		}
		if !j.Event.Past || j.Event.Conversation.App != "main" {
			t.Errorf("event %+v does not say where it comes from", j.Event)
		}
		got = append(got, words)
	}
	if diff := cmp.Diff([]string{"posted recall", "posted allow", "removed "}, got); diff != "" {
		t.Errorf("judged (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]models.ConversationID{"c1"}, in.rung); diff != "" {
		t.Errorf("rung, once (-want +got):\n%s", diff)
	}
}

func TestHistoryThatIsNotKeptIsAnError(t *testing.T) {
	in := newIntake(nil)
	in.keeper.err = models.ErrBusy
	if _, err := in.Backfill(t.Context(), "main", []models.Event{read("1", "bob", "allow")}); !errors.Is(err, models.ErrBusy) {
		t.Errorf("Backfill = %v, want ErrBusy", err)
	}
	if _, err := in.Backfill(t.Context(), "other", nil); !errors.Is(err, models.ErrNotFound) {
		t.Errorf("Backfill of an unknown app = %v", err)
	}
	if len(in.rung) != 0 {
		t.Error("somebody rang for what is not kept")
	}
}

// choking panics at one text.
type choking struct{ judge }

func (c choking) JudgeAfter(m *models.Message, r models.Role, before bool, past []rules.Past, next ...rules.Past) (own, split models.Decision) {
	if strings.Contains(m.Elements[0].Text, "poison") {
		panic(m.Elements[0].Text)
	}
	return c.judge.JudgeAfter(m, r, before, past, next...)
}

// One message that makes us panic is set aside, and holds up no other.
func TestOneMessageOfHistoryHoldsUpNoOther(t *testing.T) {
	in := newIntake(func(o *webhooks.Options) { o.Judge = func() webhooks.Judge { return choking{} } })
	kept, err := in.Backfill(t.Context(), "main", []models.Event{
		read("1", "bob", "allow one"), read("2", "bob", "allow poison words"), read("3", "bob", "allow three"),
	})
	if err != nil || len(kept) != 3 || kept[0].Result != models.KeptNew || kept[1].Result != "" || kept[2].Result != models.KeptNew {
		t.Fatalf("kept = %+v, %v", kept, err)
	}
	if len(in.keeper.judged) != 2 || len(in.keeper.asides) != 1 || string(in.keeper.asides[0].Body) != "allow poison words\n" {
		t.Errorf("%d kept, set aside %+v", len(in.keeper.judged), in.keeper.asides)
	}
	if strings.Contains(in.log.String(), "poison") {
		t.Errorf("the log holds content:\n%s", in.log)
	}
}
