package server

import (
	"fmt"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/prometheus/client_golang/prometheus"
)

// Metrics returns a middleware that counts and times requests by method, route
// template and status; what leads nowhere counts under an empty route. Streams
// are counted when they end and not timed.
func Metrics(registry prometheus.Registerer) (gin.HandlerFunc, error) {
	count := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "takeback_http_requests_total", Help: "Requests answered by the API and the console.",
	}, []string{"method", "route", "status"})
	took := prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name: "takeback_http_request_seconds", Help: "How long an answer took, streams left out.",
		Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10},
	}, []string{"route"})
	for _, c := range []prometheus.Collector{count, took} {
		if err := registry.Register(c); err != nil {
			return nil, fmt.Errorf("register the metrics of the server: %w", err)
		}
	}
	return func(c *gin.Context) {
		start := time.Now()
		c.Next()
		count.WithLabelValues(method(c), c.FullPath(), strconv.Itoa(c.Writer.Status())).Inc()
		if c.Writer.Header().Get("Content-Type") != "text/event-stream" {
			took.WithLabelValues(c.FullPath()).Observe(time.Since(start).Seconds())
		}
	}, nil
}
