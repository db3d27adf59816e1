package storetest

import (
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/takeback-chat/takeback/models"
)

func senderHistory(b *bench) {
	b.keep(posted("1", "hello"))
	b.waits("2", models.High, 0)
	b.toRecall("3")
	sender := b.message(b.keep(posted("4", "bye"))[0].Message).Sender
	since := time.Now().Add(-time.Hour)
	for name, tt := range map[string]struct {
		scope  models.Scope
		sender string
		since  time.Time
		want   models.History
	}{
		"lately":        {everything, sender, since, models.History{Messages: 4, Findings: 2, Recalls: 1}},
		"later":         {everything, sender, time.Now().Add(time.Hour), models.History{}},
		"another":       {everything, "nobody", since, models.History{}},
		"another group": {models.Scope{Groups: []models.Place{{App: app, Ref: "@TGS#other"}}}, sender, since, models.History{}},
	} {
		got, err := b.store.History(b.Context(), tt.scope, app, tt.sender, tt.since)
		if err != nil || !cmp.Equal(got, tt.want) {
			b.Errorf("%s: %+v, %v; want %+v", name, got, err, tt.want)
		}
	}
}

func reveals(b *bench) {
	id := b.keep(posted("1", "hello"))[0].Message
	for range 3 {
		if _, err := b.store.Reveal(b.Context(), everything, id, "moderator:ann", "somebody asks"); err != nil {
			b.Fatal(err)
		}
	}
	for actor, want := range map[string]int{"moderator:ann": 3, "moderator:mo": 0} {
		if got, err := b.store.Reveals(b.Context(), actor, time.Now().Add(-time.Hour), 10); err != nil || got != want {
			b.Errorf("%s has seen %d, %v; want %d", actor, got, err, want)
		}
	}
	if got, err := b.store.Reveals(b.Context(), "moderator:ann", time.Now().Add(time.Hour), 10); err != nil || got != 0 {
		b.Errorf("later: %d, %v", got, err)
	}
}

func recallsBy(b *bench) {
	b.toRecall("1")
	other := b.keep(posted("2", "hello"))[0].Message
	b.decide(models.RecallRequest{
		Message: other, Reason: models.Reason{Code: models.Abuse}, Actor: "moderator:ann", Authority: models.ByOperator, Trigger: models.FromConsole,
	})
	all, _, err := b.store.Recalls(b.Context(), everything, models.RecallFilter{})
	if err != nil || len(all) != 2 {
		b.Fatalf("%d recalls, %v", len(all), err)
	}
	person, policy := all[0], all[1]
	for name, tt := range map[string]struct {
		f    models.RecallFilter
		want models.RecallID
	}{
		"reason":  {models.RecallFilter{Reason: models.Abuse}, person.ID},
		"trigger": {models.RecallFilter{Trigger: models.FromPolicy}, policy.ID},
		"actor":   {models.RecallFilter{Actor: "moderator:ann"}, person.ID},
		"rule":    {models.RecallFilter{Rule: policy.Rule}, policy.ID},
		"nothing": {models.RecallFilter{Trigger: models.FromCLI}, ""},
	} {
		got, _, err := b.store.Recalls(b.Context(), everything, tt.f)
		if err != nil || tt.want == "" && len(got) > 0 || tt.want != "" && (len(got) != 1 || got[0].ID != tt.want) {
			b.Errorf("by %s: %d, %v", name, len(got), err)
		}
	}
	if policy.Rule == "" {
		b.Error("the policy's recall names no rule")
	}
}
