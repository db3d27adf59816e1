package console

import (
	"cmp"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"time"

	"github.com/takeback-chat/takeback/models"
)

// auditView is the tamper-evident log, newest first.
type auditView struct {
	shell
	Filter  auditFilter
	Presets []string
	Rows    []auditRow
	Next    string
	First   string
}

// auditFilter is what the list is narrowed to; From and To are days of the reader's.
type auditFilter struct{ Chain, Actor, Action, Thing, From, To, Cursor string }

// auditPresets are actions that auditors ask for most.
var auditPresets = []string{"message.revealed", "recall.requested", "case.decided", "policy.applied", "session.opened", "moderator.granted"}

// auditRow is one entry with its details in a stable order.
type auditRow struct {
	models.AuditEntry

	Facts []fact
	URL   string // of the thing, empty where it has no page
}

type fact struct{ Name, Value string }

// auditFilterOf reads a filter from a form or the URL.
func auditFilterOf(get func(name string) string) auditFilter {
	return auditFilter{get("chain"), get("actor"), get("action"), get("thing"), get("from"), get("to"), get("cursor")}
}

// model is the filter as the store takes it.
func (f auditFilter) model(v *visit) (m models.AuditFilter, err error) {
	m = models.AuditFilter{Chain: f.Chain, Actor: f.Actor, Action: f.Action, Thing: f.Thing, Page: models.Page{Cursor: f.Cursor, Limit: pageRows}}
	if m.Since, err = v.day(f.From); err != nil {
		return m, err
	}
	if m.Until, err = v.day(f.To); err != nil || m.Until.IsZero() {
		return m, err
	}
	m.Until = m.Until.AddDate(0, 0, 1) // the last day is meant whole
	return m, nil
}

// day reads a day of the reader's calendar; zero for none.
func (v *visit) day(text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	day, err := time.ParseInLocation(time.DateOnly, text, v.zone())
	if err != nil {
		return day, invalid(v.words.T("filter.unknown", Visible(text)))
	}
	return day, nil
}

func (v *visit) auditPage() error {
	f := auditFilterOf(v.query)
	asked, err := f.model(v)
	if err != nil {
		return err
	}
	entries, next, err := v.Store.Audit(v.ctx(), asked)
	if err != nil {
		return fmt.Errorf("list audit: %w", err)
	}
	view := auditView{Filter: f, Presets: auditPresets}
	for _, e := range entries {
		view.Rows = append(view.Rows, auditRow{e, facts(e.Details), thingURL(e)})
	}
	if view.shell, err = v.shell("audit", v.words.T("audit.title"), ""); err != nil {
		return err
	}
	q := values("chain", f.Chain, "actor", f.Actor, "action", f.Action, "thing", f.Thing, "from", f.From, "to", f.To, "cursor", f.Cursor)
	view.Next, view.First = pages("/audit", q, next)
	return v.render(http.StatusOK, "audit", view)
}

func facts(details map[string]string) []fact {
	var all []fact
	for _, name := range slices.Sorted(maps.Keys(details)) {
		all = append(all, fact{name, details[name]})
	}
	return all
}

// thingPages is where the things that entries speak of are shown.
var thingPages = map[string]string{"message": "/messages/", "recall": "/recalls/", "case": "/queue/"}

func thingURL(e models.AuditEntry) string {
	page, ok := thingPages[e.Subject]
	if !ok || e.Thing == "" {
		return ""
	}
	return page + e.Thing
}

// verifiedView says whether the chains hold, as found just now.
type verifiedView struct {
	shell
	models.AuditReport
}

// EntriesSeen is Entries as the words for numbers take it.
func (v verifiedView) EntriesSeen() int { return int(v.Entries) }

func (v *visit) verifyAudit() error {
	report, err := v.Store.VerifyAudit(v.ctx())
	if err != nil {
		return fmt.Errorf("verify audit: %w", err)
	}
	slices.SortFunc(report.Broken, func(a, b models.AuditBreak) int { return cmp.Compare(a.Chain, b.Chain) })
	view := verifiedView{AuditReport: report}
	if v.byScript() {
		return v.part(http.StatusOK, "verified", view)
	}
	if view.shell, err = v.shell("audit", v.words.T("audit.title"), ""); err != nil {
		return err
	}
	return v.render(http.StatusOK, "verified_page", view)
}
