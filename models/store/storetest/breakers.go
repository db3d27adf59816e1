package storetest

import (
	"strconv"
	"sync"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/models/store"
)

var breakerTests = []test{
	{"a cap trips and stops what had not left", trips},
	{"each cap", tripsEachCap},
	{"across transactions, duplicates and edits", countsOnce},
	{"several nodes together", countsOnAllNodes},
	{"the window slides", slides},
	{"nothing is claimed for sending", barsClaims},
	{"what may have left is only looked for", barsResends},
	{"what has ended since its claim does not leave", barsEnded},
	{"a stop that is not written bars here", barsHere},
	{"many that had not left", withdrawsMany},
	{"started again at once", startsAtOnce},
	{"it outlives the process", outlives},
	{"a reset by one who is alone", resetsAlone},
	{"a reset needs a second person", resetsByTwo},
	{"one person with two logins", tellsPeopleApart},
	{"stop and start", stopsAndStarts},
	{"a person stands in for the policy", vouches},
	{"a split value is counted", countsSplits},
}

// capped opens a node that keeps to caps, and makes it the bench's store.
func (b *bench) capped(c models.Caps) {
	b.Helper()
	b.store = b.open(store.Options{Node: "capped", Caps: c})
}

// recalled is a message that a rule takes back.
func recalled(name, sender, rule string) models.Judged {
	j := found(posted(name, "card"), models.VerdictRecall)
	j.Event.Message.Sender, j.Decision.Rule = sender, rule
	return j
}

// toRecalls keeps n messages of alice, numbered from a number on, in one call.
func (b *bench) toRecalls(from, n int) []models.Kept {
	b.Helper()
	var events []models.Judged
	for i := range n {
		events = append(events, recalled(ref(from+i), "alice", "cards"))
	}
	return b.keep(events...)
}

// stands counts the recalls by state and the open cases.
func (b *bench) stands(states map[models.RecallState]int, cases int) {
	b.Helper()
	rs, _, err := b.store.Recalls(b.Context(), everything, models.RecallFilter{Page: models.Page{Limit: models.MaxLimit}})
	if err != nil {
		b.Fatal(err)
	}
	got := map[models.RecallState]int{}
	for _, r := range rs {
		got[r.State]++
	}
	if diff := cmp.Diff(states, got); diff != "" {
		b.Errorf("recalls by state (-want +got):\n%s", diff)
	}
	open, _, err := b.store.Cases(b.Context(), everything, models.CaseFilter{
		State: models.CaseOpen, Page: models.Page{Limit: models.MaxLimit},
	})
	if err != nil || len(open) != cases {
		b.Errorf("%d open cases, %v, want %d", len(open), err, cases)
	}
}

// breaker returns the only breaker that is open.
func (b *bench) breaker() models.Breaker {
	b.Helper()
	open, _, err := b.store.Breakers(b.Context(), models.BreakerFilter{Open: true})
	if err != nil || len(open) != 1 {
		b.Fatalf("open breakers: %+v, %v, want one", open, err)
	}
	return open[0]
}

func trips(b *bench) {
	b.capped(models.Caps{Rule: 3})
	other := b.keep(recalled("900", "alice", "secrets"))[0]
	kept := b.toRecalls(1, 3)
	b.stands(map[models.RecallState]int{models.Queued: 4}, 0)
	if open, err := b.store.OpenBreakers(b.Context()); err != nil || len(open) != 0 {
		b.Fatalf("at the cap: %+v, %v, want no breaker", open, err)
	}
	late := b.toRecalls(4, 5)
	b.stands(map[models.RecallState]int{models.Queued: 1, models.Cancelled: 3}, 8)
	got := b.breaker()
	if got.Kind != models.RuleBreaker || got.Rule != "cards" || got.State != models.BreakerOpen || got.Cap != models.CapRule ||
		got.Allowed != 3 || got.Stopped != 3 || got.Cases != 5 || got.TrippedBy != "policy" || time.Since(got.TrippedAt) > time.Minute {
		b.Errorf("breaker = %+v", got)
	}
	if late[0].Recall != "" || late[0].Ring {
		b.Errorf("a message that became a case was kept as %+v", late[0])
	}
	r := b.state(kept[0].Recall, models.Cancelled)
	if r.Explanation == "" || r.Attempts != 0 || r.Rule != "cards" {
		b.Errorf("stopped recall = %+v", r)
	}
	claims := b.claim(other.Conversation, 10)
	if len(claims) != 1 || claims[0].ID != other.Recall {
		b.Errorf("claims = %+v, want that of the other rule alone", claims)
	}
	if diff := cmp.Diff([]string{"breaker.tripped"}, b.actions(string(got.ID))); diff != "" {
		b.Errorf("audit (-want +got):\n%s", diff)
	}
	es, _, _ := b.store.Audit(b.Context(), models.AuditFilter{Thing: string(got.ID)})
	if d := es[0].Details; d["rule"] != "cards" || d["cap"] != "rule" || d["allowed"] != "3" {
		b.Errorf("audit of the trip: %v", d)
	}
	if n := b.announced(models.BreakerChanged); n != 1 {
		b.Errorf("announced %d times, want once", n)
	}
	ds, err := b.store.Decisions(b.Context(), everything, late[4].Message)
	if err != nil || len(ds) != 1 || ds[0].Verdict != models.VerdictRecall {
		b.Errorf("decisions of a message that became a case: %+v, %v", ds, err)
	}
	b.verify()
}

func tripsEachCap(b *bench) {
	cases := []struct {
		name  string
		caps  models.Caps
		next  func(i int) models.Judged
		kind  models.BreakerKind
		place string
	}{
		{"rule", models.Caps{Rule: 2}, func(i int) models.Judged {
			return recalled("r"+ref(i), "s"+ref(i), "one")
		}, models.RuleBreaker, ""},
		{"sender", models.Caps{Sender: 2}, func(i int) models.Judged {
			return recalled("s"+ref(i), "mallory", "two-"+ref(i%2))
		}, models.RuleBreaker, "main:mallory"},
		{"conversation", models.Caps{Conversation: 2}, func(i int) models.Judged {
			j := recalled("c"+ref(i), "c"+ref(i), "three-"+ref(i%2))
			j.Event.Conversation.Ref = "elsewhere"
			return j
		}, models.RuleBreaker, "*"},
		{"all", models.Caps{All: 8}, func(i int) models.Judged { // six count already
			return recalled("a"+ref(i), "a"+ref(i), "four-"+ref(i))
		}, models.AllBreaker, ""},
	}
	for _, tt := range cases {
		b.capped(tt.caps)
		kept := b.keep(tt.next(0), tt.next(1))
		if kept[0].Recall == "" || kept[1].Recall == "" {
			b.Fatalf("%s: kept %+v, want two recalls", tt.name, kept)
		}
		if tt.place == "*" {
			tt.place = string(kept[0].Conversation)
		}
		if kept := b.keep(tt.next(2)); kept[0].Recall != "" {
			b.Errorf("%s: the third was recalled", tt.name)
		}
		open, _, err := b.store.Breakers(b.Context(), models.BreakerFilter{Open: true})
		if err != nil || len(open) == 0 || open[0].Kind != tt.kind || string(open[0].Cap) != tt.name || open[0].Place != tt.place {
			b.Errorf("%s: breaker = %+v, %v", tt.name, open[0], err)
		}
	}
	if kept := b.keep(recalled("z", "zoe", "another"))[0]; kept.Recall != "" {
		b.Error("with the breaker of all open a rule that never matched recalls")
	}
}

func countsOnce(b *bench) {
	b.capped(models.Caps{Rule: 3})
	first := recalled("1", "alice", "cards")
	b.wants(b.keep(first, first), models.KeptNew, models.KeptDuplicate)
	for range 5 {
		b.wants(b.keep(first), models.KeptDuplicate)
	}
	again := found(edited(first, "card again", time.Now()), models.VerdictRecall)
	b.wants(b.keep(again), models.KeptUpdate) // joins the recall that there is
	b.keep(recalled("2", "alice", "cards"))
	b.keep(recalled("3", "alice", "cards"))
	b.stands(map[models.RecallState]int{models.Queued: 3}, 0)
	clean := edited(posted("4", "lunch"), "card", time.Now())
	b.keep(posted("4", "lunch"))
	b.keep(found(clean, models.VerdictRecall)) // an edit that asks anew counts
	b.stands(map[models.RecallState]int{models.Cancelled: 3}, 4)
	if got := b.breaker(); got.Stopped != 3 || got.Cases != 1 {
		b.Errorf("breaker = %+v", got)
	}
}

func countsOnAllNodes(b *bench) {
	const each, most = 60, 20
	nodes := make([]*store.Store, 3)
	for i := range nodes {
		nodes[i] = b.open(store.Options{Node: "node-" + ref(i), Caps: models.Caps{Rule: most}})
	}
	var wg sync.WaitGroup
	for n, s := range nodes {
		for i := range each {
			wg.Go(func() {
				j := recalled(strconv.Itoa(1+n*each+i), "s"+ref(i), "cards")
				if _, err := s.Keep(b.Context(), app, []models.Judged{j}); err != nil {
					b.Errorf("Keep: %v", err)
				}
			})
		}
	}
	wg.Wait()
	b.store = nodes[0]
	for range 3 { // what another node was writing in the moment of the trip
		if _, err := b.store.WithdrawStopped(b.Context()); err != nil {
			b.Fatal(err)
		}
	}
	b.stands(map[models.RecallState]int{models.Cancelled: most}, len(nodes)*each)
	if got := b.breaker(); got.Stopped != most || got.Cases != len(nodes)*each-most {
		b.Errorf("breaker = %+v", got)
	}
	b.verify()
}

func slides(b *bench) {
	b.capped(models.Caps{Rule: 3})
	b.toRecalls(1, 3)
	db := b.raw()
	b.rawExec(db, "UPDATE recalls SET counted_at = counted_at - 61000 WHERE ref IN ('1', '2')")
	b.toRecalls(4, 2)
	b.stands(map[models.RecallState]int{models.Queued: 5}, 0)
	b.toRecalls(6, 1)
	b.stands(map[models.RecallState]int{models.Cancelled: 5}, 6)
}

// countsSplits: what is said of the other messages of a split value counts too.
func countsSplits(b *bench) {
	b.capped(models.Caps{Rule: 1})
	first := b.keep(posted("1", "4111 1111"))[0]
	last := recalled("2", "alice", "cards")
	last.Event.Message.Findings[0].Parts = []models.FindingPart{{Message: first.Message}, {}}
	last.Split = last.Decision
	b.keep(last)
	b.stands(map[models.RecallState]int{models.Cancelled: 1}, 2)
}
