package main

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/takeback-chat/takeback/config"
	"github.com/takeback-chat/takeback/server/console"
)

func TestHealthTellsOfEachAppByTheMetrics(t *testing.T) {
	registry := prometheus.NewRegistry()
	vec := func(name string, labels ...string) *prometheus.CounterVec {
		v := prometheus.NewCounterVec(prometheus.CounterOpts{Name: name}, labels)
		registry.MustRegister(v)
		return v
	}
	gauge := func(name string, labels ...string) *prometheus.GaugeVec {
		v := prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: name}, labels)
		registry.MustRegister(v)
		return v
	}
	deliveries := vec("takeback_webhook_deliveries_total", "app", "result")
	deliveries.WithLabelValues("main", "kept").Add(40)
	deliveries.WithLabelValues("main", "busy").Add(2)
	deliveries.WithLabelValues("other", "kept").Add(7)
	refused := vec("takeback_webhook_refused_total", "app", "why")
	refused.WithLabelValues("main", "stale").Add(3)
	refused.WithLabelValues("main", "signature").Add(1)
	gauge("takeback_webhook_last_timestamp_seconds", "app").WithLabelValues("main").Set(1_700_000_000.25)
	gauge("takeback_webhook_clock_offset_seconds", "app").WithLabelValues("main").Set(-30)
	gauge("takeback_breaker_state", "app", "endpoint").WithLabelValues("main", "recall").Set(2)
	calls := prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "takeback_platform_call_seconds"}, []string{"app", "op"})
	registry.MustRegister(calls)

	since := time.Unix(1_699_999_000, 0)
	h := &health{conf: config.Config{Apps: []config.App{{ID: "main", Platform: "tencent", Tencent: config.Tencent{Rate: 160}}}}, registry: registry, since: since}
	for i := range 10 { // 20 calls every ten seconds, and others that count elsewhere
		h.sample(since.Add(time.Duration(i) * 10 * time.Second))
		for range 20 {
			calls.WithLabelValues("main", "recall").Observe(0.1)
			calls.WithLabelValues("main", "verify").Observe(0.1)
		}
	}
	want := []console.AppHealth{{
		ID: "main", Platform: "tencent", Since: since, Heard: time.Unix(1_700_000_000, 250_000_000).UTC(), Clocked: true, Offset: -30 * time.Second,
		Deliveries: 42, Failed: 2, Forged: 1, Stale: 3, Rate: 160, Used: 2, Endpoints: []console.Endpoint{{Name: "recall", State: "open"}},
	}}
	if diff := cmp.Diff(want, h.Apps()); diff != "" {
		t.Error(diff)
	}
	if len(h.samples) != 7 {
		t.Errorf("%d samples are kept, want those of a minute", len(h.samples))
	}
}

// The page of the whole service tells of a webhook that just came, and no secret.
func TestSettingsOfTheServiceShowNoSecret(t *testing.T) {
	onBoth(t, func(t *testing.T, database string) {
		t.Helper()
		w := newWorld(t, database, nil)
		w.group(t, "sales")
		w.post(t, "sales", "mia", "lunch at noon?")
		eventually(t, func() string { // a delivery counts once it is answered
			apps := w.health.Apps()
			if len(apps) != 1 || apps[0].Deliveries < 1 || apps[0].Heard.IsZero() || !apps[0].Clocked || len(apps[0].Endpoints) != 4 {
				return fmt.Sprintf("health = %+v", apps)
			}
			return ""
		})
		secrets := []string{w.conf.Apps[0].PathSecret.Reveal(), w.conf.Apps[0].Tencent.WebhookToken.Reveal(), w.conf.Apps[0].Tencent.SecretKey.Reveal()}
		for _, s := range w.health.Settings() {
			for _, secret := range secrets {
				if strings.Contains(s.Value, secret) {
					t.Errorf("%s shows a secret", s.Key)
				}
			}
		}
	})
}
