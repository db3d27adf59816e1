package access

import (
	"maps"
	"slices"
	"time"

	"github.com/takeback-chat/takeback/models"
)

// Exposure is what is known of who saw a message before it was gone.
type Exposure struct {
	Visible    bool          // it still is in the chat, as far as is known
	VisibleFor time.Duration // from posting to removal, or until now; 0 where unknown
	ReadBy     int           // how many have read it; -1: the platform has not said
	Readers    []string      // accounts that have, where the platform names them, sorted
}

// Exposed works out the exposure of a message from the read receipts kept of
// it. Counts and names of several receipts are not added up: each is what the
// platform knew at some moment, so the largest holds.
func Exposed(m models.Message, reads []models.Read, now time.Time) Exposure {
	e := Exposure{Visible: m.State == models.Visible, ReadBy: -1}
	if m.State != models.Blocked && !m.SentAt.IsZero() {
		e.VisibleFor = max(0, goneAt(m, now).Sub(m.SentAt))
	}
	readers := map[string]bool{}
	for _, r := range reads {
		e.ReadBy = max(e.ReadBy, r.Count)
		for _, name := range r.Readers {
			readers[name] = true
		}
	}
	e.Readers = slices.Sorted(maps.Keys(readers))
	if len(readers) > 0 {
		e.ReadBy = max(e.ReadBy, len(readers))
	}
	return e
}

func goneAt(m models.Message, now time.Time) time.Time {
	if m.RemovedAt.IsZero() {
		return now
	}
	return m.RemovedAt
}
