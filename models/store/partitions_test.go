package store

import (
	"context"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"gorm.io/gorm"

	"github.com/takeback-chat/takeback/internal/testservers"
	"github.com/takeback-chat/takeback/models"
)

func openPartitioned(t *testing.T, address string) *Store {
	t.Helper()
	s, err := Open(t.Context(), Options{Database: address, Keys: testKeys(t), Migrate: true, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// partitionsNow lists the partitions of a table but the rest, and sees to it that each has
// what it needs and that they follow one another.
func partitionsNow(t *testing.T, s *Store, p *partitioning) []partition {
	t.Helper()
	found, err := partitionsOf(s.reader(t.Context()), p.table)
	if err != nil {
		t.Fatal(err)
	}
	var dated []partition
	for _, each := range found {
		indexes := strings.Join(indexesOf(t, s.db, each.name), "\n")
		if !strings.Contains(indexes, "unique index "+each.name+"_"+p.unique) || strings.Count(indexes, "\n") < 4 {
			t.Errorf("%s has the indexes\n%s", each.name, indexes)
		}
		if !each.rest() {
			dated = append(dated, each)
		}
	}
	if len(dated) != len(found)-1 {
		t.Errorf("%d partitions, %d of them with bounds", len(found), len(dated))
	}
	return dated
}

func TestPartitionsAreThereAheadOfTime(t *testing.T) {
	t.Parallel()
	s := openPartitioned(t, testservers.Postgres(t))
	for i := range partitionings {
		p := &partitionings[i]
		found := partitionsNow(t, s, p)
		last := found[len(found)-1]
		if ahead := time.Until(models.IDTime(last.to)); ahead < widthsAhead*p.width || ahead > (widthsAhead+2)*p.width {
			t.Errorf("partitions of %s: %+v reach %v ahead", p.table, found, ahead)
		}
		for j, each := range found[:len(found)-1] {
			if each.to != found[j+1].from {
				t.Errorf("%+v does not end where %+v begins", each, found[j+1])
			}
		}
	}
	before := len(partitionsNow(t, s, messagesPartitions))
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			if made, err := s.makePartition(t.Context(), messagesPartitions, time.Now().Add(60*messagesWidth)); err != nil && !isAgain(clean(err)) {
				t.Errorf("makePartition = %v, %v", made, err)
			}
		})
	}
	all.Wait()
	if n := len(partitionsNow(t, s, messagesPartitions)) - before; n < 1 || n > 8 {
		t.Errorf("8 nodes made %d partitions at once", n)
	}
}

// What comes of a time that no partition is for is kept, and in nobody's way.
func TestTheRestTakesWhatNoPartitionDoes(t *testing.T) {
	t.Parallel()
	s := openPartitioned(t, testservers.Postgres(t))
	far := time.Now().Add(20 * messagesWidth)
	keep := func(ref string, at time.Time) {
		t.Helper()
		e := models.Event{Kind: models.EventPosted, Conversation: models.Conversation{Kind: models.Group, Ref: "g", Group: "g"}, Message: &models.Message{Ref: ref, Sender: "a", SentAt: at, ReceivedAt: at}}
		for _, want := range []models.KeepResult{models.KeptNew, models.KeptDuplicate} {
			if k, err := s.Keep(t.Context(), "main", []models.Judged{{Event: e}}); err != nil || k[0].Result != want {
				t.Fatalf("Keep of %s = %+v, %v, want %s", ref, k, err, want)
			}
		}
	}
	keep("1", far)
	for made := true; made; {
		var err error
		if made, err = s.makePartition(t.Context(), messagesPartitions, far); err != nil {
			t.Fatal(err)
		}
	}
	found := partitionsNow(t, s, messagesPartitions)
	if next := found[len(found)-1]; models.IDTime(next.from).Before(far) && models.IDTime(next.to).After(far) {
		t.Errorf("%+v takes what the rest has", next)
	}
	keep("2", far.Add(time.Second))
	keep("3", messagesPartitions.after(far).Add(time.Hour))
	var rest int64
	if err := readOne(s.reader(t.Context()), "SELECT count(*) FROM messages_rest", &rest); err != nil || rest != 2 {
		t.Errorf("the rest has %d messages, %v, want 2", rest, err)
	}
}

// Nobody empties a partition of the audit, or changes a row of one, by its own name.
func TestPartitionsOfTheAuditAreGuarded(t *testing.T) {
	t.Parallel()
	s := openPartitioned(t, testservers.Postgres(t))
	if err := s.Record(t.Context(), models.AuditEntry{Actor: "a", Action: "x", Subject: "y", Thing: "z"}); err != nil {
		t.Fatal(err)
	}
	found, err := partitionsOf(s.reader(t.Context()), "audit")
	if err != nil || len(found) < 3 {
		t.Fatalf("%+v, %v", found, err)
	}
	for _, p := range append(found, partition{name: "audit"}) {
		statements := []string{"TRUNCATE " + p.name}
		if p.from == "" && !p.rest() || p.name == "audit" { // where the entry is
			statements = append(statements, "UPDATE "+p.name+" SET actor = 'b'", "DELETE FROM "+p.name)
		}
		for _, statement := range statements {
			err := s.db.shape.WithContext(context.Background()).Exec(statement).Error
			if err == nil || !strings.Contains(err.Error(), "append-only") {
				t.Errorf("%s: %v", statement, err)
			}
		}
	}
}

// What is planned for many partitions looks expensive and is not.
func TestPlansOfStatements(t *testing.T) {
	t.Parallel()
	s := openPartitioned(t, testservers.Postgres(t))
	settings := func(db *gorm.DB) (all []string) {
		for _, name := range []string{"jit", "plan_cache_mode", "enable_seqscan"} {
			var is string
			if err := readOne(db.WithContext(t.Context()), "SHOW "+name, &is); err != nil {
				t.Fatal(err)
			}
			all = append(all, is)
		}
		return all
	}
	if is := settings(s.db.read); !slices.Equal(is, []string{"off", "auto", "on"}) {
		t.Errorf("what is read goes with jit, plan_cache_mode, enable_seqscan %v", is)
	}
	if is := settings(s.db.write); !slices.Equal(is, []string{"off", "force_generic_plan", "off"}) {
		t.Errorf("what is written goes with jit, plan_cache_mode, enable_seqscan %v", is)
	}
}
