package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/takeback-chat/takeback/config"
	"github.com/takeback-chat/takeback/models/store"
	"github.com/takeback-chat/takeback/models/store/seal"
)

// defaultConfig is read where --config is not given and the file is there.
const defaultConfig = "takeback.yaml"

// configFlag is the flag that every command with a database takes.
type configFlag struct {
	Config string `short:"c" help:"The configuration file (default: takeback.yaml, if there is one)." placeholder:"FILE" type:"path"`
}

func (f configFlag) load() (config.Config, error) {
	path := f.Config
	if path == "" {
		if _, err := os.Stat(defaultConfig); !errors.Is(err, fs.ErrNotExist) {
			path = defaultConfig
		}
	}
	return config.Load(path, os.Environ())
}

// withStore opens the configured database for one command.
func (f configFlag) withStore(ctx context.Context, do func(*store.Store, config.Config) error) error {
	c, err := f.load()
	if err != nil {
		return err
	}
	s, err := openStore(ctx, c, func(o *store.Options) { o.Node, o.MakeNew = "command-line", true })
	if err != nil {
		return err
	}
	return errors.Join(do(s, c), s.Close())
}

// operator is who the audit says gave a command.
func operator() string {
	if u := os.Getenv("USER"); u != "" {
		return "command-line:" + u
	}
	return "command-line"
}

type keysCmd struct {
	Create keysCreate `cmd:"" help:"Make a keyset file, for nodes that cannot make it themselves."`
	Rotate keysRotate `cmd:"" help:"Make a new key, seal everything anew with it, and keep the old ones for reading."`
}

type keysRotate struct {
	configFlag
	Batch int `default:"500" help:"Rows sealed anew in one transaction."`
}

// Help shows examples.
func (keysRotate) Help() string {
	return `A running service follows without a restart. Keep a copy of the new file: without it
nothing can be read.

  takeback keys rotate --config takeback.yaml`
}

// Run rotates the keyset and seals everything anew.
func (k keysRotate) Run(ctx context.Context, c terminal) error {
	conf, err := k.load()
	if err != nil {
		return err
	}
	keyring, err := seal.Load(conf.Keys)
	if err != nil {
		return fmt.Errorf("keys: %w", err)
	}
	if _, err := keyring.Rotate(time.Now()); err != nil {
		return fmt.Errorf("rotate the keys: %w", err)
	}
	return k.withStore(ctx, func(s *store.Store, _ config.Config) error {
		n, err := s.RotateKeys(ctx, k.Batch)
		if err != nil {
			return fmt.Errorf("seal anew: %w", err)
		}
		_, err = fmt.Fprintf(c.out, "A new key is in use; %d values were sealed anew.\n", n)
		return err
	})
}

type migrateCmd struct{ configFlag }

// Help shows examples.
func (migrateCmd) Help() string {
	return `"serve" does this by itself; with several nodes it may be done before they start.

  takeback migrate --config takeback.yaml`
}

// Run migrates the database.
func (m migrateCmd) Run(ctx context.Context, c terminal) error {
	conf, err := m.load()
	if err != nil {
		return err
	}
	o, err := storeOptions(conf)
	if err != nil {
		return err
	}
	from, to, err := store.Migrate(ctx, o)
	if err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	_, err = fmt.Fprintf(c.out, "The schema went from version %d to %d.\n", from, to)
	return err
}

type healthCmd struct {
	URL string `default:"http://127.0.0.1:8080" help:"Where the service listens."`
}

// Help shows examples.
func (healthCmd) Help() string {
	return `The exit code is 0 when it is ready.

  takeback health`
}

// Run asks /readyz; exit code 1 where the service is not ready.
func (h healthCmd) Run(ctx context.Context, c terminal) error {
	ctx, cancel := context.WithTimeout(ctx, 3*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, strings.TrimRight(h.URL, "/")+"/readyz", nil)
	if err != nil {
		return usage("--url %s: %w", h.URL, err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return fmt.Errorf("not reachable: %w", err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("not ready: %s", resp.Status)
	}
	_, err = fmt.Fprintln(c.out, "ready")
	return err
}
