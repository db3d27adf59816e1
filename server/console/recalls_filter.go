package console

import (
	"errors"
	"net/url"
	"time"

	"github.com/takeback-chat/takeback/models"
)

// recallsFilter is what the URL narrows the list of recalls to.
type recallsFilter struct {
	App, Conversation, State, Reason, Trigger, Rule, Actor string

	Since    string // a time back from now
	From, To string // days in UTC, both among those that are meant
	Cursor   string
}

// recallsFilter reads a filter, from the URL or from a form that repeats it.
func (v *visit) recallsFilter(get func(string) string) (recallsFilter, error) {
	f := recallsFilter{
		App: get("app"), Conversation: get("conversation"), State: get("state"), Reason: get("reason"), Trigger: get("trigger"),
		Rule: get("rule"), Actor: get("actor"), Since: get("since"), From: get("from"), To: get("to"), Cursor: get("cursor"),
	}
	return f, errors.Join(
		known(v, f.State, models.RecallStates), known(v, f.Reason, models.ReasonCodes), known(v, f.Trigger, triggers),
		v.isDay(f.From), v.isDay(f.To),
	)
}

// isDay refuses what is no day, as known does for what is not of a list.
func (v *visit) isDay(text string) error {
	if _, err := time.Parse(time.DateOnly, text); text != "" && err != nil {
		return invalid(v.words.T("filter.unknown", Visible(text)))
	}
	return nil
}

// triggers are the doors by which recalls are asked for.
var triggers = []models.Trigger{models.FromPolicy, models.FromAPI, models.FromConsole, models.FromCLI}

// pairs are the names and values of the filter, for a URL, a form and the audit.
func (f recallsFilter) pairs() []string {
	return []string{
		"app", f.App, "conversation", f.Conversation, "state", f.State, "reason", f.Reason, "trigger", f.Trigger,
		"rule", f.Rule, "actor", f.Actor, "since", f.Since, "from", f.From, "to", f.To,
	}
}

func (f recallsFilter) values() url.Values { return values(append(f.pairs(), "cursor", f.Cursor)...) }

// Fields are the values of the filter that are set, for a form that repeats it.
func (f recallsFilter) Fields() map[string]string {
	fields := map[string]string{}
	for name, all := range values(f.pairs()...) {
		fields[name] = all[0]
	}
	return fields
}

func (f recallsFilter) model(now time.Time, limit int) models.RecallFilter {
	m := models.RecallFilter{
		App: f.App, Conversation: f.Conversation, State: models.RecallState(f.State), Reason: models.ReasonCode(f.Reason),
		Trigger: models.Trigger(f.Trigger), Rule: f.Rule, Actor: f.Actor, Since: ago(f.Since, now),
		Page: models.Page{Cursor: f.Cursor, Limit: limit},
	}
	if from, err := time.Parse(time.DateOnly, f.From); err == nil && from.After(m.Since) {
		m.Since = from
	}
	if to, err := time.Parse(time.DateOnly, f.To); err == nil {
		m.Until = to.AddDate(0, 0, 1)
	}
	return m
}
