package console

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/server/access"
)

// recallView is the page of one recall: what became of it, and when.
type recallView struct {
	shell
	Recall recallBox
}

// recallBox is the live part of a recall's page.
type recallBox struct {
	models.Recall

	Pill    *recallPill
	Strip   []step
	Visible time.Duration // from posting to confirmation, 0 while not confirmed
	Left    time.Duration // until it is too late, 0 where no limit is known or it is over
	Cancels bool
	Retries bool
}

func (v *visit) recallPage() error {
	box, err := v.recallByID()
	if err != nil {
		return err
	}
	view := recallView{Recall: box}
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
	if !r.ConfirmedAt.IsZero() && !r.SentAtPlatform.IsZero() {
		b.Visible = max(0, r.ConfirmedAt.Sub(r.SentAtPlatform))
	}
	if !r.Deadline.IsZero() && !r.State.Terminal() {
		b.Left = max(0, r.Deadline.Sub(v.now))
	}
	if v.may(recalls) {
		b.Cancels = r.State.CanBecome(models.Cancelled)
		b.Retries = r.State == models.Failed || r.State == models.Refused || r.State == models.Unknown
	}
	return b
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
	return f.partial(b, "#recall", "innerMorph", "recall_box", f.recallBox(r))
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
	v.redirect("/recalls/" + string(r.ID))
	return nil
}

// reason reads the reason picker; the door judges it.
func (v *visit) reason() models.Reason {
	return models.Reason{Code: models.ReasonCode(v.field("reason", 64)), Note: v.field("note", 8*access.MaxNote)}
}

// preview asks the door what a recall of one message would meet.
func (v *visit) preview(id models.MessageID) (access.Preview, error) {
	results, err := v.Door.Preview(v.ctx(), v.caller, []models.MessageID{id})
	if err != nil {
		return access.Preview{}, err //nolint:wrapcheck // a refusal with its own sentence
	}
	return results[0].Preview, results[0].Err
}
