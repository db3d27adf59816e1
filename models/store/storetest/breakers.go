package storetest

import (
	"crypto/sha256"
	"errors"
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

// login makes a login that is an operator.
func (b *bench) login(name string, account models.Account) {
	b.Helper()
	err := b.store.CreateModerator(b.Context(), models.Moderator{
		Name: name, PasswordHash: "x", Caller: models.Caller{Grant: models.GrantOperator, Account: account},
	}, "test")
	if err != nil {
		b.Fatal(err)
	}
}

func resetsAlone(b *bench) {
	b.capped(models.Caps{Rule: 2})
	b.login("eve", models.Account{})
	b.toRecalls(1, 3)
	id := b.breaker().ID
	reset := func(id models.BreakerID, reason string) (models.Breaker, error) {
		return b.store.ResetBreaker(b.Context(), id, "moderator:eve", reason)
	}
	if _, err := reset(id, ""); !errors.Is(err, models.ErrInvalid) {
		b.Errorf("without a reason: %v, want ErrInvalid", err)
	}
	if _, err := reset("nothing", "why"); !errors.Is(err, models.ErrNotFound) {
		b.Errorf("a breaker that is none: %v, want ErrNotFound", err)
	}
	got, err := reset(id, "the rule is mended")
	if err != nil || got.State != models.BreakerReset || got.ResetBy != "moderator:eve" || got.ResetReason != "the rule is mended" || got.ResetAt.IsZero() {
		b.Fatalf("ResetBreaker = %+v, %v", got, err)
	}
	if all, _, err := b.store.Breakers(b.Context(), models.BreakerFilter{}); err != nil || len(all) != 1 || !cmp.Equal(all[0], got) {
		b.Errorf("Breakers = %+v, %v", all, err)
	}
	if _, err := reset(id, "again"); !errors.Is(err, models.ErrConflict) {
		b.Errorf("a second time: %v, want ErrConflict", err)
	}
	time.Sleep(2 * time.Millisecond)                                               // what counts from now on is later than the reset
	b.toRecalls(4, 2)                                                              // the count begins anew
	b.stands(map[models.RecallState]int{models.Cancelled: 2, models.Queued: 2}, 3) // what was stopped waits for a person
	b.toRecalls(6, 1)
	if next := b.breaker(); next.ID == id {
		b.Error("the cap did not trip again")
	}
	es, _, _ := b.store.Audit(b.Context(), models.AuditFilter{Thing: string(id)})
	if len(es) != 2 || es[0].Action != "breaker.reset" || es[0].Actor != "moderator:eve" || es[0].Details["note_digest"] == "" {
		b.Errorf("audit = %+v", es)
	}
	b.verify()
}

func resetsByTwo(b *bench) {
	b.capped(models.Caps{Rule: 1})
	for _, name := range []string{"eve", "bob", "gone"} {
		b.login(name, models.Account{})
	}
	b.toRecalls(1, 2)
	id := b.breaker().ID
	reset := func(actor string) (models.Breaker, error) {
		return b.store.ResetBreaker(b.Context(), id, actor, "mended, says "+actor)
	}
	got, err := reset("moderator:gone")
	if err != nil || got.State != models.BreakerAsked || got.AskedBy != "moderator:gone" || got.AskedReason == "" || !got.ResetAt.IsZero() {
		b.Fatalf("the first = %+v, %v, want it asked", got, err)
	}
	b.toRecalls(3, 1)
	b.stands(map[models.RecallState]int{models.Cancelled: 1}, 3)
	if _, err := reset("moderator:gone"); !errors.Is(err, models.ErrConflict) {
		b.Errorf("the same person again: %v, want ErrConflict", err)
	}
	b.rawExec(b.raw(), "UPDATE moderators SET disabled_at = 1 WHERE name = 'gone'")
	if got, err := reset("moderator:eve"); err != nil || got.State != models.BreakerAsked || got.AskedBy != "moderator:eve" {
		b.Errorf("after somebody who is no operator any more: %+v, %v, want it asked", got, err)
	}
	got, err = reset("moderator:bob")
	if err != nil || got.State != models.BreakerReset || got.AskedBy != "moderator:eve" || got.ResetBy != "moderator:bob" {
		b.Fatalf("the second = %+v, %v, want it reset", got, err)
	}
	want := []string{"breaker.tripped", "breaker.reset_asked", "breaker.reset_asked", "breaker.reset"}
	if diff := cmp.Diff(want, b.actions(string(id))); diff != "" {
		b.Errorf("audit (-want +got):\n%s", diff)
	}
}

func tellsPeopleApart(b *bench) {
	b.capped(models.Caps{Rule: 1})
	eve := models.Account{App: app, Name: "eve"}
	b.login("eve", eve)
	limited := models.Caller{Grant: models.GrantOperator, Groups: []models.Place{{App: app, Ref: room.Ref}}}
	for name, c := range map[string]models.Caller{
		"eves": {Grant: models.GrantOperator, Account: eve}, "limited": limited, "viewer": {Grant: models.GrantViewer},
	} {
		hash := sha256.Sum256([]byte(name))
		if err := b.store.CreateToken(b.Context(), models.Token{Name: name, Hash: hash[:], Caller: c}, "test"); err != nil {
			b.Fatal(err)
		}
	}
	b.toRecalls(1, 2)
	id := b.breaker().ID
	// At the command line anybody is one person, whatever they call themselves.
	for i, actor := range []string{"command-line:root", "command-line:other"} {
		got, err := b.store.ResetBreaker(b.Context(), id, actor, "mended")
		if (i == 0) != (err == nil && got.State == models.BreakerAsked) {
			b.Errorf("%s: %+v, %v", actor, got, err)
		}
	}
	if got, err := b.store.ResetBreaker(b.Context(), id, "token:eves", "mended"); err != nil || got.State != models.BreakerReset {
		b.Errorf("the second = %+v, %v, want it reset", got, err)
	}
	time.Sleep(2 * time.Millisecond)
	b.toRecalls(3, 2)
	got, err := b.store.ResetBreaker(b.Context(), b.breaker().ID, "moderator:eve", "mended")
	if err != nil || got.State != models.BreakerReset {
		b.Errorf("eve, who is the only operator everywhere: %+v, %v, want it reset", got, err)
	}
}

func stopsAndStarts(b *bench) {
	b.capped(models.Caps{Rule: 100})
	b.login("eve", models.Account{})
	b.login("bob", models.Account{})
	auto := b.toRecalls(1, 1)[0]
	rude := b.keep(posted("2", "rude"))[0].Message
	if _, err := b.store.StartRecalls(b.Context(), "moderator:eve", "why"); !errors.Is(err, models.ErrConflict) {
		b.Errorf("start without a stop: %v, want ErrConflict", err)
	}
	stop, err := b.store.StopRecalls(b.Context(), "moderator:eve", "it runs wild")
	if err != nil || stop.Kind != models.StopBreaker || stop.State != models.BreakerOpen || stop.Reason != "it runs wild" || stop.Stopped != 1 {
		b.Fatalf("StopRecalls = %+v, %v", stop, err)
	}
	again, err := b.store.StopRecalls(b.Context(), "moderator:bob", "")
	if err != nil || again.ID != stop.ID || again.TrippedBy != "moderator:eve" {
		b.Errorf("a second stop = %+v, %v, want the first", again, err)
	}
	b.state(auto.Recall, models.Cancelled)
	if kept := b.toRecalls(3, 1)[0]; kept.Recall != "" {
		b.Error("a rule recalls after the stop")
	}
	b.decide(asked(rude))
	if claims := b.claim(auto.Conversation, 10); len(claims) != 1 || claims[0].Message != rude || claims[0].Barred {
		b.Errorf("claims = %+v, want that of a person", claims)
	}
	if _, err := b.store.StartRecalls(b.Context(), "moderator:bob", ""); !errors.Is(err, models.ErrInvalid) {
		b.Errorf("start without a reason: %v, want ErrInvalid", err)
	}
	lifted, err := b.store.StartRecalls(b.Context(), "moderator:bob", "the rule is off")
	if err != nil || lifted.ID != stop.ID || lifted.State != models.BreakerReset || lifted.ResetReason != "the rule is off" || lifted.Cases != 1 {
		b.Errorf("StartRecalls = %+v, %v", lifted, err)
	}
	if kept := b.toRecalls(4, 1)[0]; kept.Recall == "" {
		b.Error("nothing is recalled after the start")
	}
	if diff := cmp.Diff([]string{"recalls.stopped", "recalls.started"}, b.actions(string(stop.ID))); diff != "" {
		b.Errorf("audit (-want +got):\n%s", diff)
	}
	if n := b.announced(models.BreakerChanged); n != 2 {
		b.Errorf("announced %d times, want twice", n)
	}
	b.verify()
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
