package console

import (
	"bytes"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/server/access"
)

// nowView is the start of a shift: everything that may need somebody, on one screen.
type nowView struct {
	shell
	Now nowBoard
}

// nowBoard is the part of the page that changes. A part that the visitor has no power
// to see is nil.
type nowBoard struct {
	Waiting  []number
	Hands    []number
	Failed   []number
	Coverage *uncovered
	Breakers *stopped
	Changes  *changes
	Holds    *number
}

// uncovered is where something was never seen.
type uncovered struct{ Worst []models.Uncovered }

// stopped is what stops automatic recalls.
type stopped struct{ Open []breakerLine }

// Emergency reports whether a person stopped all automatic recalls.
func (s stopped) Emergency() bool {
	return slices.ContainsFunc(s.Open, func(b breakerLine) bool { return b.Kind == models.StopBreaker })
}

// changes are the versions of the policy that came into force lately.
type changes struct{ Versions []models.PolicyVersion }

const (
	// nowTo is how far the numbers of this page count.
	nowTo = 1001
	// lately is how far back this page looks.
	lately = 24 * time.Hour
	// nowLines is how many lines its lists have.
	nowLines = 5
)

// nowPage is where the console begins. Whoever signed in by the chat has the page of
// their groups for that.
func (v *visit) nowPage() error {
	if v.inChat {
		v.redirect("/groups")
		return nil
	}
	board, err := v.nowBoard()
	if err != nil {
		return err
	}
	view := nowView{Now: board}
	if view.shell, err = v.shell("now", v.words.T("now.title"), "/stream"); err != nil {
		return err
	}
	return v.render(http.StatusOK, "now", view)
}

func (v *visit) nowBoard() (b nowBoard, err error) {
	parts := []func(*nowBoard) error{v.nowRules, v.nowBreakers, v.nowHolds}
	if v.scope.All || len(v.scope.Groups) > 0 {
		parts = append(parts, v.nowQueue, v.nowFailed, v.nowCoverage)
	}
	for _, part := range parts {
		if err := part(&b); err != nil {
			return b, err
		}
	}
	return b, nil
}

func (v *visit) nowQueue(b *nowBoard) error {
	n, err := v.Store.QueueNow(v.ctx(), v.scope, v.caller.Actor, nowTo)
	if err != nil {
		return fmt.Errorf("count what waits: %w", err)
	}
	for _, s := range slices.Backward(models.Severities) {
		class := map[models.Severity]string{models.Critical: "red", models.High: "red", models.Medium: "amber"}[s]
		b.Waiting = append(b.Waiting, figureOf(class, n.Severities[s], "severity."+string(s), at("/queue", values("severity", string(s)))))
	}
	b.Hands = []number{
		figureOf("amber", n.Closing, "now.closing", "/queue?tab=closing"),
		figureOf("teal", n.Mine, "now.mine", "/queue?tab=mine"),
		figureOf("amber", n.Escalated, "now.escalated", "/queue?tab=escalated"),
		figureOf("", n.Returning, "now.returning", "/queue?tab=parked"),
	}
	return nil
}

// troubles are the states in which a recall needs somebody, with what they look like
// and whether only the latest count.
var troubles = []struct {
	state models.RecallState
	class string
	late  bool
}{
	{models.Unknown, "violet", false},
	{models.Failed, "red", true},
	{models.Refused, "red", true},
	{models.Expired, "red", true},
	{models.Accepted, "amber", false},
}

func (v *visit) nowFailed(b *nowBoard) error {
	since := map[bool]time.Time{true: v.now.Add(-lately)} // of those of which only the latest count
	counts := map[bool]map[models.RecallState]int{}
	for _, late := range []bool{false, true} {
		var states []models.RecallState
		for _, t := range troubles {
			if t.late == late {
				states = append(states, t.state)
			}
		}
		var err error
		if counts[late], err = v.Store.RecallCounts(v.ctx(), v.scope, states, since[late], nowTo); err != nil {
			return fmt.Errorf("count recalls: %w", err)
		}
	}
	for _, t := range troubles {
		q := values("state", string(t.state))
		if t.late {
			q.Set("since", "24h")
		}
		b.Failed = append(b.Failed, figureOf(t.class, counts[t.late][t.state], "now.recall."+string(t.state), at("/recalls", q)))
	}
	return nil
}

func (v *visit) nowCoverage(b *nowBoard) error {
	worst, err := v.Store.Uncovered(v.ctx(), v.scope, nowLines)
	if err != nil {
		return fmt.Errorf("what was not seen: %w", err)
	}
	b.Coverage = &uncovered{worst}
	return nil
}

func (v *visit) nowBreakers(b *nowBoard) error {
	if !v.may(access.SeeBreakers) {
		return nil
	}
	open, _, err := v.Store.Breakers(v.ctx(), models.BreakerFilter{Open: true, Page: models.Page{Limit: nowLines}})
	if err != nil {
		return fmt.Errorf("open breakers: %w", err)
	}
	b.Breakers = &stopped{}
	for _, one := range open {
		b.Breakers.Open = append(b.Breakers.Open, v.breakerLine(one))
	}
	return nil
}

func (v *visit) nowRules(b *nowBoard) error {
	if !v.may(access.SeeRules) {
		return nil
	}
	versions, err := v.Store.PolicyChanges(v.ctx(), v.now.Add(-lately), nowLines)
	if err != nil {
		return fmt.Errorf("changes of the rules: %w", err)
	}
	b.Changes = &changes{versions}
	return nil
}

func (v *visit) nowHolds(b *nowBoard) error {
	if !v.may(access.SeeHolds) {
		return nil
	}
	open, _, err := v.Store.LegalHolds(v.ctx(), models.LegalHoldFilter{Open: true, Page: models.Page{Limit: countTo}})
	if err != nil {
		return fmt.Errorf("legal holds: %w", err)
	}
	b.Holds = &number{classUnlessZero("", len(open)), count(len(open)), "now.holds", "/holds"}
	return nil
}

func figureOf(class string, n int, key, url string) number {
	f := number{classUnlessZero(class, n), strconv.Itoa(n), key, url}
	if n >= nowTo {
		f.Count = "1,000+"
	}
	return f
}

func (v *visit) nowStream() error { return v.stream(&nowFeed{visit: v}) }

// nowFeed keeps the page live. It is read anew once a second at most, and with every
// heartbeat, since time alone changes what is soon.
type nowFeed struct {
	*visit

	due bool
}

func (f *nowFeed) all(b *bytes.Buffer) error {
	f.now = f.Now()
	board, err := f.nowBoard()
	if err != nil {
		return err
	}
	f.due = false
	return f.partial(b, "#now", "innerMorph", "now_board", board)
}

func (f *nowFeed) some(*bytes.Buffer, []models.Change) error {
	f.due = true
	return nil
}

func (f *nowFeed) tick(b *bytes.Buffer) error {
	if !f.due {
		return nil
	}
	return f.all(b)
}

func (f *nowFeed) beat(b *bytes.Buffer) error { return f.all(b) }
