package storetest

import (
	"slices"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/takeback-chat/takeback/models"
)

// openBehind opens the breaker of a rule past the store, so that nothing is
// withdrawn with it: as if another node had done so in this very moment.
func (b *bench) openBehind(kind, rule string) {
	b.Helper()
	empty := "''"
	if !b.sqlite() {
		empty = "''::bytea"
	}
	b.rawExec(b.raw(), `INSERT INTO breakers (id, kind, rule, tripped_by, tripped_at, cap, allowed, place, note, stopped, cases,
		asked_by, asked_at, asked_note, reset_by, reset_at, reset_note) VALUES ('`+models.NewID()+`', '`+kind+`', '`+rule+`',
		'policy', 1, 'rule', 3, '', `+empty+`, 0, 0, '', 0, `+empty+`, '', 0, `+empty+`)`)
}

func barsClaims(b *bench) {
	for _, kind := range []string{"rule", "all", "stop"} {
		kept := b.keep(recalled(kind, "alice", kind))[0]
		rule := ""
		if kind == "rule" {
			rule = kind
		}
		b.openBehind(kind, rule)
		if claims := b.claim(kept.Conversation, 10); len(claims) != 0 {
			b.Errorf("%s: claimed %+v past an open breaker", kind, claims)
		}
		if due, err := b.store.DueConversations(b.Context(), 10); err != nil || len(due) != 0 {
			b.Errorf("%s: %v, %v are due past an open breaker", kind, due, err)
		}
		barred, err := b.store.BarredRecalls(b.Context(), []models.RecallID{kept.Recall})
		if err != nil || !cmp.Equal(barred, []models.RecallID{kept.Recall}) {
			b.Errorf("%s: barred = %v, %v", kind, barred, err)
		}
		if n, err := b.store.WithdrawStopped(b.Context()); err != nil || n != 1 {
			b.Errorf("%s: %d withdrawn, %v, want 1", kind, n, err)
		}
		b.state(kept.Recall, models.Cancelled)
		b.rawExec(b.raw(), "UPDATE breakers SET reset_at = 1")
	}
	b.stands(map[models.RecallState]int{models.Cancelled: 3}, 3)
	b.verify()
}

func barsResends(b *bench) {
	kept := b.toRecall("1")
	_, err := b.store.ClaimRecalls(b.Context(), kept.Conversation, 10, 0) // the lease is over at once
	if err != nil {
		b.Fatal(err)
	}
	b.openBehind("rule", "cards")
	claims := b.claim(kept.Conversation, 10)
	if len(claims) != 1 || !claims[0].Barred || claims[0].Was != models.Sent || claims[0].Attempts != 1 {
		b.Fatalf("claims = %+v, want one to look for", claims)
	}
	if n, err := b.store.WithdrawStopped(b.Context()); err != nil || n != 0 {
		b.Errorf("%d withdrawn that may have left, %v", n, err)
	}
	b.settle(1, models.Settlement{Recall: kept.Recall, Fence: claims[0].Fence, State: models.Unknown, DueAt: time.Now()})
	if r := b.state(kept.Recall, models.Unknown); r.Attempts != 1 {
		b.Errorf("%d attempts, want 1", r.Attempts)
	}
}

// barsEnded: the platform tells that a message is gone while its claimed recall waits
// for the rate limit, whether anything else is barred or not.
func barsEnded(b *bench) {
	gone, stays := b.toRecall("1"), b.toRecall("2")
	b.claim(gone.Conversation, 10)
	ids := []models.RecallID{gone.Recall, stays.Recall}
	if barred, err := b.store.BarredRecalls(b.Context(), ids); err != nil || len(barred) != 0 {
		b.Errorf("before: barred = %v, %v, want none", barred, err)
	}
	b.keep(removed("1"))
	b.state(gone.Recall, models.Confirmed)
	for _, open := range []bool{false, true} {
		if open {
			b.openBehind("rule", "another")
		}
		if barred, err := b.store.BarredRecalls(b.Context(), ids); err != nil || !cmp.Equal(barred, ids[:1]) {
			b.Errorf("breaker of another rule open %v: barred = %v, %v, want what is gone", open, barred, err)
		}
	}
}

func withdrawsMany(b *bench) {
	const n = 450
	b.toRecalls(1, n)
	if _, err := b.store.StopRecalls(b.Context(), "moderator:eve", ""); err != nil {
		b.Fatal(err)
	}
	if claims := b.claim(b.message(b.toRecalls(n+1, 1)[0].Message).Conversation.ID, 100); len(claims) != 0 {
		b.Errorf("%d claimed after the stop", len(claims))
	}
	if _, err := b.store.WithdrawStopped(b.Context()); err != nil {
		b.Fatal(err)
	}
	b.stands(map[models.RecallState]int{models.Cancelled: n}, n+1)
	if got := b.breaker(); got.Stopped != n || got.Cases != 1 {
		b.Errorf("breaker = %+v", got)
	}
}

// startsAtOnce: a start before the sweeper has come to all that was stopped.
func startsAtOnce(b *bench) {
	const n = 450
	b.toRecalls(1, n)
	if _, err := b.store.StopRecalls(b.Context(), "moderator:eve", ""); err != nil {
		b.Fatal(err)
	}
	lifted, err := b.store.StartRecalls(b.Context(), "moderator:eve", "a mistake")
	if err != nil || lifted.Stopped != n || lifted.State != models.BreakerReset {
		b.Errorf("StartRecalls = %+v, %v", lifted, err)
	}
	b.stands(map[models.RecallState]int{models.Cancelled: n}, n)
}

func outlives(b *bench) {
	b.capped(models.Caps{Rule: 2})
	b.toRecalls(1, 3)
	want := b.breaker()
	b.capped(models.Caps{Rule: 2})
	b.toRecalls(4, 1)
	want.Cases = 2
	if diff := cmp.Diff(want, b.breaker()); diff != "" {
		b.Errorf("after a restart (-want +got):\n%s", diff)
	}
	b.stands(map[models.RecallState]int{models.Cancelled: 2}, 4)
}

// vouches: a person asks for what the policy asked for; then no breaker stops it.
func vouches(b *bench) {
	kept := b.toRecall("1")
	if res := b.decide(asked(kept.Message)); !res.Joined || res.Recall.Automatic || res.Recall.Priority != models.PriorityModerator {
		b.Errorf("joined = %+v", res)
	}
	if _, err := b.store.StopRecalls(b.Context(), "moderator:eve", ""); err != nil {
		b.Fatal(err)
	}
	claims := b.claim(kept.Conversation, 10)
	if len(claims) != 1 || claims[0].Barred {
		b.Errorf("claims = %+v, want the one that a person stands behind", claims)
	}
	if barred, err := b.store.BarredRecalls(b.Context(), []models.RecallID{kept.Recall}); err != nil || len(barred) != 0 {
		b.Errorf("barred = %v, %v", barred, err)
	}
}

// barsHere: a stop that cannot be written bars what a rule asked for in this process, and nothing
// of what people asked for.
func barsHere(b *bench) {
	ruled := b.toRecall("1")
	asks := b.decide(asked(b.keep(posted("2", "lunch at noon?"))[0].Message))
	ids := []models.RecallID{ruled.Recall, asks.Recall.ID}
	for _, stopped := range []bool{true, false} {
		b.store.StopHere(stopped)
		want := map[bool][]models.RecallID{true: {ruled.Recall}}[stopped]
		if barred, err := b.store.BarredRecalls(b.Context(), ids); err != nil || !slices.Equal(barred, want) {
			b.Errorf("stopped here %v: barred = %v, %v, want %v", stopped, barred, err, want)
		}
	}
}
