package storetest

import (
	"math/rand/v2"
	"sync"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/models/store"
)

// keepsTheLaw does random things and compares with a list of numbers.
func keepsTheLaw(b *bench) {
	const seed = 7
	rnd := rand.New(rand.NewPCG(seed, seed))
	c := b.place()
	state := map[int64]models.Closing{50: "seen"}
	first, newest := int64(50), int64(50)
	b.see(c, 50, 50)
	span := func() (int64, int64) {
		from := 1 + rnd.Int64N(newest+10)
		return from, from + rnd.Int64N(8)
	}
	for range 150 {
		from, to := span()
		how := models.Closings[rnd.IntN(len(models.Closings))]
		switch rnd.IntN(4) {
		case 0, 1:
			b.see(c, from, to)
			how = models.ClosedLate
			first, newest = min(first, from), max(newest, to)
		case 2:
			b.account(c, from, to, how)
			from, to = max(from, first), min(to, newest)
		case 3:
			if err := b.store.Heard(b.Context(), []models.Newest{{Conversation: c.ID, Number: to}}, time.Now(), cadence); err != nil {
				b.Fatal(err)
			}
			newest = max(newest, to)
			continue
		}
		for n := from; n <= to; n++ {
			if _, known := state[n]; !known {
				state[n] = how
			}
		}
	}
	want := models.Tally{}
	for n := first; n <= newest; n++ {
		switch state[n] {
		case models.ClosedHistory:
			want.Backfilled++
		case models.ClosedTip:
			want.Tips++
		case models.ClosedGone:
			want.Gone++
		case "":
			want.Missing++
		default:
			want.Seen++
		}
	}
	got := b.coverage(c)
	want.Late = got.Late // what was seen for the first time is not late
	if diff := cmp.Diff(want, got.Tally); diff != "" || got.First != first || got.Newest != newest {
		b.Errorf("seed %d: %d-%d, want %d-%d (-want +got):\n%s", seed, got.First, got.Newest, first, newest, diff)
	}
	open, err := b.store.OpenHoles(b.Context())
	if err != nil || want.Missing > 0 && (len(open) != 1 || open[0].Missing != want.Missing) {
		b.Errorf("open holes = %+v, %v, want %d missing", open, err, want.Missing)
	}
}

// coversTogether lets two nodes see every second number each, while both claim
// and close what they find missing.
func coversTogether(b *bench) {
	c := b.place()
	nodes := []*store.Store{b.store, b.open(store.Options{Node: "two"})}
	const numbers = 120
	var wg sync.WaitGroup
	for i, node := range nodes {
		wg.Go(func() {
			for n := int64(1 + i); n <= numbers; n += 2 {
				seen := []models.Seen{{Conversation: c, Numbered: true, Ranges: ranges(n, n), Begin: 1, At: time.Now()}}
				if err := node.Cover(b.Context(), seen, cadence); err != nil {
					b.Errorf("Cover: %v", err)
				}
				claims, err := node.ClaimHoles(b.Context(), []string{app}, 2, 3, time.Minute)
				if err != nil {
					b.Errorf("ClaimHoles: %v", err)
				}
				for _, h := range claims {
					if h.Last%5 > 0 {
						continue
					}
					all := []models.Accounted{{Range: h.Range, How: models.ClosedHistory}}
					if err := node.Account(b.Context(), c.ID, all, cadence); err != nil {
						b.Errorf("Account: %v", err)
					}
				}
			}
		})
	}
	wg.Wait()
	got := b.coverage(c)
	if got.Seen+got.Backfilled != numbers || got.Missing != 0 || got.First != 1 || got.Newest != numbers || got.Through != numbers {
		b.Errorf("coverage = %+v, want all of %d", got, numbers)
	}
	if holes := b.holes(c, true); holes != nil {
		b.Errorf("open holes: %v", holes)
	}
}
