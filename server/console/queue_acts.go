package console

import (
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/server/access"
)

// parkFor are the times for which a case can be parked, in minutes.
var parkFor = []int{15, 60, 240, 1440}

func (v *visit) decideCase() error {
	verdict, r := models.Verdict(v.field("verdict", 16)), v.reason()
	if verdict == models.VerdictAllow && r.Note == "" {
		r = models.Reason{}
	}
	if verdict == models.VerdictAllow && r.Note != "" && r.Code == "" {
		r.Code = models.Other // that it may stay needs no reason of a list
	}
	c, rec, err := v.Door.DecideCase(v.ctx(), v.caller, models.FromConsole, models.CaseID(v.gin.Param("id")), verdict, r)
	if errors.Is(err, models.ErrConflict) {
		return v.lostRace(c, err)
	}
	if errors.Is(err, models.ErrInvalid) && verdict == models.VerdictRecall {
		return v.askCaseAgain(r, err)
	}
	if err != nil {
		return err //nolint:wrapcheck // a refusal with its own sentence
	}
	q := values("decided", string(c.ID))
	if rec != nil {
		q.Set("recall", string(rec.ID))
	}
	v.backToQueue(q)
	return nil
}

// askCaseAgain shows the form of a recall that decides a case once more.
func (v *visit) askCaseAgain(r models.Reason, why error) error {
	c, err := v.Store.Case(v.ctx(), v.scope, models.CaseID(v.gin.Param("id")))
	if err != nil {
		return err //nolint:wrapcheck // it says what was looked for
	}
	return v.askAgain(c.Message, r, why)
}

// backToQueue shows the next case of the list as it was filtered.
func (v *visit) backToQueue(q url.Values) {
	back, err := url.ParseQuery(v.field("back", fieldText))
	if err == nil {
		for _, name := range []string{"tab", "severity", "rule", "app"} {
			if value := back.Get(name); value != "" {
				q.Set(name, value)
			}
		}
	}
	if v.inSheet() {
		v.gin.Header("HX-Redirect", at("/queue", q))
		v.gin.Status(http.StatusOK)
		return
	}
	v.redirect(at("/queue", q))
}

// lostRace says who was first, and when, or who works on it.
func (v *visit) lostRace(c models.Case, err error) error {
	switch {
	case c.ID == "":
		return err
	case c.State == models.CaseOpen:
		return v.conflict(err, v.words.T("queue.taken", Visible(c.ClaimedBy), c.ClaimedUntil.UTC().Format("15:04:05")))
	}
	return v.conflict(err, v.words.T("queue.lost",
		Visible(c.DecidedBy), c.DecidedAt.UTC().Format("15:04:05"), v.words.T("verdict."+string(c.Verdict))))
}

func (v *visit) conflict(err error, words string) error {
	return &access.Refusal{Kind: models.ErrConflict, Cause: err, Words: words}
}

func (v *visit) skipCase() error   { return v.act(access.SkipCase) }
func (v *visit) unskipCase() error { return v.act(access.UnskipCase) }
func (v *visit) parkCase() error   { return v.act(access.ParkCase) }
func (v *visit) raiseCase() error  { return v.act(access.EscalateCase) }
func (v *visit) noteCase() error   { return v.act(access.NoteCase) }

// act does something with a case short of deciding it, and shows the next one, or
// after a note the same.
func (v *visit) act(kind access.CaseActKind) error {
	id := models.CaseID(v.gin.Param("id"))
	act := access.CaseAct{Kind: kind, Note: v.field("note", 8*access.MaxNote)}
	if minutes, err := strconv.Atoi(v.field("minutes", 8)); err == nil && minutes > 0 {
		act.Until = v.now.Add(time.Duration(minutes) * time.Minute)
	}
	c, err := v.Door.Act(v.ctx(), v.caller, id, act)
	if errors.Is(err, models.ErrConflict) {
		return v.lostRace(c, err)
	}
	if err != nil {
		return err //nolint:wrapcheck // a refusal with its own sentence
	}
	if kind == access.NoteCase || kind == access.UnskipCase || kind == access.ParkCase && act.Until.IsZero() {
		v.redirect("/queue/" + string(id))
		return nil
	}
	v.backToQueue(values("did", string(kind)))
	return nil
}

// queueNotice says what the last click did, after a decision with a link to its recall.
func (v *visit) queueNotice() *noticeView {
	if did := v.query("did"); did == string(access.SkipCase) || did == string(access.ParkCase) || did == string(access.EscalateCase) {
		return &noticeView{Words: v.words.T("queue.did." + did)}
	}
	id := models.CaseID(v.query("decided"))
	if id == "" {
		return nil
	}
	c, err := v.Store.Case(v.ctx(), v.scope, id)
	if err != nil || c.State != models.CaseDecided {
		return nil // only words to go with a page that is good without them
	}
	n := &noticeView{Words: v.words.T("queue.decided." + string(c.Verdict))}
	if c.Verdict == models.VerdictRecall {
		n.Watch = v.watched(models.RecallID(v.query("recall")))
	}
	return n
}

// watched is the recall that a decision asked for, nil where it cannot be shown.
func (v *visit) watched(id models.RecallID) *recallBox {
	r, err := v.Store.Recall(v.ctx(), v.scope, id)
	if err != nil {
		return nil
	}
	box := v.recallBox(r)
	return &box
}

// claim makes the case beside the list the visitor's while the page is open. Where
// somebody else works on it, it is only looked at.
func (v *visit) claim(id models.CaseID) error {
	_, err := v.Door.Act(v.ctx(), v.caller, id, access.CaseAct{Kind: access.ClaimCase})
	if errors.Is(err, models.ErrConflict) || errors.Is(err, models.ErrForbidden) {
		return nil
	}
	return err //nolint:wrapcheck // a refusal with its own sentence
}
