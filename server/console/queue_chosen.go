package console

import (
	"fmt"
	"slices"
	"time"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/server/access"
)

// neighbours is how many messages before and after one are shown with it.
const neighbours = 3

// chosenCase is the case beside the list, with its message.
type chosenCase struct {
	models.Case

	Place   int // in the list, from 1; 0 where it does not wait there
	Of      int
	Why     string // of the place
	Message messageBox
	Before  []said
	After   []said
	Notes   []models.CaseNote
	Decides bool
	Claim   claimed
	Skipped bool
	Parked  bool
	Alike   []models.CaseID // others of the list that are about the same
	Query   string          // the filter, for what leads back to the list
	Next    string          // URL of the one that comes when this one is dealt with; empty where none waits
}

// Ask is where a recall is asked for that decides the case.
func (c *chosenCase) Ask() string { return askURL(c.Case.Message, c.ID, c.Query) }

// claimed says who works on a case, and for how long it stays theirs if they go away.
type claimed struct {
	By    string // empty for nobody
	Mine  bool
	Until time.Time
}

func (v *visit) claimed(c models.Case) claimed {
	if c.State != models.CaseOpen || !v.now.Before(c.ClaimedUntil) {
		return claimed{}
	}
	return claimed{c.ClaimedBy, c.ClaimedBy == v.caller.Actor, c.ClaimedUntil}
}

// said is a message as it stands beside another.
type said struct {
	ID     models.MessageID
	Sender string
	SentAt time.Time
	Said   []piece
	Gone   bool
}

func (v *visit) chosen(id models.CaseID, view queueView) (*chosenCase, error) {
	c, err := v.Store.Case(v.ctx(), v.scope, id)
	if err != nil {
		return nil, fmt.Errorf("case %s: %w", id, err)
	}
	chosen := &chosenCase{
		Case: c, Of: view.Counts.Waiting, Query: view.Filter.values().Encode(), Decides: v.may(access.Decide) && c.State == models.CaseOpen,
		Claim: v.claimed(c), Parked: v.now.Before(c.ParkedUntil), Skipped: view.Filter.Tab == "skipped",
	}
	chosen.placed(view.Rows)
	if chosen.Message, err = v.messageBox(c.Message); err != nil {
		return nil, err
	}
	if chosen.Before, chosen.After, err = v.beside(c.Message); err != nil {
		return nil, err
	}
	if chosen.Notes, err = v.Store.CaseNotes(v.ctx(), v.scope, id); err != nil {
		return nil, fmt.Errorf("notes of case %s: %w", id, err)
	}
	chosen.alike(view.Rows)
	chosen.next(view.Rows)
	return chosen, nil
}

func (c *chosenCase) placed(rows []caseRow) {
	i := slices.IndexFunc(rows, func(r caseRow) bool { return r.ID == c.ID })
	if i >= 0 {
		c.Place, c.Why = i+1, rows[i].Why
	}
}

// next is the first of the list that nobody else works on, as after a decision.
func (c *chosenCase) next(rows []caseRow) {
	i := slices.IndexFunc(rows, func(r caseRow) bool { return r.ID != c.ID && r.With == "" })
	if i >= 0 {
		c.Next = rows[i].URL
	}
}

// alike finds which others of the list are about the same values.
func (c *chosenCase) alike(rows []caseRow) {
	here := slices.IndexFunc(rows, func(r caseRow) bool { return r.ID == c.ID })
	if here < 0 || rows[here].Alike == 0 {
		return
	}
	for _, r := range rows {
		if r.like == rows[here].like && r.ID != c.ID {
			c.Alike = append(c.Alike, r.ID)
		}
	}
}

// beside reads what was said just before a message and just after it.
func (v *visit) beside(id models.MessageID) (before, after []said, err error) {
	b, a, err := v.Store.Neighbours(v.ctx(), v.scope, id, neighbours)
	if err != nil {
		return nil, nil, fmt.Errorf("around message %s: %w", id, err)
	}
	return v.allSaid(b), v.allSaid(a), nil
}

func (v *visit) allSaid(messages []models.Message) []said {
	var all []said
	for _, m := range messages {
		all = append(all, said{m.ID, m.Sender, m.SentAt, v.said(m, rowText), m.State != models.Visible})
	}
	return all
}
