package jobs

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/platforms"
)

// evidenceTime is how long a recall waits at most for the platform to say who
// could see its message. Then it is not known, and the recall leaves.
const evidenceTime = time.Second

// evidenceAge is how long what the platform said of that holds for another try.
const evidenceAge = time.Minute

// before does what comes between the claim of recalls and their call, and returns
// those whose call may leave. Nothing leaves that nobody has a right to any more;
// nothing that only a rule wants leaves unless its message, read again, is what
// the rule saw; and who could see a message is on record before it goes.
func (b *batch) before(ctx context.Context, claims []models.RecallClaim) []models.RecallClaim {
	if b.paused || b.begin.Err() != nil {
		return claims // none will leave; the call says so
	}
	claims = b.entitled(ctx, claims)
	seen := b.askAround(ctx, claims) // meanwhile the messages are read
	claims = b.reread(ctx, claims)
	return b.keepEvidence(ctx, claims, <-seen)
}

// put keeps a settlement.
func (b *batch) put(s models.Settlement) {
	b.settled = append(b.settled, s)
	b.metrics.settled(b.app.id, s.State)
}

// askAround asks who could see the messages of some recalls, beside whatever
// else is done. One answer comes, within evidenceTime.
func (b *batch) askAround(ctx context.Context, claims []models.RecallClaim) <-chan platforms.Audience {
	seen := make(chan platforms.Audience, 1)
	unasked := slices.DeleteFunc(slices.Clone(claims), func(c models.RecallClaim) bool {
		return b.clock.since(c.EvidenceAt) < evidenceAge
	})
	readers, ok := b.app.adapter.(platforms.Readers)
	if !ok || len(unasked) == 0 {
		seen <- platforms.Audience{Members: -1}
		return seen
	}
	go func() { seen <- b.audience(ctx, readers, unasked) }() // before waits for it
	return seen
}

func (b *batch) audience(ctx context.Context, r platforms.Readers, claims []models.RecallClaim) platforms.Audience {
	ctx, cancel := context.WithTimeout(ctx, evidenceTime)
	defer cancel()
	if err := b.app.gates[opAudience].wait(ctx, rankOf(claims)); err != nil {
		return platforms.Audience{Members: -1}
	}
	a, err := b.audienceNow(ctx, r, claims)
	if err != nil {
		b.metrics.unwitnessed.WithLabelValues(b.app.id).Inc()
	}
	return a
}

func (b *batch) audienceNow(ctx context.Context, r platforms.Readers, claims []models.RecallClaim) (a platforms.Audience, err error) {
	a.Members = -1 // if it panics
	defer b.metrics.called(b.app.id, opAudience, time.Now())
	defer b.caught(b.app, &err)
	return r.Audience(ctx, orderOf(claims))
}

// keepEvidence writes who could see the messages, also that nobody knows, and
// returns the recalls that are still ours. Where it cannot be written nothing leaves.
func (b *batch) keepEvidence(ctx context.Context, claims []models.RecallClaim, a platforms.Audience) []models.RecallClaim {
	found := evidenceOf(b.clock, claims, a)
	if len(found) == 0 {
		return claims
	}
	ctx, cancel := context.WithTimeout(ctx, settleTime)
	defer cancel()
	held, err := b.store.KeepEvidence(ctx, claims[0].Conversation.ID, found)
	if err != nil {
		b.settleAll(ctx, claims, fmt.Errorf("%w: %w", errNotCalled, err), afterCall)
		return nil
	}
	return slices.DeleteFunc(slices.Clone(claims), func(c models.RecallClaim) bool {
		asked := slices.ContainsFunc(found, func(e models.Evidence) bool { return e.Recall == c.ID })
		return asked && !slices.Contains(held, c.ID)
	})
}

// evidenceOf is what an audience says of each recall that has no evidence yet.
func evidenceOf(now clock, claims []models.RecallClaim, a platforms.Audience) []models.Evidence {
	var found []models.Evidence
	for _, c := range claims {
		if now.since(c.EvidenceAt) < evidenceAge {
			continue
		}
		e := models.Evidence{Recall: c.ID, Fence: c.Fence, Members: a.Members}
		if i := slices.IndexFunc(a.Reads, func(r models.Read) bool { return r.Ref == c.Ref }); i >= 0 {
			e.Read = &a.Reads[i]
		}
		found = append(found, e)
	}
	return found
}
