package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"github.com/takeback-chat/takeback/config"
	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/models/store"
)

type coverageCmd struct {
	configFlag
	App  string `help:"Only this app." placeholder:"ID"`
	Days int    `help:"So many days, today among them." default:"7"`
	All  bool   `help:"Also conversations of which nothing was missed."`
}

// Help shows examples.
func (coverageCmd) Help() string {
	return `How much of what people posted was seen, by app and day, and the conversations of
which something was missed, is missing, or cannot be counted. LATE came after the
grace period, READ BACK was never delivered, TIPS are notices of the platform's
own, GONE was taken back before anybody could look.

  takeback coverage --config takeback.yaml
  takeback coverage --app main --days 30 --all`
}

// Run prints the coverage.
func (v coverageCmd) Run(ctx context.Context, c terminal) error {
	if v.Days < 1 {
		return usage("--days must be at least 1")
	}
	return v.withStore(ctx, func(db *store.Store, _ config.Config) error {
		days, err := db.CoverageDays(ctx, v.App, c.now().AddDate(0, 0, 1-v.Days))
		if err != nil {
			return err
		}
		if err := printDays(c.out, days); err != nil {
			return err
		}
		return v.conversations(ctx, c.out, db)
	})
}

func printDays(out io.Writer, days []models.DayCoverage) error {
	if len(days) == 0 {
		_, err := fmt.Fprintln(out, "Nothing was seen in this time.")
		return err
	}
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(w, "DAY\tAPP\tPERCENT\tSEEN\tLATE\tREAD BACK\tTIPS\tGONE\tMISSING")
	for _, d := range days {
		_, _ = fmt.Fprintf(w, "%s\t%s\t%s\n", d.Day.Format(time.DateOnly), d.App, tallied(d.Tally))
	}
	return w.Flush()
}

func tallied(t models.Tally) string {
	return fmt.Sprintf("%.2f\t%d\t%d\t%d\t%d\t%d\t%d", t.Percent(), t.Seen, t.Late, t.Backfilled, t.Tips, t.Gone, t.Missing)
}

// conversations prints a line for each conversation that there is something to
// say about, page by page.
func (v coverageCmd) conversations(ctx context.Context, out io.Writer, db *store.Store) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	f := models.ConversationFilter{App: v.App, Page: models.Page{Limit: models.MaxLimit}}
	head := "\nCONVERSATION\tAPP\tKIND\tPERCENT\tSEEN\tLATE\tREAD BACK\tTIPS\tGONE\tMISSING\tTHROUGH\tNOTE\n"
	for {
		page, next, err := db.Conversations(ctx, models.Scope{All: true}, f)
		if err != nil {
			return err
		}
		ids := make([]models.ConversationID, len(page))
		for i, c := range page {
			ids[i] = c.ID
		}
		covered, err := db.Coverages(ctx, ids)
		if err != nil {
			return err
		}
		for _, c := range page {
			if line := v.line(c, covered[c.ID]); line != "" {
				_, _ = fmt.Fprint(w, head+line)
				head = ""
			}
		}
		if f.Cursor = next; next == "" {
			return w.Flush()
		}
	}
}

// line is what there is to say about a conversation; nothing where all is well.
func (v coverageCmd) line(c models.Conversation, covered models.Coverage) string {
	name := fmt.Sprintf("%s\t%s\t%s\t", cmp.Or(c.Ref, string(c.ID)), c.App, c.Kind)
	switch {
	case covered.Numbered && (v.All || covered.Missing+covered.Gone+covered.Backfilled > 0):
		return fmt.Sprintf("%s%s\t%d\t\n", name, tallied(covered.Tally), covered.Through)
	case !covered.Numbered && c.Kind.Uncounted() != "":
		return fmt.Sprintf("%s-\t%d\t-\t%d\t-\t-\t-\t-\t%s\n", name, covered.Seen, covered.Backfilled, c.Kind.Uncounted())
	}
	return ""
}
