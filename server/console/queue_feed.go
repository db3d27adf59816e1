package console

import (
	"bytes"
	"errors"
	"slices"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/server/access"
)

func (v *visit) queueStream() error {
	id := models.CaseID(v.gin.Param("id"))
	if id != "" {
		if _, err := v.Store.Case(v.ctx(), v.scope, id); err != nil {
			return err //nolint:wrapcheck // it says what was looked for
		}
	}
	return v.stream(&queueFeed{v, v.queueFilter(), id})
}

// queueFeed keeps the list of the queue live, and the case beside it, and makes that
// case the visitor's for as long as the page is open.
type queueFeed struct {
	*visit

	filter queueFilter
	chosen models.CaseID
}

// beat holds on to the case beside the list.
func (f *queueFeed) beat(b *bytes.Buffer) error {
	f.now = f.Now()
	if f.chosen == "" || !f.may(access.Decide) {
		return nil
	}
	if err := f.claim(f.chosen); err != nil {
		return err
	}
	c, err := f.Store.Case(f.ctx(), f.scope, f.chosen)
	if err != nil {
		return err //nolint:wrapcheck // it says what was looked for
	}
	return f.partial(b, "#claim", "innerMorph", "claim", f.claimed(c))
}

func (f *queueFeed) all(b *bytes.Buffer) error {
	f.now = f.Now()
	view, err := f.queue(f.filter, f.chosen)
	if err != nil {
		return err
	}
	err = errors.Join(
		f.partial(b, "#cases", "innerMorph", "case_rows", view),
		f.partial(b, "#tabs", "innerMorph", "queue_tabs", view.Tabs),
	)
	if err != nil || view.Chosen == nil || f.chosen == "" {
		return err
	}
	return errors.Join(
		f.partial(b, "#place", "innerMorph", "place", view.Chosen),
		f.partial(b, "#claim", "innerMorph", "claim", f.claimed(view.Chosen.Case)),
		f.partial(b, "#before", "innerMorph", "beside", view.Chosen.Before),
		f.partial(b, "#post", "innerMorph", "post", view.Chosen.Message),
		f.partial(b, "#after", "innerMorph", "beside", view.Chosen.After),
		f.partial(b, "#exposure", "innerMorph", "exposure", view.Chosen.Message),
		f.partial(b, "#decide", "innerMorph", "decide", view.Chosen),
		f.partial(b, "#notes", "innerMorph", "notes", view.Chosen.Notes),
	)
}

func (f *queueFeed) some(b *bytes.Buffer, batch []models.Change) error {
	if !touches(batch, models.CaseChanged) && !f.aboutChosen(batch) {
		return nil
	}
	return f.all(b)
}

// aboutChosen spares the queue from being read anew at every message that has no case.
func (f *queueFeed) aboutChosen(batch []models.Change) bool {
	if f.chosen == "" {
		return false
	}
	c, err := f.Store.Case(f.ctx(), f.scope, f.chosen)
	return err == nil && slices.Contains(changedMessages(batch), c.Message)
}
