package jobs

import (
	"testing"
	"time"

	"github.com/takeback-chat/takeback/models"
)

// What failed together comes back apart, and the same recall under the same fence
// always at the same time.
func TestJitterFollowsFromTheRecall(t *testing.T) {
	const claims, tenths = 1000, 10
	var found [tenths]int
	for n := range claims {
		c := models.RecallClaim{Recall: models.Recall{ID: models.RecallID(models.NewID())}, Fence: n}
		d := jitter(c, time.Second)
		if d < 0 || d >= time.Second {
			t.Fatalf("jitter of %s is %s, want it within a second", c.ID, d)
		}
		if again := jitter(c, time.Second); again != d {
			t.Fatalf("jitter of %s is %s and then %s", c.ID, d, again)
		}
		found[d*tenths/time.Second]++
	}
	for n, got := range found {
		if got < claims/tenths/2 {
			t.Errorf("%d of %d come back in tenth %d of the time, want about %d", got, claims, n, claims/tenths)
		}
	}
}
