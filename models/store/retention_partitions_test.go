package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"gorm.io/gorm"

	"github.com/takeback-chat/takeback/internal/testservers"
	"github.com/takeback-chat/takeback/models"
)

// yard is a database whose partitions all count as large.
type yard struct {
	*testing.T
	s     *Store
	edge  time.Time // the end of the first partition
	now   time.Time
	round models.RetentionRound
}

var yardKeeps = models.Retention{Clean: 7 * 24 * time.Hour, Evidence: 20 * 24 * time.Hour, Finding: 40 * 24 * time.Hour, Audit: 80 * 24 * time.Hour, Shown: 5 * 24 * time.Hour}

func newYard(t *testing.T) *yard {
	t.Helper()
	y := &yard{T: t, edge: messagesPartitions.after(time.Now())}
	y.now = y.edge.Add(-time.Hour)
	s, err := Open(t.Context(), Options{
		Database: testservers.Postgres(t), Keys: testKeys(t), Migrate: true, Node: "one",
		Now: func() time.Time { return y.now }, wholeFrom: 1,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	y.s = s
	if y.round, err = s.ClaimRetention(t.Context(), time.Hour); err != nil {
		t.Fatal(err)
	}
	return y
}

var yardGroup = models.Conversation{Kind: models.Group, Ref: "g", Group: "g"}

// keep stores a message that came some time from the edge.
func (y *yard) keep(ref string, from time.Duration, change func(*models.Judged)) models.Kept {
	y.Helper()
	at := y.edge.Add(from)
	j := models.Judged{Event: models.Event{Kind: models.EventPosted, Conversation: yardGroup, At: at, Message: &models.Message{
		Ref: ref, Sender: "alice", SentAt: at, ReceivedAt: at, Elements: models.TextElements("text of " + ref),
	}}}
	if change != nil {
		change(&j)
	}
	k, err := y.s.Keep(y.Context(), "main", []models.Judged{j})
	if err != nil {
		y.Fatal(err)
	}
	return k[0]
}

func (y *yard) exec(format string, args ...any) {
	y.Helper()
	if err := y.s.db.write.WithContext(y.Context()).Exec(fmt.Sprintf(format, args...)).Error; err != nil {
		y.Fatal(err)
	}
}

// column lists texts.
func (y *yard) column(query string) []string {
	y.Helper()
	var out []string
	if err := y.s.reader(y.Context()).Raw(query).Scan(&out).Error; err != nil {
		y.Fatal(err)
	}
	return out
}

// retain removes partitions as of some time from the edge.
func (y *yard) retain(from time.Duration) (did models.RetentionStep) {
	y.Helper()
	y.round.Now = y.edge.Add(from)
	for range 20 {
		step, err := y.s.RetainPartitions(y.Context(), y.round, yardKeeps)
		if err != nil {
			y.Fatal(err)
		}
		if step.Nothing() {
			return did
		}
		did.Add(step)
	}
	y.Fatal("there is always more to remove")
	return did
}

func (y *yard) partitions() int {
	y.Helper()
	found, err := partitionsOf(y.s.reader(y.Context()), "messages")
	if err != nil {
		y.Fatal(err)
	}
	return len(found)
}

const aDay = 24 * time.Hour

// stock fills the first partition with messages of which something is to be kept, each
// named for what, and plain ones.
func (y *yard) stock() (want []string) {
	y.Helper()
	found := func(v models.Verdict) func(*models.Judged) {
		return func(j *models.Judged) {
			j.Event.Message.Findings = []models.Finding{{Detector: "credit_card", Category: "payment", Severity: models.High, Confidence: 0.9, Mask: "4111", Fingerprint: "f", Revision: 1}}
			j.Decision = models.Decision{Verdict: v, Rule: "cards", Reason: models.Reason{Code: "sensitive_information"}, Severity: models.High}
		}
	}
	for i := range 5 {
		y.keep(fmt.Sprintf("plain %d", i), -aDay, nil)
	}
	y.keep("found", -aDay, found(models.VerdictAllow))
	y.keep("case", -aDay, found(models.VerdictReview))
	y.keep("recall", -aDay, found(models.VerdictRecall))
	y.keep("unreadable", -aDay, func(j *models.Judged) { j.Event.Message.Inspection = models.Unreadable })
	y.keep("edited", -aDay, nil)
	y.keep("edited", -aDay, func(j *models.Judged) {
		j.Event.Kind, j.Event.Message.EditedAt, j.Event.Message.Elements = models.EventEdited, y.edge, models.TextElements("other")
	})
	y.keep("conflict", -aDay, nil)
	y.keep("conflict", -aDay, func(j *models.Judged) { j.Event.Message.Elements = models.TextElements("other") })
	y.keep("removed", -aDay, nil)
	y.keep("", -aDay, func(j *models.Judged) {
		j.Event = models.Event{Kind: models.EventRemoved, Conversation: yardGroup, At: y.now, Refs: []string{"removed", "tombstone"}}
	})
	held := y.keep("held", -aDay, nil)
	y.keep("held sender", -aDay, func(j *models.Judged) { j.Event.Message.Sender = "bob" })
	y.keep("held place", -aDay, func(j *models.Judged) {
		j.Event.Conversation = models.Conversation{Kind: models.Group, Ref: "h", Group: "h"}
	})
	y.keep("beside a hole", -aDay, func(j *models.Judged) {
		j.Event.Conversation = models.Conversation{Kind: models.Group, Ref: "o", Group: "o"}
	})
	place := func(ref string) string { return y.column("SELECT id FROM conversations WHERE ref = '" + ref + "'")[0] }
	for i, hold := range [][2]string{{"message", string(held.Message)}, {"sender", "bob"}, {"conversation", place("h")}} {
		y.exec(`INSERT INTO legal_holds (id, kind, app, thing, note, placed_by, placed_at, until, stopped, too_late, asked_by, asked_at, asked_note, lifted_by, lifted_at, lift_note)
			VALUES ('%d', '%s', 'main', '%s', '', 'm', 1, 0, 0, 0, '', 0, '', '', 0, '')`, i, hold[0], hold[1])
	}
	y.exec(`INSERT INTO holes (id, conversation_id, app, first, last, found_at, closed_at, how, tries, code, words, due_at)
		VALUES ('h', '%s', 'main', 5, 5, %d, 0, '', 0, '', '', 0)`, place("o"), y.now.UnixMilli())
	for _, ref := range []string{"plain 1", "found", "later"} {
		y.exec("INSERT INTO reads (conversation_id, ref, reader, through, seen, unseen, at) VALUES ('%s', '%s', 'r', 0, 1, 0, 1)", place("g"), ref)
	}
	y.keep("later", aDay, nil)
	want = []string{"beside a hole", "case", "conflict", "edited", "found", "held", "held place", "held sender", "later", "recall", "removed", "tombstone", "unreadable"}
	return want
}

func (y *yard) refs() []string {
	y.Helper()
	refs := y.column("SELECT ref FROM messages")
	slices.Sort(refs)
	return refs
}

func TestWholePartitionsGoButWhatIsToBeKept(t *testing.T) {
	t.Parallel()
	y := newYard(t)
	want := y.stock()
	count := func() int64 {
		cs, _, err := y.s.Conversations(t.Context(), models.Scope{All: true}, models.ConversationFilter{})
		var n int64
		for _, c := range cs {
			n += c.Messages
		}
		if err != nil {
			t.Error(err)
		}
		return n
	}
	all, before := y.refs(), count()
	if did := y.retain(7*aDay - time.Second); !did.Nothing() || len(y.refs()) != len(all) {
		t.Errorf("%+v went before it was too old", did)
	}
	if did := y.retain(7 * aDay); did.Removed != 5 {
		t.Errorf("%+v went, want 5 messages", did)
	}
	if diff := cmp.Diff(want, y.refs()); diff != "" {
		t.Errorf("messages (-want +got):\n%s", diff)
	}
	if got := count(); got != before {
		t.Errorf("the conversations have had %d messages, and %d before", got, before)
	}
	if diff := cmp.Diff([]string{"found", "later"}, y.column("SELECT ref FROM reads ORDER BY ref")); diff != "" {
		t.Errorf("reads (-want +got):\n%s", diff)
	}
	if left := y.column("SELECT relname FROM pg_class WHERE relname LIKE '%gone%' OR relname ~ '_next$'"); len(left) > 0 {
		t.Errorf("left over: %v", left)
	}
	for _, again := range []struct {
		ref  string
		want models.KeepResult
	}{{"found", models.KeptDuplicate}, {"edited", models.KeptDuplicate}, {"plain 1", models.KeptNew}} {
		if k := y.keep(again.ref, -aDay, nil); k.Result != again.want && !(again.ref == "found" && k.Result == models.KeptDuplicate) {
			t.Errorf("%s comes again: %s, want %s", again.ref, k.Result, again.want)
		}
	}
	err := y.s.db.write.WithContext(context.Background()).Exec("DELETE FROM messages WHERE ref = 'held'").Error
	if err == nil || !strings.Contains(err.Error(), "under legal hold") {
		t.Errorf("the new partition lets what is held go: %v", err)
	}
}

// While what stays is copied, and until it is in its place, all goes on.
func TestWhatChangesWhileAPartitionIsReplaced(t *testing.T) {
	t.Parallel()
	y := newYard(t)
	want := y.stock()
	y.round.Now = y.edge.Add(7 * aDay)
	found, err := partitionsOf(y.s.reader(t.Context()), "messages")
	if err != nil {
		t.Fatal(err)
	}
	p, kept := found[0], y.s.keptMessages(found[0], y.round.Now, yardKeeps)
	before, err := y.s.copyKept(t.Context(), p, kept)
	if err != nil {
		t.Fatal(err)
	}
	y.exec("UPDATE messages SET state = 'removed', removed_by = 'late' WHERE ref = 'found'")
	y.exec("UPDATE messages SET verdict = 'review' WHERE ref = 'plain 3'")
	y.exec("DELETE FROM messages WHERE ref = 'unreadable'")
	y.exec(`INSERT INTO decisions (id, message_id, verdict, actor, policy, rule, reason_code, note, words, severity, shadow, at)
		SELECT 'd', id, 'allow', 'm', 0, '', 'x', '', '', 'low', 'null', 1 FROM messages WHERE ref = 'plain 4'`)
	exchange := func() error {
		return y.s.reshape(t.Context(), func(tx *gorm.DB) error { return messagesPartitions.exchange(tx, y.round, p, kept, before) })
	}
	lost := y.round
	y.round.Fence++
	if err := exchange(); !errors.Is(err, models.ErrConflict) {
		t.Errorf("a round that is another's: %v", err)
	}
	y.round = lost
	if err := exchange(); err != nil {
		t.Fatal(err)
	}
	want = append(slices.DeleteFunc(want, func(ref string) bool { return ref == "unreadable" }), "plain 3", "plain 4")
	slices.Sort(want)
	if diff := cmp.Diff(want, y.refs()); diff != "" {
		t.Errorf("messages (-want +got):\n%s", diff)
	}
	if by := y.column("SELECT removed_by FROM messages WHERE ref = 'found'"); !slices.Equal(by, []string{"late"}) {
		t.Errorf("what changed meanwhile is as before: %v", by)
	}
	// The node dies here; another one finds what is left to do.
	if did := y.retain(7 * aDay); did.Removed != 3 {
		t.Errorf("%+v went, want the three that are plain", did)
	}
	if diff := cmp.Diff(want, y.refs()); diff != "" {
		t.Errorf("messages afterwards (-want +got):\n%s", diff)
	}
}

// Nodes that post, remove and list go on while partitions are replaced.
func TestPartitionsAreReplacedUnderLoad(t *testing.T) {
	t.Parallel()
	y := newYard(t)
	y.stock()
	var stopped atomic.Bool
	var load sync.WaitGroup
	var did int64
	load.Go(func() {
		for n := 0; !stopped.Load(); n++ {
			at := y.edge.Add(aDay + time.Duration(n)*time.Second)
			ref := fmt.Sprintf("load %d", n)
			posted := models.Event{Kind: models.EventPosted, Conversation: yardGroup, Message: &models.Message{Ref: ref, Sender: "carol", SentAt: at, ReceivedAt: at}}
			removed := models.Event{Kind: models.EventRemoved, Conversation: yardGroup, At: at, Refs: []string{ref, "found"}}
			for _, e := range []models.Event{posted, removed} {
				if _, err := y.s.Keep(t.Context(), "main", []models.Judged{{Event: e}}); err != nil {
					t.Errorf("Keep: %v", err)
				}
			}
			did++
		}
	})
	load.Go(func() {
		for !stopped.Load() {
			if _, _, err := y.s.Messages(t.Context(), models.Scope{All: true}, models.MessageFilter{}); err != nil {
				t.Errorf("Messages: %v", err)
			}
		}
	})
	time.Sleep(50 * time.Millisecond)
	got := y.retain(7 * aDay)
	time.Sleep(50 * time.Millisecond)
	stopped.Store(true)
	load.Wait()
	if got.Removed != 5 || did < 5 {
		t.Errorf("%+v went while %d messages came", got, did)
	}
}

func TestEmptyPartitionsGo(t *testing.T) {
	t.Parallel()
	y := newYard(t)
	y.keep("later", aDay, nil)
	before := y.partitions()
	if y.retain(emptyFor - time.Second); y.partitions() != before {
		t.Error("one went too early")
	}
	if y.retain(emptyFor); y.partitions() != before-1 {
		t.Errorf("%d partitions of %d, want one less", y.partitions(), before)
	}
	if k := y.keep("early", -aDay, nil); k.Result != models.KeptNew {
		t.Errorf("what came before the first partition is %s", k.Result)
	}
}

// A large partition of the audit is cut off and gone at once, and what is left proves itself.
func TestWholePartitionsOfTheAuditGo(t *testing.T) {
	t.Parallel()
	y := newYard(t)
	y.edge = auditPartitions.after(time.Now())
	other, err := Open(t.Context(), Options{Database: y.s.opts.Database, Keys: y.s.keys, Node: "two", Now: func() time.Time { return y.now }, wholeFrom: 1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = other.Close() })
	record := func(s *Store, n int, from time.Duration) {
		t.Helper()
		for range n {
			y.now = y.edge.Add(from)
			if err := s.Record(t.Context(), models.AuditEntry{Actor: "a", Action: "x", Subject: "y", Thing: "z"}); err != nil {
				t.Fatal(err)
			}
		}
	}
	record(y.s, 10, -aDay)
	record(other, 4, -aDay) // its last entry stays for ever
	record(y.s, 3, aDay)
	y.now = y.edge.Add(100 * aDay)
	verify := func(when string, entries int64) {
		t.Helper()
		report, err := y.s.VerifyAudit(t.Context())
		if err != nil || len(report.Broken) > 0 || report.Entries != entries {
			t.Errorf("%s: %+v, %v; want %d entries", when, report, err, entries)
		}
	}
	verify("before", 17)
	y.exec("INSERT INTO legal_holds (id, kind, app, thing, note, placed_by, placed_at, until, stopped, too_late, asked_by, asked_at, asked_note, lifted_by, lifted_at, lift_note) VALUES ('x', 'sender', 'main', 'bob', '', 'm', 1, 0, 0, 0, '', 0, '', '', 0, '')")
	if did := y.retain(80 * aDay); !did.Nothing() {
		t.Errorf("%+v went while a legal hold stands", did)
	}
	y.exec("DELETE FROM legal_holds")
	if did := y.retain(80*aDay - time.Second); !did.Nothing() {
		t.Errorf("%+v went before it was too old", did)
	}
	if did := y.retain(80 * aDay); did.Entries != 13 {
		t.Errorf("%+v went, want 13 entries", did)
	}
	verify("after", 4+2) // and that the two chains were cut
	for _, statement := range []string{"TRUNCATE audit_before", "UPDATE audit_before SET actor = 'b'", "DELETE FROM audit_before"} {
		if err := y.s.db.write.WithContext(context.Background()).Exec(statement).Error; err == nil || !strings.Contains(err.Error(), "append-only") {
			t.Errorf("%s: %v", statement, err)
		}
	}
}

// A partition too small to go at once goes row by row, and in time; of a large one only what
// more is known of does.
func TestMessagesAreWalkedThroughPartitions(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name      string
		wholeFrom int64
		as        time.Duration
		stays     bool // what is plain
		want      []string
	}{
		{"small ones, in time", 1000, 6*aDay + time.Second, false, []string{"plain 0", "plain 1", "plain 2", "plain 3", "plain 4"}},
		{"a large one that is not over", 1, 6*aDay + time.Second, true, []string{"removed"}},
		{"a large one of which much stays", 1, 7*aDay + time.Second, false, []string{"plain 0", "plain 1", "plain 2", "plain 3", "plain 4"}},
		{"what was found in a large one", 1, 39*aDay + time.Second, false, []string{"found"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			y := newYard(t)
			y.stock()
			y.s.opts.wholeFrom, y.round.Now = tt.wholeFrom, y.edge.Add(tt.as)
			all := y.refs()
			for after, steps := models.MessageID(""), 0; ; steps++ {
				step, err := y.s.RetainMessages(t.Context(), y.round, yardKeeps, after, 2)
				if err != nil || steps > 50 {
					t.Fatalf("after %d steps: %v", steps, err)
				}
				if after = step.After; after == "" {
					break
				}
			}
			left := y.refs()
			gone := slices.DeleteFunc(all, func(ref string) bool { return slices.Contains(left, ref) })
			for _, want := range tt.want {
				if !slices.Contains(gone, want) {
					t.Errorf("%s is there; %v went", want, gone)
				}
			}
			if plain := strings.Count(strings.Join(gone, ","), "plain"); plain > 0 == tt.stays {
				t.Errorf("%v went", gone)
			}
		})
	}
}
