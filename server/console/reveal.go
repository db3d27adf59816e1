package console

import (
	"fmt"
	"net/http"
	"time"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/server/access"
)

// revealFor is how long a revealed text stays on the screen.
const revealFor = time.Minute

// minPurpose keeps "." and "x" out of the log of reveals.
const minPurpose = 4

// revealedView is a message's text in clear, for a moment.
type revealedView struct {
	shell
	ID      models.MessageID
	Said    []piece
	Seconds int
	Purpose string
}

// revealMessage shows the text. The store writes the audit entry before it lets
// the text out.
func (v *visit) revealMessage() error {
	id, purpose := models.MessageID(v.gin.Param("id")), v.field("purpose", 8*access.MaxNote)
	if n := len([]rune(purpose)); n < minPurpose || n > access.MaxNote {
		return invalid(v.words.T("reveal.purpose.wrong", minPurpose, access.MaxNote))
	}
	m, err := v.Store.Reveal(v.ctx(), v.scope, id, v.caller.Actor, purpose)
	if err != nil {
		return fmt.Errorf("reveal message %s: %w", id, err)
	}
	view := revealedView{ID: id, Said: v.words.clear(m), Seconds: int(revealFor.Seconds()), Purpose: purpose}
	if v.byScript() {
		return v.part(http.StatusOK, "revealed", view)
	}
	if view.shell, err = v.shell("messages", v.words.T("message.title"), ""); err != nil {
		return err
	}
	v.gin.Header("Refresh", fmt.Sprintf("%d; url=/messages/%s", view.Seconds, m.ID))
	return v.render(http.StatusOK, "revealed_page", view)
}
