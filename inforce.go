package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/takeback-chat/takeback/internal/beat"
	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/models/store"
	"github.com/takeback-chat/takeback/rules"
	"github.com/takeback-chat/takeback/webhooks"
)

// policyPoll is how often a node looks whether another policy came into force.
const policyPoll = time.Second

// inForce holds the rule set that judges, and swaps it whole when the database
// says that another version of the policy is in force, or a file with detectors changed.
type inForce struct {
	store    *store.Store
	engine   *rules.Engine
	sources  *sources
	log      *slog.Logger
	announce func(models.Change)
	now      atomic.Pointer[rules.Ruleset]
	refused  int // the version that does not load here, so that it is told once
}

// openRules compiles the detectors and loads the policy in force. The first
// start puts the configured or the built-in policy in force.
func openRules(ctx context.Context, s *store.Store, detectors *sources, file string, log *slog.Logger) (*inForce, error) {
	f := &inForce{store: s, sources: detectors, log: log, announce: func(models.Change) {}}
	var err error
	if f.engine, err = detectors.open(); err != nil {
		return nil, err
	}
	p, err := s.PolicyInForce(ctx)
	if errors.Is(err, models.ErrNotFound) {
		p, err = firstPolicy(ctx, s, file)
	}
	if err != nil {
		return nil, err
	}
	return f, f.use(p)
}

func firstPolicy(ctx context.Context, s *store.Store, file string) (models.PolicyVersion, error) {
	name, source := "the built-in policy", rules.DefaultPolicySource()
	if file != "" {
		text, err := os.ReadFile(file)
		if err != nil {
			return models.PolicyVersion{}, usage("policy: %w", err)
		}
		name, source = file, text
	}
	if _, err := rules.ParsePolicy(name, source); err != nil {
		return models.PolicyVersion{}, err
	}
	p, err := s.ApplyPolicy(ctx, models.PolicyVersion{Source: string(source), AppliedBy: "takeback", Note: "first start"})
	if err != nil {
		return p, fmt.Errorf("put the first policy in force: %w", err)
	}
	return p, nil
}

func (f *inForce) use(p models.PolicyVersion) error {
	policy, err := rules.ParsePolicy(fmt.Sprintf("policy version %d", p.Version), []byte(p.Source))
	if err != nil {
		return err
	}
	f.now.Store(&rules.Ruleset{Engine: f.engine, Policy: policy, Version: p.Version})
	return nil
}

// Current returns the rule set in force.
func (f *inForce) Current() *rules.Ruleset { return f.now.Load() }

// Judge returns the rule set in force as the intake's judge.
func (f *inForce) Judge() webhooks.Judge { return f.now.Load() }

// Weigh says what the rules in force would decide of a message that is not posted yet.
func (f *inForce) Weigh(m models.Message) models.Decision { return f.Current().Judge(&m, false) }

// Run follows the policy in force until ctx ends.
func (f *inForce) Run(ctx context.Context) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-beat.Next(policyPoll):
			f.follow(ctx)
			f.reread(ctx)
		}
	}
}

// reread swaps the engine if a file with detectors changed. One that does not
// load leaves the detectors as they are, and is told once.
func (f *inForce) reread(ctx context.Context) {
	engine, err := f.sources.changed()
	switch {
	case err != nil:
		f.log.ErrorContext(ctx, "detectors not loaded; those before stay in force", slog.String("why", sentence(err)))
	case engine != nil:
		f.engine = engine
		now := *f.Current()
		now.Engine = engine
		f.now.Store(&now)
		f.log.InfoContext(ctx, "detectors read again", slog.Int("detectors", len(engine.Detectors())))
	}
}

// follow swaps the rule set if another version came into force. One that does
// not load here (a newer takeback applied it) leaves the old one in force.
func (f *inForce) follow(ctx context.Context) {
	v, err := f.store.PolicyVersionInForce(ctx)
	if err != nil || v == f.Current().Version || v == f.refused || v == 0 {
		return
	}
	p, err := f.store.PolicyInForce(ctx)
	if err == nil {
		err = f.use(p)
	}
	if err != nil {
		f.refused = v
		f.log.ErrorContext(ctx, "policy not loaded; the one before stays in force", slog.Int("version", v), slog.Any("error", err))
		return
	}
	f.log.InfoContext(ctx, "policy in force", slog.Int("version", v))
	f.announce(models.Change{Kind: models.PolicyChanged, ID: strconv.Itoa(v), At: time.Now()})
}
