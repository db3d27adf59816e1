package jobs

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"
)

func TestMetrics(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, c := newMemory(), newChat()
		o := with(m, c)
		registry := prometheus.NewPedanticRegistry()
		o.Registry = registry
		j := node(t, o)
		time.Sleep(500 * time.Millisecond)
		m.add(group(1), 12)
		j.Ring(group(1).ID)
		time.Sleep(100 * time.Millisecond)
		want := map[string]float64{
			"takeback_breaker_state app=main endpoint=recall":        0,
			"takeback_breaker_state app=main endpoint=recall_direct": 0,
			"takeback_breaker_state app=main endpoint=verify":        0,
			"takeback_breaker_state app=main endpoint=verify_direct": 0,
			"takeback_platform_call_seconds app=main op=recall":      2,
			"takeback_recall_breakers_open kind=all":                 0,
			"takeback_recall_breakers_open kind=rule":                0,
			"takeback_recall_breakers_open kind=stop":                0,
			"takeback_recalls_backlog state=accepted":                12,
			"takeback_recalls_settled_total app=main state=accepted": 12,
			"takeback_redis_up":                    1,
			"takeback_ring_to_claim_seconds":       1,
			"takeback_rings_total way=here":        1,
			"takeback_retention_timestamp_seconds": 0,
			"takeback_sweeps_total":                1,
		}
		if diff := cmp.Diff(want, gathered(t, registry)); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	})
}

// gathered returns every series with its value; of a histogram, how often it observed.
func gathered(t *testing.T, g prometheus.Gatherer) map[string]float64 {
	t.Helper()
	families, err := g.Gather()
	if err != nil {
		t.Fatal(err)
	}
	values := make(map[string]float64)
	for _, f := range families {
		for _, m := range f.GetMetric() {
			name := []string{f.GetName()}
			for _, l := range m.GetLabel() {
				name = append(name, l.GetName()+"="+l.GetValue())
			}
			values[strings.Join(name, " ")] = m.GetGauge().GetValue() + m.GetCounter().GetValue() + float64(m.GetHistogram().GetSampleCount())
		}
	}
	return values
}

func TestMetricsMayBeRegisteredOnce(t *testing.T) {
	o := with(newMemory(), newChat())
	o.Registry = prometheus.NewRegistry()
	if _, err := New(o); err != nil {
		t.Fatal(err)
	}
	if _, err := New(o); err == nil {
		t.Error("a second set of the same metrics was registered")
	}
}

func TestBacklogIsCountedRarely(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMemory()
		b := &backlog{store: m}
		m.add(group(1), 1)
		b.current()
		m.add(group(1), 1)
		if n := b.current()["queued"]; n != 1 {
			t.Errorf("%d queued at once, want the count of before", n)
		}
		time.Sleep(backlogAge)
		if n := b.current()["queued"]; n != 2 {
			t.Errorf("%d queued after a while, want 2", n)
		}
		m.fail(errDatabase)
		time.Sleep(backlogAge)
		if n := len(b.current()); n != 0 {
			t.Errorf("%d numbers without a database, want none", n)
		}
	})
}
