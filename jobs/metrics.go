package jobs

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/takeback-chat/takeback/models"
)

// metrics counts what jobs do, by app at the finest. It works unregistered too.
type metrics struct {
	recalls   *prometheus.CounterVec
	postings  *prometheus.CounterVec
	hooks     *prometheus.CounterVec
	disabled  *prometheus.GaugeVec
	calls     *prometheus.HistogramVec
	latency   prometheus.Histogram
	rings     *prometheus.CounterVec
	sweeps    prometheus.Counter
	throttled *prometheus.CounterVec
	// unwitnessed counts answers about who could see messages that did not come whole.
	unwitnessed *prometheus.CounterVec
	breaker     *prometheus.GaugeVec
	stopped     *prometheus.GaugeVec
	retained    *prometheus.CounterVec
	retainedAt  prometheus.Gauge
}

const namespace = "takeback"

func newMetrics(o Options, c *connection) (*metrics, error) {
	m := &metrics{
		recalls:     counters("recalls_settled_total", "Work on recalls by the state it ended in.", "app", "state"),
		rings:       counters("rings_total", "Rings by the way they went: here (a place was free), queued, direct, joined, urgent, left_to_sweep.", "way"),
		hooks:       counters("hook_deliveries_total", "Deliveries to hooks by what became of the try: delivered, failed.", "hook", "result"),
		disabled:    prometheus.NewGaugeVec(prometheus.GaugeOpts{Namespace: namespace, Name: "hook_disabled", Help: "1: the hook is disabled, since it has failed for days or is gone."}, []string{"hook"}),
		postings:    counters("postings_settled_total", "Work on what takeback itself posts, by the state it ended in.", "app", "kind", "state"),
		unwitnessed: counters("audience_unknown_total", "How often a platform did not say, in time, who could see messages.", "app"),
		throttled:   counters("platform_throttled_total", "How often a platform asked us to slow down.", "app"),
		sweeps:      prometheus.NewCounter(prometheus.CounterOpts{Namespace: namespace, Name: "sweeps_total", Help: "Looks into the database for due recalls."}),
		breaker:     prometheus.NewGaugeVec(prometheus.GaugeOpts{Namespace: namespace, Name: "breaker_state", Help: "0: calls leave, 1: one call tries, 2: no call leaves."}, []string{"app", "endpoint"}),
		stopped:     prometheus.NewGaugeVec(prometheus.GaugeOpts{Namespace: namespace, Name: "recall_breakers_open", Help: "Breakers that stop automatic recalls, by kind: of a rule, of all, or a stop by a person."}, []string{"kind"}),
		retained:    counters("retention_total", "What was too old and went: content of messages (erased), messages (removed), entries of the audit (entries), and the rest.", "what"),
		retainedAt:  prometheus.NewGauge(prometheus.GaugeOpts{Namespace: namespace, Name: "retention_timestamp_seconds", Help: "When this node last went through all that may be too old."}),
		calls: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Namespace: namespace, Name: "platform_call_seconds", Help: "Time of calls to a platform.",
			Buckets: []float64{.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 6},
		}, []string{"app", "op"}),
		latency: prometheus.NewHistogram(prometheus.HistogramOpts{
			Namespace: namespace, Name: "ring_to_claim_seconds", Help: "Time from a ring to the claim, both on this node.",
			Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, 1, 5},
		}),
	}
	if o.Registry == nil {
		return m, nil
	}
	return m, m.register(o, c)
}

func counters(name, help string, labels ...string) *prometheus.CounterVec {
	return prometheus.NewCounterVec(prometheus.CounterOpts{Namespace: namespace, Name: name, Help: help}, labels)
}

func (m *metrics) register(o Options, c *connection) error {
	m.open(nil)
	up := prometheus.NewGaugeFunc(prometheus.GaugeOpts{Namespace: namespace, Name: "redis_up", Help: "1 while Redis answers."}, func() float64 {
		if c.up() {
			return 1
		}
		return 0
	})
	var errs []error
	if o.Postings != nil {
		errs = append(errs, o.Registry.Register(&postingBacklog{store: o.Postings}))
	}
	for _, part := range []prometheus.Collector{m.recalls, m.postings, m.hooks, m.disabled, m.rings, m.throttled, m.unwitnessed, m.sweeps, m.breaker, m.stopped, m.retained, m.retainedAt, m.calls, m.latency, up, &backlog{store: o.Store}} {
		errs = append(errs, o.Registry.Register(part))
	}
	return errors.Join(errs...)
}

func (m *metrics) settled(app string, s models.RecallState) {
	m.recalls.WithLabelValues(app, string(s)).Inc()
}

func (m *metrics) called(app, op string, since time.Time) {
	m.calls.WithLabelValues(app, op).Observe(time.Since(since).Seconds())
}

// open shows how many breakers stop automatic recalls.
func (m *metrics) open(breakers []models.Breaker) {
	count := map[models.BreakerKind]int{models.RuleBreaker: 0, models.AllBreaker: 0, models.StopBreaker: 0}
	for _, b := range breakers {
		count[b.Kind]++
	}
	for kind, n := range count {
		m.stopped.WithLabelValues(string(kind)).Set(float64(n))
	}
}

// claimed notes how long a ring waited; zero for work that nobody rang for here.
func (m *metrics) claimed(rung time.Time) {
	if !rung.IsZero() {
		m.latency.Observe(time.Since(rung).Seconds())
	}
}

// backlog shows how many recalls are not over. Scrapers may come often, so the
// count is good for some seconds.
type backlog struct {
	store Store
	mu    sync.Mutex
	count map[models.RecallState]int64
	at    time.Time
}

const backlogAge = 5 * time.Second

var backlogDesc = prometheus.NewDesc(namespace+"_recalls_backlog", "Recalls that are not over, by state.", []string{"state"}, nil)

// Describe implements prometheus.Collector.
func (b *backlog) Describe(ch chan<- *prometheus.Desc) { ch <- backlogDesc }

// Collect implements prometheus.Collector. Without a database there is no number
// rather than an old one.
func (b *backlog) Collect(ch chan<- prometheus.Metric) {
	for state, n := range b.current() {
		ch <- prometheus.MustNewConstMetric(backlogDesc, prometheus.GaugeValue, float64(n), string(state))
	}
}

func (b *backlog) current() map[models.RecallState]int64 {
	b.mu.Lock()
	defer b.mu.Unlock()
	if time.Since(b.at) < backlogAge {
		return b.count
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	count, err := b.store.Backlog(ctx)
	if err != nil {
		count = nil
	}
	b.count, b.at = count, time.Now()
	return count
}
