package jobs

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// postingBacklog shows how many postings are not over.
type postingBacklog struct{ store PostingStore }

var postingBacklogDesc = prometheus.NewDesc(namespace+"_postings_backlog", "What takeback itself has to post and is not over, by state.", []string{"state"}, nil)

// Describe implements prometheus.Collector.
func (b *postingBacklog) Describe(ch chan<- *prometheus.Desc) { ch <- postingBacklogDesc }

// Collect implements prometheus.Collector. Without a database there is no number.
func (b *postingBacklog) Collect(ch chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	count, err := b.store.PostingBacklog(ctx)
	if err != nil {
		return
	}
	for state, n := range count {
		ch <- prometheus.MustNewConstMetric(postingBacklogDesc, prometheus.GaugeValue, float64(n), string(state))
	}
}
