package main

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/takeback-chat/takeback/config"
	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/models/store"
	"github.com/takeback-chat/takeback/platforms"
	"github.com/takeback-chat/takeback/server/access"
)

type recallCmd struct {
	configFlag
	IDs          []string `arg:"" optional:"" name:"id" help:"takeback's own ids of messages."`
	App          string   `help:"The app of --conversation (default: the only one)." placeholder:"ID"`
	Conversation string   `help:"The platform's name of a group, topic or one-to-one chat." placeholder:"REF"`
	Ref          []string `help:"The platform's names of messages in it." placeholder:"REF,..."`
	Reason       string   `help:"Why: sensitive_information, wrong_recipient, mistyped, change_of_mind, policy_violation, spam_or_scam, abuse, legal_request or other." placeholder:"CODE"`
	Note         string   `help:"More about it, for the record; needed with the reason other." placeholder:"TEXT"`
	DryRun       bool     `help:"Store nothing; say whether each can be taken back, how likely, and who could have seen it."`
	Anyway       bool     `help:"Also messages of which a person has decided that they may stay."`
	JSON         bool     `name:"json" help:"Print one JSON object for each message instead of a table."`
}

// Help shows examples.
func (recallCmd) Help() string {
	return `An operator's recall, on record with the name of who is signed in to this machine.
The database is written directly, and the running service calls the platform
within two seconds.

  takeback recall --dry-run 018f2f6a-7c00-7000-8000-000000000001
  takeback recall --reason sensitive_information 018f2f6a-7c00-7000-8000-000000000001
  takeback recall --conversation @TGS#finance --ref 4711,4712 --reason other --note "asked by phone" --json

Exit code 0: every message is being taken back, or with --dry-run can be. 1: some
are not, or cannot. 2: the command line or the settings are wrong.`
}

// Run takes the messages back, or previews it.
func (r recallCmd) Run(ctx context.Context, c terminal) error {
	if err := r.check(); err != nil {
		return err
	}
	return r.withStore(ctx, func(db *store.Store, conf config.Config) error {
		door, err := operatorsDoor(db, conf)
		if err != nil {
			return err
		}
		targets, err := r.targets(ctx, door, conf)
		if err != nil {
			return err
		}
		results, err := r.ask(ctx, door, targets)
		if err != nil {
			return lifting(err)
		}
		return r.print(c.out, targets, results)
	})
}

func (r recallCmd) check() error {
	switch {
	case len(r.IDs) == 0 && len(r.Ref) == 0:
		return usage("name messages: by their ids, or by --conversation and --ref")
	case len(r.IDs) > 0 && len(r.Ref)+len(r.Conversation) > 0:
		return usage("name messages by their ids, or by --conversation and --ref, not both")
	case (len(r.Ref) > 0) != (r.Conversation != ""):
		return usage("--conversation and --ref go together")
	case len(r.IDs)+len(r.Ref) > models.MaxLimit:
		return usage("at most %d messages at once", models.MaxLimit)
	case r.Reason == "" && !r.DryRun:
		return usage("a reason is needed: --reason CODE")
	}
	return nil
}

// operatorsDoor is the door of a command: whoever runs it is an operator.
func operatorsDoor(db *store.Store, conf config.Config) (*access.Door, error) {
	adapters, err := adaptersOf(conf)
	if err != nil {
		return nil, err
	}
	standings := platforms.NewStandings(adapters)
	return access.New(db, standings, access.Sees(standings)), nil
}

func (r recallCmd) caller() models.Caller {
	return models.Caller{Actor: operator(), Grant: models.GrantOperator}
}

// aim is one message that was named: by ref it may not be known.
type aim struct {
	id  models.MessageID
	ref string
}

func (r recallCmd) targets(ctx context.Context, door *access.Door, conf config.Config) ([]aim, error) {
	var aims []aim
	if len(r.Ref) == 0 {
		for _, id := range r.IDs {
			aims = append(aims, aim{id: models.MessageID(id)})
		}
		return aims, nil
	}
	app := r.App
	if app == "" && len(conf.Apps) == 1 {
		app = conf.Apps[0].ID
	}
	if app == "" {
		return nil, usage("--app is needed: %d apps are configured", len(conf.Apps))
	}
	found, err := door.Find(ctx, r.caller(), app, r.Conversation, r.Ref)
	for _, ref := range r.Ref {
		aims = append(aims, aim{found[ref], ref})
	}
	return aims, err
}

func (r recallCmd) ask(ctx context.Context, door *access.Door, aims []aim) ([]access.Result, error) {
	ids := make([]models.MessageID, len(aims))
	for i, a := range aims {
		ids[i] = a.id
	}
	if r.DryRun {
		return door.Preview(ctx, r.caller(), ids)
	}
	reason := models.Reason{Code: models.ReasonCode(r.Reason), Note: r.Note}
	return door.Recall(ctx, r.caller(), models.FromCLI, ids, reason, access.Anyway(r.Anyway))
}

// told is one message as the command prints it.
type told struct {
	Message    string            `json:"message,omitzero"`
	Ref        string            `json:"ref,omitzero"`
	Recall     string            `json:"recall,omitzero"`
	State      string            `json:"state,omitzero"`
	Joined     bool              `json:"joined,omitzero"`
	Recallable *bool             `json:"recallable,omitzero"`
	Obstacle   models.Obstacle   `json:"obstacle,omitzero"`
	Likelihood models.Likelihood `json:"likelihood,omitzero"`
	Words      string            `json:"words,omitzero"`
	Deadline   string            `json:"deadline,omitzero"`
	Left       *int64            `json:"seconds_left,omitzero"`
	Members    int               `json:"members,omitzero"`
	ReadBy     *int              `json:"read_by,omitzero"`
	Refused    string            `json:"refused,omitzero"`
}

// tell shows one result, and whether it is what was wanted.
func (r recallCmd) tell(a aim, res access.Result) (told, bool) {
	t := told{Message: string(a.id), Ref: a.ref}
	switch {
	case res.Err != nil:
		t.Refused = cmp.Or(access.Words(res.Err), "It could not be done.")
		return t, false
	case res.Recall != nil:
		t.Recall, t.State, t.Joined = string(res.Recall.ID), string(res.Recall.State), res.Joined
		return t, true
	}
	p := res.Preview
	t.Recallable, t.Obstacle, t.Recall = &p.Recallable, p.Obstacle, string(p.Recall)
	t.Likelihood, t.Words, t.Members = p.Chance.Likelihood, p.Chance.Reason, p.Members
	if !p.Deadline.IsZero() {
		seconds := int64(p.Left.Seconds())
		t.Deadline, t.Left = when(p.Deadline), &seconds
	}
	if p.Exposure.ReadBy >= 0 {
		t.ReadBy = &p.Exposure.ReadBy
	}
	return t, p.Recallable
}

func (r recallCmd) print(out io.Writer, aims []aim, results []access.Result) error {
	lines, all := make([]told, len(results)), true
	for i, res := range results {
		line, ok := r.tell(aims[i], res)
		lines[i], all = line, all && ok
	}
	printing := r.table
	if r.JSON {
		printing = printLines
	}
	if err := printing(out, lines); err != nil {
		return err
	}
	if !all {
		return codedError{code: exitFound}
	}
	return nil
}

func printLines(out io.Writer, lines []told) error {
	w := json.NewEncoder(out)
	w.SetEscapeHTML(false)
	for _, l := range lines {
		if err := w.Encode(l); err != nil {
			return err
		}
	}
	return nil
}

func (r recallCmd) table(out io.Writer, lines []told) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	if r.DryRun {
		_, _ = fmt.Fprintln(w, "MESSAGE\tCAN\tLIKELY\tLEFT\tMEMBERS\tREAD\tWHY")
	} else {
		_, _ = fmt.Fprintln(w, "MESSAGE\tRECALL\tSTATE\tWHY")
	}
	for _, l := range lines {
		_, _ = fmt.Fprintln(w, strings.Join(r.cells(l), "\t"))
	}
	return w.Flush()
}

func (r recallCmd) cells(l told) []string {
	name := cmp.Or(l.Message, l.Ref)
	switch {
	case !r.DryRun && l.Joined:
		return []string{name, l.Recall, l.State, "It was being taken back already."}
	case !r.DryRun:
		return []string{name, cmp.Or(l.Recall, "-"), cmp.Or(l.State, "-"), cmp.Or(l.Refused, "-")}
	case l.Refused != "":
		return []string{name, "no", "-", "-", "-", "-", l.Refused}
	}
	can := "no"
	if *l.Recallable {
		can = "yes"
	}
	return []string{name, can, string(l.Likelihood), l.left(), l.members(), l.readBy(), l.Words}
}

func (t told) left() string {
	if t.Left == nil {
		return "-"
	}
	return (time.Duration(*t.Left) * time.Second).String()
}

func (t told) members() string {
	if t.Members == 0 {
		return "?"
	}
	return strconv.Itoa(t.Members)
}

func (t told) readBy() string {
	if t.ReadBy == nil {
		return "?"
	}
	return strconv.Itoa(*t.ReadBy)
}
