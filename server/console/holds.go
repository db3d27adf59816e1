package console

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/server/access"
)

// HoldStore is what the pages of legal holds read, of *store.Store. It is only asked for
// after the grant was checked; the door places and lifts.
type HoldStore interface {
	LegalHolds(ctx context.Context, f models.LegalHoldFilter) ([]models.LegalHold, string, error)
	HeldMessages(ctx context.Context, h models.LegalHold, limit int) (models.LegalHold, int, error)
}

// holdsView lists legal holds, newest first.
type holdsView struct {
	shell
	Filter holdsFilter
	Kinds  []models.LegalHoldKind
	Rows   []holdRow
	Manage bool // the visitor may place and lift
	Next   string
	First  string
}

type holdsFilter struct{ Open, Kind, Cursor string }

// holdRow is one hold, and what may be done with it.
type holdRow struct {
	models.LegalHold

	Is     models.LegalHoldState
	Lifts  bool // the visitor may lift it, or agree to it
	Second bool // somebody asked, and another person has to agree
	URL    string
}

func (v *visit) holdsPage() error {
	f := holdsFilter{v.query("open"), v.query("kind"), v.query("cursor")}
	if err := known(v, f.Kind, models.LegalHoldKinds); err != nil {
		return err
	}
	found, next, err := v.Store.LegalHolds(v.ctx(), models.LegalHoldFilter{
		Open: f.Open != "", Kind: models.LegalHoldKind(f.Kind), Page: models.Page{Cursor: f.Cursor, Limit: pageRows},
	})
	if err != nil {
		return fmt.Errorf("list legal holds: %w", err)
	}
	view := holdsView{Filter: f, Kinds: models.LegalHoldKinds, Manage: v.may(access.PlaceHolds)}
	for _, h := range found {
		view.Rows = append(view.Rows, v.holdRow(h))
	}
	if view.shell, err = v.shell("holds", v.words.T("holds.title"), ""); err != nil {
		return err
	}
	view.Next, view.First = pages("/holds", values("open", f.Open, "kind", f.Kind, "cursor", f.Cursor), next)
	return v.render(http.StatusOK, "holds", view)
}

func (v *visit) holdRow(h models.LegalHold) holdRow {
	r := holdRow{LegalHold: h, Is: h.State(v.now), URL: holdURL(h)}
	r.Second = r.Is == models.HoldLiftAsked
	r.Lifts = v.may(access.PlaceHolds) && (r.Is == models.HoldStands || r.Second && h.AskedBy != v.caller.Actor)
	return r
}

// holdURL is where what a hold is on is shown.
func holdURL(h models.LegalHold) string {
	switch h.Kind {
	case models.HoldMessage:
		return "/messages/" + h.Thing
	case models.HoldConversation:
		return at("/messages", values("conversation", h.Thing))
	case models.HoldSender:
		return at("/messages", values("app", h.App, "sender", h.Thing))
	}
	return ""
}

// holdView is the form of a new hold, with what it would be on once that is named.
type holdView struct {
	shell
	Kinds  []models.LegalHoldKind
	Kind   models.LegalHoldKind
	App    string
	Thing  string
	Named  bool   // what it would be on is known
	Count  string // in words
	URL    string
	Reason string
}

// heldTo is how far the messages that a hold would be on are counted.
const heldTo = 10_000

// newHoldPage asks what to hold, and says how many messages that would be before anybody
// is asked for the reason.
func (v *visit) newHoldPage() error {
	h := models.LegalHold{Kind: models.LegalHoldKind(v.query("kind")), App: v.query("app"), Thing: v.query("thing")}
	if err := known(v, string(h.Kind), models.LegalHoldKinds); err != nil {
		return err
	}
	view := holdView{Kinds: models.LegalHoldKinds, Kind: h.Kind, App: h.App, Thing: h.Thing}
	if h.Kind != "" && h.Thing != "" {
		on, n, err := v.Store.HeldMessages(v.ctx(), h, heldTo)
		if err != nil {
			return fmt.Errorf("preview a hold: %w", err)
		}
		view.App, view.Thing, view.Named, view.URL = on.App, on.Thing, true, holdURL(on)
		if view.Count = v.words.N("holds.count", n); n >= heldTo {
			view.Count = v.words.T("holds.count.more", heldTo-1)
		}
	}
	var err error
	if view.shell, err = v.shell("holds", v.words.T("holds.new"), ""); err != nil {
		return err
	}
	return v.render(http.StatusOK, "hold", view)
}

func (v *visit) placeHold() error {
	h := models.LegalHold{
		Kind: models.LegalHoldKind(v.field("kind", 40)), App: v.field("app", fieldText), Thing: v.field("thing", 2*fieldText),
		Reason: v.field("reason", 4*access.MaxNote),
	}
	if until := v.field("until", 10); until != "" {
		day, err := time.ParseInLocation(time.DateOnly, until, v.zone())
		if err != nil {
			return invalid(v.words.T("filter.unknown", Visible(until)))
		}
		h.Until = day.AddDate(0, 0, 1) // to the end of that day
	}
	if _, err := v.Door.PlaceLegalHold(v.ctx(), v.caller, h); err != nil {
		return err //nolint:wrapcheck // a refusal with its own sentence
	}
	v.redirect("/holds")
	return nil
}

func (v *visit) liftHold() error {
	if _, err := v.Door.LiftLegalHold(v.ctx(), v.caller, models.LegalHoldID(v.gin.Param("id")), v.field("reason", 4*access.MaxNote)); err != nil {
		return err //nolint:wrapcheck // a refusal with its own sentence
	}
	v.redirect("/holds")
	return nil
}
