package webhooks_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"

	"github.com/takeback-chat/takeback/platforms"
	"github.com/takeback-chat/takeback/webhooks"
)

// clocked is a platform that signs the time it has, which is half a minute ahead.
type clocked struct{ adapter }

func (c clocked) Authenticate(r platforms.Request) error {
	if r.Query.Get("sign") == "old" {
		return fmt.Errorf("sign: %w", platforms.ErrStale)
	}
	return c.adapter.Authenticate(r)
}

func (clocked) Clock(r platforms.Request) time.Time { return r.Now.Add(30 * time.Second) }

func TestMetricsTellWhenAndByWhichClockDeliveriesCame(t *testing.T) {
	now := time.Unix(1_700_000_000, 500_000_000)
	registry := prometheus.NewRegistry()
	in := newIntake(func(o *webhooks.Options) {
		o.Apps[0].Receiver, o.Registry, o.Now = clocked{}, registry, func() time.Time { return now }
	})
	for _, sign := range []string{"ok", "old", "no"} {
		in.post("/webhooks/main/"+secret+"?sign="+sign, strings.NewReader("post:allow hello"))
	}
	want := map[string]float64{
		"takeback_webhook_last_timestamp_seconds": 1_700_000_000.5, "takeback_webhook_clock_offset_seconds": 30,
		"takeback_webhook_refused_total stale": 1, "takeback_webhook_refused_total signature": 1,
	}
	families, err := registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for _, f := range families {
		for _, m := range f.GetMetric() {
			name := f.GetName()
			if i := slices.IndexFunc(m.GetLabel(), func(l *dto.LabelPair) bool { return l.GetName() == "why" }); i >= 0 {
				name += " " + m.GetLabel()[i].GetValue()
			}
			if w, ok := want[name]; ok {
				found++
				if got := m.GetGauge().GetValue() + m.GetCounter().GetValue(); got != w {
					t.Errorf("%s = %v, want %v", name, got, w)
				}
			}
		}
	}
	if found != len(want) {
		t.Errorf("%d of %d figures were found", found, len(want))
	}
}
