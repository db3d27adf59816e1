package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/mattn/go-sqlite3"
	"pgregory.net/rapid"

	"github.com/takeback-chat/takeback/models"
)

func openSQLiteStore(tb testing.TB, o Options) *Store {
	tb.Helper()
	o.Database, o.Keys, o.Migrate = "sqlite:"+filepath.Join(tb.TempDir(), "a b%#.db"), testKeys(tb), true
	s, err := Open(context.Background(), o)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = s.Close() })
	return s
}

func TestFullQueueAnswersBusyAtOnce(t *testing.T) {
	s := openSQLiteStore(t, Options{QueueSize: 2})
	entered, leave := make(chan struct{}), make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		if err := s.write(context.Background(), func(*unit) error { close(entered); <-leave; return nil }); err != nil {
			t.Error(err)
		}
	})
	<-entered
	event := func(ref string) []models.Judged {
		return []models.Judged{{Event: models.Event{
			Kind: models.EventPosted, Conversation: models.Conversation{Kind: models.Group, Ref: "g", Group: "g"},
			Message: &models.Message{Ref: ref, Sender: "a"},
		}}}
	}
	waiting := make([]*operation, 2)
	for i := range waiting {
		waiting[i] = &operation{done: make(chan struct{}), run: func(*unit) error { return nil }}
		if err := s.writer.offer(waiting[i]); err != nil {
			t.Fatalf("operation %d: %v", i, err)
		}
	}
	if !s.Full() {
		t.Error("the queue is full and does not say so")
	}
	if _, err := s.Keep(t.Context(), "main", event("1")); !errors.Is(err, models.ErrBusy) {
		t.Errorf("Keep on a full queue: %v, want ErrBusy", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.Decide(ctx, models.Scope{All: true}, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("Decide on a full queue with an ended context: %v", err)
	}
	close(leave)
	wg.Wait()
	for _, op := range waiting {
		<-op.done
	}
	if _, err := s.Keep(t.Context(), "main", event("1")); err != nil {
		t.Errorf("Keep afterwards: %v", err)
	}
}

func TestSQLiteFilesAreClosedToOthers(t *testing.T) {
	path := filepath.Join(t.TempDir(), "takeback.db")
	if err := os.WriteFile(path, nil, 0o644); err != nil { //nolint:gosec // the test wants it open
		t.Fatal(err)
	}
	s, err := Open(t.Context(), Options{Database: "sqlite:" + path, Keys: testKeys(t), Migrate: true})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	for _, suffix := range []string{"", "-wal", "-shm"} {
		info, err := os.Stat(path + suffix)
		if err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v, %v, want mode 0600", path+suffix, info, err)
		}
	}
}

func TestSQLiteReadersCannotWrite(t *testing.T) {
	s := openSQLiteStore(t, Options{})
	if err := s.db.read.Exec("DELETE FROM conversations").Error; err == nil {
		t.Error("a reader wrote")
	}
}

func TestIdleStoreEmptiesItsLog(t *testing.T) {
	s := openSQLiteStore(t, Options{})
	if err := s.Record(t.Context(), models.AuditEntry{Action: "x"}); err != nil {
		t.Fatal(err)
	}
	path, _ := strings.CutPrefix(s.opts.Database, "sqlite:")
	if err := checkpoint(s.db.write); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(path + "-wal"); err != nil || info.Size() != 0 {
		t.Errorf("the log after a checkpoint: %v, %v, want 0 bytes", info.Size(), err)
	}
}

func TestALongLogIsMovedIntoTheDatabase(t *testing.T) {
	s := openSQLiteStore(t, Options{})
	big := map[string]string{"x": strings.Repeat("x", 1<<20)}
	var longest, last int
	for range 2*lookAfter + lookAfter/2 { // a page is 4 KB: 160 MB in all, and a long log is 64
		if err := s.Record(t.Context(), models.AuditEntry{Action: "x", Details: big}); err != nil {
			t.Fatal(err)
		}
		n, err := logPages(s.db.read)
		if err != nil {
			t.Fatal(err)
		}
		longest, last = max(longest, n), n
	}
	if longest < longLog/2 || longest > 3*longLog || last >= longest {
		t.Errorf("the log was up to %d pages long and is %d in the end, want it to begin anew at about %d", longest, last, longLog)
	}
}

// After a failed flush nothing is written, whatever comes: another flush may say yes.
func TestNothingIsWrittenAfterAFailedFlush(t *testing.T) {
	for _, code := range []sqlite3.ErrNoExtended{sqlite3.ErrIoErrFsync, sqlite3.ErrIoErrDirFsync} {
		s := openSQLiteStore(t, Options{})
		failed := sqlite3.Error{Code: sqlite3.ErrIoErr, ExtendedCode: code}
		if err := s.write(t.Context(), func(*unit) error { return failed }); !errors.Is(err, ErrFlush) {
			t.Errorf("%d: the write answers %v", code, err)
		}
		if err := s.Record(t.Context(), models.AuditEntry{Action: "x"}); !errors.Is(err, ErrFlush) {
			t.Errorf("%d: the next write answers %v", code, err)
		}
		if err := s.Watch(t.Context()); !errors.Is(err, ErrFlush) {
			t.Errorf("%d: Watch = %v", code, err)
		}
	}
}

func TestOtherFailuresAreNotTheEnd(t *testing.T) {
	s := openSQLiteStore(t, Options{})
	for _, code := range []sqlite3.ErrNoExtended{sqlite3.ErrIoErrWrite, sqlite3.ErrIoErrTruncate, sqlite3.ErrIoErrSHMSize} {
		failed := sqlite3.Error{Code: sqlite3.ErrIoErr, ExtendedCode: code}
		if err := s.write(t.Context(), func(*unit) error { return failed }); err == nil || errors.Is(err, ErrFlush) {
			t.Errorf("%d: the write answers %v", code, err)
		}
		if err := s.Record(t.Context(), models.AuditEntry{Action: "x"}); err != nil {
			t.Errorf("%d: the next write answers %v", code, err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.Watch(ctx); err != nil {
		t.Errorf("Watch = %v", err)
	}
}

func TestErrorsQuoteNothing(t *testing.T) {
	const value = "4929-1234-5678"
	pg := &pgconn.PgError{Code: "23505", Message: "invalid " + value, Detail: "Key (x)=(" + value + ")", Hint: value, Where: value, ConstraintName: "messages_ref"}
	for name, err := range map[string]error{
		"postgres": fmt.Errorf("insert: %w", pg),
		"encoding": fmt.Errorf("failed to encode args[3]: unable to encode %q", value),
		"sqlite":   sqlite3.Error{Code: sqlite3.ErrConstraint, ExtendedCode: sqlite3.ErrConstraintUnique},
	} {
		got := clean(err)
		if text := fmt.Sprintf("%v %+v %#v", got, got, got); strings.Contains(text, value) {
			t.Errorf("%s: the error quotes the value: %s", name, text)
		}
		if name != "encoding" && !isUnique(fmt.Errorf("x: %w", got)) {
			t.Errorf("%s: not told as a unique violation", name)
		}
	}
	if !isAgain(clean(&pgconn.PgError{Code: "40001"})) || !isAgain(clean(sqlite3.Error{Code: sqlite3.ErrBusy})) {
		t.Error("a lost race is not told as one")
	}
	if clean(nil) != nil || !errors.Is(clean(context.Canceled), context.Canceled) || !errors.Is(clean(refuse(models.ErrConflict)), models.ErrConflict) {
		t.Error("errors of our own do not pass")
	}
}

func TestLogShowsNoValues(t *testing.T) {
	var out bytes.Buffer
	s := openSQLiteStore(t, Options{Logger: slog.New(slog.NewJSONHandler(&out, &slog.HandlerOptions{Level: slog.LevelDebug}))})
	log := sqlLog{s.opts.Logger}
	db := s.db.read.Where("sender = ?", "4929-1234")
	log.Trace(t.Context(), time.Now().Add(-time.Second), func() (string, int64) {
		sql, vars := log.ParamsFilter(t.Context(), "SELECT * FROM messages WHERE sender = ?", "4929-1234")
		return db.Explain(sql, vars...), 1
	}, errors.New("4929-1234"))
	log.Trace(t.Context(), time.Now(), func() (string, int64) { return "fast", 1 }, nil)
	if got := out.String(); !strings.Contains(got, "slow query") || strings.Contains(got, "4929") || strings.Contains(got, "fast") {
		t.Errorf("log = %s", got)
	}
}

func TestElementsComeBackAsTheyWere(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		element := rapid.Custom(func(t *rapid.T) models.Element {
			return models.Element{
				Kind: models.ElementKind(rapid.String().Draw(t, "kind")), Path: rapid.String().Draw(t, "path"),
				Text: rapid.String().Draw(t, "text"), Opaque: rapid.Bool().Draw(t, "opaque"),
			}
		})
		in := rapid.SliceOfN(element, 1, 5).Draw(t, "elements")
		got, err := decodeElements(encodeElements(in))
		if diff := cmp.Diff(in, got); diff != "" || err != nil {
			t.Fatalf("(-want +got):\n%s%v", diff, err)
		}
	})
}

func FuzzDecodeElements(f *testing.F) {
	f.Add([]byte{})
	f.Add([]byte{1, 0})
	f.Add([]byte{1, 0xff, 0xff, 0xff, 0xff, 0x0f})
	f.Add(encodeElements([]models.Element{{Kind: models.TextElement, Path: "p", Text: "t", Opaque: true}}))
	f.Fuzz(func(t *testing.T, data []byte) {
		elements, err := decodeElements(data)
		if err != nil || len(data) == 0 {
			return
		}
		again, err := decodeElements(encodeElements(elements))
		if diff := cmp.Diff(elements, again); diff != "" || err != nil {
			t.Errorf("decoded once and twice differ:\n%s%v", diff, err)
		}
	})
}

func FuzzDecodeCursor(f *testing.F) {
	f.Add(encodeCursor(models.NewID()))
	f.Add("")
	f.Fuzz(func(t *testing.T, cursor string) {
		id, err := decodeCursor(cursor)
		if err == nil && encodeCursor(id) == "" || err != nil && !errors.Is(err, models.ErrInvalid) {
			t.Errorf("%q: %q, %v", cursor, id, err)
		}
	})
}
