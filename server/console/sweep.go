package console

import (
	"bytes"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"time"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/server/access"
)

// sweepView is the page of one sweep: what it would take back, or what became of it.
type sweepView struct {
	shell
	Sweep sweepBox
}

// sweepBox is what of the page can change while it is open.
type sweepBox struct {
	models.Sweep

	Conversations int
	Takes         time.Duration // at the platform's rate
	Sample        []said
	Excluded      []whyCount
	Passed        []whyCount
	Steps         []stepCount
	Items         []models.SweepItem
	Runs          bool // it is the visitor's turn to run it
	Agrees        bool // somebody else asked, and the visitor is the second person
	Waits         bool // the visitor asked, and somebody else has to
	Cancels       bool
}

// whyCount is how many messages are left alone for one reason.
type whyCount struct {
	Why models.SweepWhy
	N   int
}

// stepCount is how many of the chosen messages stand at one point of their way.
type stepCount struct {
	Name  string // waiting, under_way, gone, failed, passed
	Class string
	N     int
}

// sweepItems is how many of its messages a page names.
const sweepItems = 50

func (v *visit) sweepPage() error {
	sw, err := v.Sweeps.Get(v.ctx(), v.caller, v.sweepID())
	if err != nil {
		return err //nolint:wrapcheck // a refusal with its own sentence
	}
	var view sweepView
	if view.Sweep, err = v.sweepBox(sw); err != nil {
		return err
	}
	if view.shell, err = v.shell("sweeps", v.words.T("sweep.title"), "/sweeps/"+string(sw.ID)+"/stream"); err != nil {
		return err
	}
	return v.render(http.StatusOK, "sweep", view)
}

func (v *visit) sweepID() models.SweepID { return models.SweepID(v.gin.Param("id")) }

func (v *visit) sweepBox(sw models.Sweep) (b sweepBox, err error) {
	b = sweepBox{Sweep: sw, Excluded: whyCounts(sw.Progress.Excluded), Passed: whyCounts(sw.Progress.Passed), Steps: stepCounts(sw.Progress)}
	own := sw.Actor == v.caller.Actor
	b.Runs = sw.State == models.SweepPreviewed && own && sw.Chosen > 0
	b.Agrees, b.Waits = sw.State == models.SweepAsked && !own, sw.State == models.SweepAsked && own
	b.Cancels = !sw.State.Terminal()
	if b.Conversations, b.Takes, err = v.Sweeps.Reach(v.ctx(), sw); err != nil {
		return b, fmt.Errorf("reach of sweep %s: %w", sw.ID, err)
	}
	sample, err := v.Sweeps.Sample(v.ctx(), v.caller, sw)
	if err != nil {
		return b, fmt.Errorf("sample of sweep %s: %w", sw.ID, err)
	}
	b.Sample = v.allSaid(sample)
	b.Items, _, err = v.Sweeps.Items(v.ctx(), v.caller, sw.ID, models.SweepItemFilter{Page: models.Page{Limit: sweepItems}})
	return b, err //nolint:wrapcheck // a refusal with its own sentence
}

// whyCounts lists reasons in their own order, without those that left nothing alone.
func whyCounts(by map[models.SweepWhy]int) (all []whyCount) {
	for _, why := range models.SweepWhys {
		if by[why] > 0 {
			all = append(all, whyCount{why, by[why]})
		}
	}
	return all
}

// stepCounts adds the chosen messages up by where they stand; together they are all.
func stepCounts(p models.SweepProgress) []stepCount {
	var gone, failed, unknown, way, passed int
	for _, state := range slices.Sorted(maps.Keys(p.Recalls)) {
		switch n := p.Recalls[state]; {
		case state == models.Confirmed, state == models.AlreadyGone:
			gone += n
		case state == models.Unknown:
			unknown += n
		case state.Terminal():
			failed += n
		default:
			way += n
		}
	}
	for _, n := range p.Passed {
		passed += n
	}
	return []stepCount{
		{"waiting", "", p.Waiting},
		{"under_way", "amber", way},
		{"gone", "green", gone},
		{"unknown", "violet", unknown},
		{"failed", "red", failed},
		{"passed", "", passed},
	}
}

// Dealt is how many of the chosen messages need nothing more.
func (b sweepBox) Dealt() (n int) {
	for _, s := range b.Steps {
		if s.Name != "waiting" && s.Name != "under_way" && s.Name != "unknown" {
			n += s.N
		}
	}
	return n
}

func (v *visit) runSweep() error {
	if _, err := v.Sweeps.Run(v.ctx(), v.caller, v.sweepID()); err != nil {
		return err //nolint:wrapcheck // a refusal with its own sentence
	}
	v.redirect("/sweeps/" + string(v.sweepID()))
	return nil
}

func (v *visit) cancelSweep() error {
	if _, err := v.Sweeps.Cancel(v.ctx(), v.caller, v.sweepID(), v.field("reason", 4*access.MaxNote)); err != nil {
		return err //nolint:wrapcheck // a refusal with its own sentence
	}
	v.redirect("/sweeps/" + string(v.sweepID()))
	return nil
}

func (v *visit) sweepStream() error {
	if _, err := v.Sweeps.Get(v.ctx(), v.caller, v.sweepID()); err != nil {
		return err //nolint:wrapcheck // a refusal with its own sentence
	}
	return v.stream(&sweepFeed{visit: v})
}

// sweepFeed keeps the page of a sweep live, once a second at most: a large one changes
// with every message that it takes back.
type sweepFeed struct {
	*visit

	due bool
}

func (f *sweepFeed) all(b *bytes.Buffer) error {
	f.now, f.due = f.Now(), false
	sw, err := f.Sweeps.Get(f.ctx(), f.caller, f.sweepID())
	if err != nil {
		return err //nolint:wrapcheck // a refusal with its own sentence
	}
	box, err := f.sweepBox(sw)
	if err != nil {
		return err
	}
	return f.partial(b, "#sweep", "innerMorph", "sweep_box", box)
}

func (f *sweepFeed) some(_ *bytes.Buffer, batch []models.Change) error {
	f.due = f.due || touches(batch, models.SweepChanged) || touches(batch, models.RecallChanged)
	return nil
}

func (f *sweepFeed) tick(b *bytes.Buffer) error {
	if !f.due {
		return nil
	}
	return f.all(b)
}

// beat looks again at what nobody is told of.
func (f *sweepFeed) beat(b *bytes.Buffer) error { return f.all(b) }
