package console

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/server/access"
)

// pageRows is how many rows a list shows.
const pageRows = 50

// messagesView is the live list of messages, newest first.
type messagesView struct {
	shell
	Filter messagesFilter
	Rows   []messageRow
	Next   string // URL of the next page, empty at the end
	First  string // URL of the first page, empty on it
}

// messagesFilter is what the URL narrows the list to.
type messagesFilter struct {
	App, Conversation, Sender, Detector, State, Verdict, Since, Cursor string
}

// messageRow is one message in a list.
type messageRow struct {
	ID           models.MessageID
	At           time.Time
	Severity     models.Severity
	Conversation string
	Kind         models.ConversationKind
	Sender       string
	Said         []piece
	Found        []foundView
	Verdict      models.Verdict
	Inspection   models.Inspection
	State        models.MessageState
	Gone         bool
	Edited       bool
	Recall       *recallPill
	Asks         bool // a recall can be asked for
}

// foundView is one detector's hits in a message.
type foundView struct {
	Detector   string
	Title      string // what it is called
	Severity   models.Severity
	Confidence string // the end of a key: certain, high, medium, low
	Number     string // the same as a number
	Times      int
	Mask       []piece
}

func (v *visit) messagesFilter() messagesFilter {
	return messagesFilter{
		App: v.query("app"), Conversation: v.query("conversation"), Sender: v.query("sender"),
		Detector: v.query("detector"), State: v.query("state"), Verdict: v.query("verdict"),
		Since: v.query("since"), Cursor: v.query("cursor"),
	}
}

// values is the filter as it stands in a URL; empty fields are left out.
func (f messagesFilter) values() url.Values {
	return values(
		"app", f.App, "conversation", f.Conversation, "sender", f.Sender, "detector", f.Detector,
		"state", f.State, "verdict", f.Verdict, "since", f.Since, "cursor", f.Cursor,
	)
}

func (f messagesFilter) model(now time.Time) models.MessageFilter {
	return models.MessageFilter{
		App: f.App, Conversation: f.Conversation, Sender: f.Sender, Detector: f.Detector,
		State: models.MessageState(f.State), Verdict: models.Verdict(f.Verdict), Since: ago(f.Since, now),
		Page: models.Page{Cursor: f.Cursor, Limit: pageRows},
	}
}

// ago is the moment that lies a time back, zero for what is none.
func ago(text string, now time.Time) time.Time {
	d, err := time.ParseDuration(text)
	if err != nil || d <= 0 {
		return time.Time{}
	}
	return now.Add(-d)
}

// values makes URL parameters of pairs, without the empty ones.
func values(pairs ...string) url.Values {
	q := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			q.Set(pairs[i], pairs[i+1])
		}
	}
	return q
}

// at joins a path and parameters.
func at(path string, q url.Values) string {
	if len(q) == 0 {
		return path
	}
	return path + "?" + q.Encode()
}

func (v *visit) messagesPage() error {
	filter := v.messagesFilter()
	if err := errors.Join(known(v, filter.State, messageStates), known(v, filter.Verdict, verdicts)); err != nil {
		return err
	}
	rows, next, err := v.messageRows(filter)
	if err != nil {
		return err
	}
	view := messagesView{Filter: filter, Rows: rows}
	if view.shell, err = v.shell("messages", v.words.T("messages.title"), at("/messages/stream", filter.values())); err != nil {
		return err
	}
	view.Next, view.First = pages("/messages", filter.values(), next)
	return v.render(http.StatusOK, "messages", view)
}

// pages returns the URLs of the next page and, when not on it, of the first.
func pages(path string, q url.Values, next string) (nextURL, firstURL string) {
	if q.Has("cursor") {
		q.Del("cursor")
		firstURL = at(path, q)
	}
	if next != "" {
		q.Set("cursor", next)
		nextURL = at(path, q)
	}
	return nextURL, firstURL
}

func (v *visit) messageRows(filter messagesFilter) (rows []messageRow, next string, err error) {
	found, next, err := v.Store.Messages(v.ctx(), v.scope, filter.model(v.now))
	if err != nil {
		return nil, "", fmt.Errorf("list messages: %w", err)
	}
	pills, err := v.recallsOf(found)
	if err != nil {
		return nil, "", err
	}
	for _, m := range found {
		rows = append(rows, v.messageRow(m, pills[m.ID]))
	}
	return rows, next, nil
}

func (v *visit) messageRow(m models.Message, pill *recallPill) messageRow {
	return messageRow{
		ID: m.ID, At: m.ReceivedAt, Severity: models.Worst(m.Findings),
		Conversation: m.Conversation.Ref, Kind: m.Conversation.Kind, Sender: m.Sender,
		Said: v.said(m, rowText), Found: v.found(m.Findings), Verdict: m.Verdict,
		Inspection: m.Inspection, State: m.State, Gone: m.State != models.Visible,
		Edited: m.Revision > 1, Recall: pill,
		Asks: v.may(access.Recall) && m.State == models.Visible && (pill == nil || pill.State.Terminal()),
	}
}

// said is the masked text as this visitor may see it.
func (v *visit) said(m models.Message, limit int) []piece {
	switch {
	case !access.MayReadText(v.caller.Grant):
		return []piece{{Kind: "kind", Text: v.words.T("text.hidden")}}
	case m.State == models.Tombstone:
		return []piece{{Kind: "kind", Text: v.words.T("text.tombstone")}}
	case !m.ErasedAt.IsZero():
		return []piece{{Kind: "kind", Text: v.words.T("text.erased", m.ErasedAt.Format(time.DateOnly))}}
	case m.Unopened:
		return []piece{{Kind: "kind", Text: v.words.T("text.unopened")}}
	}
	if pieces := v.words.masked(m, limit); len(pieces) > 0 {
		return pieces
	}
	return []piece{{Kind: "kind", Text: v.words.T("text.empty")}}
}

// found groups findings by detector, in the order in which they stand in the text.
func (v *visit) found(findings []models.Finding) []foundView {
	var views []foundView
	place := map[string]int{}
	for _, f := range findings {
		i, known := place[f.Detector]
		if known {
			views[i].Times++
			continue
		}
		place[f.Detector] = len(views)
		views = append(views, foundView{
			Detector: f.Detector, Title: v.title(f.Detector), Severity: f.Severity, Confidence: confidence(f.Confidence),
			Number: fmt.Sprintf("%.2f", f.Confidence), Times: 1, Mask: v.mask(f),
		})
	}
	return views
}

// mask shows a mask to those who may read text; it holds digits of the value.
func (v *visit) mask(f models.Finding) []piece {
	if !access.MayReadText(v.caller.Grant) {
		return nil
	}
	t := text{words: v.words, left: fieldText}
	t.write("hit", f.Mask, Visible(f.Detector))
	return t.pieces
}

func confidence(c float64) string {
	switch {
	case c >= 0.95:
		return "certain"
	case c >= 0.75:
		return "high"
	case c >= 0.5:
		return "medium"
	}
	return "low"
}
