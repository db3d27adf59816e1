package console

import (
	"fmt"
	"net/http"

	"github.com/takeback-chat/takeback/models"
)

// conversationsView is the list of conversations in the visitor's scope.
type conversationsView struct {
	shell
	Filter conversationsFilter
	Kinds  []models.ConversationKind
	Rows   []conversationLine
	Next   string
	First  string
}

// conversationsFilter is what the URL narrows the list to.
type conversationsFilter struct{ App, Kind, Ref, Missing, Cursor string }

// conversationLine is a conversation with how much of it was seen.
type conversationLine struct {
	models.Conversation

	Coverage models.Coverage
	Bar      coverageBar
}

func (v *visit) covered(cs []models.Conversation) ([]conversationLine, error) {
	ids := make([]models.ConversationID, len(cs))
	for i, c := range cs {
		ids[i] = c.ID
	}
	by, err := v.Store.Coverages(v.ctx(), ids)
	if err != nil {
		return nil, fmt.Errorf("coverage of conversations: %w", err)
	}
	holes, err := v.Store.OpenHolesOf(v.ctx(), ids)
	if err != nil {
		return nil, fmt.Errorf("holes of conversations: %w", err)
	}
	lines := make([]conversationLine, len(cs))
	for i, c := range cs {
		lines[i] = conversationLine{c, by[c.ID], drawBar(by[c.ID], holes[c.ID])}
	}
	return lines, nil
}

func (v *visit) conversationsFilter() conversationsFilter {
	return conversationsFilter{v.query("app"), v.query("kind"), v.query("ref"), v.query("missing"), v.query("cursor")}
}

func (v *visit) conversationsPage() error {
	f := v.conversationsFilter()
	if err := known(v, f.Kind, models.ConversationKinds); err != nil {
		return err
	}
	if err := known(v, f.Missing, []string{"1"}); err != nil {
		return err
	}
	found, next, err := v.Store.Conversations(v.ctx(), v.scope, models.ConversationFilter{
		App: f.App, Kind: models.ConversationKind(f.Kind), Ref: f.Ref, Missing: f.Missing != "",
		Page: models.Page{Cursor: f.Cursor, Limit: pageRows},
	})
	if err != nil {
		return fmt.Errorf("list conversations: %w", err)
	}
	rows, err := v.covered(found)
	if err != nil {
		return err
	}
	view := conversationsView{Filter: f, Kinds: models.ConversationKinds, Rows: rows}
	if view.shell, err = v.shell("conversations", v.words.T("conversations.title"), ""); err != nil {
		return err
	}
	q := values("app", f.App, "kind", f.Kind, "ref", f.Ref, "missing", f.Missing, "cursor", f.Cursor)
	view.Next, view.First = pages("/conversations", q, next)
	return v.render(http.StatusOK, "conversations", view)
}
