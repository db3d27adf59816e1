package jobs

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/takeback-chat/takeback/models"
)

// coverageMetrics shows how much of what passed was seen, by app. What is open
// and today's share are read from the database, at most every some seconds.
type coverageMetrics struct {
	store   CoverageStore
	numbers *prometheus.CounterVec

	mu   sync.Mutex // guards all below
	open []models.HoleCount
	days []models.DayCoverage
	at   time.Time
}

var (
	holesDesc   = coverageDesc("holes_open", "Ranges of numbers that nobody has accounted for yet.")
	missingDesc = coverageDesc("missing", "Numbers in them.")
	oldestDesc  = coverageDesc("oldest_hole_seconds", "How long the oldest of them is known.")
	percentDesc = coverageDesc("percent", "How much of what people posted today (UTC) was scanned.")
)

func coverageDesc(name, help string) *prometheus.Desc {
	return prometheus.NewDesc(namespace+"_coverage_"+name, help, []string{"app"}, nil)
}

func newCoverageMetrics(s CoverageStore) *coverageMetrics {
	return &coverageMetrics{
		store:   s,
		numbers: counters("backfill_numbers_total", "Numbers that were missing, by how they were accounted for.", "app", "how"),
	}
}

func (m *coverageMetrics) register(r prometheus.Registerer) error {
	return errors.Join(r.Register(m.numbers), r.Register(m))
}

func (m *coverageMetrics) accounted(app string, how models.Closing, n int64) {
	if n > 0 && how != models.ClosedInTime {
		m.numbers.WithLabelValues(app, string(how)).Add(float64(n))
	}
}

// Describe implements prometheus.Collector.
func (m *coverageMetrics) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{holesDesc, missingDesc, oldestDesc, percentDesc} {
		ch <- d
	}
}

// Collect implements prometheus.Collector. Without a database there is no number
// rather than an old one.
func (m *coverageMetrics) Collect(ch chan<- prometheus.Metric) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.look()
	gauge := func(d *prometheus.Desc, v float64, app string) {
		ch <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, app)
	}
	open := map[string]models.HoleCount{}
	for _, h := range m.open {
		open[h.App] = h
	}
	for _, d := range m.days {
		if _, ok := open[d.App]; !ok {
			open[d.App] = models.HoleCount{App: d.App}
		}
		gauge(percentDesc, d.Percent(), d.App)
	}
	for app, h := range open {
		age := 0.0
		if !h.Oldest.IsZero() {
			age = max(0, time.Since(h.Oldest).Seconds())
		}
		gauge(holesDesc, float64(h.Holes), app)
		gauge(missingDesc, float64(h.Missing), app)
		gauge(oldestDesc, age, app)
	}
}

func (m *coverageMetrics) look() {
	if time.Since(m.at) < backlogAge {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	m.at, m.open, m.days = time.Now(), nil, nil
	open, err := m.store.OpenHoles(ctx)
	if err != nil {
		return
	}
	days, err := m.store.CoverageDays(ctx, "", time.Now())
	if err != nil {
		return
	}
	m.open, m.days = open, days
}
