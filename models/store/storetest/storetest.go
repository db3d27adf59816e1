// Package storetest is the suite that models/store passes on every kind of
// database.
package storetest

import (
	"context"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/models/store"
	"github.com/takeback-chat/takeback/models/store/seal"
)

// Run runs the whole suite. fresh returns the address of a new, empty database
// that lives as long as the test it is given.
func Run(t *testing.T, fresh func(testing.TB) string) {
	t.Helper()
	groups := []struct {
		name  string
		tests []test
	}{
		{"keep", keepTests},
		{"edge", edgeTests},
		{"order", orderTests},
		{"anew", anewTests},
		{"split", splitTests},
		{"recall", recallTests},
		{"breaker", breakerTests},
		{"hold", holdTests},
		{"legal hold", legalHoldTests},
		{"before", beforeTests},
		{"agree", agreeTests},
		{"posting", postingTests},
		{"hook", hookTests},
		{"restored", restoredTests},
		{"sender", senderTests},
		{"coverage", coverageTests},
		{"audit", auditTests},
		{"forgery", forgeryTests},
		{"list", listTests},
		{"list page", listPageTests},
		{"keeper", keeperTests},
		{"rotation", rotationTests},
		{"login", loginTests},
		{"factor", factorTests},
		{"sign-in", signInTests},
		{"sweep", sweepTests},
		{"queue", queueTests},
		{"code", codeTests},
		{"now", nowTests},
		{"slot", slotTests},
		{"stretch", stretchTests},
		{"identity", identityTests},
		{"retention", retentionTests},
		{"audit cut", auditCutTests},
		{"erasure", erasureTests},
		{"end", endTests},
	}
	ran := 0
	for _, g := range groups {
		for _, tt := range g.tests {
			t.Run(g.name+"/"+tt.name, func(t *testing.T) {
				tt.run(newBench(t, fresh))
			})
			ran++
		}
	}
	if ran < 178 {
		t.Fatalf("only %d tests ran", ran)
	}
}

type test struct {
	name string
	run  func(*bench)
}

// everything is the scope that shows all.
var everything = models.Scope{All: true}

// bench is what one test works with: a database, keys, and a store on it.
type bench struct {
	*testing.T
	fresh    func(testing.TB) string // the address of a new database
	database string
	keys     *seal.Keyring
	store    *store.Store

	onAnnounce atomic.Pointer[func()] // called by the writer, if set

	mu      sync.Mutex // guards changes
	changes map[models.ChangeKind]int
}

func newBench(t *testing.T, fresh func(testing.TB) string) *bench {
	t.Helper()
	b := &bench{T: t, fresh: fresh, database: fresh(t), keys: Keys(t), changes: map[models.ChangeKind]int{}}
	b.store = b.open(store.Options{Node: "one"})
	return b
}

// Keys returns a fresh keyring.
func Keys(tb testing.TB) *seal.Keyring {
	tb.Helper()
	keys, err := seal.Create(tb.TempDir() + "/keys")
	if err != nil {
		tb.Fatal(err)
	}
	return keys
}

// open opens a store on the bench's database: a second one is a second node.
func (b *bench) open(o store.Options) *store.Store {
	b.Helper()
	o.Database, o.Keys, o.Migrate = b.database, b.keys, true
	o.Announce = func(c models.Change) {
		if stop := b.onAnnounce.Load(); stop != nil {
			(*stop)()
		}
		b.mu.Lock()
		defer b.mu.Unlock()
		b.changes[c.Kind]++
	}
	s, err := store.Open(b.Context(), o)
	if err != nil {
		b.Fatalf("Open: %v", err)
	}
	b.Cleanup(func() {
		if err := s.Close(); err != nil {
			b.Errorf("Close: %v", err)
		}
	})
	return s
}

// announced counts the changes of a kind.
func (b *bench) announced(kind models.ChangeKind) int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.changes[kind]
}

const app = "main"

// room is the group that most tests talk in.
var room = models.Conversation{Kind: models.Group, Ref: "@TGS#room", Group: "@TGS#room", Type: "Public"}

// posted is a message of alice, allowed.
func posted(ref, text string) models.Judged {
	now := time.Now().Truncate(time.Millisecond).UTC()
	return models.Judged{
		Event: models.Event{Kind: models.EventPosted, At: now, Conversation: room, Message: &models.Message{
			Ref: ref, Sender: "alice", SentAt: now, ReceivedAt: now, Inspection: models.Clean,
			Deadline: now.Add(2 * time.Minute),
			Elements: []models.Element{{Kind: models.TextElement, Path: "MsgBody[0].MsgContent.Text", Text: text}},
		}},
		Decision: models.Decision{Verdict: models.VerdictAllow, Policy: 1},
	}
}

// found gives a judged message a finding and a verdict.
func found(j models.Judged, v models.Verdict) models.Judged {
	j.Event.Message.Inspection = models.Found
	j.Event.Message.Findings = []models.Finding{{
		Detector: "credit_card", Category: models.Financial, Severity: models.High, Confidence: 0.9,
		Start: 0, End: 4, Mask: "•••• 1486", Fingerprint: "00ff",
	}}
	j.Decision = models.Decision{
		Verdict: v, Actor: "policy", Policy: 3, Rule: "cards", Severity: models.High,
		Reason: models.Reason{Code: models.SensitiveInformation}, Text: "It held a card number.",
	}
	return j
}

func removed(refs ...string) models.Judged {
	return models.Judged{Event: models.Event{
		Kind: models.EventRemoved, At: time.Now(), Conversation: room, Operator: "admin", Refs: refs,
	}}
}

func edited(j models.Judged, text string, at time.Time) models.Judged {
	m := *j.Event.Message
	m.EditedAt = at
	m.Elements = []models.Element{{Kind: models.TextElement, Path: "MsgBody[0].MsgContent.Text", Text: text}}
	m.Findings, m.Inspection = nil, models.Clean
	j.Event.Kind, j.Event.Message = models.EventEdited, &m
	j.Decision = models.Decision{Verdict: models.VerdictAllow}
	return j
}

// keep keeps events and fails the test where that fails.
func (b *bench) keep(events ...models.Judged) []models.Kept {
	b.Helper()
	kept, err := b.store.Keep(b.Context(), app, events)
	if err != nil {
		b.Fatalf("Keep: %v", err)
	}
	if len(kept) != len(events) {
		b.Fatalf("Keep returned %d results for %d events", len(kept), len(events))
	}
	return kept
}

// wants checks the results of Keep.
func (b *bench) wants(kept []models.Kept, want ...models.KeepResult) {
	b.Helper()
	for i, k := range kept {
		if k.Result != want[i] {
			b.Errorf("event %d was kept as %q, want %q", i, k.Result, want[i])
		}
	}
}

// message returns a message with its conversation complete.
func (b *bench) message(id models.MessageID) models.Message {
	b.Helper()
	m, err := b.store.Message(b.Context(), everything, id)
	if err != nil {
		b.Fatalf("Message: %v", err)
	}
	if m.Conversation, err = b.store.Conversation(b.Context(), everything, m.Conversation.ID); err != nil {
		b.Fatalf("Conversation: %v", err)
	}
	return m
}

func (b *bench) recall(id models.RecallID) models.Recall {
	b.Helper()
	r, err := b.store.Recall(b.Context(), everything, id)
	if err != nil {
		b.Fatalf("Recall: %v", err)
	}
	return r
}

// recallOf returns the only recall of a message.
func (b *bench) recallOf(id models.MessageID) models.Recall {
	b.Helper()
	rs, _, err := b.store.Recalls(b.Context(), everything, models.RecallFilter{Message: id})
	if err != nil || len(rs) != 1 {
		b.Fatalf("Recalls of %s: %d, %v, want one", id, len(rs), err)
	}
	return rs[0]
}

func (b *bench) state(id models.RecallID, want models.RecallState) models.Recall {
	b.Helper()
	r := b.recall(id)
	if r.State != want {
		b.Errorf("the recall is %s, want %s", r.State, want)
	}
	if r.State.Terminal() == r.EndedAt.IsZero() {
		b.Errorf("the recall is %s and ended at %v", r.State, r.EndedAt)
	}
	return r
}

func (b *bench) claim(c models.ConversationID, limit int) []models.RecallClaim {
	b.Helper()
	claims, err := b.store.ClaimRecalls(b.Context(), c, limit, time.Minute)
	if err != nil {
		b.Fatalf("ClaimRecalls: %v", err)
	}
	return claims
}

func (b *bench) settle(want int, st ...models.Settlement) {
	b.Helper()
	n, err := b.store.Settle(b.Context(), st)
	if err != nil || n != want {
		b.Errorf("Settle applied %d, %v, want %d", n, err, want)
	}
}

// asked is a moderator's request.
func asked(id models.MessageID) models.RecallRequest {
	return models.RecallRequest{
		Message: id, Reason: models.Reason{Code: models.Abuse, Note: "seen it before"},
		Actor: "moderator:eve", Authority: models.ByAdmin, Trigger: models.FromConsole,
	}
}

func (b *bench) decide(q models.RecallRequest) store.DecideResult {
	b.Helper()
	res, err := b.store.Decide(b.Context(), everything, []models.RecallRequest{q})
	if err != nil {
		b.Fatalf("Decide: %v", err)
	}
	return res[0]
}

// actions returns the actions in the audit about a thing, oldest first.
func (b *bench) actions(thing string) []string {
	b.Helper()
	es, _, err := b.store.Audit(b.Context(), models.AuditFilter{Thing: thing})
	if err != nil {
		b.Fatalf("Audit: %v", err)
	}
	var out []string
	for _, e := range slices.Backward(es) {
		out = append(out, e.Action)
	}
	return out
}

// verify checks that the whole audit holds and has some entries.
func (b *bench) verify() models.AuditReport {
	b.Helper()
	report, err := b.store.VerifyAudit(context.Background())
	if err != nil {
		b.Fatalf("VerifyAudit: %v", err)
	}
	if len(report.Broken) != 0 {
		b.Errorf("the audit is broken: %+v", report.Broken)
	}
	return report
}

func ref(n int) string { return strconv.Itoa(n) }
