package main

import (
	"context"
	"fmt"
	"os"
	"text/tabwriter"

	"github.com/takeback-chat/takeback/config"
	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/models/store"
	"github.com/takeback-chat/takeback/rules"
)

type rulesCmd struct {
	Check    rulesCheck    `cmd:"" help:"Check policies, packs and lists of words and say all that is wrong with them."`
	Explain  rulesExplain  `cmd:"" help:"Say all about one detector: what it finds, and how sure it is."`
	Test     rulesTest     `cmd:"" help:"Run the examples of packs."`
	Bench    rulesBench    `cmd:"" help:"Measure what each detector costs."`
	Import   rulesImport   `cmd:"" help:"Make a pack of a gitleaks configuration."`
	Exact    rulesExact    `cmd:"" help:"Find your own records: account numbers, names with dates."`
	Document rulesDocument `cmd:"" help:"Recognise your own documents."`
	List     rulesList     `cmd:"" help:"List the rules in force, the detectors, or the versions of the policy."`
	Apply    rulesApply    `cmd:"" help:"Put a policy in force on every node, without a restart."`
	Rollback rulesRollback `cmd:"" help:"Put an earlier version of the policy in force again."`
}

type rulesList struct {
	configFlag
	Versions  bool   `help:"List the versions of the policy: who applied each, and when."`
	Detectors bool   `help:"List the detectors."`
	Pack      string `help:"With --detectors: only those of this pack." placeholder:"NAME"`
	JSON      bool   `name:"json" help:"With --detectors: one JSON object per detector."`
}

// Help shows examples.
func (rulesList) Help() string {
	return `Without a flag: the rules of the policy in force.

  takeback rules list --config takeback.yaml
  takeback rules list --versions
  takeback rules list --detectors --pack financial
  takeback rules list --detectors --json`
}

// Run lists.
func (r rulesList) Run(ctx context.Context, c terminal) error {
	if r.Detectors {
		return r.detectors(c)
	}
	if r.Pack != "" || r.JSON {
		return usage("--pack and --json go with --detectors")
	}
	return r.withStore(ctx, func(s *store.Store, _ config.Config) error {
		versions, err := s.Policies(ctx)
		if err != nil {
			return err
		}
		if r.Versions {
			return printVersions(c, versions)
		}
		return printRules(c, versions)
	})
}

func printVersions(c terminal, versions []models.PolicyVersion) error {
	w := tabwriter.NewWriter(c.out, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(w, "VERSION\tIN FORCE\tAPPLIED\tBY\tNOTE")
	for _, v := range versions {
		mark := ""
		if v.InForce {
			mark = "yes"
		}
		_, _ = fmt.Fprintf(w, "%d\t%s\t%s\t%s\t%s\n", v.Version, mark, when(v.AppliedAt), v.AppliedBy, v.Note)
	}
	return w.Flush()
}

func printRules(c terminal, versions []models.PolicyVersion) error {
	for _, v := range versions {
		if !v.InForce {
			continue
		}
		p, err := rules.ParsePolicy(fmt.Sprintf("policy version %d", v.Version), []byte(v.Source))
		if err != nil {
			return err
		}
		_, _ = fmt.Fprintf(c.out, "Policy %s, version %d\n\n", p.Name(), v.Version)
		w := tabwriter.NewWriter(c.out, 0, 0, 2, ' ', 0)
		_, _ = fmt.Fprintln(w, "RULE\tMODE\tVERDICT\tREASON\tWHEN")
		for _, r := range p.Rules() {
			_, _ = fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", r.Name, r.Mode, r.Verdict, r.Reason.Code, r.When)
		}
		return w.Flush()
	}
	_, err := fmt.Fprintln(c.out, "No policy is in force yet; the first start puts one in force.")
	return err
}

type rulesApply struct {
	configFlag
	File string `arg:"" help:"The policy." type:"path"`
	Note string `help:"Why, for the list of versions." placeholder:"TEXT"`
}

// Help shows examples.
func (rulesApply) Help() string {
	return `A running service follows within a second, on every node. The versions stay, and one
of them can be put in force again.

  takeback rules apply policy.yaml --note "IBANs go to a person"`
}

// Run checks the policy and puts it in force.
func (r rulesApply) Run(ctx context.Context, c terminal) error {
	src, err := os.ReadFile(r.File)
	if err != nil {
		return usage("policy: %w", err)
	}
	if _, err := rules.ParsePolicy(r.File, src); err != nil {
		return err
	}
	return r.withStore(ctx, func(s *store.Store, _ config.Config) error {
		p, err := s.ApplyPolicy(ctx, models.PolicyVersion{Source: string(src), AppliedBy: operator(), Note: r.Note})
		if err != nil {
			return fmt.Errorf("apply the policy: %w", err)
		}
		_, err = fmt.Fprintf(c.out, "Version %d is in force; every node follows within a second.\n", p.Version)
		return err
	})
}

type rulesRollback struct {
	configFlag
	To int `arg:"" optional:"" help:"The version to repeat (default: the one before the one in force)."`
}

// Help shows examples.
func (rulesRollback) Help() string {
	return `The earlier version becomes a new one; none is ever lost.

  takeback rules rollback          # the version before
  takeback rules rollback 12       # this one; "takeback rules list --versions" has them`
}

// Run puts an earlier version in force again, as a new version.
func (r rulesRollback) Run(ctx context.Context, c terminal) error {
	return r.withStore(ctx, func(s *store.Store, _ config.Config) error {
		to := r.To
		if to == 0 {
			var err error
			if to, err = before(ctx, s); err != nil {
				return err
			}
		}
		p, err := s.RollbackPolicy(ctx, to, operator(), "")
		if err != nil {
			return fmt.Errorf("roll back to version %d: %w", to, err)
		}
		_, err = fmt.Fprintf(c.out, "Version %d, a repetition of version %d, is in force; every node follows within a second.\n", p.Version, to)
		return err
	})
}

// before returns the version that was in force before the one that is.
func before(ctx context.Context, s *store.Store) (int, error) {
	versions, err := s.Policies(ctx)
	if err != nil {
		return 0, err
	}
	for i, v := range versions {
		if v.InForce && i+1 < len(versions) {
			return versions[i+1].Version, nil
		}
	}
	return 0, usage("there is no earlier version of the policy")
}
