package console

import (
	"bytes"
	"fmt"
	"net/http"
	"slices"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/server/access"
)

// breakersView is what stops automatic recalls, now and before.
type breakersView struct {
	shell
	Breakers breakersList
}

// breakersList is what of the page can change while it is open.
type breakersList struct {
	Open, Past []breakerLine
	Stopped    *models.Breaker // the stop by a person's word, where there is one
	Stops      bool            // the visitor may stop, start and reset
	Next       string
	First      string
}

// breakerLine is one time that automatic recalls were stopped.
type breakerLine struct {
	models.Breaker

	Cause  string
	Resets bool
	Mine   bool // the visitor asked for the reset, and another has to agree
}

func (v *visit) breakersPage() error {
	list, err := v.breakersList(v.query("cursor"))
	if err != nil {
		return err
	}
	view := breakersView{Breakers: list}
	view.shell, err = v.shell("breakers", v.words.T("breakers.title"), at("/breakers/stream", values("cursor", v.query("cursor"))))
	if err != nil {
		return err
	}
	return v.render(http.StatusOK, "breakers", view)
}

func (v *visit) breakersList(cursor string) (breakersList, error) {
	list := breakersList{Stops: v.may(access.Stop)}
	open, _, err := v.Store.Breakers(v.ctx(), models.BreakerFilter{Open: true, Page: models.Page{Limit: models.MaxLimit}})
	if err != nil {
		return list, fmt.Errorf("open breakers: %w", err)
	}
	all, next, err := v.Store.Breakers(v.ctx(), models.BreakerFilter{Page: models.Page{Cursor: cursor, Limit: pageRows}})
	if err != nil {
		return list, fmt.Errorf("breakers: %w", err)
	}
	for _, b := range open {
		list.Open = append(list.Open, v.breakerLine(b))
		if b.Kind == models.StopBreaker {
			list.Stopped = &b
		}
	}
	past := slices.DeleteFunc(all, func(b models.Breaker) bool { return b.State != models.BreakerReset })
	for _, b := range past {
		list.Past = append(list.Past, v.breakerLine(b))
	}
	list.Next, list.First = pages("/breakers", values("cursor", cursor), next)
	return list, nil
}

func (v *visit) breakerLine(b models.Breaker) breakerLine {
	return breakerLine{
		Breaker: b, Cause: v.cause(b), Mine: b.AskedBy == v.caller.Actor,
		Resets: v.may(access.Stop) && b.State != models.BreakerReset && b.Kind != models.StopBreaker,
	}
}

// cause says in a sentence what opened a breaker.
func (v *visit) cause(b models.Breaker) string {
	switch b.Cap {
	case models.CapRule:
		return v.words.T("breakers.cap.rule", Visible(b.Rule), b.Allowed)
	case models.CapSender:
		return v.words.T("breakers.cap.sender", b.Allowed, Visible(b.Rule))
	case models.CapConversation:
		return v.words.T("breakers.cap.conversation", b.Allowed, Visible(b.Rule))
	case models.CapAll:
		return v.words.T("breakers.cap.all", b.Allowed)
	}
	return v.words.T("breakers.stop")
}

func (v *visit) resetBreaker() error {
	reason := v.field("reason", 4*access.MaxNote)
	if _, err := v.Door.ResetBreaker(v.ctx(), v.caller, models.BreakerID(v.gin.Param("id")), reason); err != nil {
		return err //nolint:wrapcheck // a refusal with its own sentence
	}
	v.redirect("/breakers")
	return nil
}

func (v *visit) breakersStream() error { return v.stream(&breakersFeed{v, v.query("cursor")}) }

// breakersFeed keeps the page of the breakers live.
type breakersFeed struct {
	*visit

	cursor string
}

func (f *breakersFeed) all(b *bytes.Buffer) error {
	f.now = f.Now()
	list, err := f.breakersList(f.cursor)
	if err != nil {
		return err
	}
	return f.partial(b, "#breakers", "innerMorph", "breakers_list", list)
}

func (f *breakersFeed) some(b *bytes.Buffer, batch []models.Change) error {
	if !touches(batch, models.BreakerChanged) {
		return nil
	}
	return f.all(b)
}
