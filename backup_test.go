package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/takeback-chat/takeback/config"
	"github.com/takeback-chat/takeback/internal/testservers"
	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/models/store"
	"github.com/takeback-chat/takeback/platforms/tencent/tencentsim"
)

// settingsFor writes the world's configuration with another database.
func (w *world) settingsFor(t *testing.T, database string) string {
	t.Helper()
	was := w.conf.Database
	defer func() { w.conf.Database = was }()
	w.conf.Database = database
	return w.settings(t)
}

// reborn is the same service on another database, at the same address.
func (w *world) reborn(t *testing.T, database string) *world {
	t.Helper()
	conf := w.conf
	conf.Database, conf.Listen = database, strings.TrimPrefix(w.URL(), "http://")
	again := &world{sim: w.sim}
	var err error
	if again.app, err = newApp(t.Context(), conf, slog.New(slog.NewJSONHandler(&again.log, nil))); err != nil {
		t.Fatal(err)
	}
	again.start(t)
	return again
}

// talk posts until it is stopped, and returns when so many were taken in.
func (w *world) talk(t *testing.T, until int) (stop func() (posted []time.Time)) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	var all []time.Time
	var mu sync.Mutex
	var wg sync.WaitGroup
	for i := range 4 {
		wg.Go(func() {
			for n := 0; ctx.Err() == nil; n++ {
				text := "lunch at noon?"
				if n%10 == 0 {
					text = card()
				}
				if _, err := w.sim.Post(ctx, tencentsim.Post{Group: fmt.Sprintf("g%d", i), From: "bob", Text: text}); err == nil && w.sim.Flush(ctx) == nil {
					mu.Lock()
					all = append(all, time.Now())
					mu.Unlock()
				}
			}
		})
	}
	eventually(t, func() string {
		mu.Lock()
		defer mu.Unlock()
		if len(all) < until {
			return fmt.Sprintf("%d messages were taken in", len(all))
		}
		return ""
	})
	return func() []time.Time {
		cancel()
		wg.Wait()
		return all
	}
}

func upTo(all []time.Time, at time.Time) (n int) {
	for _, a := range all {
		if a.Before(at) {
			n++
		}
	}
	return n
}

// A backup that is made while people talk holds everything that was kept before it
// began, and is whole.
func TestBackupUnderLoad(t *testing.T) {
	onBoth(t, func(t *testing.T, database string) {
		t.Helper()
		w := newWorld(t, database, func(_ *config.Config, o *tencentsim.Options) { o.GroupRate = 1 << 20 })
		for g := range 4 {
			if err := w.sim.CreateGroup(tencentsim.GroupSpec{ID: fmt.Sprintf("g%d", g), Type: tencentsim.Public, Owner: "olga", Members: map[string]tencentsim.Role{"bob": ""}}); err != nil {
				t.Fatal(err)
			}
		}
		stop, folder := w.talk(t, 50), filepath.Join(t.TempDir(), "backup")
		began := time.Now()
		code, out, errs := command(t, "backup", "--config", w.settings(t), folder)
		ended := time.Now()
		posted := stop()
		if code != exitOK || !strings.Contains(out, "not in it") {
			t.Fatalf("backup: %d\n%s%s", code, out, errs)
		}
		if there(filepath.Join(folder, keysFile)) {
			t.Error("the keyset is in it")
		}
		closed(t, folder)

		fresh := emptyLike(t, database)
		code, out, errs = command(t, "restore", "--config", w.settingsFor(t, fresh), folder)
		if code != exitOK || !strings.Contains(out, "takeback start") {
			t.Fatalf("restore: %d\n%s%s", code, out, errs)
		}
		least, most := upTo(posted, began), upTo(posted, ended)
		kept := w.keptIn(t, fresh)
		if kept < least || least < 50 {
			t.Errorf("%d messages are in the backup; %d were kept before it began, %d before it ended", kept, least, most)
		}
		t.Logf("%d messages before it began, %d in it, %d before it ended %s later", least, kept, most, ended.Sub(began).Round(time.Millisecond))
		if code, out, errs := command(t, "audit", "verify", "--config", w.settingsFor(t, fresh)); code != exitOK {
			t.Errorf("audit verify: %s%s", out, errs)
		}
		if code, _, errs := command(t, "restore", "--config", w.settingsFor(t, fresh), folder); code != exitUsage || errs == "" {
			t.Errorf("a second restore over the first: exit code %d, %s", code, errs)
		}
	})
}

// emptyLike returns the address of a database of the same kind in which there is nothing.
func emptyLike(t *testing.T, database string) string {
	t.Helper()
	if strings.HasPrefix(database, "sqlite:") {
		return "sqlite:" + filepath.Join(t.TempDir(), "empty.db")
	}
	return testservers.Postgres(t)
}

// closed sees that nobody else can read a backup.
func closed(t *testing.T, folder string) {
	t.Helper()
	files, err := os.ReadDir(folder)
	if err != nil || len(files) < 2 {
		t.Fatalf("the backup holds %d files, %v", len(files), err)
	}
	for _, f := range append(files, nil) {
		path := folder
		if f != nil {
			path = filepath.Join(folder, f.Name())
		}
		if info, err := os.Stat(path); err != nil || info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s: mode %v, %v", path, info.Mode(), err)
		}
	}
}

// keptIn counts the messages in a database.
func (w *world) keptIn(t *testing.T, database string) int {
	t.Helper()
	conf := w.conf
	conf.Database = database
	s, err := openStore(t.Context(), conf, func(*store.Options) {})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	return len(allPages(t, func(p models.Page) ([]models.Message, string, error) {
		return s.Messages(t.Context(), everything, models.MessageFilter{Page: p})
	}))
}

// What waited in a backup does not leave when it is restored: what a rule wanted becomes
// a case, what a person wanted leaves when an operator says so.
func TestARestoredOutboxIsHeld(t *testing.T) {
	onBoth(t, func(t *testing.T, database string) {
		t.Helper()
		w := newWorld(t, database, nil)
		w.group(t, "sales")
		token := w.operator(t)
		w.sim.SetFaults(tencentsim.Faults{ServerError: 1})
		lunch, secret := w.post(t, "sales", "mia", "lunch at noon?"), w.post(t, "sales", "bob", card())
		id := w.messageID(t, token, "sales", itoa(lunch.Seq))
		status, _ := w.call(t, token, http.MethodPost, "/api/v1/recalls", map[string]any{"messages": []any{id}, "reason": map[string]any{"code": "abuse"}})
		if status != http.StatusAccepted {
			t.Fatalf("a person's recall: %d", status)
		}
		w.messageID(t, token, "sales", itoa(secret.Seq))
		w.stop() // or a call could be under way, and what is under way is driven on
		folder, fresh := filepath.Join(t.TempDir(), "backup"), emptyLike(t, database)
		if code, out, errs := command(t, "backup", "--config", w.settings(t), "--with-keys", folder); code != exitOK {
			t.Fatalf("backup: %d\n%s%s", code, out, errs)
		}
		w.sim.SetFaults(tencentsim.Faults{})
		// It is restored on another machine, which has no keyset yet.
		w.conf.Keys = filepath.Join(t.TempDir(), "brought.keys")
		file := w.settingsFor(t, fresh)
		if code, out, errs := command(t, "restore", "--config", file, folder); code != exitOK {
			t.Fatalf("restore: %d\n%s%s", code, out, errs)
		}

		again := w.reborn(t, fresh)
		time.Sleep(3 * time.Second) // the sweeper looks every other second
		if n := w.sim.Calls().Recalled; n != 0 {
			t.Errorf("%d messages were taken back before anybody said so", n)
		}
		if code, out, _ := command(t, "breakers", "--config", file); code != exitOK || !strings.Contains(out, "Restored from the backup of") {
			t.Errorf("takeback breakers says: %s", out)
		}
		if code, out, errs := command(t, "start", "--config", file, "--reason", "looked through it"); code != exitOK {
			t.Fatalf("start: %s%s", out, errs)
		}
		again.recallOf(t, token, lunch.Seq)
		if n := w.sim.Calls().Recalled; n != 1 {
			t.Errorf("%d messages were taken back, want the one that a person asked for", n)
		}
		_, cases := again.call(t, token, http.MethodGet, "/api/v1/cases?state=open", nil)
		if len(items(cases)) != 1 {
			t.Errorf("%d cases are open, want that of the rule's", len(items(cases)))
		}
		again.auditHolds(t)
	})
}

// A backup that cannot be is refused before anything is touched.
func TestARestoreSaysWhatIsWrong(t *testing.T) {
	file := alone(t)
	folder := filepath.Join(t.TempDir(), "backup")
	if code, out, errs := command(t, "backup", "-c", file, folder); code != exitOK {
		t.Fatalf("backup: %s%s", out, errs)
	}
	if code, _, errs := command(t, "backup", "-c", file, folder); code != exitUsage || !strings.Contains(errs, "there already") {
		t.Errorf("a second backup into the same folder: %d, %s", code, errs)
	}
	ran := 0
	for _, tc := range []struct {
		name   string
		breaks func(copy string)
		lines  string // of the configuration
		code   int
		want   string
	}{
		{"a bit was turned", func(copy string) { turn(t, filepath.Join(copy, sqliteFile)) }, "", exitFound, "damaged"},
		{"no manifest", func(copy string) { _ = os.Remove(filepath.Join(copy, manifestFile)) }, "", exitUsage, "is no backup"},
		{"no keys", func(string) {}, "", exitUsage, "no keyset"},
		{"the other kind", func(string) {}, "database: postgres://takeback@127.0.0.1:1/x\n", exitUsage, "other kind"},
		{"of a newer takeback", func(copy string) { newer(t, copy) }, "", exitUsage, "newer takeback"},
	} {
		ran++
		dir := t.TempDir()
		copied := filepath.Join(dir, "copy")
		if err := os.CopyFS(copied, os.DirFS(folder)); err != nil {
			t.Fatal(err)
		}
		tc.breaks(copied)
		lines := tc.lines
		if lines == "" {
			lines = "database: sqlite:" + filepath.Join(dir, "new.db") + "\n"
		}
		conf := write(t, "takeback.yaml", lines+"keys: "+filepath.Join(dir, "keys")+"\n")
		code, _, errs := command(t, "restore", "-c", conf, copied)
		if code != tc.code || !strings.Contains(errs, tc.want) {
			t.Errorf("%s: exit code %d, %q; want %d, %q", tc.name, code, errs, tc.code, tc.want)
		}
		if left, _ := filepath.Glob(filepath.Join(dir, "new.db*")); len(left) != 0 {
			t.Errorf("%s: it left %q behind", tc.name, left)
		}
	}
	if ran != 5 {
		t.Errorf("%d faults were tried", ran)
	}
}

// turn turns a bit in the middle of a file.
func turn(t *testing.T, path string) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	text[len(text)/2] ^= 1
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
}

func newer(t *testing.T, folder string) {
	t.Helper()
	path := filepath.Join(folder, manifestFile)
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var m manifest
	if err := json.Unmarshal(text, &m); err != nil {
		t.Fatal(err)
	}
	m.Schema = 99
	if text, err = json.Marshal(m); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
}
