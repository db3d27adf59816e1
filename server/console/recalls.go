package console

import (
	"bytes"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/server/access"
)

// recallPill says in one word how the latest recall of a message stands.
type recallPill struct {
	ID    models.RecallID
	State models.RecallState
	Class string
}

func pillOf(r models.Recall) *recallPill { return &recallPill{r.ID, r.State, recallClass(r.State)} }

// recallClass is the one colour of a state. Accepted is amber: the platform
// said yes, and nothing proves yet that the message is gone.
func recallClass(s models.RecallState) string {
	switch s {
	case models.Confirmed:
		return "green"
	case models.Accepted:
		return "amber"
	case models.Expired, models.Refused, models.Failed:
		return "red"
	case models.Unknown:
		return "violet"
	case models.Cancelled:
		return "struck"
	case models.Requested, models.Held, models.Queued, models.Sent, models.AlreadyGone:
		return ""
	}
	return ""
}

// step is one station of the strip.
type step struct {
	Name  string // requested, sent, accepted, confirmed, or how it ended otherwise
	Class string // done, now, failed, ended, unknown, or empty for what is still to come
	At    time.Time
	After time.Duration // since it was requested
}

// stripOf tells a recall's life in stations, each with its own time. While it
// goes on, what is to come stands hollow; once it is over, what never happened
// is left out: a removal event may come before the answer to the call.
func stripOf(r models.Recall) []step {
	steps := []step{
		station("requested", r.RequestedAt, r), station("sent", r.SentAt, r),
		station("accepted", r.AcceptedAt, r), station("confirmed", r.ConfirmedAt, r),
	}
	switch r.State {
	case models.Requested, models.Held, models.Queued:
		steps[0].Class = "done now"
	case models.Sent:
		steps[1].Class = "done now"
	case models.Accepted:
		steps[2].Class = "done now"
	case models.Confirmed:
		steps[3].Class = "done"
		return reached(steps)
	case models.Unknown:
		steps[3] = step{Name: "unknown", Class: "unknown now"}
	case models.AlreadyGone, models.Cancelled:
		return ending(steps, r, "ended")
	case models.Expired, models.Refused, models.Failed:
		return ending(steps, r, "failed")
	}
	return steps
}

func station(name string, at time.Time, r models.Recall) step {
	if at.IsZero() {
		return step{Name: name}
	}
	return step{Name: name, Class: "done", At: at, After: max(0, at.Sub(r.RequestedAt))}
}

// ending keeps the stations that were reached and puts the end after them.
func ending(steps []step, r models.Recall, class string) []step {
	end := station(string(r.State), r.EndedAt, r)
	end.Class = class
	return append(reached(steps), end)
}

func reached(steps []step) []step {
	return slices.DeleteFunc(steps, func(s step) bool { return s.Class == "" })
}

// recallsView is the list of recalls, newest first.
type recallsView struct {
	shell
	Filter  recallsFilter
	Rows    []recallRow
	Next    string
	First   string
	Exports bool
}

// recallRow is one recall in a list.
type recallRow struct {
	models.Recall

	Pill  *recallPill
	Strip []step
}

func (v *visit) recallsPage() error {
	filter, err := v.recallsFilter(v.query)
	if err != nil {
		return err
	}
	rows, next, err := v.recallRows(filter)
	if err != nil {
		return err
	}
	q := filter.values()
	view := recallsView{Filter: filter, Rows: rows, Exports: v.may(access.Export)}
	if view.shell, err = v.shell("recalls", v.words.T("recalls.title"), at("/recalls/stream", q)); err != nil {
		return err
	}
	view.Next, view.First = pages("/recalls", q, next)
	return v.render(http.StatusOK, "recalls", view)
}

func (v *visit) recallRows(f recallsFilter) (rows []recallRow, next string, err error) {
	found, next, err := v.Store.Recalls(v.ctx(), v.scope, f.model(v.now, pageRows))
	if err != nil {
		return nil, "", fmt.Errorf("list recalls: %w", err)
	}
	for _, r := range found {
		rows = append(rows, recallRow{r, pillOf(r), stripOf(r)})
	}
	return rows, next, nil
}

func (v *visit) recallsStream() error {
	filter, err := v.recallsFilter(v.query)
	if err != nil {
		return err
	}
	return v.stream(&recallsFeed{v, filter})
}

// recallsFeed keeps a list of recalls live: one short query per batch in which
// any recall changed.
type recallsFeed struct {
	*visit

	filter recallsFilter
}

func (f *recallsFeed) all(b *bytes.Buffer) error {
	rows, _, err := f.recallRows(f.filter)
	if err != nil {
		return err
	}
	return f.partial(b, "#rows", "innerMorph", "recall_rows", rows)
}

func (f *recallsFeed) some(b *bytes.Buffer, batch []models.Change) error {
	if !touches(batch, models.RecallChanged) {
		return nil
	}
	return f.all(b)
}

func touches(batch []models.Change, kind models.ChangeKind) bool {
	return slices.ContainsFunc(batch, func(c models.Change) bool { return c.Kind == kind })
}
