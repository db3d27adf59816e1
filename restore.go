package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/takeback-chat/takeback/config"
	"github.com/takeback-chat/takeback/models/store"
	"github.com/takeback-chat/takeback/models/store/seal"
)

type restoreCmd struct {
	configFlag
	Folder string `arg:"" help:"The folder of a backup." type:"existingdir"`
}

// Help shows examples.
func (restoreCmd) Help() string {
	return `Reads a backup into the database of the configuration, which must be empty: move the old
one away first, and stop every node. The keyset must be in its place, unless the backup
brings it.

What waits in the backup does NOT leave: neither what rules asked for, which becomes
cases, nor what people asked for, nor notices and deliveries. Look at it, cancel what is
out of date, and then say so, on record.

  takeback restore --config takeback.yaml /backup/2027-05-01
  takeback audit verify
  takeback start --reason "looked through after the restore"`
}

// Run restores a backup.
func (r restoreCmd) Run(ctx context.Context, c terminal) error {
	conf, err := r.load()
	if err != nil {
		return err
	}
	m, err := r.read(conf)
	if err != nil {
		return err
	}
	broughtKeys, err := r.keys(conf, m)
	if err != nil {
		return err
	}
	if strings.HasPrefix(conf.Database, "sqlite:") {
		err = r.sqlite(ctx, conf, m)
	} else {
		err = r.postgres(ctx, conf, m)
	}
	if err != nil {
		if broughtKeys {
			err = errors.Join(err, os.Remove(conf.Keys))
		}
		return err
	}
	_, err = fmt.Fprintf(c.out, "The database is that of %s. Nothing leaves until you say so:\n"+
		"  takeback audit verify                            # the chains hold, up to then\n"+
		"  takeback breakers                                # the stop that holds everything\n"+
		"  takeback start --reason \"looked through it\"      # lets it go on\n", when(m.MadeAt))
	return err
}

// read looks at the backup before anything is touched.
func (r restoreCmd) read(conf config.Config) (m manifest, err error) {
	text, err := os.ReadFile(filepath.Join(r.Folder, manifestFile))
	if err == nil {
		err = json.Unmarshal(text, &m)
	}
	if err != nil {
		return m, usage("%s is no backup: %w", r.Folder, err)
	}
	if m.Schema > store.Schema() {
		return m, usage("the backup has schema %d and this program knows up to %d: restore it with a newer takeback", m.Schema, store.Schema())
	}
	want := postgresFile
	if strings.HasPrefix(conf.Database, "sqlite:") {
		want = sqliteFile
	}
	if m.File != want {
		return m, usage("the backup holds %s, and the database of the configuration is of the other kind", filepath.Base(m.File))
	}
	sum, size, err := sumOf(filepath.Join(r.Folder, m.File))
	switch {
	case err != nil:
		return m, usage("read the backup: %w", err)
	case sum != m.SHA256 || size != m.Bytes:
		return m, fmt.Errorf("the backup is damaged: %s is not what the manifest says", m.File)
	}
	return m, nil
}

// keys sees that the keyset is in its place, or puts it there out of the backup.
func (r restoreCmd) keys(conf config.Config, m manifest) (brought bool, err error) {
	_, err = seal.Load(conf.Keys)
	switch {
	case err == nil:
		return false, nil
	case !errors.Is(err, fs.ErrNotExist):
		return false, usage("keys: %w", err)
	case !m.Keys:
		return false, usage("there is no keyset at %s, and none in the backup: put the copy there that belongs to it, or nothing can be read", conf.Keys)
	}
	return true, copyKeys(filepath.Join(r.Folder, keysFile), conf.Keys)
}

// sqlite restores beside the place of the database, and puts it there when it is held.
func (r restoreCmd) sqlite(ctx context.Context, conf config.Config, m manifest) error {
	path := strings.TrimPrefix(conf.Database, "sqlite:")
	for _, other := range []string{path, path + "-wal", path + "-shm"} {
		if there(other) {
			return usage("%s is there: stop the service and move it away, with -wal and -shm", other)
		}
	}
	part := path + ".restoring"
	defer func() {
		for _, end := range []string{"", "-wal", "-shm"} {
			_ = os.Remove(part + end)
		}
	}()
	if err := copyFile(filepath.Join(r.Folder, m.File), part); err != nil {
		return err
	}
	if err := store.CheckCopy(ctx, part); err != nil {
		return err
	}
	beside := conf
	beside.Database = "sqlite:" + part
	if err := held(ctx, beside, m); err != nil {
		return err
	}
	if info, err := os.Stat(part + "-wal"); err == nil && info.Size() > 0 {
		return fmt.Errorf("put the database in its place: %s-wal is not empty", part)
	}
	if err := os.Link(part, path); err != nil { // unlike a rename it replaces nothing
		return fmt.Errorf("put the database in its place: %w", err)
	}
	return syncFolder(filepath.Dir(path))
}

func copyFile(from, to string) error {
	in, err := os.Open(from) //nolint:gosec // the path is the operator's
	if err != nil {
		return err
	}
	defer func() { _ = in.Close() }()
	out, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600) //nolint:gosec // the path is the operator's
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Sync(), out.Close())
}

func (r restoreCmd) postgres(ctx context.Context, conf config.Config, m manifest) error {
	empty, err := store.Empty(ctx, store.Options{Database: withPassword(conf.Database, conf.DatabasePassword)})
	if err != nil {
		return fmt.Errorf("open the database: %w", err)
	}
	if !empty {
		return usage("the database is not empty: stop every node, and name an empty one, or rename the old one and make it anew")
	}
	if err := restorePostgres(ctx, conf, filepath.Join(r.Folder, m.File)); err != nil {
		return err
	}
	return held(ctx, conf, m)
}

// held brings the restored schema up to date, sees that the keys open it, and puts on
// record that everything in it is held.
func held(ctx context.Context, conf config.Config, m manifest) error {
	s, err := openStore(ctx, conf, func(o *store.Options) { o.Node, o.Migrate = "command-line", true })
	if err != nil {
		return err
	}
	err = s.Opens(ctx)
	if err == nil {
		made := m.MadeAt.Format(time.RFC3339)
		err = s.Restored(ctx, operator(), "Restored from the backup of "+made+": nothing that waited in it leaves before this is lifted.",
			map[string]string{"made_at": made, "sha256": m.SHA256})
	}
	return errors.Join(keysWords(err, conf), s.Close())
}
