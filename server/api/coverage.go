package api

import (
	"context"
	"fmt"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/server/access"
)

// coverageView says how much of a conversation was seen. What is not known is
// left out, never given as zero.
type coverageView struct {
	Seen       int64    `json:"seen"`
	Missing    *int64   `json:"missing,omitzero"`
	Late       *int64   `json:"late,omitzero"`
	Backfilled *int64   `json:"backfilled,omitzero"`
	Tips       *int64   `json:"tips,omitzero"`
	Gone       *int64   `json:"gone,omitzero"`
	Percent    *float64 `json:"percent,omitzero"`
	First      int64    `json:"first,omitzero"`
	Through    int64    `json:"through,omitzero"`
	Newest     int64    `json:"newest,omitzero"`
	AskedAt    moment   `json:"asked_at,omitzero"`
	WhyNot     string   `json:"why_not,omitzero"`
}

func viewCoverage(c models.Conversation, covered models.Coverage) coverageView {
	v := coverageView{Seen: c.Messages, AskedAt: moment(covered.AskedAt), WhyNot: c.Kind.Uncounted()}
	if c.Kind == models.Direct {
		v.Backfilled = &covered.Backfilled
	}
	if !covered.Numbered {
		return v
	}
	percent := covered.Percent()
	v.Missing, v.Late, v.Backfilled, v.Tips, v.Gone = &covered.Missing, &covered.Late, &covered.Backfilled, &covered.Tips, &covered.Gone
	v.Percent, v.First, v.Through, v.Newest = &percent, covered.First, covered.Through, covered.Newest
	return v
}

// holeView is a range of numbers that are or were missing.
type holeView struct {
	First       int64          `json:"first"`
	Last        int64          `json:"last"`
	FoundAt     moment         `json:"found_at"`
	ClosedAt    moment         `json:"closed_at,omitzero"`
	How         models.Closing `json:"how,omitzero"`
	Tries       int            `json:"tries,omitzero"`
	Code        string         `json:"code,omitzero"`
	Explanation string         `json:"explanation,omitzero"`
}

func viewHole(h models.Hole) holeView {
	return holeView{h.First, h.Last, moment(h.FoundAt), moment(h.ClosedAt), h.How, h.Tries, h.Code, h.Words}
}

// covered returns the coverage of conversations that the caller may see.
func (a *API) covered(ctx context.Context, cs ...models.Conversation) (map[models.ConversationID]models.Coverage, error) {
	ids := make([]models.ConversationID, len(cs))
	for i, c := range cs {
		ids[i] = c.ID
	}
	covered, err := a.store.Coverages(ctx, ids)
	if err != nil {
		return nil, fmt.Errorf("coverage of %d conversations: %w", len(ids), err)
	}
	return covered, nil
}

// holes lists the latest holes of a conversation, those that are open first.
func (a *API) holes(ctx context.Context, id models.ConversationID) ([]holeView, error) {
	views := []holeView{}
	for _, open := range []bool{true, false} {
		found, err := a.store.Holes(ctx, id, open)
		if err != nil {
			return nil, fmt.Errorf("holes of conversation %s: %w", id, err)
		}
		for _, h := range found {
			views = append(views, viewHole(h))
		}
	}
	return views, nil
}

// usualDays is how far back coverage is told where nobody says how far.
const usualDays = 30 * 24 * time.Hour

type coverageQuery struct {
	App   string    `query:"app" validate:"max=100,plain"`
	Since time.Time `query:"since"`
}

// dayView is what passed in one app on one day.
type dayView struct {
	App        string  `json:"app"`
	Day        string  `json:"day"`
	Seen       int64   `json:"seen"`
	Late       int64   `json:"late"`
	Backfilled int64   `json:"backfilled"`
	Tips       int64   `json:"tips"`
	Gone       int64   `json:"gone"`
	Missing    int64   `json:"missing"`
	Percent    float64 `json:"percent"`
}

func viewDay(d models.DayCoverage) dayView {
	return dayView{d.App, d.Day.Format(time.DateOnly), d.Seen, d.Late, d.Backfilled, d.Tips, d.Gone, d.Missing, d.Percent()}
}

// listCoverage answers GET /coverage, for operators and auditors: by app and day,
// the newest day first.
func (a *API) listCoverage(c *gin.Context) error {
	if err := access.CheckCoverage(caller(c)); err != nil {
		return err
	}
	q, err := bindQuery[coverageQuery](c)
	if err != nil {
		return err
	}
	if q.Since.IsZero() {
		q.Since = a.now().Add(-usualDays)
	}
	days, err := a.store.CoverageDays(c.Request.Context(), q.App, q.Since)
	if err != nil {
		return fmt.Errorf("coverage by day: %w", err)
	}
	return answerList(c, days, "", viewDay)
}
