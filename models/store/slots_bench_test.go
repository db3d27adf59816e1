package store

import (
	"log/slog"
	"strconv"
	"testing"
	"time"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/models/store/seal"
)

// BenchmarkNumbers adds up thirty days with 100,000 recalls, all counted: the figures of
// the page of numbers.
func BenchmarkNumbers(b *testing.B) {
	for name, fresh := range databases {
		b.Run(name, func(b *testing.B) {
			keys, err := seal.Create(b.TempDir() + "/keys")
			if err != nil {
				b.Fatal(err)
			}
			s, err := Open(b.Context(), Options{Database: fresh(b), Keys: keys, Node: "bench", Migrate: true, Logger: slog.New(slog.DiscardHandler)})
			if err != nil {
				b.Fatal(err)
			}
			b.Cleanup(func() { _ = s.Close() })
			since := time.Now().Truncate(models.Slot).Add(-30 * 24 * time.Hour)
			fillSlots(b, s, since)
			b.ResetTimer()
			for b.Loop() {
				if all, _, err := s.Numbers(b.Context(), models.Scope{All: true}, since); err != nil || len(all) != 30*96 {
					b.Fatalf("%d slots, %v", len(all), err)
				}
			}
		})
	}
}

// fillSlots writes the figures of 35 recalls into each slot of thirty days.
func fillSlots(b *testing.B, s *Store, since time.Time) {
	b.Helper()
	counted := slots{}
	for i := range 30 * 96 {
		at := since.Add(time.Duration(i) * models.Slot).UnixMilli()
		for n := range 35 {
			took := int64(n * n * 100)
			e := ended{EndedAt: at, State: string(models.Confirmed), ReasonCode: string(models.ReasonCodes[n%4]), Rule: "rule" + strconv.Itoa(n%7), SentAtPlatform: at - took}
			counted.at("", at).Add(e.figures())
		}
	}
	batch, err := counted.rows(since.UnixMilli())
	if err != nil {
		b.Fatal(err)
	}
	err = s.write(b.Context(), func(u *unit) error {
		_, err := u.insert(&batch)
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
}
