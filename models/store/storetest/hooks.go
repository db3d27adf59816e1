package storetest

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/models/store"
)

var hookTests = []test{
	{"events are on record with the change", ordersEvents},
	{"claims, tries and the end", deliversEvents},
	{"an endpoint that fails for days is disabled", disablesHooks},
}

func (b *bench) hooked(hooks ...models.Hook) {
	b.Helper()
	b.store = b.open(store.Options{Node: "hooked", Hooks: hooks})
}

// events returns the events of a hook, oldest first.
func (b *bench) events(hook string) (names []string, all []models.HookDelivery) {
	b.Helper()
	all, _, err := b.store.HookDeliveries(b.Context(), models.HookFilter{Hook: hook})
	if err != nil {
		b.Fatal(err)
	}
	for _, d := range slices.Backward(all) {
		names = append(names, d.Event)
	}
	return names, all
}

func ordersEvents(b *bench) {
	b.hooked(models.Hook{ID: "all"}, models.Hook{ID: "ends", Events: []string{"recall.confirmed", "case.*"}})
	kept := b.keep(recalled("1", "alice", "cards"))[0]
	b.accept(kept.Conversation)
	b.keep(removed("1"))
	b.keep(found(posted("2", "look at swordfish"), models.VerdictReview))
	open, _, _ := b.store.Cases(b.Context(), everything, models.CaseFilter{State: models.CaseOpen})
	by := asked(open[0].Message)
	by.Reason.Note = "swordfish indeed"
	if _, _, err := b.store.DecideCase(b.Context(), everything, open[0].ID, models.VerdictAllow, by.Reason, by); err != nil {
		b.Fatal(err)
	}
	if _, err := b.store.StopRecalls(b.Context(), "moderator:eve", "swordfish"); err != nil {
		b.Fatal(err)
	}
	got, all := b.events("all")
	want := []string{"recall.accepted", "recall.confirmed", "case.opened", "case.decided", "breaker.stopped"}
	if diff := cmp.Diff(want, got); diff != "" {
		b.Errorf("events (-want +got):\n%s", diff)
	}
	if got, _ := b.events("ends"); !cmp.Equal(got, []string{"recall.confirmed", "case.opened", "case.decided"}) {
		b.Errorf("of some events it got %v", got)
	}
	for _, d := range all {
		var body struct {
			Type, Timestamp string
			Data            map[string]any
		}
		if err := json.Unmarshal([]byte(d.Body), &body); err != nil || body.Type != d.Event || body.Timestamp == "" || len(body.Data) < 4 {
			b.Errorf("body %s: %v", d.Body, err)
		}
		if strings.Contains(d.Body, "swordfish") || strings.Contains(d.Body, "1486") {
			b.Errorf("it tells what people wrote: %s", d.Body)
		}
	}
	if confirmed := all[3]; !strings.Contains(confirmed.Body, string(kept.Recall)) || !strings.Contains(confirmed.Body, `"confirmed_at"`) || confirmed.Thing != string(kept.Recall) {
		b.Errorf("confirmed: %+v", confirmed)
	}
	b.verify()
}

func (b *bench) claimHook(want int) []models.HookClaim {
	b.Helper()
	claims, err := b.store.ClaimHookDeliveries(b.Context(), []string{"crm"}, 10, time.Minute)
	if err != nil || len(claims) != want {
		b.Fatalf("ClaimHookDeliveries: %d, %v, want %d", len(claims), err, want)
	}
	return claims
}

func (b *bench) settleHook(wantDisabled bool, st models.HookSettlement) {
	b.Helper()
	if disabled, err := b.store.SettleHookDelivery(b.Context(), st); err != nil || disabled != wantDisabled {
		b.Errorf("SettleHookDelivery = %v, %v, want %v", disabled, err, wantDisabled)
	}
}

func deliversEvents(b *bench) {
	b.hooked(models.Hook{ID: "crm"})
	b.accept(b.keep(recalled("1", "alice", "cards"))[0].Conversation)
	first := b.claimHook(1)[0]
	b.claimHook(0) // it is leased
	b.settleHook(false, models.HookSettlement{Delivery: first.ID, Fence: first.Fence + 1, Delivered: true})
	b.settleHook(false, models.HookSettlement{Delivery: first.ID, Fence: first.Fence, Status: 500, Explanation: "500", DueAt: time.Now()})
	second := b.claimHook(1)[0]
	if second.Attempts != 1 || second.Body != first.Body || second.ID != first.ID {
		b.Errorf("the second try is another event: %+v", second)
	}
	if _, err := b.store.DeliverAgain(b.Context(), first.ID, "moderator:eve"); !errors.Is(err, models.ErrConflict) {
		b.Errorf("again while it is under way: %v", err)
	}
	b.settleHook(false, models.HookSettlement{Delivery: second.ID, Fence: second.Fence, Status: 200, Delivered: true})
	b.claimHook(0)
	if _, all := b.events("crm"); all[0].State != models.HookDelivered || all[0].Attempts != 2 || all[0].DeliveredAt.IsZero() {
		b.Errorf("delivered: %+v", all[0])
	}
	if d, err := b.store.DeliverAgain(b.Context(), first.ID, "moderator:eve"); err != nil || d.State != models.HookWaiting {
		b.Errorf("again: %+v, %v", d, err)
	}
	b.claimHook(1)
	if _, err := b.store.DeliverAgain(b.Context(), "nothing", "moderator:eve"); !errors.Is(err, models.ErrNotFound) {
		b.Errorf("again of nothing: %v", err)
	}
	if err := b.store.PruneHookDeliveries(b.Context()); err != nil {
		b.Error(err)
	}
	if names, _ := b.events("crm"); len(names) != 1 {
		b.Errorf("%d deliveries are left, want the one that is new", len(names))
	}
	b.verify()
}

func disablesHooks(b *bench) {
	b.hooked(models.Hook{ID: "crm"})
	b.accept(b.keep(recalled("1", "alice", "cards"))[0].Conversation)
	claim := b.claimHook(1)[0]
	b.settleHook(false, models.HookSettlement{Delivery: claim.ID, Fence: claim.Fence, DueAt: time.Now()})
	b.rawExec(b.raw(), "UPDATE hook_endpoints SET failing_since = 1")
	claim = b.claimHook(1)[0]
	b.settleHook(true, models.HookSettlement{Delivery: claim.ID, Fence: claim.Fence, DueAt: time.Now()})
	b.claimHook(0)
	b.accept(b.keep(recalled("2", "alice", "cards"))[0].Conversation)
	_, all := b.events("crm")
	if len(all) != 2 || all[0].State != models.HookFailed || all[0].Explanation == "" {
		b.Errorf("what a disabled endpoint should get: %+v", all)
	}
	if hooks, err := b.store.Hooks(b.Context()); err != nil || len(hooks) != 1 || hooks[0].DisabledAt.IsZero() {
		b.Errorf("Hooks = %+v, %v", hooks, err)
	}
	if diff := cmp.Diff([]string{"hook.disabled"}, b.actions("crm")); diff != "" {
		b.Errorf("audit (-want +got):\n%s", diff)
	}
	if _, err := b.store.DeliverAgain(b.Context(), all[0].ID, "moderator:eve"); err != nil {
		b.Fatal(err)
	}
	claim = b.claimHook(1)[0]
	b.settleHook(false, models.HookSettlement{Delivery: claim.ID, Fence: claim.Fence, Delivered: true, Status: 204})
	if hooks, _ := b.store.Hooks(b.Context()); !hooks[0].DisabledAt.IsZero() || !hooks[0].FailingSince.IsZero() || hooks[0].Waiting != 0 {
		b.Errorf("after it took one: %+v", hooks[0])
	}
	b.verify()
}
