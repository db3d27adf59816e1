package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"time"

	"github.com/takeback-chat/takeback/config"
	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/models/store"
)

type eraseCmd struct {
	configFlag
	Account string `required:"" help:"Whom: the account on the platform." placeholder:"ACCOUNT"`
	App     string `help:"The app (default: the only one)." placeholder:"ID"`
	Reason  string `help:"Why; only operators and auditors may read it." placeholder:"TEXT"`
	DryRun  bool   `name:"dry-run" help:"Say what would go and what would stay, and do nothing."`
	List    bool   `help:"List the certificates of this account instead."`
	JSON    bool   `name:"json" help:"Print JSON."`
}

// Help shows examples.
func (eraseCmd) Help() string {
	return `Erases what an account posted, what people noted about it, who read what, and the account
wherever it stands; an alias stands there then, and numbers and the audit hold. What a legal hold
is on stays, and what a case or recall that is not over needs: erase again when it is. It cannot
be undone. The service may run meanwhile.

  takeback erase --account mallory --app main --dry-run
  takeback erase --account mallory --app main --reason "request of 1 May"
  takeback erase --account mallory --app main --list`
}

// Run erases a person, says what that would do, or lists what was done.
func (e eraseCmd) Run(ctx context.Context, c terminal) error {
	return e.withStore(ctx, func(db *store.Store, conf config.Config) error {
		if e.App == "" && len(conf.Apps) == 1 {
			e.App = conf.Apps[0].ID
		}
		if e.App == "" {
			return usage("--app: name the app that the account is of")
		}
		if e.List {
			return e.list(ctx, db, c.out)
		}
		door, err := operatorsDoor(db, conf)
		if err != nil {
			return err
		}
		order := models.ErasureOrder{App: e.App, Account: e.Account, Reason: e.Reason}
		did, err := door.Erase(ctx, holder(), order, e.DryRun)
		if err != nil {
			return lifting(err)
		}
		return e.tell(c.out, did)
	})
}

func (e eraseCmd) list(ctx context.Context, db *store.Store, out io.Writer) error {
	for cursor := ""; ; {
		found, next, err := db.Erasures(ctx, e.App, e.Account, models.Page{Cursor: cursor})
		if err != nil {
			return err
		}
		for _, did := range found {
			if err := e.tell(out, did); err != nil {
				return err
			}
		}
		if cursor = next; cursor == "" {
			return nil
		}
	}
}

// tell prints what was erased, or would be. It never names whom.
func (e eraseCmd) tell(out io.Writer, did models.Erasure) error {
	if e.JSON {
		return json.NewEncoder(out).Encode(map[string]any{
			"id": did.ID, "app": did.App, "alias": did.Alias, "by": did.By, "at": did.At, "messages": did.Messages, "findings": did.Findings,
			"reads": did.Reads, "names": did.Names, "kept": map[string]int64{"legal_hold": did.Held, "not_over": did.Busy},
		})
	}
	verb := "Would be erased"
	if did.ID != "" {
		verb = "Erased by " + did.By + " at " + did.At.Format(time.RFC3339)
	}
	_, err := fmt.Fprintf(out, "%s: %d messages, %d findings, %d reads, %d names; %s stands in their place.\n",
		verb, did.Messages, did.Findings, did.Reads, did.Names, did.Alias)
	if err == nil && did.Held > 0 {
		_, err = fmt.Fprintf(out, "%d messages stay: a legal hold is on them.\n", did.Held)
	}
	if err == nil && did.Busy > 0 {
		_, err = fmt.Fprintf(out, "%d messages stay: a case or recall of them is not over. Erase again when it is.\n", did.Busy)
	}
	return err
}
