package jobs

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/takeback-chat/takeback/models"
)

// shelf is a RetentionStore with a number of things that are too old.
type shelf struct {
	parts    int64
	messages int64
	rest     int64
	entries  int64
	lost     bool // another node takes the round over
	down     error
	due      time.Time
	claims   int
	made     int
	ended    []models.RetentionStep
}

func (s *shelf) MakePartitions(context.Context) error {
	s.made++
	return s.down
}

func (s *shelf) ClaimRetention(context.Context, time.Duration) (models.RetentionRound, error) {
	if s.down != nil {
		return models.RetentionRound{}, s.down
	}
	if time.Now().Before(s.due) {
		return models.RetentionRound{}, models.ErrNotFound
	}
	s.claims++
	return models.RetentionRound{Fence: int64(s.claims), Now: time.Now()}, nil
}

func (s *shelf) RetainPartitions(context.Context, models.RetentionRound, models.Retention) (models.RetentionStep, error) {
	n := s.parts
	s.parts = 0
	return models.RetentionStep{Removed: n}, nil
}

func (s *shelf) RetainMessages(_ context.Context, _ models.RetentionRound, _ models.Retention, after models.MessageID, limit int) (models.RetentionStep, error) {
	if s.lost {
		return models.RetentionStep{}, models.ErrConflict
	}
	n := min(s.messages, int64(limit))
	if s.messages -= n; s.messages > 0 {
		return models.RetentionStep{After: after + "x", Removed: n}, nil
	}
	return models.RetentionStep{Removed: n, Erased: 1}, nil
}

func (s *shelf) RetainRest(context.Context, models.RetentionRound, models.Retention, int) (models.RetentionStep, error) {
	n := s.rest
	s.rest = 0
	return models.RetentionStep{Rest: n}, nil
}

func (s *shelf) RetainAudit(_ context.Context, _ models.RetentionRound, _ models.Retention, limit int) (models.RetentionStep, error) {
	n := min(s.entries, int64(limit))
	s.entries -= n
	return models.RetentionStep{Entries: n}, nil
}

func (s *shelf) EndRetention(_ context.Context, _ models.RetentionRound, every time.Duration, did models.RetentionStep) error {
	s.due = time.Now().Add(every)
	s.ended = append(s.ended, did)
	return nil
}

// retaining runs the rounds of a node over a shelf for a while.
func retaining(t *testing.T, s *shelf, during time.Duration) (registry *prometheus.Registry, log string) {
	t.Helper()
	registry = prometheus.NewRegistry()
	synctest.Test(t, func(t *testing.T) {
		o := with(newMemory(), &chat{})
		var told strings.Builder
		o.Logger, o.Registry, o.Retain, o.Retention = slog.New(slog.NewTextHandler(&told, nil)), registry, s, models.Retention{Clean: time.Hour}
		j, err := New(o)
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), during)
		defer cancel()
		if err := j.retention.run(ctx); err != nil {
			t.Error(err)
		}
		j.redis.close()
		log = told.String()
	})
	return registry, log
}

func TestARoundRemovesWhatIsTooOldOnceAnHour(t *testing.T) {
	s := &shelf{parts: 7000, messages: 3*retainSize + 1, rest: 2, entries: retainCut + 5}
	registry, log := retaining(t, s, retainEvery+retainLook+time.Minute)
	want := []models.RetentionStep{{Removed: 7000 + 3*retainSize + 1, Erased: 1, Rest: 2, Entries: retainCut + 5}, {Erased: 1}}
	if diff := cmp.Diff(want, s.ended); diff != "" {
		t.Errorf("rounds (-want +got):\n%s", diff)
	}
	families, err := registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	series := map[string]int{}
	for _, f := range families {
		series[f.GetName()] = len(f.GetMetric())
	}
	if s.made != 1 {
		t.Errorf("room was made %d times in an hour", s.made)
	}
	if series["takeback_retention_total"] != 4 || series["takeback_retention_timestamp_seconds"] != 1 {
		t.Errorf("series = %v", series)
	}
	if !strings.Contains(log, "removed=7601") {
		t.Errorf("the log says: %s", log)
	}
}

func TestARoundThatIsLostIsLeftToTheOther(t *testing.T) {
	s := &shelf{messages: 5, lost: true}
	if _, log := retaining(t, s, 5*time.Minute); len(s.ended) != 0 || strings.Contains(log, "not removed") {
		t.Errorf("%d rounds ended; the log says: %s", len(s.ended), log)
	}
}

func TestADatabaseThatIsDownIsToldOnce(t *testing.T) {
	s := &shelf{down: errors.New("no route"), messages: 5}
	if _, log := retaining(t, s, 5*time.Minute); strings.Count(log, "what is too old was not removed") != 1 {
		t.Errorf("the log says: %s", log)
	}
}
