package storetest

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/takeback-chat/takeback/models"
)

var listPageTests = []test{
	{"pages are the same however a list is put together", pagesOfEach},
	{"the latest recall of each message", latestRecalls},
}

// pagesOfEach reads lists page by page that are put together from several conversations
// or from what a detector found.
func pagesOfEach(b *bench) {
	var all, cards []string
	groups := []string{"@TGS#a", "@TGS#b", "@TGS#c"}
	scope := models.Scope{}
	for i := range 24 {
		in := posted(ref(i), "x")
		if i%4 == 1 {
			in = found(posted(ref(i), "card"), models.VerdictReview)
			in.Event.Message.Findings = append(in.Event.Message.Findings, in.Event.Message.Findings[0]) // twice in one message
			cards = append(cards, ref(i))
		}
		g := groups[i*i%len(groups)]
		in.Event.Conversation = models.Conversation{Kind: models.Group, Ref: g, Group: g}
		b.keep(in)
		all = append(all, ref(i))
	}
	for _, g := range groups {
		scope.Groups = append(scope.Groups, models.Place{App: app, Ref: g})
	}
	slices.Reverse(all)
	slices.Reverse(cards)
	for name, tt := range map[string]struct {
		scope models.Scope
		f     models.MessageFilter
		want  []string
	}{
		"all":                    {everything, models.MessageFilter{}, all},
		"of an app":              {everything, models.MessageFilter{App: app}, all},
		"of groups":              {scope, models.MessageFilter{}, all},
		"of groups of an app":    {scope, models.MessageFilter{App: app}, all},
		"with a card":            {everything, models.MessageFilter{Detector: "credit_card"}, cards},
		"with a card, of an app": {everything, models.MessageFilter{App: app, Detector: "credit_card"}, cards},
		"with a card in groups":  {scope, models.MessageFilter{Detector: "credit_card"}, cards},
	} {
		b.Run(name, func(t *testing.T) {
			var got []string
			tt.f.Limit = 5
			for more := true; more; more = tt.f.Cursor != "" {
				ms, next, err := b.store.Messages(b.Context(), tt.scope, tt.f)
				if err != nil {
					t.Fatal(err)
				}
				got, tt.f.Cursor = append(got, refs(ms)...), next
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("pages (-want +got):\n%s", diff)
			}
		})
	}
}

func latestRecalls(b *bench) {
	kept := b.keep(posted("1", "x"), posted("2", "y"), posted("3", "z"))
	first := b.decide(asked(kept[0].Message)).Recall
	reason := models.Reason{Code: models.ChangeOfMind, Note: "no"}
	if _, err := b.store.CancelRecall(b.Context(), everything, first.ID, "moderator:ann", reason); err != nil {
		b.Fatal(err)
	}
	second, other := b.decide(asked(kept[0].Message)).Recall, b.decide(asked(kept[1].Message)).Recall
	ids := []models.MessageID{kept[0].Message, kept[1].Message, kept[2].Message}
	want := map[models.MessageID]models.RecallID{kept[0].Message: second.ID, kept[1].Message: other.ID}
	got := map[models.MessageID]models.RecallID{}
	latest, err := b.store.LatestRecalls(b.Context(), everything, ids)
	for id, r := range latest {
		got[id] = r.ID
	}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		b.Errorf("the latest (-want +got):\n%s%v", diff, err)
	}
	elsewhere := models.Scope{Groups: []models.Place{{App: app, Ref: "x"}}}
	if latest, err := b.store.LatestRecalls(b.Context(), elsewhere, ids); len(latest) != 0 || err != nil {
		b.Errorf("another group is told %v, %v", latest, err)
	}
	if latest, err := b.store.LatestRecalls(b.Context(), everything, nil); len(latest) != 0 || err != nil {
		b.Errorf("of no messages: %v, %v", latest, err)
	}
}
