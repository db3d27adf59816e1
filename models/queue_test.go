package models_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/takeback-chat/takeback/models"
)

func TestScoreNamesItsParts(t *testing.T) {
	at := time.Date(2026, 11, 29, 12, 0, 0, 0, time.UTC)
	tests := []struct {
		name string
		c    models.Case
		want models.Score
	}{
		{"a plain one", models.Case{OpenedAt: at, Severity: models.Low}, models.Score{Waiting: 5}},
		{"grave and unread", models.Case{OpenedAt: at, Severity: models.Critical, Unread: true}, models.Score{Severity: 240, Unread: 30, Waiting: 5}},
		{"in a live group", models.Case{OpenedAt: at, Severity: models.High, Deadline: at.Add(time.Hour)}, models.Score{Severity: 120, Window: 240, Waiting: 5}},
		{"with a day", models.Case{OpenedAt: at, Severity: models.Medium, Deadline: at.Add(24 * time.Hour)}, models.Score{Severity: 60, Window: 60, Waiting: 5}},
		{"with a week", models.Case{OpenedAt: at, Deadline: at.Add(7 * 24 * time.Hour)}, models.Score{Waiting: 5}},
		{"escalated", models.Case{OpenedAt: at, EscalatedAt: at}, models.Score{Escalated: 240, Waiting: 5}},
	}
	for _, tt := range tests {
		if got := tt.c.Score(at.Add(5 * time.Minute)); got != tt.want {
			t.Errorf("%s: %+v, want %+v", tt.name, got, tt.want)
		}
	}
}

// TestRankOrdersLikeTheScore holds at any moment: the rank, which does not change
// with the time, orders two cases as their scores do.
func TestRankOrdersLikeTheScore(t *testing.T) {
	base := time.Date(2026, 11, 29, 12, 0, 0, 0, time.UTC)
	any := func(t *rapid.T) models.Case {
		c := models.Case{
			OpenedAt: base.Add(time.Duration(rapid.IntRange(0, 600).Draw(t, "opened")) * time.Minute),
			Severity: rapid.SampledFrom(models.Severities).Draw(t, "severity"), Unread: rapid.Bool().Draw(t, "unread"),
		}
		if left := rapid.SampledFrom([]time.Duration{0, time.Hour, 20 * time.Hour, 200 * time.Hour}).Draw(t, "left"); left > 0 {
			c.Deadline = c.OpenedAt.Add(left)
		}
		if rapid.Bool().Draw(t, "escalated") {
			c.EscalatedAt = c.OpenedAt.Add(time.Minute)
		}
		return c
	}
	rapid.Check(t, func(t *rapid.T) {
		a, b := any(t), any(t)
		now := base.Add(time.Duration(rapid.IntRange(600, 6000).Draw(t, "now")) * time.Minute)
		byScore, byRank := a.Score(now).Total()-b.Score(now).Total(), a.Rank()-b.Rank()
		if (byScore > 0) != (byRank > 0) || (byScore == 0) != (byRank == 0) {
			t.Errorf("scores differ by %d, ranks by %d", byScore, byRank)
		}
	})
}
