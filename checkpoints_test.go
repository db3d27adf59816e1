package main

import (
	"bytes"
	"crypto/ed25519"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/takeback-chat/takeback/config"
	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/models/store"
	"github.com/takeback-chat/takeback/platforms/tencent/tencentsim"
)

// TestACutAuditIsFoundFromOutside: the service writes down how far its audit got, and
// after it stopped somebody who has the database cuts the end off.
func TestACutAuditIsFoundFromOutside(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "elsewhere", "takeback.checkpoints")
	if err := os.Mkdir(filepath.Dir(file), 0o700); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "takeback.db")
	w := newWorld(t, "sqlite:"+path, func(c *config.Config, _ *tencentsim.Options) {
		c.Audit = config.Audit{Checkpoints: file, Every: 50 * time.Millisecond}
	})
	w.operator(t)
	w.stop()
	settings := write(t, "takeback.yaml", fmt.Sprintf("database: sqlite:%s\nkeys: %s\naudit: {checkpoints: %s}\n", path, w.conf.Keys, file))
	verify := func(more ...string) (int, string) {
		t.Helper()
		code, out, errs := takeback(t, "", append([]string{"audit", "verify", "-c", settings}, more...)...)
		return code, out + errs
	}
	if code, out := verify(); code != exitOK || !strings.Contains(out, "It agrees with") {
		t.Fatalf("as it was left: %d %s", code, out)
	}
	if !strings.Contains(w.log.String(), "audit checkpoint") {
		t.Error("the log has no checkpoint")
	}
	if _, out := verify("--public-key", strings.Repeat("ab", 32)); !strings.Contains(out, "does not bear a signature") {
		t.Errorf("with another key: %s", out)
	}
	if code, out, errs := takeback(t, "", "audit", "public-key", "-c", settings); code != exitOK {
		t.Errorf("public-key: %s %s", out, errs)
	} else if code, out := verify("--public-key", strings.TrimSpace(out)); code != exitOK {
		t.Errorf("with the key that was printed: %s", out)
	}
	cutEnd(t, path)
	if code, out := verify(); code != exitFound || !strings.Contains(out, "The end is cut off") {
		t.Errorf("after the cut: %d %s", code, out)
	}
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
	if code, out := verify(); code != exitFound || !strings.Contains(out, "the checkpoints are gone") {
		t.Errorf("without the file: %d %s", code, out)
	}
}

func cutEnd(t *testing.T, path string) {
	t.Helper()
	db, err := sql.Open("sqlite3", "file:"+path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	for _, s := range []string{"DROP TRIGGER audit_no_delete", "DELETE FROM audit WHERE seq = (SELECT max(seq) FROM audit)"} {
		if _, err := db.ExecContext(t.Context(), s); err != nil {
			t.Fatal(err)
		}
	}
}

// TestACheckpointIsPrinted: what the command prints is what verify reads.
func TestACheckpointIsPrinted(t *testing.T) {
	dir := t.TempDir()
	seed := write(t, "seed", "a2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2s=")
	if err := os.Chmod(seed, 0o600); err != nil {
		t.Fatal(err)
	}
	settings := write(t, "takeback.yaml", fmt.Sprintf("database: sqlite:%s/takeback.db\nkeys: %s/keys\naudit: {key_file: %s}\n", dir, dir, seed))
	if code, _, errs := takeback(t, "", "user", "add", "wei.lin", "--role", "operator", "-c", settings); code != exitOK {
		t.Fatal(errs)
	}
	code, point, errs := takeback(t, "", "audit", "checkpoint", "-c", settings)
	if code != exitOK {
		t.Fatal(errs)
	}
	key := ed25519.NewKeyFromSeed(bytes.Repeat([]byte("k"), 32))
	if _, err := models.ParseAuditCheckpoint(strings.Replace(point, "command-line", "command-lime", 1), key.Public().(ed25519.PublicKey)); err == nil {
		t.Error("a changed one is read")
	}
	if code, out, errs := takeback(t, point, "audit", "verify", "--checkpoints", "-", "-c", settings); code != exitOK || !strings.Contains(out, "It agrees with 1 checkpoint") {
		t.Errorf("verify: %d %s %s", code, out, errs)
	}
}

// TestHalfALineOfACheckpointGoes: a crash while it was written spoils neither the file nor the next.
func TestHalfALineOfACheckpointGoes(t *testing.T) {
	file := filepath.Join(t.TempDir(), "checkpoints")
	for _, step := range []struct{ before, want string }{{"", "one\n"}, {"", "one\none\n"}, {"ha", "one\none\none\n"}} {
		f, err := os.OpenFile(file, os.O_APPEND|os.O_WRONLY|os.O_CREATE, 0o600)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = f.WriteString(step.before)
		_ = f.Close()
		if err := addLine(file, "one"); err != nil {
			t.Fatal(err)
		}
		if got, err := os.ReadFile(file); err != nil || string(got) != step.want {
			t.Errorf("the file holds %q, %v, want %q", got, err, step.want)
		}
	}
}

var _ checkpointStore = (*store.Store)(nil)
