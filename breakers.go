package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
	"text/tabwriter"

	"github.com/takeback-chat/takeback/config"
	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/models/store"
)

type stopCmd struct {
	configFlag
	Reason string `help:"Why; may be left out by whoever is in a hurry." placeholder:"TEXT"`
}

// Help shows examples.
func (stopCmd) Help() string {
	return `Nothing that only a rule asks for leaves any more, on every node, within a
second: what had not left waits for people, and what a rule would take back
becomes a case. What people ask for goes on. The database is written directly,
so it works while the service does not answer.

  takeback stop --config takeback.yaml
  takeback stop --reason "a rule takes everything back"`
}

// Run stops automatic recalls.
func (s stopCmd) Run(ctx context.Context, c terminal) error {
	return s.withStore(ctx, func(db *store.Store, _ config.Config) error {
		b, err := db.StopRecalls(ctx, operator(), strings.TrimSpace(s.Reason))
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(c.out, "Automatic recalls are stopped since %s, by %s. \"takeback start\" lets them go on.\n", when(b.TrippedAt), b.TrippedBy)
		return err
	})
}

type startCmd struct {
	configFlag
	Reason string `required:"" help:"Why they may go on." placeholder:"TEXT"`
}

// Help shows examples.
func (startCmd) Help() string {
	return `Lifts the stop. What was stopped stays with people, and breakers that tripped
stay open: see "takeback breakers".

  takeback start --config takeback.yaml --reason "the old policy is in force again"`
}

// Run lifts the stop.
func (s startCmd) Run(ctx context.Context, c terminal) error {
	return s.withStore(ctx, func(db *store.Store, conf config.Config) error {
		if there(conf.StopFile) {
			return usage("the file %s is there and would stop them again at once: remove it first", conf.StopFile)
		}
		if _, err := db.StartRecalls(ctx, operator(), strings.TrimSpace(s.Reason)); err != nil {
			return lifting(err)
		}
		_, err := fmt.Fprintln(c.out, "Automatic recalls go on.")
		return err
	})
}

// there reports whether a file is set and there.
func there(path string) bool {
	if path == "" {
		return false
	}
	_, err := os.Stat(path)
	return !errors.Is(err, fs.ErrNotExist)
}

// lifting makes an error that the one at the terminal can mend theirs.
func lifting(err error) error {
	if errors.Is(err, models.ErrInvalid) {
		return usage("%w", err)
	}
	return err
}

type breakersCmd struct {
	List  breakersList  `cmd:"" default:"withargs" help:"List what stops automatic recalls."`
	Reset breakersReset `cmd:"" help:"Let what a breaker stopped be recalled automatically again, from now on."`
}

type breakersList struct {
	configFlag
	All bool `help:"Also those that were reset; the newest 50."`
}

// Help shows examples.
func (breakersList) Help() string {
	return `  takeback breakers --config takeback.yaml
  takeback breakers list --all`
}

// Run lists breakers.
func (b breakersList) Run(ctx context.Context, c terminal) error {
	return b.withStore(ctx, func(db *store.Store, _ config.Config) error {
		found, _, err := db.Breakers(ctx, models.BreakerFilter{Open: !b.All})
		if err != nil {
			return err
		}
		return printBreakers(c.out, found)
	})
}

func printBreakers(out io.Writer, found []models.Breaker) error {
	if len(found) == 0 {
		_, err := fmt.Fprintln(out, "Nothing stops automatic recalls.")
		return err
	}
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(w, "ID\tSTATE\tSTOPS\tSINCE\tBY\tSTOPPED\tCASES\tWHY")
	for _, b := range found {
		_, _ = fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%d\t%d\t%s\n",
			b.ID, b.State, cmp.Or(b.Rule, "every rule"), when(b.TrippedAt), b.TrippedBy, b.Stopped, b.Cases, cmp.Or(b.Reason, b.Why()))
	}
	return w.Flush()
}

type breakersReset struct {
	configFlag
	ID     string `arg:"" help:"The breaker's id, as \"takeback breakers\" shows it."`
	Reason string `required:"" help:"Why its rule may take back by itself again." placeholder:"TEXT"`
}

// Help shows examples.
func (breakersReset) Help() string {
	return `Where there is an operator beside you, this only asks: another one has to reset
the same breaker, through the API. Whoever is at the command line is one
person. What the breaker stopped stays with people.

  takeback breakers reset 018f2f6a-7c00-7000-8000-000000000007 --reason "the rule is mended"`
}

// Run resets a breaker, or asks for it.
func (b breakersReset) Run(ctx context.Context, c terminal) error {
	return b.withStore(ctx, func(db *store.Store, _ config.Config) error {
		got, err := db.ResetBreaker(ctx, models.BreakerID(b.ID), operator(), strings.TrimSpace(b.Reason))
		if err != nil {
			return lifting(err)
		}
		words := "It is reset: new matches are taken back again, and what was stopped waits for people."
		if got.State == models.BreakerAsked {
			words = "Asked for. Another operator has to reset it too."
		}
		_, err = fmt.Fprintln(c.out, words)
		return err
	})
}
