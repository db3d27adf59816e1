package main

import (
	"context"
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/takeback-chat/takeback/config"
	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/models/store"
)

type hooksCmd struct {
	List       hooksList       `cmd:"" default:"withargs" help:"List the endpoints that are told, and how they fare."`
	Deliveries hooksDeliveries `cmd:"" help:"List what they were told, newest first."`
	Again      hooksAgain      `cmd:"" help:"Deliver one event again; this also tries an endpoint that is disabled."`
}

type hooksList struct {
	configFlag
}

// Help shows examples.
func (hooksList) Help() string { return `  takeback hooks --config takeback.yaml` }

// Run lists endpoints.
func (h hooksList) Run(ctx context.Context, c terminal) error {
	return h.withStore(ctx, func(db *store.Store, _ config.Config) error {
		hooks, err := db.Hooks(ctx)
		if err != nil {
			return err
		}
		if len(hooks) == 0 {
			_, err := fmt.Fprintln(c.out, "No hooks are configured.")
			return err
		}
		w := tabwriter.NewWriter(c.out, 0, 0, 2, ' ', 0)
		_, _ = fmt.Fprintln(w, "ID\tSERVER\tEVENTS\tWAITING\tSTATE")
		for _, s := range hooks {
			state := "well"
			switch {
			case !s.DisabledAt.IsZero():
				state = "disabled since " + when(s.DisabledAt)
			case !s.FailingSince.IsZero():
				state = "failing since " + when(s.FailingSince)
			}
			_, _ = fmt.Fprintf(w, "%s\t%s\t%s\t%d\t%s\n", s.ID, s.Server, strings.Join(s.Events, ","), s.Waiting, state)
		}
		return w.Flush()
	})
}

type hooksDeliveries struct {
	configFlag
	Hook  string `help:"Only those to this endpoint." placeholder:"ID"`
	State string `help:"Only those in this state." enum:",waiting,delivered,failed" default:""`
}

// Help shows examples.
func (hooksDeliveries) Help() string {
	return `The newest 50.

  takeback hooks deliveries --config takeback.yaml
  takeback hooks deliveries --hook crm.example.com --state failed`
}

// Run lists deliveries.
func (h hooksDeliveries) Run(ctx context.Context, c terminal) error {
	return h.withStore(ctx, func(db *store.Store, _ config.Config) error {
		found, _, err := db.HookDeliveries(ctx, models.HookFilter{Hook: h.Hook, State: models.HookState(h.State)})
		if err != nil {
			return err
		}
		w := tabwriter.NewWriter(c.out, 0, 0, 2, ' ', 0)
		_, _ = fmt.Fprintln(w, "ID\tHOOK\tEVENT\tTHING\tSTATE\tTRIES\tMADE\tSAID")
		for _, d := range found {
			_, _ = fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%d\t%s\t%s\n", d.ID, d.Hook, d.Event, d.Thing, d.State, d.Attempts, when(d.MadeAt), d.Explanation)
		}
		return w.Flush()
	})
}

type hooksAgain struct {
	configFlag
	ID string `arg:"" help:"The delivery's id, as \"takeback hooks deliveries\" shows it."`
}

// Help shows examples.
func (hooksAgain) Help() string {
	return `The running service delivers it within seconds, under the same webhook-id.

  takeback hooks again 018f2f6a-7c00-7000-8000-000000000009`
}

// Run has a delivery made again.
func (h hooksAgain) Run(ctx context.Context, c terminal) error {
	return h.withStore(ctx, func(db *store.Store, _ config.Config) error {
		d, err := db.DeliverAgain(ctx, models.HookDeliveryID(h.ID), operator())
		if err != nil {
			return lifting(err)
		}
		_, err = fmt.Fprintf(c.out, "%s is told of %s again.\n", d.Hook, d.Event)
		return err
	})
}
