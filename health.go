package main

import (
	"context"
	"math"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"

	"github.com/takeback-chat/takeback/config"
	"github.com/takeback-chat/takeback/internal/beat"
	"github.com/takeback-chat/takeback/server/console"
)

// health tells people how the apps of this node fare, from the same figures that
// the metrics listener serves.
type health struct {
	conf     config.Config
	registry prometheus.Gatherer
	since    time.Time

	mu      sync.Mutex // guards samples
	samples []sample   // oldest first
}

// sample is how many recall calls each app had made at a moment.
type sample struct {
	at    time.Time
	calls map[string]float64
}

const (
	sampleEvery = 10 * time.Second
	sampleOver  = time.Minute // what the use of a rate is the mean of
)

// Run notes now and then how many calls were made, until ctx ends.
func (h *health) Run(ctx context.Context) error {
	for {
		h.sample(time.Now())
		select {
		case <-ctx.Done():
			return nil
		case <-beat.Next(sampleEvery):
		}
	}
}

func (h *health) sample(now time.Time) {
	all := h.figures()
	s := sample{now, map[string]float64{}}
	for _, a := range h.conf.Apps {
		s.calls[a.ID] = all.calls(a.ID)
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.samples = append(h.samples, s)
	for len(h.samples) > 2 && now.Sub(h.samples[1].at) >= sampleOver {
		h.samples = h.samples[1:]
	}
}

// used is the recall calls that an app made a second, lately.
func (h *health) used(app string) float64 {
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.samples) < 2 {
		return 0
	}
	first, last := h.samples[0], h.samples[len(h.samples)-1]
	return (last.calls[app] - first.calls[app]) / last.at.Sub(first.at).Seconds()
}

// Apps tells how each configured app fares.
func (h *health) Apps() []console.AppHealth {
	all := h.figures()
	apps := make([]console.AppHealth, len(h.conf.Apps))
	for i, c := range h.conf.Apps {
		apps[i] = h.app(c, all)
	}
	return apps
}

func (h *health) app(c config.App, all figures) console.AppHealth {
	a := console.AppHealth{
		ID: c.ID, Platform: c.Platform, API: c.Tencent.API, Rate: c.Tencent.Rate, Used: h.used(c.ID), Since: h.since,
		Deliveries: all.count("takeback_webhook_deliveries_total", c.ID, "", ""),
		Failed: all.count("takeback_webhook_deliveries_total", c.ID, "result", "busy") +
			all.count("takeback_webhook_deliveries_total", c.ID, "result", "failed"),
		Unreadable: all.count("takeback_webhook_set_aside_total", c.ID, "", ""),
		Forged:     all.count("takeback_webhook_refused_total", c.ID, "why", "signature"),
		Stale:      all.count("takeback_webhook_refused_total", c.ID, "why", "stale"),
		Throttled:  all.count("takeback_platform_throttled_total", c.ID, "", ""),
		Retention:  c.Tencent.Roaming,
	}
	for _, m := range all.of("takeback_webhook_last_timestamp_seconds", c.ID) {
		a.Heard = time.UnixMilli(int64(m.GetGauge().GetValue() * 1000)).UTC()
	}
	for _, m := range all.of("takeback_webhook_clock_offset_seconds", c.ID) {
		a.Clocked, a.Offset = true, time.Duration(m.GetGauge().GetValue())*time.Second
	}
	for _, m := range all.of("takeback_breaker_state", c.ID) {
		a.Endpoints = append(a.Endpoints, console.Endpoint{Name: label(m, "endpoint"), State: console.EndpointStates[int(m.GetGauge().GetValue())]})
	}
	return a
}

// Settings lists the settings, without any secret.
func (h *health) Settings() []console.Setting {
	var all []console.Setting
	for _, s := range h.conf.List() {
		all = append(all, console.Setting(s))
	}
	return all
}

// figures are what the metrics say, by name.
type figures map[string][]*dto.Metric

// figures reads what the metrics say. Those that cannot be read are left out.
func (h *health) figures() figures {
	families, _ := h.registry.Gather()
	all := figures{}
	for _, f := range families {
		all[f.GetName()] = f.GetMetric()
	}
	return all
}

// of returns the series of a figure that are of an app.
func (f figures) of(name, app string) (found []*dto.Metric) {
	for _, m := range f[name] {
		if label(m, "app") == app {
			found = append(found, m)
		}
	}
	return found
}

// count adds up the series of an app in which a label has a value; without a label all.
func (f figures) count(name, app, by, value string) int {
	n := 0.0
	for _, m := range f.of(name, app) {
		if by == "" || label(m, by) == value {
			n += m.GetCounter().GetValue()
		}
	}
	return int(math.Round(n))
}

// calls is how many recall calls an app made; they count against its rate.
func (f figures) calls(app string) (n float64) {
	for _, m := range f.of("takeback_platform_call_seconds", app) {
		if label(m, "op") == "recall" {
			n += float64(m.GetHistogram().GetSampleCount())
		}
	}
	return n
}

func label(m *dto.Metric, name string) string {
	for _, l := range m.GetLabel() {
		if l.GetName() == name {
			return l.GetValue()
		}
	}
	return ""
}
