package console

import (
	"fmt"
	"net/http"

	"github.com/takeback-chat/takeback/models"
)

// conversationsView is the list of conversations in the visitor's scope.
type conversationsView struct {
	shell
	App, Kind string
	Kinds     []models.ConversationKind
	Rows      []models.Conversation
	Next      string
	First     string
}

func (v *visit) conversationsPage() error {
	app, kind, cursor := v.query("app"), v.query("kind"), v.query("cursor")
	if err := known(v, kind, models.ConversationKinds); err != nil {
		return err
	}
	rows, next, err := v.Store.Conversations(v.ctx(), v.scope, models.ConversationFilter{
		App: app, Kind: models.ConversationKind(kind), Page: models.Page{Cursor: cursor, Limit: pageRows},
	})
	if err != nil {
		return fmt.Errorf("list conversations: %w", err)
	}
	view := conversationsView{App: app, Kind: kind, Kinds: models.ConversationKinds, Rows: rows}
	if view.shell, err = v.shell("conversations", v.words.T("conversations.title"), ""); err != nil {
		return err
	}
	view.Next, view.First = pages("/conversations", values("app", app, "kind", kind, "cursor", cursor), next)
	return v.render(http.StatusOK, "conversations", view)
}
