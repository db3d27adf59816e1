package access

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/takeback-chat/takeback/models"
)

func TestASenderReplacesOwnMessages(t *testing.T) {
	tests := []struct {
		name, text string
		verdict    models.Verdict
		after      time.Duration
		id         models.MessageID
		err        error
	}{
		{"a text that may stand", " at six ", models.VerdictAllow, 0, "g1-1", nil},
		{"one that people would look at", "at six", models.VerdictReview, 0, "g1-1", nil},
		{"one that is taken back", "at six", models.VerdictRecall, 0, "g1-1", models.ErrInvalid},
		{"one that is not let in", "at six", models.VerdictBlock, 0, "g1-1", models.ErrInvalid},
		{"nothing", " ", models.VerdictAllow, 0, "g1-1", models.ErrInvalid},
		{"too much", strings.Repeat("x", MaxReplacement+1), models.VerdictAllow, 0, "g1-1", models.ErrInvalid},
		{"too late", "at six", models.VerdictAllow, time.Hour, "g1-1", models.ErrInvalid},
		{"what is another's", "at six", models.VerdictAllow, 0, "g2-1", models.ErrNotFound},
		{"what is not there", "at six", models.VerdictAllow, 0, "none", models.ErrNotFound},
	}
	for _, tt := range tests {
		door, store, now := senders(t)
		var judged models.Message
		Judging(func(m models.Message) models.Decision {
			judged = m
			return models.Decision{Verdict: tt.verdict, Rule: "cards"}
		})(door)
		*now = noon.Add(tt.after)
		c := bob(t, door)
		_, err := door.ReplaceOwn(t.Context(), c, models.FromAPI, tt.id, mistyped, tt.text)
		if !errors.Is(err, tt.err) {
			t.Errorf("%s: %v, want %v", tt.name, err, tt.err)
		}
		if tt.err != nil {
			if len(store.asked)+len(store.wished) != 0 {
				t.Errorf("%s: it is taken back all the same: %+v, %+v", tt.name, store.asked, store.wished)
			}
			continue
		}
		want := []models.RecallRequest{{
			Message: "g1-1", Reason: mistyped, Actor: c.Actor, Authority: models.BySender, Trigger: models.FromAPI, Replacement: "at six",
		}}
		if diff := cmp.Diff(want, store.asked); diff != "" {
			t.Errorf("%s: asked (-want +got):\n%s", tt.name, diff)
		}
		if judged.Sender != "bob" || judged.Elements[0].Text != "at six" {
			t.Errorf("%s: judged %s of %s", tt.name, judged.Elements[0].Text, judged.Sender)
		}
	}
}

func TestReplacingAgainWithTheSameTextChangesNothing(t *testing.T) {
	door, store, _ := senders(t)
	Judging(func(models.Message) models.Decision { return models.Decision{Verdict: models.VerdictAllow} })(door)
	store.recalls = map[models.RecallID]models.Recall{"r": {ID: "r", Message: "g1-1", State: models.Confirmed}}
	store.postings = []models.Posting{
		{Recall: "r", Kind: models.NoticePosting, Elements: models.TextElements("told")},
		{Recall: "r", Kind: models.ReplacementPosting, State: models.PostingPosted, Elements: models.TextElements("at six")},
	}
	m := store.messages["g1-1"]
	m.State = models.Removed
	store.messages["g1-1"] = m
	c := bob(t, door)
	o, err := door.ReplaceOwn(t.Context(), c, models.FromAPI, "g1-1", mistyped, "at six")
	if err != nil || o.Standing != OwnGone || o.Replacement == nil || o.Replacement.State != models.PostingPosted {
		t.Errorf("ReplaceOwn = %+v, %v", o, err)
	}
	if _, err := door.ReplaceOwn(t.Context(), c, models.FromAPI, "g1-1", mistyped, "at seven"); !errors.Is(err, models.ErrInvalid) {
		t.Errorf("another text for what is gone: %v, want ErrInvalid", err)
	}
	if len(store.asked) != 0 {
		t.Errorf("asked %+v", store.asked)
	}
}
