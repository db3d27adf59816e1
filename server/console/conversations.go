package console

import (
	"fmt"
	"math"
	"net/http"
	"strconv"

	"github.com/takeback-chat/takeback/models"
)

// conversationsView is the list of conversations in the visitor's scope.
type conversationsView struct {
	shell
	App, Kind string
	Kinds     []models.ConversationKind
	Rows      []conversationLine
	Next      string
	First     string
}

// conversationLine is a conversation with how much of it was seen.
type conversationLine struct {
	models.Conversation
	Coverage models.Coverage
}

// Scanned is how much of what people posted was scanned, in per cent, rounded
// down, so that it is 100 only where nothing is left.
func (l conversationLine) Scanned() string {
	return strconv.FormatFloat(math.Floor(l.Coverage.Percent()*10)/10, 'f', -1, 64)
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
	lines := make([]conversationLine, len(cs))
	for i, c := range cs {
		lines[i] = conversationLine{c, by[c.ID]}
	}
	return lines, nil
}

func (v *visit) conversationsPage() error {
	app, kind, cursor := v.query("app"), v.query("kind"), v.query("cursor")
	if err := known(v, kind, models.ConversationKinds); err != nil {
		return err
	}
	found, next, err := v.Store.Conversations(v.ctx(), v.scope, models.ConversationFilter{
		App: app, Kind: models.ConversationKind(kind), Page: models.Page{Cursor: cursor, Limit: pageRows},
	})
	if err != nil {
		return fmt.Errorf("list conversations: %w", err)
	}
	rows, err := v.covered(found)
	if err != nil {
		return err
	}
	view := conversationsView{App: app, Kind: kind, Kinds: models.ConversationKinds, Rows: rows}
	if view.shell, err = v.shell("conversations", v.words.T("conversations.title"), ""); err != nil {
		return err
	}
	view.Next, view.First = pages("/conversations", values("app", app, "kind", kind, "cursor", cursor), next)
	return v.render(http.StatusOK, "conversations", view)
}
