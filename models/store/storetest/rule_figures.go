package storetest

import (
	"maps"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/takeback-chat/takeback/models"
)

func countsRules(b *bench) {
	ruled := func(ref, rule string, v models.Verdict, shadow ...string) models.Judged {
		j := found(posted(ref, "card"), v)
		j.Decision.Rule = rule
		for _, name := range shadow {
			j.Decision.Shadow = append(j.Decision.Shadow, models.ShadowVerdict{Rule: name, Verdict: models.VerdictRecall})
		}
		return j
	}
	allowed := posted("9", "x")
	allowed.Decision.Shadow = []models.ShadowVerdict{{Rule: "trial", Verdict: models.VerdictReview}}
	began := time.Now()
	b.keep(ruled("1", "cards", models.VerdictRecall), ruled("2", "cards", models.VerdictRecall, "trial"),
		ruled("3", "cards", models.VerdictReview), ruled("4", "rest", models.VerdictReview, "trial", "other"), allowed)
	figures := func(since time.Time, limit int) map[string]models.RuleFigures {
		b.Helper()
		all, err := b.store.RuleFigures(b.Context(), []string{"cards", "rest", "trial", "unknown"}, since, limit)
		if err != nil {
			b.Fatal(err)
		}
		return all
	}
	of := func(verdicts map[models.Verdict]int, shadow int, recalls map[models.RecallState]int) models.RuleFigures {
		f := models.RuleFigures{Verdicts: map[models.Verdict]int{}, Shadow: shadow, Recalls: map[models.RecallState]int{}}
		maps.Copy(f.Verdicts, verdicts)
		maps.Copy(f.Recalls, recalls)
		return f
	}
	none := of(nil, 0, nil)
	for _, tc := range []struct {
		since time.Time
		limit int
		want  map[string]models.RuleFigures
	}{
		{began.Add(-time.Hour), 100, map[string]models.RuleFigures{
			"cards": of(map[models.Verdict]int{models.VerdictRecall: 2, models.VerdictReview: 1}, 0, map[models.RecallState]int{models.Queued: 2}),
			"rest":  of(map[models.Verdict]int{models.VerdictReview: 1}, 0, nil), "trial": of(nil, 3, nil), "unknown": none,
		}},
		{began.Add(-time.Hour), 1, map[string]models.RuleFigures{
			"cards": of(map[models.Verdict]int{models.VerdictRecall: 1, models.VerdictReview: 1}, 0, map[models.RecallState]int{models.Queued: 1}),
			"rest":  of(map[models.Verdict]int{models.VerdictReview: 1}, 0, nil), "trial": of(nil, 1, nil), "unknown": none,
		}},
		{began.Add(time.Hour), 100, map[string]models.RuleFigures{"cards": none, "rest": none, "trial": none, "unknown": none}},
	} {
		if diff := cmp.Diff(tc.want, figures(tc.since, tc.limit)); diff != "" {
			b.Errorf("since %s, up to %d (-want +got):\n%s", tc.since, tc.limit, diff)
		}
	}
}
