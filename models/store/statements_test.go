package store

import (
	"context"
	"database/sql"
	"path/filepath"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"gorm.io/gorm"

	"github.com/takeback-chat/takeback/internal/testservers"
	"github.com/takeback-chat/takeback/models"
)

// countedPool is a way to the database that counts the statements of the writer.
type countedPool struct {
	*sql.DB
	n atomic.Int64
}

type countedTx struct {
	*sql.Tx
	n *atomic.Int64
}

func (c *countedPool) BeginTx(ctx context.Context, o *sql.TxOptions) (gorm.ConnPool, error) {
	tx, err := c.DB.BeginTx(ctx, o)
	return &countedTx{tx, &c.n}, err
}

func (t *countedTx) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	t.n.Add(1)
	return t.Tx.ExecContext(ctx, query, args...)
}

func (t *countedTx) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	t.n.Add(1)
	return t.Tx.QueryContext(ctx, query, args...)
}

func (t *countedTx) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	t.n.Add(1)
	return t.Tx.QueryRowContext(ctx, query, args...)
}

// count has the statements of a store's writer counted.
func count(t *testing.T, s *Store) *countedPool {
	t.Helper()
	pool, err := s.db.write.DB()
	if err != nil {
		t.Fatal(err)
	}
	c := &countedPool{DB: pool}
	s.db.write.ConnPool, s.db.write.Statement.ConnPool = c, c
	return c
}

// taking returns how many statements something takes.
func (c *countedPool) taking(f func()) int64 {
	before := c.n.Load()
	f()
	return c.n.Load() - before
}

// told is a rule that has everybody told, which needs the contents of messages.
type told struct{}

func (told) Wants(bool) bool                          { return true }
func (told) Whom(models.Happening) []models.Notice    { return nil }
func (told) Notices(models.Happening) []models.Notice { return nil }

// What becomes of recalls is written with a number of statements that does not depend
// on theirs. SQLite, to which no way leads over a network, gets each row on its own.
func TestStatementsOfManyRecallsAreThoseOfOne(t *testing.T) {
	databases := map[string]struct {
		open  func(testing.TB) string
		byRow int64
	}{
		"SQLite":     {func(tb testing.TB) string { tb.Helper(); return "sqlite:" + filepath.Join(tb.TempDir(), "a.db") }, 1},
		"PostgreSQL": {testservers.Postgres, 0},
	}
	for name, db := range databases {
		t.Run(name, func(t *testing.T) {
			s, err := Open(t.Context(), Options{Database: db.open(t), Keys: testKeys(t), Migrate: true, Notices: told{}})
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = s.Close() }()
			s.writer.heard = time.Now().Add(time.Hour) // or one more is asked in whichever step a second ends
			c := count(t, s)
			one, many := c.life(t, s, 0, 1), c.life(t, s, 100, 11)
			for i, step := range []string{"claim", "evidence", "settlement", "removal"} {
				if most := one[i] + 24*db.byRow; many[i] > most || one[i] > 16 {
					t.Errorf("%s: %d statements for one recall, %d for eleven, want at most 16 and %d", step, one[i], many[i], most)
				}
			}
		})
	}
}

// life takes n messages back, and returns how many statements each step took.
func (c *countedPool) life(t *testing.T, s *Store, from, n int) (steps [4]int64) {
	t.Helper()
	room := models.Conversation{Kind: models.Group, Ref: "g", Group: "g"}
	var posted []models.Judged
	removed := models.Judged{Event: models.Event{Kind: models.EventRemoved, Conversation: room}}
	for i := range n {
		ref := strconv.Itoa(from + i)
		posted = append(posted, models.Judged{
			Event: models.Event{Kind: models.EventPosted, Conversation: room, Message: &models.Message{Ref: ref, Sender: "alice"}},
			Decision: models.Decision{
				Verdict: models.VerdictRecall, Rule: "r", Reason: models.Reason{Code: models.Abuse}, Severity: models.High,
			},
		})
		removed.Event.Refs = append(removed.Event.Refs, ref)
	}
	kept, err := s.Keep(t.Context(), "main", posted)
	if err != nil {
		t.Fatal(err)
	}
	must := func(err error) {
		if err != nil {
			t.Fatal(err)
		}
	}
	var claims []models.RecallClaim
	steps[0] = c.taking(func() {
		claims, err = s.ClaimRecalls(t.Context(), kept[0].Conversation, n, time.Minute)
		must(err)
	})
	var found []models.Evidence
	var yes []models.Settlement
	for _, claim := range claims {
		found = append(found, models.Evidence{Recall: claim.ID, Fence: claim.Fence, Members: 3})
		yes = append(yes, models.Settlement{Recall: claim.ID, Fence: claim.Fence, State: models.Accepted, Called: true})
	}
	steps[1] = c.taking(func() {
		held, err := s.KeepEvidence(t.Context(), kept[0].Conversation, found)
		must(err)
		if len(held) != n {
			t.Errorf("%d of %d recalls are held", len(held), n)
		}
	})
	steps[2] = c.taking(func() {
		applied, err := s.Settle(t.Context(), yes)
		must(err)
		if applied != n {
			t.Errorf("%d of %d settlements applied", applied, n)
		}
	})
	steps[3] = c.taking(func() {
		_, err := s.Keep(t.Context(), "main", []models.Judged{removed})
		must(err)
	})
	return steps
}
