package console

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/server/access"
)

// queueRows is how many of the waiting cases are shown at once.
const queueRows = 200

// queueView is the queue: the cases that wait on the left, one of them beside.
type queueView struct {
	shell
	Filter  queueFilter
	Counts  models.QueueCounts // as far as countTo
	Tabs    []queueTab
	Rows    []caseRow
	Chosen  *chosenCase
	Decides bool
}

// queueFilter is what of the queue is shown, as it stands in the URL.
type queueFilter struct {
	Tab      string
	Severity models.Severity
	Rule     string
	App      string
}

// queueTab is one way to look at the queue.
type queueTab struct {
	Name  string
	Count string
	URL   string
	Here  bool
}

// The tabs of the queue; the first is the one without a name in the URL.
var queueTabs = []string{"", "closing", "mine", "escalated", "parked", "skipped"}

// caseRow is one waiting case in the list.
type caseRow struct {
	models.Case

	Said   []piece
	Found  []foundView
	Sender string
	Waits  time.Duration
	Left   time.Duration // until it cannot be taken back; 0 where no limit is known
	Score  models.Score
	Why    string // of the place in the queue
	With   string // who else works on it
	Mine   bool   // the visitor works on it
	Alike  int    // how many more of the list are about the same
	URL    string
	Here   bool // it is the one beside the list

	like string // what it is about, to tell those that are about the same
}

func (v *visit) queueFilter() queueFilter {
	return queueFilter{
		Tab: v.query("tab"), Severity: models.Severity(v.query("severity")), Rule: v.query("rule"), App: v.query("app"),
	}
}

func (f queueFilter) values() url.Values {
	return values("tab", f.Tab, "severity", string(f.Severity), "rule", f.Rule, "app", f.App)
}

// model is the filter as the store takes it. What one skipped is out of one's own
// queue only.
func (f queueFilter) model(actor string) models.QueueFilter {
	return models.QueueFilter{
		App: f.App, Severity: f.Severity, Rule: f.Rule, Actor: actor,
		Mine: f.Tab == "mine", Escalated: f.Tab == "escalated", Parked: f.Tab == "parked", Skipped: f.Tab == "skipped",
		Closing: f.Tab == "closing",
		Page:    models.Page{Limit: queueRows},
	}
}

func (v *visit) queuePage() error {
	filter := v.queueFilter()
	if err := errors.Join(known(v, filter.Tab, queueTabs), known(v, string(filter.Severity), models.Severities)); err != nil {
		return err
	}
	view, err := v.queue(filter, models.CaseID(v.gin.Param("id")))
	if err != nil {
		return err
	}
	if view.Chosen != nil && v.byScript() && v.query("ahead") != "" {
		return v.part(http.StatusOK, "case_detail", view.Chosen)
	}
	path := "/queue/stream"
	if view.Chosen != nil {
		path = "/queue/" + string(view.Chosen.ID) + "/stream"
	}
	if view.shell, err = v.shell("queue", v.words.T("queue.title"), at(path, filter.values())); err != nil {
		return err
	}
	view.Notice = v.queueNotice()
	return v.render(http.StatusOK, "queue", view)
}

// queue reads the waiting cases and the one that was asked for; without a wish,
// the first on which nobody else works.
func (v *visit) queue(filter queueFilter, wish models.CaseID) (view queueView, err error) {
	view = queueView{Filter: filter, Decides: v.may(access.Decide)}
	open, _, err := v.Store.Queue(v.ctx(), v.scope, filter.model(v.caller.Actor))
	if err != nil {
		return view, fmt.Errorf("list cases: %w", err)
	}
	if view.Counts, err = v.Store.QueueCounts(v.ctx(), v.scope, filter.model(v.caller.Actor), countTo); err != nil {
		return view, fmt.Errorf("count cases: %w", err)
	}
	view.Tabs = v.tabs(filter, view.Counts)
	if wish == "" {
		wish = v.next(open)
	}
	if view.Rows, err = v.caseRows(open, filter, wish); err != nil {
		return view, err
	}
	if wish != "" {
		view.Chosen, err = v.chosen(wish, view)
	}
	return view, err
}

// next is the first case on which nobody else works.
func (v *visit) next(open []models.Case) models.CaseID {
	for _, c := range open {
		if c.LockedBy(v.caller.Actor, v.now) == "" {
			return c.ID
		}
	}
	return ""
}

func (v *visit) tabs(filter queueFilter, counts models.QueueCounts) []queueTab {
	numbers := map[string]int{"": counts.Waiting, "closing": counts.Closing, "escalated": counts.Escalated, "parked": counts.Parked, "skipped": counts.Skipped}
	var tabs []queueTab
	for _, name := range queueTabs {
		f := filter
		f.Tab = name
		tab := queueTab{Name: cmp.Or(name, "waiting"), URL: at("/queue", f.values()), Here: name == filter.Tab}
		if n, ok := numbers[name]; ok {
			tab.Count = count(n)
		}
		tabs = append(tabs, tab)
	}
	return tabs
}

func (v *visit) caseRows(open []models.Case, filter queueFilter, here models.CaseID) ([]caseRow, error) {
	ids := make([]models.MessageID, len(open))
	for i, c := range open {
		ids[i] = c.Message
	}
	messages, err := v.Store.MessagesIn(v.ctx(), v.scope, ids)
	if err != nil {
		return nil, fmt.Errorf("messages of the queue: %w", err)
	}
	alike := map[string]int{}
	for _, m := range messages {
		alike[likeness(m)]++
	}
	var rows []caseRow
	for _, c := range open {
		m, ok := messages[c.Message]
		if !ok {
			continue
		}
		row := v.caseRow(c, m)
		row.Here, row.like = c.ID == here, likeness(m)
		row.Alike = alike[row.like] - 1
		row.URL = at("/queue/"+string(c.ID), filter.values())
		rows = append(rows, row)
	}
	return rows, nil
}

// likeness tells messages in which the same values were found. A message without
// findings is like none.
func likeness(m models.Message) string {
	var prints []string
	for _, f := range m.Findings {
		prints = append(prints, f.Detector+" "+f.Fingerprint)
	}
	if len(prints) == 0 {
		return string(m.ID)
	}
	slices.Sort(prints)
	return strings.Join(slices.Compact(prints), "\n")
}

func (v *visit) caseRow(c models.Case, m models.Message) caseRow {
	row := caseRow{
		Case: c, Said: v.said(m, rowText), Found: v.found(m.Findings), Sender: m.Sender, Waits: max(0, v.now.Sub(c.OpenedAt)),
		Score: c.Score(v.now), With: c.LockedBy(v.caller.Actor, v.now),
		Mine: c.ClaimedBy == v.caller.Actor && v.now.Before(c.ClaimedUntil),
	}
	row.Why = v.scoreWords(row.Score)
	if !m.Deadline.IsZero() {
		row.Left = max(0, m.Deadline.Sub(v.now))
	}
	return row
}

// scoreWords says why a case stands where it stands.
func (v *visit) scoreWords(s models.Score) string {
	var parts []string
	for _, p := range []struct {
		key string
		n   int
	}{
		{"score.escalated", s.Escalated},
		{"score.severity", s.Severity},
		{"score.window", s.Window},
		{"score.unread", s.Unread},
		{"score.waiting", s.Waiting},
	} {
		if p.n > 0 {
			parts = append(parts, v.words.T(p.key, p.n))
		}
	}
	return strings.Join(parts, " + ")
}
