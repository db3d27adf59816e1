package tencentsim

import (
	"testing"
	"time"
)

// Calls come at moments given in milliseconds; each is let through or not.
func TestLimiterCountsInEverySecond(t *testing.T) {
	tests := []struct {
		name string
		ban  time.Duration
		at   []int
		want string // y: let through, n: not, b: not, and the API is shut
	}{
		{"up to the limit", 0, []int{0, 10, 20}, "yyy"},
		{"one more", 0, []int{0, 10, 20, 30}, "yyyn"},
		{"across the turn of a second", 0, []int{900, 950, 990, 1010, 1899, 1900}, "yyynny"},
		{"refused ones do not count", 0, []int{0, 10, 20, 30, 40, 1000, 1010}, "yyynnyy"},
		{"shut for a while", 5 * time.Second, []int{0, 10, 20, 30, 1500, 5029, 5030, 5031}, "yyybnnyy"},
	}
	for _, tt := range tests {
		l, got := newLimiter(3, tt.ban), ""
		for _, ms := range tt.at {
			ok, banned := l.allow("api", time.UnixMilli(int64(ms)))
			switch {
			case ok:
				got += "y"
			case banned:
				got += "b"
			default:
				got += "n"
			}
		}
		if got != tt.want {
			t.Errorf("%s: %s, want %s", tt.name, got, tt.want)
		}
		if ok, _ := l.allow("another", time.UnixMilli(int64(tt.at[len(tt.at)-1]))); !ok {
			t.Errorf("%s: another API is shut too", tt.name)
		}
	}
}
