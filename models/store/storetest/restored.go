package storetest

import (
	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/models/store"
)

var restoredTests = []test{
	{"nothing that waited leaves until somebody says so", holdsRestored},
}

func holdsRestored(b *bench) {
	b.store = b.open(store.Options{Node: "before", Hooks: []models.Hook{{ID: "crm"}}})
	gone, replaced := b.replaced("1") // its replacement waits for it
	b.accept(gone.Conversation)
	byRule := b.keep(recalled("2", "alice", "cards"))[0]
	byPerson := b.decide(asked(b.keep(posted("3", "lunch"))[0].Message)).Recall
	b.claimHook(1)
	if _, err := b.raw().ExecContext(b.Context(), "UPDATE hook_deliveries SET leased_until = 0"); err != nil {
		b.Fatal(err)
	}

	if err := b.store.Restored(b.Context(), "command-line:ann", "of yesterday", map[string]string{"made_at": "yesterday"}); err != nil {
		b.Fatal(err)
	}
	b.state(byRule.Recall, models.Cancelled)
	b.stands(map[models.RecallState]int{models.Cancelled: 1, models.Accepted: 1, models.Queued: 1}, 1)
	for range 2 { // and it holds over a restart
		if claims := b.claim(gone.Conversation, 10); len(claims) != 0 {
			b.Errorf("recalls leave: %+v", claims)
		}
		if due, err := b.store.DueConversations(b.Context(), 10); err != nil || len(due) != 0 {
			b.Errorf("%v, %v are due", due, err)
		}
		b.claimPosting(0)
		b.claimHook(0)
		b.store = b.open(store.Options{Node: "after", Hooks: []models.Hook{{ID: "crm"}}})
	}
	if err := b.store.Ready(b.Context()); err != nil {
		b.Errorf("it is not ready: %v", err)
	}
	open, err := b.store.OpenBreakers(b.Context())
	if err != nil || len(open) != 1 || open[0].Kind != models.StopBreaker {
		b.Errorf("open breakers: %+v, %v", open, err)
	}

	if _, err := b.store.StartRecalls(b.Context(), "moderator:eve", "looked through it"); err != nil {
		b.Fatal(err)
	}
	claims := b.claim(gone.Conversation, 10)
	if len(claims) != 1 || claims[0].ID != byPerson.ID {
		b.Errorf("after the start %+v leaves, want what a person asked for", claims)
	}
	b.claimPosting(1)
	b.replacement(replaced.ID, models.PostingSent)
	b.verify()
}
