package models

import (
	"testing"
	"time"
)

func TestPercentilesFallIntoTheirBands(t *testing.T) {
	took := map[int]int{}
	for ms := 1; ms <= 1000; ms++ { // evenly up to a second
		took[TookBand(time.Duration(ms)*time.Millisecond)]++
	}
	for share, want := range map[float64]time.Duration{0.5: 500 * time.Millisecond, 0.9: 900 * time.Millisecond, 0.99: 990 * time.Millisecond} {
		if got := Percentile(took, share); (got - want).Abs() > 5*time.Millisecond {
			t.Errorf("Percentile(%v) = %v, want about %v", share, got, want)
		}
	}
	if got := Percentile(nil, 0.5); got != 0 {
		t.Errorf("Percentile of nothing = %v", got)
	}
	if got := Percentile(map[int]int{TookBand(30 * 24 * time.Hour): 1}, 0.5); got != TookEdges[len(TookEdges)-1] {
		t.Errorf("Percentile beyond the last edge = %v", got)
	}
}
