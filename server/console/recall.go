package console

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/server/access"
	"github.com/takeback-chat/takeback/server/report"
)

// recallView is the page of one recall: what became of it, and when.
type recallView struct {
	shell
	Recall recallPage
}

// recallPage is the part of the page that changes: the recall, and its whole life.
type recallPage struct {
	recallBox

	Report report.Report
	Class  string // of the result
}

// resultClass is the one colour of a result: green only for what is proved, and a
// colour of its own for what was removed in part.
var resultClass = map[report.Result]string{
	report.Removed: "green", report.InPart: "part", report.NotProved: "amber", report.NotRemoved: "red",
	report.NotKnown: "violet", report.Withdrawn: "struck", report.WasGone: "", report.UnderWay: "",
}

// recallBox is the live part of a recall's page.
type recallBox struct {
	models.Recall

	Pill    *recallPill
	Strip   []step
	Left    time.Duration // until it is too late, 0 where no limit is known or it is over
	Cancels bool
	Retries bool
}

func (v *visit) recallPage() error {
	box, err := v.recallByID()
	if err != nil {
		return err
	}
	view := recallView{}
	if view.Recall, err = v.recallReport(box.Recall); err != nil {
		return err
	}
	title := v.words.T("recall.title")
	if view.shell, err = v.shell("recalls", title, "/recalls/"+string(box.ID)+"/stream"); err != nil {
		return err
	}
	return v.render(http.StatusOK, "recall", view)
}

func (v *visit) recallByID() (recallBox, error) {
	id := models.RecallID(v.gin.Param("id"))
	r, err := v.Store.Recall(v.ctx(), v.scope, id)
	if err != nil {
		return recallBox{}, fmt.Errorf("recall %s: %w", id, err)
	}
	return v.recallBox(r), nil
}

func (v *visit) recallBox(r models.Recall) recallBox {
	b := recallBox{Recall: r, Pill: pillOf(r), Strip: stripOf(r)}
	if !r.Deadline.IsZero() && !r.State.Terminal() {
		b.Left = max(0, r.Deadline.Sub(v.now))
	}
	if v.may(access.Recall) {
		b.Cancels = r.State.CanBecome(models.Cancelled)
		b.Retries = r.State == models.Failed || r.State == models.Refused || r.State == models.Unknown
	}
	return b
}

// recallReport reads the whole life of a recall.
func (v *visit) recallReport(r models.Recall) (recallPage, error) {
	told, err := report.Read(v.ctx(), v.Store, v.scope, r, v.now)
	if err != nil {
		return recallPage{}, fmt.Errorf("report of recall %s: %w", r.ID, err)
	}
	return recallPage{v.recallBox(r), told, resultClass[told.Result]}, nil
}

func (v *visit) recallStream() error {
	box, err := v.recallByID()
	if err != nil {
		return err
	}
	return v.stream(&recallFeed{v, box.ID})
}

// recallFeed keeps the page of one recall live.
type recallFeed struct {
	*visit

	id models.RecallID
}

func (f *recallFeed) all(b *bytes.Buffer) error {
	r, err := f.Store.Recall(f.ctx(), f.scope, f.id)
	if err != nil {
		return fmt.Errorf("recall %s: %w", f.id, err)
	}
	f.now = f.Now()
	page, err := f.recallReport(r)
	if err != nil {
		return err
	}
	return f.partial(b, "#recall", "innerMorph", "recall_page", page)
}

func (f *recallFeed) some(b *bytes.Buffer, batch []models.Change) error {
	for _, c := range batch {
		if c.Kind == models.RecallChanged && c.ID == string(f.id) {
			return f.all(b)
		}
	}
	return nil
}

func (v *visit) cancelRecall() error { return v.steer(v.Door.Cancel) }

func (v *visit) retryRecall() error { return v.steer(v.Door.Retry) }

// steer does to one recall what the door does, and shows the recall that it left.
func (v *visit) steer(
	do func(context.Context, models.Caller, models.RecallID, models.Reason) (models.Recall, error),
) error {
	r, err := do(v.ctx(), v.caller, models.RecallID(v.gin.Param("id")), models.Reason{})
	if err != nil {
		return err //nolint:wrapcheck // a refusal with its own sentence
	}
	if v.inSheet() {
		return v.part(http.StatusOK, "watch", v.recallBox(r))
	}
	v.redirect("/recalls/" + string(r.ID))
	return nil
}

// reason reads the reason picker; the door judges it.
func (v *visit) reason() models.Reason {
	return models.Reason{Code: models.ReasonCode(v.field("reason", 64)), Note: v.field("note", 8*access.MaxNote)}
}

// previews is what recalls of messages would meet. What the door refuses altogether
// stands in each of the answers.
func (v *visit) previews(ids []models.MessageID) ([]access.Result, error) {
	results, err := v.Door.Preview(v.ctx(), v.caller, ids)
	switch {
	case err == nil:
		return results, nil
	case access.Words(err) == "":
		return nil, err //nolint:wrapcheck // the door says what failed
	}
	results = make([]access.Result, len(ids))
	for i := range results {
		results[i].Err = err
	}
	return results, nil
}

// preview asks the door what a recall of one message would meet.
func (v *visit) preview(id models.MessageID) (access.Preview, error) {
	results, err := v.Door.Preview(v.ctx(), v.caller, []models.MessageID{id})
	if err != nil {
		return access.Preview{}, err //nolint:wrapcheck // a refusal with its own sentence
	}
	return results[0].Preview, results[0].Err
}
