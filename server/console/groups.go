package console

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/server/access"
)

// groupRows bounds what a page of one group shows: as much as a thumb scrolls.
const groupRows = 30

// groupsView is My groups: those that the visitor owns, runs or was limited to, with
// what waits in each.
type groupsView struct {
	shell
	Groups []groupRow
	All    bool // the visitor sees every conversation, and has no groups of their own
}

// groupRow is one group in the list.
type groupRow struct {
	models.Place

	URL      string
	Waiting  int
	Severity models.Severity // of the gravest that waits
}

// groupView is one of My groups: what waits in it, each with three buttons, and what
// became of what was taken back.
type groupView struct {
	shell
	groupParts

	Name    string
	Decides bool
}

// groupParts are the live parts of the page.
type groupParts struct {
	Path    string
	Done    *doneCard // what the visitor has just asked for
	Waiting []groupCard
	Later   []groupCard
	Lately  []doneCard // recalls of the last day
}

// groupCard is one case on a card.
type groupCard struct {
	caseRow

	Path    string // of the group
	Later   bool
	Decides bool
	Taking  bool // the reasons are shown
	Reasons []models.ReasonCode
	Picked  models.ReasonCode
	Note    string
	Error   string
}

// doneCard is one recall on a card.
type doneCard struct {
	recallBox

	Said []piece
}

// groupID names a group in a URL: its own name is a stranger's word, of any length.
func groupID(p models.Place) string {
	sum := sha256.Sum256([]byte(p.App + "\x00" + p.Ref))
	return hex.EncodeToString(sum[:8])
}

// groupsPage lists the visitor's groups, those in which something waits first.
func (v *visit) groupsPage() error {
	view := groupsView{All: v.scope.All}
	open, _, err := v.Store.Queue(v.ctx(), models.Scope{Groups: v.scope.Groups}, models.QueueFilter{
		Actor: v.caller.Actor, Page: models.Page{Limit: models.MaxLimit},
	})
	if err != nil {
		return fmt.Errorf("list cases: %w", err)
	}
	for _, p := range v.scope.Groups {
		row := groupRow{Place: p, URL: "/groups/" + groupID(p)}
		for _, c := range open {
			if c.App == p.App && c.Conversation.Group == p.Ref {
				row.Waiting++
				row.Severity = graver(row.Severity, c.Severity)
			}
		}
		view.Groups = append(view.Groups, row)
	}
	slices.SortFunc(view.Groups, func(a, b groupRow) int {
		return cmp.Or(cmp.Compare(b.Waiting, a.Waiting), cmp.Compare(a.Ref, b.Ref), cmp.Compare(a.App, b.App))
	})
	if view.shell, err = v.shell("groups", v.words.T("groups.title"), ""); err != nil {
		return err
	}
	return v.render(http.StatusOK, "groups", view)
}

func graver(a, b models.Severity) models.Severity {
	if slices.Index(models.Severities, b) > slices.Index(models.Severities, a) {
		return b
	}
	return a
}

// group finds the group of the URL among the visitor's own.
func (v *visit) group() (models.Place, error) {
	id := v.gin.Param("id")
	for _, p := range v.scope.Groups {
		if groupID(p) == id {
			return p, nil
		}
	}
	return models.Place{}, fmt.Errorf("group %q: %w", id, models.ErrNotFound)
}

func (v *visit) groupPage() error {
	p, err := v.group()
	if err != nil {
		return err
	}
	var notice *noticeView
	if v.query("did") == "allow" {
		notice = &noticeView{Class: "green", Words: v.words.T("groups.stays")}
	}
	return v.renderGroup(http.StatusOK, p, groupCard{}, notice)
}

// renderGroup shows a group. The card is what was typed on one, and what was wrong
// with it.
func (v *visit) renderGroup(status int, p models.Place, typed groupCard, notice *noticeView) error {
	view := groupView{Name: p.Ref, Decides: v.may(access.Decide)}
	var err error
	if view.groupParts, err = v.groupParts(p, typed); err != nil {
		return err
	}
	stream := at(view.Path+"/stream", values("take", v.query("take"), "done", v.query("done")))
	if view.shell, err = v.shell("groups", Visible(p.Ref), stream); err != nil {
		return err
	}
	view.Notice = notice
	return v.render(status, "group", view)
}

// groupParts reads what waits in a group, what was put off, and what was taken back.
func (v *visit) groupParts(p models.Place, typed groupCard) (parts groupParts, err error) {
	parts.Path = "/groups/" + groupID(p)
	scope := models.Scope{Groups: []models.Place{p}}
	if parts.Waiting, err = v.groupCards(scope, parts.Path, typed, false); err != nil {
		return parts, err
	}
	if parts.Later, err = v.groupCards(scope, parts.Path, typed, true); err != nil {
		return parts, err
	}
	recent, _, err := v.Store.Recalls(v.ctx(), scope, models.RecallFilter{
		Since: v.now.Add(-24 * time.Hour), Page: models.Page{Limit: groupRows},
	})
	if err != nil {
		return parts, fmt.Errorf("recalls of a group: %w", err)
	}
	if parts.Lately, err = v.doneCards(scope, recent); err != nil {
		return parts, err
	}
	done := models.RecallID(v.query("done"))
	parts.Lately = slices.DeleteFunc(parts.Lately, func(d doneCard) bool {
		if d.ID == done {
			parts.Done = &d
		}
		return d.ID == done
	})
	return parts, nil
}

func (v *visit) groupCards(scope models.Scope, path string, typed groupCard, later bool) ([]groupCard, error) {
	open, _, err := v.Store.Queue(v.ctx(), scope, models.QueueFilter{
		Actor: v.caller.Actor, Skipped: later, Page: models.Page{Limit: groupRows},
	})
	if err != nil {
		return nil, fmt.Errorf("list cases: %w", err)
	}
	rows, err := v.caseRows(open, queueFilter{}, "")
	if err != nil {
		return nil, err
	}
	var cards []groupCard
	for _, row := range rows {
		card := groupCard{Path: path, Later: later, Decides: v.may(access.Decide)}
		if row.ID == typed.ID {
			card = typed
		}
		card.caseRow = row
		card.Taking = card.Decides && string(row.ID) == cmp.Or(v.query("take"), string(typed.ID))
		card.Reasons, card.Picked = models.ReasonCodes, cmp.Or(card.Picked, row.Request.Reason.Code, models.SensitiveInformation)
		cards = append(cards, card)
	}
	return cards, nil
}

func (v *visit) doneCards(scope models.Scope, recalls []models.Recall) ([]doneCard, error) {
	ids := make([]models.MessageID, len(recalls))
	for i, r := range recalls {
		ids[i] = r.Message
	}
	messages, err := v.Store.MessagesIn(v.ctx(), scope, ids)
	if err != nil {
		return nil, fmt.Errorf("messages of recalls: %w", err)
	}
	cards := make([]doneCard, len(recalls))
	for i, r := range recalls {
		cards[i].recallBox = v.recallBox(r)
		if m, ok := messages[r.Message]; ok {
			cards[i].Said = v.said(m, rowText)
		}
	}
	return cards, nil
}

// groupCase finds the case that was posted, in the group of the URL and in no other.
func (v *visit) groupCase() (models.Place, models.Case, error) {
	p, err := v.group()
	if err != nil {
		return p, models.Case{}, err
	}
	c, err := v.Store.Case(v.ctx(), models.Scope{Groups: []models.Place{p}}, models.CaseID(v.field("case", 64)))
	if err != nil {
		return p, c, fmt.Errorf("case of a group: %w", err)
	}
	return p, c, nil
}

// decideInGroup takes a message back, or lets it stay.
func (v *visit) decideInGroup() error {
	p, c, err := v.groupCase()
	if err != nil {
		return err
	}
	verdict, r := models.Verdict(v.field("verdict", 16)), v.reason()
	if verdict == models.VerdictAllow {
		r = models.Reason{}
	}
	done, rec, err := v.Door.DecideCase(v.ctx(), v.caller, models.FromConsole, c.ID, verdict, r)
	switch {
	case errors.Is(err, models.ErrInvalid):
		typed := groupCard{
			caseRow: caseRow{Case: c}, Path: "/groups/" + groupID(p), Decides: true, Picked: r.Code, Note: r.Note, Error: access.Words(err),
		}
		return v.renderGroup(http.StatusUnprocessableEntity, p, typed, nil)
	case errors.Is(err, models.ErrConflict):
		notice := &noticeView{Class: "amber", Words: access.Words(v.lostRace(done, err))}
		return v.renderGroup(http.StatusConflict, p, groupCard{}, notice)
	case err != nil:
		return err //nolint:wrapcheck // a refusal with its own sentence
	}
	q := values("did", string(verdict))
	if rec != nil {
		q.Set("done", string(rec.ID))
	}
	v.redirect(at("/groups/"+groupID(p), q))
	return nil
}

// putOff leaves a case for later, out of what waits for the visitor and for nobody
// else, or takes it up again.
func (v *visit) putOff() error {
	p, c, err := v.groupCase()
	if err != nil {
		return err
	}
	kind := access.SkipCase
	if v.field("again", 1) != "" {
		kind = access.UnskipCase
	}
	seen, err := v.Door.Act(v.ctx(), v.caller, c.ID, access.CaseAct{Kind: kind})
	if errors.Is(err, models.ErrConflict) {
		notice := &noticeView{Class: "amber", Words: access.Words(v.lostRace(seen, err))}
		return v.renderGroup(http.StatusConflict, p, groupCard{}, notice)
	}
	if err != nil {
		return err //nolint:wrapcheck // a refusal with its own sentence
	}
	v.redirect("/groups/" + groupID(p))
	return nil
}
