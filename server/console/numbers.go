package console

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/takeback-chat/takeback/models"
)

// NumbersStore is what the page of numbers reads, of *store.Store.
type NumbersStore interface {
	Numbers(ctx context.Context, scope models.Scope, since time.Time) (all []models.Figures, part bool, err error)
}

// numbersView is what became of recalls over a time, drawn and in tables.
type numbersView struct {
	shell
	Window  string
	Windows []string
	Zone    string
	Part    bool // the last minutes are not all counted
	Ended   int
	P50     time.Duration
	P90     time.Duration
	P99     time.Duration
	Took    numbersTable
	Overs   []numbersTable // over time: by outcome, reason and rule
	Reads   []share
	Rules   []precision
}

// numbersTable is one chart and the table of the same numbers.
type numbersTable struct {
	Chart   chart
	Heads   []string
	Rows    []numbersRow
	Empty   bool
	Columns string // what the first column is
}

type numbersRow struct {
	Name   string
	Values []int
	Sum    int
}

// share is a part of a whole.
type share struct {
	Name models.ReadBefore
	N    int
	Of   int
}

// Percent is the share in whole per cent.
func (s share) Percent() int { return percent(s.N, s.Of) }

// precision is how often people agreed with a rule that asked them.
type precision struct {
	Rule string
	models.Verdicts
}

// All is how many of its cases people decided.
func (p precision) All() int { return p.Recall + p.Allow }

// Percent is how many of them they took back, in per cent.
func (p precision) Percent() int { return percent(p.Recall, p.All()) }

func percent(n, of int) int {
	if of == 0 {
		return 0
	}
	return (200*n + of) / (2 * of)
}

// windows are the times that numbers are shown of: how many columns, how long each.
var windows = map[string]struct {
	columns int
	hours   bool
}{
	"24h": {24, true}, "7d": {7, false}, "30d": {30, false},
}

var windowNames = []string{"24h", "7d", "30d"}

// column is one hour or day of the reader's.
type column struct {
	from  time.Time
	label string
}

// columnsOf are the hours or days of a window up to now, in a zone.
func columnsOf(window string, now time.Time, zone *time.Location) (all []column) {
	w := windows[window]
	now = now.In(zone)
	day := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, zone)
	hour := now.Truncate(models.Slot).Add(-time.Duration(now.Minute()/15) * models.Slot)
	for i := w.columns - 1; i >= 0; i-- {
		if w.hours {
			from := hour.Add(-time.Duration(i) * time.Hour)
			all = append(all, column{from, from.Format("15:04")})
			continue
		}
		from := day.AddDate(0, 0, -i)
		all = append(all, column{from, from.Format("01-02")})
	}
	return all
}

// zone is where the reader's clock is, as the page's script told; UTC where it did not.
func (v *visit) zone() *time.Location {
	c, err := v.gin.Request.Cookie("takeback-zone")
	if err != nil || len(c.Value) > 64 || c.Value == "Local" {
		return time.UTC
	}
	zone, err := time.LoadLocation(c.Value)
	if err != nil {
		return time.UTC
	}
	return zone
}

func (v *visit) numbersPage() error {
	window := cmp.Or(v.query("window"), "7d")
	if err := known(v, window, windowNames); err != nil {
		return err
	}
	zone := v.zone()
	columns := columnsOf(window, v.now, zone)
	found, part, err := v.Store.Numbers(v.ctx(), v.scope, columns[0].from)
	if err != nil {
		return fmt.Errorf("numbers: %w", err)
	}
	view := v.numbersOf(found, columns)
	view.Window, view.Windows, view.Zone, view.Part = window, windowNames, zone.String(), part
	if view.shell, err = v.shell("numbers", v.words.T("numbers.title"), ""); err != nil {
		return err
	}
	return v.render(http.StatusOK, "numbers", view)
}

// numbersOf adds figures up into columns, and draws them.
func (v *visit) numbersOf(found []models.Figures, columns []column) numbersView {
	in, sum := make([]models.Figures, len(columns)), models.Figures{}
	for _, f := range found {
		at, exact := slices.BinarySearchFunc(columns, f.At, func(c column, t time.Time) int { return c.from.Compare(t) })
		if !exact {
			at--
		}
		in[max(0, at)].Add(f)
		sum.Add(f)
	}
	view := numbersView{
		P50: models.Percentile(sum.Took, 0.5), P90: models.Percentile(sum.Took, 0.9), P99: models.Percentile(sum.Took, 0.99),
		Took: v.took(sum.Took), Reads: reads(sum.Reads), Rules: precisions(sum.Verdicts),
	}
	for _, n := range sum.Outcomes {
		view.Ended += n
	}
	view.Overs = []numbersTable{
		over(v, columns, in, "outcomes", models.RecallStates, func(f models.Figures) map[models.RecallState]int { return f.Outcomes },
			func(s models.RecallState) string { return v.words.T("recall.state." + string(s)) }),
		over(v, columns, in, "reasons", models.ReasonCodes, func(f models.Figures) map[models.ReasonCode]int { return f.Reasons },
			func(r models.ReasonCode) string { return v.words.T("reason." + string(r)) }),
		over(v, columns, in, "rules", slices.Sorted(maps.Keys(sum.Rules)), func(f models.Figures) map[string]int { return f.Rules }, v.ruleName),
	}
	return view
}

// ruleName is a rule as it is shown; people ask without one.
func (v *visit) ruleName(rule string) string {
	if rule == "" {
		return v.words.T("numbers.people")
	}
	return Visible(rule)
}

// over is one kind of figure over time: a series for each of the keys that occurs.
func over[K comparable](
	v *visit, columns []column, in []models.Figures, id string, keys []K, of func(models.Figures) map[K]int, name func(K) string,
) numbersTable {
	labels := make([]string, len(columns))
	for i, c := range columns {
		labels[i] = c.label
	}
	var all []series
	t := numbersTable{Heads: labels, Columns: v.words.T("numbers." + id + ".head")}
	for _, key := range keys {
		row := numbersRow{Name: name(key), Values: make([]int, len(columns))}
		for i, f := range in {
			row.Values[i] = of(f)[key]
			row.Sum += row.Values[i]
		}
		if row.Sum > 0 {
			t.Rows = append(t.Rows, row)
			all = append(all, series{row.Name, shadeOf(key, len(all)), row.Values})
		}
	}
	t.Empty = len(all) == 0
	t.Chart = stacked(id, v.words.T("numbers."+id), v.words.T("numbers."+id+".words"), labels, all)
	return t
}

// shadeOf is the look of a series: an outcome has the one that it has everywhere, and
// what else there is takes the next.
func shadeOf(key any, n int) string {
	if state, is := key.(models.RecallState); is {
		return "is-" + string(state)
	}
	return "s" + strconv.Itoa(n%shades)
}

// took draws how long it took from posting to confirmed, from the first band in which
// there is something to the last.
func (v *visit) took(bands map[int]int) numbersTable {
	t := numbersTable{Columns: v.words.T("numbers.took.head"), Heads: []string{v.words.T("numbers.recalls")}, Empty: len(bands) == 0}
	var labels []string
	one := series{Name: v.words.T("numbers.recalls"), Class: "s0"}
	if !t.Empty {
		shown := slices.Sorted(maps.Keys(bands))
		for band := shown[0]; band <= shown[len(shown)-1]; band++ {
			labels = append(labels, v.bandName(band))
			one.Values = append(one.Values, bands[band])
			t.Rows = append(t.Rows, numbersRow{Name: v.bandName(band), Sum: bands[band]})
		}
	}
	t.Chart = stacked("took", v.words.T("numbers.took"), v.words.T("numbers.took.words"), labels, []series{one})
	t.Chart.Keys = nil
	return t
}

func (v *visit) bandName(band int) string {
	if band >= len(models.TookEdges) {
		return v.words.T("numbers.more")
	}
	d := models.TookEdges[band]
	switch {
	case d < time.Minute:
		return v.words.T("numbers.band.s", strconv.FormatFloat(d.Seconds(), 'f', -1, 64))
	case d < time.Hour:
		return v.words.T("numbers.band.min", strconv.FormatFloat(d.Minutes(), 'f', -1, 64))
	}
	return v.words.T("numbers.band.h", strconv.FormatFloat(d.Hours(), 'f', -1, 64))
}

func reads(by map[models.ReadBefore]int) (all []share) {
	of := 0
	for _, n := range by {
		of += n
	}
	for _, name := range models.ReadsBefore {
		all = append(all, share{name, by[name], of})
	}
	return all
}

// precisions lists the rules that asked people, the busiest first.
func precisions(by map[string]models.Verdicts) (all []precision) {
	for rule, v := range by {
		all = append(all, precision{rule, v})
	}
	slices.SortFunc(all, func(a, b precision) int { return cmp.Or(cmp.Compare(b.All(), a.All()), cmp.Compare(a.Rule, b.Rule)) })
	return all
}
