package main

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/takeback-chat/takeback/config"
	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/models/store"
	"github.com/takeback-chat/takeback/platforms"
	"github.com/takeback-chat/takeback/server/access"
)

type sweepCmd struct {
	Order  sweepOrder  `cmd:"" default:"withargs" help:"Preview a sweep, and run it."`
	List   sweepList   `cmd:"" help:"List sweeps, the newest 50."`
	Show   sweepShow   `cmd:"" help:"Show how far a sweep came."`
	Run    sweepRun    `cmd:"" help:"Run a sweep that was previewed, or agree to one."`
	Cancel sweepCancel `cmd:"" help:"End a sweep: what has not left is not taken back."`
}

type sweepOrder struct {
	configFlag
	App          string   `help:"The app (default: the only one)." placeholder:"ID"`
	Sender       string   `help:"What this account posted." placeholder:"ACCOUNT"`
	Conversation string   `help:"Only in this group, topic or one-to-one chat; with --since alone all that was posted there." placeholder:"REF"`
	Like         string   `help:"What says the same as this message, quotes or forwards it." placeholder:"ID"`
	Finding      string   `help:"What holds a value that was found in this message." placeholder:"ID"`
	Since        string   `help:"Posted since: a time such as 2026-05-01T12:00:00Z, or how long ago, such as 2h." placeholder:"TIME"`
	Until        string   `help:"Posted before." placeholder:"TIME"`
	Include      []string `help:"Also messages of these, who are spared otherwise: owner, admin, own_account." placeholder:"WHO,..."`
	Reason       string   `required:"" help:"Why: sensitive_information, wrong_recipient, mistyped, change_of_mind, policy_violation, spam_or_scam, abuse, legal_request or other." placeholder:"CODE"`
	Note         string   `help:"More about it, for the record; needed with the reason other." placeholder:"TEXT"`
	DryRun       bool     `help:"Only preview it. What is run later is what was previewed."`
	JSON         bool     `name:"json" help:"Print JSON."`
}

// Help shows examples.
func (sweepOrder) Help() string {
	return `Takes many messages back: what one account posted, what was posted in a
conversation within a time, what says the same as a message, or what holds a value
that was found in one. Messages of owners and admins, and of takeback's own account,
are left alone unless they are included. The database is written directly, and the
running service works the sweep off. A large one needs another operator too.

  takeback sweep --sender mallory --since 24h --reason spam_or_scam --dry-run
  takeback sweep --conversation @TGS#finance --since 2026-05-01T09:00:00Z --until 2026-05-01T09:20:00Z --reason legal_request
  takeback sweep --like 018f2f6a-7c00-7000-8000-000000000001 --reason sensitive_information
  takeback sweep run 018f2f6a-7c00-7000-8000-00000000000b
  takeback sweep show 018f2f6a-7c00-7000-8000-00000000000b
  takeback sweep cancel 018f2f6a-7c00-7000-8000-00000000000b --reason "the wrong account"`
}

// Run previews the sweep and, unless it is a dry run, lets it begin.
func (s sweepOrder) Run(ctx context.Context, c terminal) error {
	return withSweeps(ctx, s.configFlag, func(sweeps *access.Sweeps, conf config.Config) error {
		o, err := s.order(conf, c.now())
		if err != nil {
			return err
		}
		sw, err := sweeps.Preview(ctx, sweeper(), models.FromCLI, o)
		if err != nil {
			return lifting(err)
		}
		if !s.DryRun && sw.Chosen > 0 {
			if sw, err = sweeps.Run(ctx, sweeper(), sw.ID); err != nil {
				return lifting(err)
			}
		}
		return tellSweep(ctx, c.out, sweeps, sw, s.JSON)
	})
}

// order is what the flags say.
func (s sweepOrder) order(conf config.Config, now time.Time) (models.SweepOrder, error) {
	o := models.SweepOrder{
		App: s.App, Conversation: s.Conversation, Sender: s.Sender, Message: models.MessageID(cmp.Or(s.Like, s.Finding)),
		Reason: models.Reason{Code: models.ReasonCode(s.Reason), Note: s.Note},
	}
	for _, who := range s.Include {
		o.Include = append(o.Include, models.SweepWhy(who))
	}
	if o.App == "" && len(conf.Apps) == 1 {
		o.App = conf.Apps[0].ID
	}
	chosen := 0
	for kind, given := range map[models.SweepKind]string{models.SweepSender: s.Sender, models.SweepContent: s.Like, models.SweepFinding: s.Finding} {
		if given != "" {
			o.Kind = kind
			chosen++
		}
	}
	switch {
	case chosen > 1:
		return o, usage("--sender, --like and --finding exclude each other")
	case chosen == 0 && s.Conversation == "":
		return o, usage("name what is taken back: by --sender, --like, --finding, or --conversation and --since")
	case chosen == 0:
		o.Kind = models.SweepSpan
	}
	var err error
	if o.Since, err = moment(s.Since, now, "--since"); err != nil {
		return o, err
	}
	o.Until, err = moment(s.Until, now, "--until")
	return o, err
}

// moment reads a time, or how long ago it was; nothing is no time.
func moment(text string, now time.Time, flag string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	if ago, err := time.ParseDuration(text); err == nil && ago >= 0 {
		return now.Add(-ago).UTC(), nil
	}
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return t, usage("%s %s: must be a time such as 2026-05-01T12:00:00Z, or how long ago, such as 2h", flag, text)
	}
	return t.UTC(), nil
}

// withSweeps opens the configured database for a command about sweeps.
func withSweeps(ctx context.Context, f configFlag, do func(*access.Sweeps, config.Config) error) error {
	return f.withStore(ctx, func(db *store.Store, conf config.Config) error {
		adapters, err := adaptersOf(conf)
		if err != nil {
			return err
		}
		roles := platforms.NewStandings(adapters)
		return do(sweepsOf(conf, access.New(db, roles), db, roles, adapters), conf)
	})
}

// sweeper is whoever gives a command about sweeps.
func sweeper() models.Caller { return models.Caller{Actor: operator(), Grant: models.GrantOperator} }

type sweepList struct{ configFlag }

// Help shows examples.
func (sweepList) Help() string {
	return `  takeback sweep list --config takeback.yaml`
}

// Run lists sweeps.
func (s sweepList) Run(ctx context.Context, c terminal) error {
	return withSweeps(ctx, s.configFlag, func(sweeps *access.Sweeps, _ config.Config) error {
		found, _, err := sweeps.List(ctx, sweeper(), models.SweepFilter{})
		if err != nil {
			return err
		}
		w := tabwriter.NewWriter(c.out, 0, 0, 2, ' ', 0)
		_, _ = fmt.Fprintln(w, "ID\tKIND\tSTATE\tMESSAGES\tBY\tSINCE\tREASON")
		for _, sw := range found {
			_, _ = fmt.Fprintf(w, "%s\t%s\t%s\t%d\t%s\t%s\t%s\n", sw.ID, sw.Kind, sw.State, sw.Chosen, sw.Actor, when(sw.CreatedAt), sw.Reason.Code)
		}
		return w.Flush()
	})
}

type sweepID struct {
	configFlag
	ID   string `arg:"" help:"The sweep's id."`
	JSON bool   `name:"json" help:"Print JSON."`
}

// with does something with a sweep and tells how it stands then.
func (s sweepID) with(ctx context.Context, c terminal, do func(*access.Sweeps, models.SweepID) (models.Sweep, error)) error {
	return withSweeps(ctx, s.configFlag, func(sweeps *access.Sweeps, _ config.Config) error {
		sw, err := do(sweeps, models.SweepID(s.ID))
		if err != nil {
			return lifting(err)
		}
		return tellSweep(ctx, c.out, sweeps, sw, s.JSON)
	})
}

type sweepShow struct{ sweepID }

// Help shows examples.
func (sweepShow) Help() string {
	return `How many are taken back, are on their way, and were left alone, each with why.

  takeback sweep show 018f2f6a-7c00-7000-8000-00000000000b
  takeback sweep show 018f2f6a-7c00-7000-8000-00000000000b --json`
}

// Run shows a sweep.
func (s sweepShow) Run(ctx context.Context, c terminal) error {
	return s.with(ctx, c, func(sweeps *access.Sweeps, id models.SweepID) (models.Sweep, error) {
		return sweeps.Get(ctx, sweeper(), id)
	})
}

type sweepRun struct{ sweepID }

// Help shows examples.
func (sweepRun) Help() string {
	return `Messages that came since the preview are not touched. A large sweep waits until
another operator has given the same command.

  takeback sweep run 018f2f6a-7c00-7000-8000-00000000000b`
}

// Run lets a sweep begin, or asks for it.
func (s sweepRun) Run(ctx context.Context, c terminal) error {
	return s.with(ctx, c, func(sweeps *access.Sweeps, id models.SweepID) (models.Sweep, error) {
		return sweeps.Run(ctx, sweeper(), id)
	})
}

type sweepCancel struct {
	sweepID
	Reason string `help:"Why; may be left out." placeholder:"TEXT"`
}

// Help shows examples.
func (sweepCancel) Help() string {
	return `  takeback sweep cancel 018f2f6a-7c00-7000-8000-00000000000b --reason "the wrong account"`
}

// Run ends a sweep.
func (s sweepCancel) Run(ctx context.Context, c terminal) error {
	return s.with(ctx, c, func(sweeps *access.Sweeps, id models.SweepID) (models.Sweep, error) {
		return sweeps.Cancel(ctx, sweeper(), id, s.Reason)
	})
}

// toldSweep is a sweep as a command prints it.
type toldSweep struct {
	ID            models.SweepID             `json:"id"`
	Kind          models.SweepKind           `json:"kind"`
	State         models.SweepState          `json:"state"`
	Count         int                        `json:"count"`
	Conversations int                        `json:"conversations"`
	Expected      string                     `json:"expected"`
	Second        bool                       `json:"second_person"`
	Excluded      map[models.SweepWhy]int    `json:"excluded"`
	Waiting       int                        `json:"waiting"`
	Passed        map[models.SweepWhy]int    `json:"passed"`
	Recalls       map[models.RecallState]int `json:"recalls"`
	Trouble       string                     `json:"trouble,omitempty"`
	Narrowed      *time.Time                 `json:"narrowed_to,omitempty"`
}

func tellSweep(ctx context.Context, out io.Writer, sweeps *access.Sweeps, sw models.Sweep, asJSON bool) error {
	places, takes, err := sweeps.Reach(ctx, sw)
	if err != nil {
		return err
	}
	t := toldSweep{
		ID: sw.ID, Kind: sw.Kind, State: sw.State, Count: sw.Chosen, Conversations: places, Second: sw.Second,
		Expected: takes.Round(100 * time.Millisecond).String(), Excluded: sw.Progress.Excluded, Waiting: sw.Progress.Waiting,
		Passed: sw.Progress.Passed, Recalls: sw.Progress.Recalls, Trouble: sw.Trouble,
	}
	if sw.Narrowed {
		t.Narrowed = &sw.Since
	}
	if asJSON {
		if err := json.NewEncoder(out).Encode(t); err != nil {
			return fmt.Errorf("print a sweep: %w", err)
		}
		return nil
	}
	return t.print(out)
}

func (t toldSweep) print(out io.Writer) error {
	lines := []string{
		fmt.Sprintf("Sweep %s is %s.", t.ID, strings.ReplaceAll(string(t.State), "_", " ")),
		fmt.Sprintf("%d messages in %d conversations, about %s at the platform's rate.", t.Count, t.Conversations, t.Expected),
	}
	if t.Narrowed != nil {
		since := t.Narrowed.Format(time.RFC3339)
		lines = append(lines, "What was posted before "+since+" was not compared; a sweep with --until "+since+" goes on.")
	}
	if t.State == models.SweepAsked {
		lines = append(lines, "Another operator has to run it too.")
	}
	lines = append(lines, counted("Left alone", t.Excluded)...)
	lines = append(lines, counted("Passed over", t.Passed)...)
	lines = append(lines, counted("Recalls", t.Recalls)...)
	if t.Waiting > 0 {
		lines = append(lines, fmt.Sprintf("Not asked for yet: %d.", t.Waiting))
	}
	if t.Trouble != "" {
		lines = append(lines, t.Trouble)
	}
	_, err := fmt.Fprintln(out, strings.Join(lines, "\n"))
	return err
}

// counted is a line of figures by name, or none.
func counted[K ~string](title string, by map[K]int) []string {
	if len(by) == 0 {
		return nil
	}
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(by)) {
		parts = append(parts, fmt.Sprintf("%d %s", by[name], strings.ReplaceAll(string(name), "_", " ")))
	}
	return []string{title + ": " + strings.Join(parts, ", ") + "."}
}
