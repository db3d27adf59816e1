package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/takeback-chat/takeback/config"
	"github.com/takeback-chat/takeback/models/store"
	"github.com/takeback-chat/takeback/models/store/seal"
)

type backupCmd struct {
	configFlag
	Folder   string `arg:"" help:"The folder to make; it must not be there yet." type:"path"`
	WithKeys bool   `help:"Put the keyset into it too: whoever has that folder can then read everything."`
}

// Help shows examples.
func (backupCmd) Help() string {
	return `Makes a folder with the whole database as it is at one moment, looked through, and a
manifest with its sum. The service goes on meanwhile. SQLite is copied by itself;
PostgreSQL by pg_dump, which has to be installed. Contents in it are sealed: the keyset is
not in it, and is kept elsewhere. Settings and secret files are not in it either.

  takeback backup --config takeback.yaml /backup/$(date +%F)
  takeback restore --config takeback.yaml /backup/2027-05-01`
}

// The files of a backup.
const (
	manifestFile = "manifest.json"
	sqliteFile   = "takeback.db"
	postgresFile = "takeback.dump"
	keysFile     = "takeback.keys"
)

// manifest says of a backup what it is.
type manifest struct {
	MadeAt   time.Time `json:"made_at"` // when it began: everything committed before is in it
	Takeback string    `json:"takeback"`
	Schema   int64     `json:"schema"`
	File     string    `json:"file"`
	Bytes    int64     `json:"bytes"`
	SHA256   string    `json:"sha256"`
	Keys     bool      `json:"keys"` // the keyset is in it
}

// Run makes a backup.
func (b backupCmd) Run(ctx context.Context, c terminal) error {
	conf, err := b.load()
	if err != nil {
		return err
	}
	if there(b.Folder) {
		return usage("%s is there already: name a folder that is not", b.Folder)
	}
	// It gets its name when it is whole.
	part := filepath.Clean(b.Folder) + ".part"
	if err := os.Mkdir(part, 0o700); err != nil {
		return usage("make the folder: %w; remove it if a backup was interrupted", err)
	}
	m, err := b.fill(ctx, conf, part, c.now())
	if err == nil {
		err = os.Rename(part, b.Folder)
	}
	if err != nil {
		return errors.Join(err, os.RemoveAll(part))
	}
	_, err = fmt.Fprintf(c.out, "%s holds everything up to %s: %d bytes, schema %d.%s\n", b.Folder, when(m.MadeAt), m.Bytes, m.Schema, keysWord(m))
	return err
}

func keysWord(m manifest) string {
	if m.Keys {
		return " The keyset is in it: whoever has it can read everything."
	}
	return " The keyset is not in it: keep a copy of that elsewhere."
}

// fill makes the files of a backup.
func (b backupCmd) fill(ctx context.Context, conf config.Config, folder string, now time.Time) (manifest, error) {
	o := store.Options{Database: withPassword(conf.Database, conf.DatabasePassword)}
	about, err := store.Examine(ctx, o)
	switch {
	case err != nil:
		return manifest{}, fmt.Errorf("open the database: %w", err)
	case about.Version == 0:
		return manifest{}, usage("the database is empty: there is nothing to keep")
	}
	m := manifest{MadeAt: now.UTC(), Takeback: version, Schema: about.Version, File: sqliteFile, Keys: b.WithKeys}
	if strings.HasPrefix(conf.Database, "sqlite:") {
		err = store.Backup(ctx, o, filepath.Join(folder, sqliteFile))
	} else {
		m.File = postgresFile
		err = dumpPostgres(ctx, conf, filepath.Join(folder, postgresFile))
	}
	if err != nil {
		return m, err
	}
	if m.SHA256, m.Bytes, err = sumOf(filepath.Join(folder, m.File)); err != nil {
		return m, err
	}
	if b.WithKeys {
		if err := copyKeys(conf.Keys, filepath.Join(folder, keysFile)); err != nil {
			return m, err
		}
	}
	text, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return m, fmt.Errorf("write the manifest: %w", err)
	}
	return m, keep(filepath.Join(folder, manifestFile), append(text, '\n'))
}

// sumOf reads a file in full.
func sumOf(path string) (sum string, size int64, err error) {
	f, err := os.Open(path) //nolint:gosec // the path is the operator's
	if err != nil {
		return "", 0, fmt.Errorf("read the copy: %w", err)
	}
	defer func() { _ = f.Close() }()
	h := sha256.New()
	size, err = io.Copy(h, f)
	return hex.EncodeToString(h.Sum(nil)), size, err
}

// copyKeys copies a keyset that can be read, and is closed to others.
func copyKeys(from, to string) error {
	if _, err := seal.Load(from); err != nil {
		return usage("keys: %w", err)
	}
	text, err := os.ReadFile(from) //nolint:gosec // the path is the operator's
	if err != nil {
		return fmt.Errorf("keys: %w", err)
	}
	return keep(to, text)
}

// keep writes a file that must not be there yet, closed to others, and sees it to disk.
func keep(path string, text []byte) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600) //nolint:gosec // the path is the operator's
	if err != nil {
		return fmt.Errorf("write a file: %w", err)
	}
	_, err = f.Write(text)
	if err := errors.Join(err, f.Sync(), f.Close(), syncFolder(filepath.Dir(path))); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	return nil
}
