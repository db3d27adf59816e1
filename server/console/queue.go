package console

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/server/access"
)

// queueRows is how many of the waiting cases are shown at once.
const queueRows = 30

// queueView is the queue: the cases that wait on the left, one of them beside.
type queueView struct {
	shell
	Waiting int // how many wait, as far as was counted
	Rows    []caseRow
	Chosen  *chosenCase
}

// caseRow is one waiting case in the list.
type caseRow struct {
	models.Case

	Said   []piece
	Found  []foundView
	Sender string
	Waits  time.Duration
	Left   time.Duration // until it cannot be taken back; 0 where no limit is known
	Here   bool          // it is the one beside the list
}

// chosenCase is the case beside the list, with its message.
type chosenCase struct {
	models.Case

	Place   int // in the list, from 1; 0 where it does not wait any more
	Of      int
	Message messageBox
	Decides bool
	Reasons []models.ReasonCode
	Picked  models.ReasonCode
}

func (v *visit) queuePage() error {
	view, err := v.queue(models.CaseID(v.gin.Param("id")))
	if err != nil {
		return err
	}
	stream := "/queue/stream"
	if view.Chosen != nil {
		stream = "/queue/" + string(view.Chosen.ID) + "/stream"
	}
	if view.shell, err = v.shell("queue", v.words.T("queue.title"), stream); err != nil {
		return err
	}
	view.Notice = v.decidedNotice()
	return v.render(http.StatusOK, "queue", view)
}

// queue reads the waiting cases and the one that was asked for; without a wish,
// the first.
func (v *visit) queue(wish models.CaseID) (view queueView, err error) {
	open, err := v.waiting()
	if err != nil {
		return view, err
	}
	view.Waiting = len(open)
	if wish == "" && len(open) > 0 {
		wish = open[0].ID
	}
	for _, c := range open[:min(queueRows, len(open))] {
		row, err := v.caseRow(c)
		if err != nil {
			return view, err
		}
		row.Here = c.ID == wish
		view.Rows = append(view.Rows, row)
	}
	if wish != "" {
		view.Chosen, err = v.chosen(wish, open)
	}
	return view, err
}

// waiting lists the open cases, the gravest first, and among equals the one that
// has waited longest.
func (v *visit) waiting() ([]models.Case, error) {
	f := models.CaseFilter{State: models.CaseOpen, Page: models.Page{Limit: models.MaxLimit}}
	open, _, err := v.Store.Cases(v.ctx(), v.scope, f)
	if err != nil {
		return nil, fmt.Errorf("list cases: %w", err)
	}
	slices.SortStableFunc(open, func(a, b models.Case) int {
		return cmp.Or(cmp.Compare(b.Severity.Rank(), a.Severity.Rank()), a.OpenedAt.Compare(b.OpenedAt))
	})
	return open, nil
}

func (v *visit) caseRow(c models.Case) (caseRow, error) {
	m, err := v.Store.Message(v.ctx(), v.scope, c.Message)
	if err != nil {
		return caseRow{}, fmt.Errorf("message of case %s: %w", c.ID, err)
	}
	row := caseRow{Case: c, Said: v.said(m, rowText), Found: v.found(m.Findings), Sender: m.Sender, Waits: max(0, v.now.Sub(c.OpenedAt))}
	if !m.Deadline.IsZero() {
		row.Left = max(0, m.Deadline.Sub(v.now))
	}
	return row, nil
}

func (v *visit) chosen(id models.CaseID, open []models.Case) (*chosenCase, error) {
	c, err := v.Store.Case(v.ctx(), v.scope, id)
	if err != nil {
		return nil, fmt.Errorf("case %s: %w", id, err)
	}
	box, err := v.messageBox(c.Message)
	if err != nil {
		return nil, err
	}
	place := slices.IndexFunc(open, func(o models.Case) bool { return o.ID == id }) + 1
	return &chosenCase{
		Case: c, Place: place, Of: len(open), Message: box, Reasons: models.ReasonCodes,
		Picked: cmp.Or(c.Request.Reason.Code, models.SensitiveInformation), Decides: v.may(access.Decide) && c.State == models.CaseOpen,
	}, nil
}

// decideCase decides and goes on to the next.
func (v *visit) decideCase() error {
	id, verdict := models.CaseID(v.gin.Param("id")), models.Verdict(v.field("verdict", 32))
	reason := v.reason()
	if verdict == models.VerdictAllow && reason.Note == "" {
		reason = models.Reason{} // the picker is for the recall
	}
	c, r, err := v.Door.DecideCase(v.ctx(), v.caller, models.FromConsole, id, verdict, reason)
	if errors.Is(err, models.ErrConflict) {
		return v.lostRace(c, err)
	}
	if err != nil {
		return err //nolint:wrapcheck // a refusal with its own sentence
	}
	q := values("decided", string(c.ID))
	if r != nil {
		q.Set("recall", string(r.ID))
	}
	v.redirect(at("/queue", q))
	return nil
}

// lostRace says who was first, and when.
func (v *visit) lostRace(c models.Case, err error) error {
	if c.ID == "" {
		return err
	}
	return &access.Refusal{Kind: models.ErrConflict, Cause: err, Words: v.words.T("queue.lost",
		Visible(c.DecidedBy), c.DecidedAt.UTC().Format("15:04:05"), v.words.T("verdict."+string(c.Verdict)))}
}

// decidedNotice says what the last click did, with a link to its recall.
func (v *visit) decidedNotice() *noticeView {
	id := models.CaseID(v.query("decided"))
	if id == "" {
		return nil
	}
	c, err := v.Store.Case(v.ctx(), v.scope, id)
	if err != nil || c.State != models.CaseDecided {
		return nil // only words to go with a page that is good without them
	}
	n := &noticeView{Words: v.words.T("queue.decided." + string(c.Verdict))}
	if r := v.query("recall"); r != "" && c.Verdict == models.VerdictRecall {
		n.Class, n.Link, n.To = "amber", "/recalls/"+r, v.words.T("queue.watch")
	}
	return n
}

func (v *visit) queueStream() error {
	return v.stream(&queueFeed{v, models.CaseID(v.gin.Param("id"))})
}

// queueFeed keeps the list of the queue live, and the message beside it.
type queueFeed struct {
	*visit

	chosen models.CaseID
}

func (f *queueFeed) all(b *bytes.Buffer) error {
	f.now = f.Now()
	view, err := f.queue(f.chosen)
	if err != nil {
		return err
	}
	if err := f.partial(b, "#cases", "innerMorph", "case_rows", view); err != nil {
		return err
	}
	if view.Chosen == nil || f.chosen == "" {
		return nil
	}
	return errors.Join(
		f.partial(b, "#post", "innerMorph", "post", view.Chosen.Message),
		f.partial(b, "#exposure", "innerMorph", "exposure", view.Chosen.Message),
		f.partial(b, "#decide", "innerMorph", "decide", *view.Chosen),
	)
}

func (f *queueFeed) some(b *bytes.Buffer, batch []models.Change) error {
	if !touches(batch, models.CaseChanged) && !f.aboutChosen(batch) {
		return nil
	}
	return f.all(b)
}

// aboutChosen spares the queue from being read anew at every message that has no case.
func (f *queueFeed) aboutChosen(batch []models.Change) bool {
	if f.chosen == "" {
		return false
	}
	c, err := f.Store.Case(f.ctx(), f.scope, f.chosen)
	return err == nil && slices.Contains(changedMessages(batch), c.Message)
}
