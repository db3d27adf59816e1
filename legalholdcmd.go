package main

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"github.com/takeback-chat/takeback/config"
	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/models/store"
	"github.com/takeback-chat/takeback/server/access"
)

type holdCmd struct {
	Place holdPlace `cmd:"" help:"Put messages under legal hold: nobody takes them back, and nothing erases them."`
	Lift  holdLift  `cmd:"" help:"Let go of what a legal hold is on."`
	List  holdList  `cmd:"" default:"withargs" help:"List the legal holds that stand."`
}

type holdPlace struct {
	configFlag
	Message      string `help:"On this message." placeholder:"ID" xor:"on" required:""`
	Conversation string `help:"On every message of this conversation, also those to come: the platform's name of it, or our id." placeholder:"REF" xor:"on" required:""`
	Sender       string `help:"On what this account posts in the app, also what it will." placeholder:"ACCOUNT" xor:"on" required:""`
	App          string `help:"The app (default: the only one)." placeholder:"ID"`
	Until        string `help:"When it ends by itself: a time such as 2027-05-01T12:00:00Z, or how long from now, such as 720h (default: not before it is lifted)." placeholder:"TIME"`
	Reason       string `required:"" help:"Why; only operators and auditors may read it." placeholder:"TEXT"`
	JSON         bool   `name:"json" help:"Print JSON."`
}

// Help shows examples.
func (holdPlace) Help() string {
	return `What is under a legal hold nobody takes back: no rule, no moderator, no sender, no
operator. What had not left is cancelled; a call that is on its way cannot be called
back, and is counted. The database is written directly, so it works while the service
does not answer.

  takeback hold place --message 018f2f6a-7c00-7000-8000-000000000001 --reason "order of 1 May"
  takeback hold place --conversation @TGS#finance --until 2160h --reason "audit of the quarter"
  takeback hold place --sender mallory --app main --reason "case 4711"
  takeback hold
  takeback hold lift 018f2f6a-7c00-7000-8000-00000000000d --reason "case 4711 is closed"`
}

// Run places a hold.
func (h holdPlace) Run(ctx context.Context, c terminal) error {
	until, err := ahead(h.Until, c.now())
	if err != nil {
		return err
	}
	return withHolds(ctx, h.configFlag, func(door *access.Door, conf config.Config) error {
		hold := h.order(conf)
		hold.Until = until
		placed, err := door.PlaceLegalHold(ctx, holder(), hold)
		if err != nil {
			return lifting(err)
		}
		return tellHold(c, placed, h.JSON)
	})
}

func (h holdPlace) order(conf config.Config) models.LegalHold {
	hold := models.LegalHold{Kind: models.HoldMessage, App: h.App, Thing: h.Message, Reason: h.Reason}
	if hold.App == "" && len(conf.Apps) == 1 {
		hold.App = conf.Apps[0].ID
	}
	switch {
	case h.Conversation != "":
		hold.Kind, hold.Thing = models.HoldConversation, h.Conversation
	case h.Sender != "":
		hold.Kind, hold.Thing = models.HoldSender, h.Sender
	}
	return hold
}

// ahead reads a time, or how long from now it is; nothing is no time.
func ahead(text string, now time.Time) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	if in, err := time.ParseDuration(text); err == nil && in > 0 {
		return now.Add(in).UTC(), nil
	}
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return t, usage("--until %s: must be a time such as 2027-05-01T12:00:00Z, or how long from now, such as 720h", text)
	}
	return t.UTC(), nil
}

// holder is whoever gives a command about legal holds.
func holder() models.Caller { return models.Caller{Actor: operator(), Grant: models.GrantOperator} }

func withHolds(ctx context.Context, f configFlag, do func(*access.Door, config.Config) error) error {
	return f.withStore(ctx, func(db *store.Store, conf config.Config) error {
		door, err := operatorsDoor(db, conf)
		if err != nil {
			return err
		}
		return do(door, conf)
	})
}

type holdLift struct {
	configFlag
	ID     string `arg:"" help:"The hold's id, as \"takeback hold\" shows it."`
	Reason string `required:"" help:"Why it need not be kept any more." placeholder:"TEXT"`
	JSON   bool   `name:"json" help:"Print JSON."`
}

// Help shows examples.
func (holdLift) Help() string {
	return `Where there is an operator beside you, this only asks: another one has to lift the
same hold, through the API. Whoever is at the command line is one person. Nothing is
taken back by it: what the hold kept stays with people.

  takeback hold lift 018f2f6a-7c00-7000-8000-00000000000d --reason "case 4711 is closed"`
}

// Run lifts a hold, or asks for it.
func (h holdLift) Run(ctx context.Context, c terminal) error {
	return withHolds(ctx, h.configFlag, func(door *access.Door, _ config.Config) error {
		got, err := door.LiftLegalHold(ctx, holder(), models.LegalHoldID(h.ID), h.Reason)
		if err != nil {
			return lifting(err)
		}
		return tellHold(c, got, h.JSON)
	})
}

type holdList struct {
	configFlag
	All  bool `help:"Also those that keep nothing any more; the newest 50."`
	JSON bool `name:"json" help:"Print one JSON object for each hold instead of a table."`
}

// Help shows examples.
func (holdList) Help() string {
	return `  takeback hold --config takeback.yaml
  takeback hold list --all --json`
}

// Run lists legal holds.
func (h holdList) Run(ctx context.Context, c terminal) error {
	return h.withStore(ctx, func(db *store.Store, _ config.Config) error {
		found, _, err := db.LegalHolds(ctx, models.LegalHoldFilter{Open: !h.All})
		if err != nil {
			return err
		}
		if h.JSON {
			for _, hold := range found {
				if err := tellHold(c, hold, true); err != nil {
					return err
				}
			}
			return nil
		}
		return printHolds(c.out, found, c.now())
	})
}

func printHolds(out io.Writer, found []models.LegalHold, now time.Time) error {
	if len(found) == 0 {
		_, err := fmt.Fprintln(out, "Nothing is under a legal hold.")
		return err
	}
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(w, "ID\tSTATE\tON\tAPP\tWHICH\tSINCE\tBY\tUNTIL\tREASON")
	for _, h := range found {
		_, _ = fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n",
			h.ID, h.State(now), h.Kind, h.App, h.Thing, when(h.PlacedAt), h.PlacedBy, when(h.Until), h.Reason)
	}
	return w.Flush()
}

// toldHold is a legal hold as a command prints it.
type toldHold struct {
	ID      models.LegalHoldID    `json:"id"`
	Kind    models.LegalHoldKind  `json:"kind"`
	App     string                `json:"app"`
	Thing   string                `json:"thing"`
	State   models.LegalHoldState `json:"state"`
	By      string                `json:"by"`
	Since   string                `json:"since"`
	Until   string                `json:"until,omitempty"`
	Reason  string                `json:"reason"`
	Stopped int                   `json:"stopped"`
	TooLate int                   `json:"too_late"`
	Asked   string                `json:"lift_asked_by,omitempty"`
	Lifted  string                `json:"lifted_by,omitempty"`
}

func tellHold(c terminal, h models.LegalHold, asJSON bool) error {
	if asJSON {
		t := toldHold{
			ID: h.ID, Kind: h.Kind, App: h.App, Thing: h.Thing, State: h.State(c.now()), By: h.PlacedBy, Since: when(h.PlacedAt),
			Reason: h.Reason, Stopped: h.Stopped, TooLate: h.TooLate, Asked: h.AskedBy, Lifted: h.LiftedBy,
		}
		if !h.Until.IsZero() {
			t.Until = when(h.Until)
		}
		return json.NewEncoder(c.out).Encode(t)
	}
	words := map[models.LegalHoldState]string{
		models.HoldLifted:    "It is lifted. What it kept stays with people.",
		models.HoldLiftAsked: "Asked for. Another operator has to lift it too.",
	}[h.State(c.now())]
	_, err := fmt.Fprintln(c.out, cmp.Or(words, placedWords(h)))
	return err
}

// placedWords says what a hold that was just placed met.
func placedWords(h models.LegalHold) string {
	words := fmt.Sprintf("The %s is under the legal hold %s. Recalls cancelled: %d.", h.Kind, h.ID, h.Stopped)
	if h.TooLate > 0 {
		words += fmt.Sprintf(" On their way already, and not to be called back: %d.", h.TooLate)
	}
	return words
}
