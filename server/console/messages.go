package console

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
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
}

// foundView is one detector's hits in a message.
type foundView struct {
	Detector   string
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
	m := models.MessageFilter{
		App: f.App, Conversation: f.Conversation, Sender: f.Sender, Detector: f.Detector,
		State: models.MessageState(f.State), Verdict: models.Verdict(f.Verdict),
		Page: models.Page{Cursor: f.Cursor, Limit: pageRows},
	}
	if d, err := time.ParseDuration(f.Since); err == nil && d > 0 {
		m.Since = now.Add(-d)
	}
	return m
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

// recallsOf finds the latest recall of each message in one query, and asks singly only
// where that one was not enough.
func (v *visit) recallsOf(found []models.Message) (map[models.MessageID]*recallPill, error) {
	pills := map[models.MessageID]*recallPill{}
	if len(found) == 0 {
		return pills, nil
	}
	oldest := found[0].ReceivedAt
	for _, m := range found {
		if m.ReceivedAt.Before(oldest) {
			oldest = m.ReceivedAt
		}
	}
	f := models.RecallFilter{Since: oldest, Page: models.Page{Limit: models.MaxLimit}}
	all, more, err := v.Store.Recalls(v.ctx(), v.scope, f)
	if err != nil {
		return nil, fmt.Errorf("recalls of messages: %w", err)
	}
	for _, r := range all {
		if pills[r.Message] == nil { // newest first
			pills[r.Message] = pillOf(r)
		}
	}
	if more == "" {
		return pills, nil
	}
	return pills, v.addMissing(pills, found)
}

func (v *visit) addMissing(pills map[models.MessageID]*recallPill, found []models.Message) error {
	for _, m := range found {
		if pills[m.ID] != nil {
			continue
		}
		r, err := v.latestRecall(m.ID)
		if err != nil {
			return err
		}
		if r != nil {
			pills[m.ID] = pillOf(*r)
		}
	}
	return nil
}

// latestRecall returns the newest recall of a message, nil where there is none.
func (v *visit) latestRecall(id models.MessageID) (*models.Recall, error) {
	f := models.RecallFilter{Message: id, Page: models.Page{Limit: 1}}
	found, _, err := v.Store.Recalls(v.ctx(), v.scope, f)
	if err != nil {
		return nil, fmt.Errorf("recall of message %s: %w", id, err)
	}
	if len(found) == 0 {
		return nil, nil //nolint:nilnil // no recall is a fact about a message, not a failure
	}
	return &found[0], nil
}

func (v *visit) messageRow(m models.Message, pill *recallPill) messageRow {
	return messageRow{
		ID: m.ID, At: m.ReceivedAt, Severity: models.Worst(m.Findings),
		Conversation: m.Conversation.Ref, Kind: m.Conversation.Kind, Sender: m.Sender,
		Said: v.said(m, rowText), Found: v.found(m.Findings), Verdict: m.Verdict,
		Inspection: m.Inspection, State: m.State, Gone: m.State != models.Visible,
		Edited: m.Revision > 1, Recall: pill,
	}
}

// said is the masked text as this visitor may see it.
func (v *visit) said(m models.Message, limit int) []piece {
	switch {
	case !access.MayReadText(v.caller.Grant):
		return []piece{{Kind: "kind", Text: v.words.T("text.hidden")}}
	case m.State == models.Tombstone:
		return []piece{{Kind: "kind", Text: v.words.T("text.tombstone")}}
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
			Detector: f.Detector, Severity: f.Severity, Confidence: confidence(f.Confidence),
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

func (v *visit) messagesStream() error {
	return v.stream(&messagesFeed{visit: v, filter: v.messagesFilter()})
}

// messagesFeed keeps a list of messages live.
type messagesFeed struct {
	*visit

	filter messagesFilter
	shown  []models.MessageID // newest first
}

// relistFrom is how many changed messages of one batch are cheaper to list anew
// than to look up singly.
const relistFrom = 15

func (f *messagesFeed) all(b *bytes.Buffer) error {
	f.now = f.Now()
	rows, _, err := f.messageRows(f.filter)
	if err != nil {
		return err
	}
	f.shown = f.shown[:0]
	for _, r := range rows {
		f.shown = append(f.shown, r.ID)
	}
	return f.partial(b, "#rows", "innerMorph", "message_rows", rows)
}

func (f *messagesFeed) some(b *bytes.Buffer, batch []models.Change) error {
	changed := changedMessages(batch)
	if len(changed) > relistFrom {
		return f.all(b)
	}
	for _, id := range changed {
		if err := f.one(b, id); err != nil {
			return err
		}
	}
	return nil
}

// one brings a row up to date, puts a new message on top, or leaves alone what
// is not on this page.
func (f *messagesFeed) one(b *bytes.Buffer, id models.MessageID) error {
	known := slices.Contains(f.shown, id)
	if !known && (f.filter.Cursor != "" || !f.newer(id)) {
		return nil
	}
	row, fits, err := f.row(id)
	switch {
	case err != nil:
		return err
	case !fits && known:
		f.shown = slices.DeleteFunc(f.shown, func(s models.MessageID) bool { return s == id })
		return f.partial(b, "#m-"+string(id), "delete", "nothing", nil)
	case !fits:
		return nil
	case known:
		return f.partial(b, "#m-"+string(id), "outerMorph", "message_row", row)
	}
	f.shown = slices.Insert(f.shown, 0, id)
	if err := f.partial(b, "#rows", "afterbegin", "message_row", row); err != nil {
		return err
	}
	return f.dropLast(b)
}

// newer reports whether a message belongs above the last one shown; ids sort by time.
func (f *messagesFeed) newer(id models.MessageID) bool {
	return len(f.shown) < pageRows || id > f.shown[len(f.shown)-1]
}

func (f *messagesFeed) dropLast(b *bytes.Buffer) error {
	if len(f.shown) <= pageRows {
		return nil
	}
	last := f.shown[len(f.shown)-1]
	f.shown = f.shown[:len(f.shown)-1]
	return f.partial(b, "#m-"+string(last), "delete", "nothing", nil)
}

// row reads one message, and whether it fits the filter of the page.
func (f *messagesFeed) row(id models.MessageID) (row messageRow, fits bool, err error) {
	m, err := f.Store.Message(f.ctx(), f.scope, id)
	if notThere(err) {
		return row, false, nil
	}
	if err != nil {
		return row, false, fmt.Errorf("message %s: %w", id, err)
	}
	if !f.filter.fits(m) {
		return row, false, nil
	}
	r, err := f.latestRecall(id)
	if err != nil {
		return row, false, err
	}
	if r == nil {
		return f.messageRow(m, nil), true, nil
	}
	return f.messageRow(m, pillOf(*r)), true, nil
}

// fits says of one message what the store says of the list. The time is left
// out: what changes now is as new as can be.
func (f messagesFilter) fits(m models.Message) bool {
	return is(f.App, m.App) && is(f.Sender, m.Sender) &&
		is(f.State, string(m.State)) && is(f.Verdict, string(m.Verdict)) &&
		(is(f.Conversation, m.Conversation.Ref) || is(f.Conversation, string(m.Conversation.ID))) &&
		(f.Detector == "" || hit(m.Findings, f.Detector))
}

func is(want, got string) bool { return want == "" || want == got }

func hit(findings []models.Finding, detector string) bool {
	return slices.ContainsFunc(findings, func(f models.Finding) bool { return f.Detector == detector })
}
