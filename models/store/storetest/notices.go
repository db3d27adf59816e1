package storetest

import (
	"sync"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/models/store"
)

// tellsSeldomTogether has two nodes tell the same account while neither has
// committed, each of them first once.
func tellsSeldomTogether(b *bench) {
	nodes := []*store.Store{
		b.open(store.Options{Node: "left", Notices: tells{1}}), b.open(store.Options{Node: "right", Notices: tells{1}}),
	}
	for order, name := range []string{"the left one first", "the right one first"} {
		b.store = nodes[order]
		recalls := []models.RecallID{b.tellable(ref(10*order+1), "a"), b.tellable(ref(10*order+2), "b")}
		claims := append(b.claim(b.recall(recalls[0]).Conversation.ID, 1), b.claim(b.recall(recalls[1]).Conversation.ID, 1)...)
		b.whileNobodyCommits(
			func() { accepts(b, nodes[order], claims[0]) },
			func() { accepts(b, nodes[1-order], claims[1]) },
		)
		said := map[string]int{}
		for _, id := range recalls {
			for _, text := range b.notices(id) {
				said[text]++
			}
		}
		if diff := cmp.Diff(map[string]int{"gone": 1, "the last": 1}, said); diff != "" {
			b.Errorf("%s, in one hour (-want +got):\n%s", name, diff)
		}
		b.rawExec(b.raw(), "UPDATE postings SET ordered_at = 1")
	}
	b.verify()
}

// tellable keeps a message of alice in a room of its own that a rule takes back.
func (b *bench) tellable(name, place string) models.RecallID {
	b.Helper()
	j := recalled(name, "alice", "cards")
	j.Event.Conversation.Ref = "@TGS#" + place
	j.Event.Conversation.Group = j.Event.Conversation.Ref
	return b.keep(j)[0].Recall
}

func accepts(b *bench, s *store.Store, claim models.RecallClaim) {
	n, err := s.Settle(b.Context(), []models.Settlement{{
		Recall: claim.ID, Fence: claim.Fence, State: models.Accepted, Code: "0", DueAt: time.Now().Add(time.Hour), Called: true,
	}})
	if err != nil || n != 1 {
		b.Errorf("Settle applied %d, %v, want 1", n, err)
	}
}

// whileNobodyCommits starts writes in turn and lets them commit once all of them
// wait. On SQLite they wait before they begin.
func (b *bench) whileNobodyCommits(writes ...func()) {
	b.Helper()
	hold, err := b.raw().Conn(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = hold.Close() }()
	statement := "BEGIN; LOCK TABLE audit IN SHARE MODE" // every write ends with its audit entries
	if b.sqlite() {
		statement = "BEGIN IMMEDIATE"
	}
	if _, err := hold.ExecContext(b.Context(), statement); err != nil {
		b.Fatal(err)
	}
	var all sync.WaitGroup
	for i, write := range writes {
		all.Go(write)
		b.waiting(i + 1)
	}
	if _, err := hold.ExecContext(b.Context(), "COMMIT"); err != nil {
		b.Fatal(err)
	}
	all.Wait()
}

// waiting returns once n sessions of PostgreSQL wait for a lock.
func (b *bench) waiting(n int) {
	b.Helper()
	if b.sqlite() {
		return
	}
	db := b.raw()
	query := "SELECT pid::text FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
	for range 1000 {
		if len(b.column(db, query)) >= n {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	b.Fatalf("no %d sessions wait for a lock", n)
}
