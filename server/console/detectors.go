package console

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/rules"
)

// detectorsView lists the detectors in force.
type detectorsView struct {
	shell
	Filter     detectorsFilter
	Packs      []string
	Categories []models.Category
	Rows       []detectorLine
	Found      int
	Next       string
	First      string
}

// detectorsFilter is what the URL narrows the list to.
type detectorsFilter struct{ Query, Pack, Category, Treated, Cursor string }

// detectorLine is one detector, and what the policy in force makes of it.
type detectorLine struct {
	rules.Detector

	Name, About string // in the visitor's language
	Treated     []treatment
	Acts        bool // some rule in force wants more than to let it stand
}

// treatment is what the policy says of a detector's findings of one level.
type treatment struct {
	Level      string
	Confidence string
	Evidence   []string
	Verdict    models.Verdict
	Rule       string
	Shadow     []models.ShadowVerdict
}

// detectorsRows is the length of a page of detectors.
const detectorsRows = 100

// treated is what a rule set makes of each of its detectors.
type treated struct {
	set *rules.Ruleset
	by  map[string][]models.Decision // by detector, for each of its levels
}

// treatments asks the policy in force about every level of every detector, once for each
// rule set: it takes a tenth of a second or so.
func (c *Console) treatments(set *rules.Ruleset) *treated {
	if t := c.treated.Load(); t != nil && t.set == set {
		return t
	}
	t := &treated{set, map[string][]models.Decision{}}
	for _, d := range set.Engine.Detectors() {
		x, _ := set.Engine.Describe(d.ID)
		for _, l := range x.Levels {
			t.by[d.ID] = append(t.by[d.ID], treat(set.Policy, d, l.Confidence))
		}
	}
	c.treated.Store(t)
	return t
}

// treat is what a policy decides of one finding in a message of a group.
func treat(p *rules.Policy, d rules.Detector, confidence float64) models.Decision {
	f := models.Finding{Detector: d.ID, Category: d.Category, Severity: d.Severity, Confidence: confidence}
	m := models.Message{
		Revision: 1, State: models.Visible, Findings: []models.Finding{f},
		Conversation: models.Conversation{Kind: models.Group}, Elements: []models.Element{{Kind: models.TextElement}},
	}
	return p.Decide(rules.Subject{Message: &m, Findings: m.Findings, Role: models.RoleMember})
}

func (v *visit) detectorsFilter() detectorsFilter {
	return detectorsFilter{v.query("q"), v.query("pack"), v.query("category"), v.query("treated"), v.query("cursor")}
}

func (v *visit) detectorsPage() error {
	f := v.detectorsFilter()
	if err := known(v, f.Category, models.Categories); err != nil {
		return err
	}
	if err := known(v, f.Treated, []string{"yes", "no"}); err != nil {
		return err
	}
	set := v.Rules.Current()
	view := detectorsView{Filter: f, Categories: models.Categories}
	var found []detectorLine
	by := v.treatments(set).by
	for _, d := range set.Engine.Detectors() {
		if !slices.Contains(view.Packs, d.Pack) {
			view.Packs = append(view.Packs, d.Pack)
		}
		if line := v.detectorLine(d, by[d.ID]); f.fits(line) {
			found = append(found, line)
		}
	}
	from, err := strconv.Atoi(f.Cursor)
	if err != nil || from < 0 || from > len(found) {
		from = 0
	}
	view.Found, view.Rows = len(found), found[from:min(len(found), from+detectorsRows)]
	next := ""
	if from+detectorsRows < len(found) {
		next = strconv.Itoa(from + detectorsRows)
	}
	q := values("q", f.Query, "pack", f.Pack, "category", f.Category, "treated", f.Treated, "cursor", f.Cursor)
	view.Next, view.First = pages("/detectors", q, next)
	if view.shell, err = v.shell("detectors", v.words.T("detectors.title"), ""); err != nil {
		return err
	}
	return v.render(http.StatusOK, "detectors", view)
}

func (v *visit) detectorLine(d rules.Detector, decided []models.Decision) detectorLine {
	line := detectorLine{Detector: d, Name: d.Title, About: d.Description}
	if v.words.Lang == "zh-CN" {
		line.Name, line.About = orElse(d.TitleZH, d.Title), orElse(d.DescriptionZH, d.Description)
	}
	for _, one := range decided {
		line.Acts = line.Acts || one.Verdict != models.VerdictAllow
		t := treatment{Verdict: one.Verdict, Rule: one.Rule, Shadow: one.Shadow}
		if !slices.ContainsFunc(line.Treated, func(o treatment) bool { return o.Verdict == t.Verdict && o.Rule == t.Rule }) {
			line.Treated = append(line.Treated, t)
		}
	}
	return line
}

func orElse(s, other string) string {
	if s == "" {
		return other
	}
	return s
}

// fits reports whether a detector is one of those that were asked for.
func (f detectorsFilter) fits(l detectorLine) bool {
	if !is(f.Pack, l.Pack) || !is(f.Category, string(l.Category)) || f.Treated != "" && (f.Treated == "yes") != l.Acts {
		return false
	}
	all := strings.ToLower(strings.Join([]string{l.ID, l.Title, l.TitleZH, l.Description, l.DescriptionZH}, "\n"))
	for word := range strings.FieldsSeq(strings.ToLower(f.Query)) {
		if !strings.Contains(all, word) {
			return false
		}
	}
	return true
}

// detectorView is the page of one detector.
type detectorView struct {
	shell
	Detector detectorLine
	Levels   []treatment
	About    rules.Description
}

func (v *visit) detectorPage() error {
	set, id := v.Rules.Current(), v.gin.Param("id")
	x, ok := set.Engine.Describe(id)
	if !ok {
		return fmt.Errorf("detector: %w", models.ErrNotFound)
	}
	view := detectorView{Detector: v.detectorLine(x.Detector, v.treatments(set).by[id]), About: x}
	for _, l := range x.Levels {
		d := treat(set.Policy, x.Detector, l.Confidence)
		view.Levels = append(view.Levels, treatment{
			Level: l.Name, Confidence: fmt.Sprintf("%.2f", l.Confidence), Evidence: v.evidenceOf(l.Terms, x.Near),
			Verdict: d.Verdict, Rule: d.Rule, Shadow: d.Shadow,
		})
	}
	var err error
	if view.shell, err = v.shell("detectors", view.Detector.Name, ""); err != nil {
		return err
	}
	return v.render(http.StatusOK, "detector", view)
}
