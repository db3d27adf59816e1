package main

import (
	"context"
	"errors"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/models/store"
	"github.com/takeback-chat/takeback/models/store/seal"
)

// tidied is what it took to remove all messages as too old, and to verify the audit.
type tidied struct {
	removed, entries int64
	removing         used // nodes: this process, in a node's place
	verifying        used
}

// tidy does to what a halted site kept what retention does to it in time.
func (s *site) tidy(ctx context.Context) (t tidied, err error) {
	keys, err := seal.Load(s.keys())
	if err != nil {
		return t, err
	}
	kept, err := store.Open(ctx, store.Options{Database: s.database, Keys: keys, Node: "bench"})
	if err != nil {
		return t, err
	}
	defer kept.Close()
	t.verifying, err = s.spends(func() error {
		report, err := kept.VerifyAudit(ctx)
		t.entries = report.Entries
		if err == nil && len(report.Broken) > 0 {
			err = errors.New("the audit does not hold")
		}
		return err
	})
	if err != nil {
		return t, err
	}
	if err := s.due(ctx); err != nil {
		return t, err
	}
	t.removing, err = s.spends(func() error { return t.remove(ctx, kept) })
	return t, err
}

// due makes the next round due: the service had that of this hour when it started.
func (s *site) due(ctx context.Context) error {
	conn, err := pgx.Connect(ctx, s.database)
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	_, err = conn.Exec(ctx, "UPDATE retention_rounds SET due_at = 0, leased_until = 0")
	return err
}

const (
	inThreeYears = 3 * 365 * 24 * time.Hour
	removeStep   = 200 // messages, as the service removes them
)

// remove takes a round as of a day on which everything is too old.
func (t *tidied) remove(ctx context.Context, kept *store.Store) error {
	round, err := kept.ClaimRetention(ctx, time.Minute)
	if err != nil {
		return err
	}
	round.Now = round.Now.Add(inThreeYears)
	keep := models.Retention{Clean: time.Hour, Evidence: time.Hour, Finding: time.Hour, Audit: inThreeYears, Shown: time.Hour}
	for after := models.MessageID(""); ; {
		step, err := kept.RetainMessages(ctx, round, keep, after, removeStep)
		if err != nil {
			return err
		}
		t.removed += step.Removed
		if after = step.After; after == "" {
			return nil
		}
	}
}

// spends is what doing something uses in this process and in the database.
func (s *site) spends(do func() error) (used, error) {
	own, base, err := s.spent()
	if err != nil {
		return used{}, err
	}
	if err := do(); err != nil {
		return used{}, err
	}
	ownNow, baseNow, err := s.spent()
	return used{nodes: ownNow - own, postgres: baseNow - base}, err
}

func (s *site) spent() (own, database time.Duration, err error) {
	var r syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &r); err != nil {
		return 0, 0, err
	}
	database, err = familyTime(s.postgres.Pid())
	return time.Duration(r.Utime.Nano() + r.Stime.Nano()), database, err
}
