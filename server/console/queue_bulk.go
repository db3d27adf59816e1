package console

import (
	"fmt"
	"net/http"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/server/access"
)

// maxBulk is how many cases are decided at once; for more there are sweeps.
const maxBulk = 50

// bulkView is several cases before they are decided together, or after.
type bulkView struct {
	shell
	Rows       []bulkRow
	Recallable int
	Done       bool
	Failed     int
	Reasons    []models.ReasonCode
	Picked     models.ReasonCode
	Note       string
	Error      string
}

// bulkRow is one of them.
type bulkRow struct {
	caseRow

	Sentence Sentence
	Verdict  models.Verdict  // how it was decided
	Recall   models.RecallID // that follows from it
	Error    string          // why it was not decided
}

// bulkPage shows several cases with what a recall of each would meet, before
// anything is done.
func (v *visit) bulkPage() error {
	view, err := v.bulk(v.gin.QueryArray("id"))
	if err != nil {
		return err
	}
	return v.renderBulk(http.StatusOK, view)
}

func (v *visit) renderBulk(status int, view bulkView) (err error) {
	if view.shell, err = v.shell("queue", v.words.T("bulk.title"), ""); err != nil {
		return err
	}
	return v.render(status, "bulk", view)
}

// bulk reads the cases that wait of those that were chosen.
func (v *visit) bulk(ids []string) (view bulkView, err error) {
	view = bulkView{Reasons: models.ReasonCodes, Picked: models.SensitiveInformation}
	switch {
	case len(ids) == 0:
		return view, invalid(v.words.T("bulk.none"))
	case len(ids) > maxBulk:
		return view, invalid(v.words.T("bulk.many", maxBulk))
	}
	cases, err := v.cases(ids)
	if err != nil {
		return view, err
	}
	if view.Rows, err = v.bulkRows(cases); err != nil {
		return view, err
	}
	for _, row := range view.Rows {
		if row.Sentence.Class != "no" {
			view.Recallable++
		}
	}
	return view, nil
}

// cases are those with these ids, in their order. One that is not there, or not for
// this visitor, is an error.
func (v *visit) cases(names []string) ([]models.Case, error) {
	ids := make([]models.CaseID, len(names))
	for i, name := range names {
		ids[i] = models.CaseID(name)
	}
	found, err := v.Store.CasesIn(v.ctx(), v.scope, ids)
	if err != nil {
		return nil, fmt.Errorf("cases of the queue: %w", err)
	}
	cases := make([]models.Case, len(ids))
	for i, id := range ids {
		var ok bool
		if cases[i], ok = found[id]; !ok {
			return nil, fmt.Errorf("case %s: %w", id, models.ErrNotFound)
		}
	}
	return cases, nil
}

// bulkRows asks for the messages of cases together, and the door once for all.
func (v *visit) bulkRows(cases []models.Case) ([]bulkRow, error) {
	ids := make([]models.MessageID, len(cases))
	for i, c := range cases {
		ids[i] = c.Message
	}
	messages, err := v.Store.MessagesIn(v.ctx(), v.scope, ids)
	if err != nil {
		return nil, fmt.Errorf("messages of %d cases: %w", len(cases), err)
	}
	foreseen, err := v.previews(ids)
	if err != nil {
		return nil, err
	}
	rows := make([]bulkRow, len(cases))
	for i, c := range cases {
		m, ok := messages[c.Message]
		if !ok {
			return nil, fmt.Errorf("message of case %s: %w", c.ID, models.ErrNotFound)
		}
		if rows[i], err = v.bulkRow(c, m, foreseen[i]); err != nil {
			return nil, err
		}
	}
	return rows, nil
}

func (v *visit) bulkRow(c models.Case, m models.Message, foreseen access.Result) (bulkRow, error) {
	row := bulkRow{caseRow: v.caseRow(c, m)}
	if c.State != models.CaseOpen {
		row.Error = v.words.T("queue.lost", Visible(c.DecidedBy), c.DecidedAt.UTC().Format("15:04:05"), v.words.T("verdict."+string(c.Verdict)))
		return row, nil
	}
	var err error
	row.Sentence, _, err = v.foretold(m, foreseen.Preview, foreseen.Err, &standing{})
	return row, err
}

// decideBulk decides each of the cases by itself: one that cannot be decided says
// why, and the others go on.
func (v *visit) decideBulk() error {
	verdict, reason := models.Verdict(v.field("verdict", 16)), v.reason()
	view, err := v.bulk(v.gin.PostFormArray("id"))
	if err != nil {
		return err
	}
	view.Picked, view.Note = reason.Code, reason.Note
	if verdict == models.VerdictRecall {
		if _, err := access.CleanReason(reason); err != nil {
			view.Error = access.Words(err)
			return v.renderBulk(http.StatusUnprocessableEntity, view)
		}
	} else {
		reason = models.Reason{}
	}
	view.Done = true
	for i := range view.Rows {
		if view.Rows[i].Error == "" {
			v.decideRow(&view.Rows[i], verdict, reason)
		}
		if view.Rows[i].Error != "" {
			view.Failed++
		}
	}
	return v.renderBulk(http.StatusOK, view)
}

func (v *visit) decideRow(row *bulkRow, verdict models.Verdict, reason models.Reason) {
	c, rec, err := v.Door.DecideCase(v.ctx(), v.caller, models.FromConsole, row.ID, verdict, reason)
	if err != nil {
		_, _, row.Error = v.explain(v.lostRace(c, err))
		return
	}
	row.Verdict = verdict
	if rec != nil {
		row.Recall = rec.ID
	}
}
