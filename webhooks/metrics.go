package webhooks

import (
	"github.com/prometheus/client_golang/prometheus"

	"github.com/takeback-chat/takeback/platforms"
)

// What can become of a delivery, as the counter names it.
const (
	resultKept      = "kept"
	resultDuplicate = "duplicate"
	resultConflict  = "conflict"
	resultNothing   = "nothing" // authentic, with nothing in it for us
	resultSetAside  = "set_aside"
	resultTooLarge  = "too_large"
	resultBroken    = "broken"
	resultBusy      = "busy"
	resultFailed    = "failed"
	resultLate      = "late"
)

type metrics struct {
	deliveries *prometheus.CounterVec
	proposals  *prometheus.CounterVec
	refused    *prometheus.CounterVec
	setAside   *prometheus.CounterVec
	conflicts  *prometheus.CounterVec
	last       *prometheus.GaugeVec
	offset     *prometheus.GaugeVec
	seconds    *prometheus.HistogramVec
}

func newMetrics(r prometheus.Registerer) *metrics {
	counter := func(name, help string, labels ...string) *prometheus.CounterVec {
		return prometheus.NewCounterVec(prometheus.CounterOpts{
			Namespace: "takeback", Subsystem: "webhook", Name: name, Help: help,
		}, labels)
	}
	m := &metrics{
		deliveries: counter("deliveries_total", "Authentic deliveries by what became of them.", "app", "result"),
		proposals:  counter("proposals_total", "Messages that the platform asked about before showing them, by answer.", "app", "answer"),
		refused:    counter("refused_total", "Requests refused with 401, by what was wrong.", "app", "why"),
		setAside:   counter("set_aside_total", "Unreadable deliveries kept aside, by reason.", "app", "reason"),
		conflicts:  counter("conflicts_total", "Deliveries with another body for a known message.", "app"),
		last: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Namespace: "takeback", Subsystem: "webhook", Name: "last_timestamp_seconds", Help: "When the last authentic delivery came to this node.",
		}, []string{"app"}),
		offset: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Namespace: "takeback", Subsystem: "webhook", Name: "clock_offset_seconds",
			Help: "How far the platform's clock was ahead of ours at the last authentic delivery, to the second, transport included.",
		}, []string{"app"}),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Namespace: "takeback", Subsystem: "webhook", Name: "seconds",
			Help:    "From the arrival of an authentic delivery to its answer.",
			Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2},
		}, []string{"app"}),
	}
	if r != nil {
		r.MustRegister(m.deliveries, m.proposals, m.refused, m.setAside, m.conflicts, m.last, m.offset, m.seconds)
	}
	return m
}

// heard notes when an authentic delivery came, and by which clock it was sent.
func (m *metrics) heard(app App, r platforms.Request) {
	m.last.WithLabelValues(app.ID).Set(float64(r.Now.UnixMilli()) / 1000)
	clocked, ok := app.Receiver.(platforms.Clocked)
	if !ok {
		return
	}
	if at := clocked.Clock(r); !at.IsZero() {
		m.offset.WithLabelValues(app.ID).Set(float64(at.Unix() - r.Now.Unix()))
	}
}
