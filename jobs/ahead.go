package jobs

import (
	"context"
	"slices"
	"time"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/platforms"
)

// ahead asks the platform what has to be known of recalls before their first call, before
// they are claimed, so that it is kept with the claim and needs no commit of its own: who
// can see their messages, and whether those that only a rule wants are what it saw. It
// returns who can see the messages of those that stand, and what reading came to for all:
// the others are settled once they are claimed.
func (w *worker) ahead(ctx, begin context.Context, due []models.RecallClaim) ([]models.Evidence, reading) {
	fresh := slices.DeleteFunc(slices.Clone(due), func(c models.RecallClaim) bool {
		return c.Was != models.Queued || !c.EvidenceAt.IsZero()
	})
	a, ok := w.apps[due[0].App]
	if !ok || len(fresh) == 0 || begin.Err() != nil {
		return nil, reading{}
	}
	b := w.batchOf(begin, a, time.Now().Add(beginTime), fresh, reading{})
	seen := b.askAround(ctx, fresh) // meanwhile the messages are read
	fresh = b.unchanged(ctx, fresh)
	return evidenceOf(b.clock, fresh, <-seen), b.reading
}

// unchanged returns the recalls whose messages are what was judged, and those that need
// not be read again.
func (b *batch) unchanged(ctx context.Context, claims []models.RecallClaim) []models.RecallClaim {
	doubtful := slices.DeleteFunc(slices.Clone(claims), func(c models.RecallClaim) bool { return !b.doubtful(c) })
	if len(doubtful) == 0 || b.judge == nil || !b.app.rereads(b.limits) {
		return claims
	}
	if r, ok := b.app.adapter.(platforms.Rereader); ok && b.limits.History {
		b.readAgain(ctx, r, doubtful)
	}
	return slices.DeleteFunc(slices.Clone(claims), func(c models.RecallClaim) bool { return b.doubtful(c) && !b.reading[c.ID].Stands })
}
