package console

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/server/access"
)

// Sweeper orders, runs and cancels sweeps, in the rights of whoever asks; *access.Sweeps does.
type Sweeper interface {
	Preview(ctx context.Context, c models.Caller, t models.Trigger, o models.SweepOrder) (models.Sweep, error)
	Run(ctx context.Context, c models.Caller, id models.SweepID) (models.Sweep, error)
	Cancel(ctx context.Context, c models.Caller, id models.SweepID, reason string) (models.Sweep, error)
	Get(ctx context.Context, c models.Caller, id models.SweepID) (models.Sweep, error)
	List(ctx context.Context, c models.Caller, f models.SweepFilter) ([]models.Sweep, string, error)
	Items(ctx context.Context, c models.Caller, id models.SweepID, f models.SweepItemFilter) ([]models.SweepItem, string, error)
	Sample(ctx context.Context, c models.Caller, sw models.Sweep) ([]models.Message, error)
	Reach(ctx context.Context, sw models.Sweep) (conversations int, takes time.Duration, err error)
}

// sweepsView lists sweeps, newest first, below the form of a new one.
type sweepsView struct {
	shell
	Form  sweepForm
	Rows  []models.Sweep
	Next  string
	First string
}

// sweepForm is the order of a sweep as it is typed.
type sweepForm struct {
	models.SweepOrder

	Kinds   []models.SweepKind
	Spares  []models.SweepWhy // whom the visitor may include; empty for none
	Reasons []models.ReasonCode
	Picked  models.ReasonCode
	Note    string
	Since   string
	Until   string
	Error   string
}

func (v *visit) sweepsPage() error {
	form := v.sweepForm()
	form.SweepOrder = models.SweepOrder{
		Kind: models.SweepKind(v.query("kind")), App: cmp.Or(v.query("app"), v.onlyApp()), Sender: v.query("sender"),
		Conversation: v.query("conversation"), Message: models.MessageID(v.query("message")),
	}
	if err := known(v, string(form.Kind), models.SweepKinds); err != nil {
		return err
	}
	return v.renderSweeps(http.StatusOK, form)
}

// sweepForm is the form with what it offers.
func (v *visit) sweepForm() sweepForm {
	f := sweepForm{Kinds: models.SweepKinds, Reasons: models.ReasonCodes, Picked: models.SpamOrScam}
	if v.caller.Grant == models.GrantOperator {
		f.Spares = models.Spares
	}
	return f
}

func (v *visit) renderSweeps(status int, form sweepForm) error {
	found, next, err := v.Sweeps.List(v.ctx(), v.caller, models.SweepFilter{Page: models.Page{Cursor: v.query("cursor"), Limit: pageRows}})
	if err != nil {
		return fmt.Errorf("list sweeps: %w", err)
	}
	view := sweepsView{Form: form, Rows: found}
	if view.shell, err = v.shell("sweeps", v.words.T("sweeps.title"), ""); err != nil {
		return err
	}
	view.Next, view.First = pages("/sweeps", values("cursor", v.query("cursor")), next)
	return v.render(status, "sweeps", view)
}

// previewSweep settles which messages a sweep would take back. Nothing is taken back by it.
func (v *visit) previewSweep() error {
	form := v.sweepForm()
	order, err := v.typedSweep(&form)
	if err == nil {
		var sw models.Sweep
		if sw, err = v.Sweeps.Preview(v.ctx(), v.caller, models.FromConsole, order); err == nil {
			v.redirect("/sweeps/" + string(sw.ID))
			return nil
		}
	}
	if !errors.Is(err, models.ErrInvalid) {
		return err //nolint:wrapcheck // a refusal with its own sentence
	}
	form.Error = access.Words(err)
	return v.renderSweeps(http.StatusUnprocessableEntity, form)
}

// typedSweep reads the form, and keeps in it what was typed.
func (v *visit) typedSweep(f *sweepForm) (models.SweepOrder, error) {
	r := v.reason()
	f.Since, f.Until, f.Picked, f.Note = v.field("since", 20), v.field("until", 20), r.Code, r.Note
	f.SweepOrder = models.SweepOrder{
		Kind: models.SweepKind(v.field("kind", 20)), App: v.field("app", fieldText), Conversation: v.field("conversation", 2*fieldText),
		Sender: v.field("sender", fieldText), Message: models.MessageID(v.field("message", 64)), Reason: r,
	}
	for _, who := range v.gin.PostFormArray("include") {
		f.Include = append(f.Include, models.SweepWhy(who))
	}
	since, err := v.minute(f.Since)
	if err != nil {
		return f.SweepOrder, err
	}
	until, err := v.minute(f.Until)
	o := f.SweepOrder
	o.Since, o.Until = since, until
	return o, err
}

// minute reads a time as the browser's field gives it, by the clock of its zone.
func (v *visit) minute(text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	t, err := time.ParseInLocation("2006-01-02T15:04", text, v.zone())
	if err != nil {
		return t, invalid(v.words.T("filter.unknown", Visible(text)))
	}
	return t.UTC(), nil
}
