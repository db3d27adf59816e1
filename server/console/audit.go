package console

import (
	"cmp"
	"fmt"
	"maps"
	"net/http"
	"slices"

	"github.com/takeback-chat/takeback/models"
)

// auditView is the tamper-evident log, newest first.
type auditView struct {
	shell
	Filter auditFilter
	Rows   []auditRow
	Next   string
	First  string
}

type auditFilter struct{ Chain, Actor, Action, Thing, Cursor string }

// auditRow is one entry with its details in a stable order.
type auditRow struct {
	models.AuditEntry

	Facts []fact
	URL   string // of the thing, empty where it has no page
}

type fact struct{ Name, Value string }

func (v *visit) auditPage() error {
	f := auditFilter{v.query("chain"), v.query("actor"), v.query("action"), v.query("thing"), v.query("cursor")}
	entries, next, err := v.Store.Audit(v.ctx(), models.AuditFilter{
		Chain: f.Chain, Actor: f.Actor, Action: f.Action, Thing: f.Thing,
		Page: models.Page{Cursor: f.Cursor, Limit: pageRows},
	})
	if err != nil {
		return fmt.Errorf("list audit: %w", err)
	}
	view := auditView{Filter: f}
	for _, e := range entries {
		view.Rows = append(view.Rows, auditRow{e, facts(e.Details), thingURL(e)})
	}
	if view.shell, err = v.shell("audit", v.words.T("audit.title"), ""); err != nil {
		return err
	}
	q := values("chain", f.Chain, "actor", f.Actor, "action", f.Action, "thing", f.Thing, "cursor", f.Cursor)
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
