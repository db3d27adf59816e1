package api

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/go-json-experiment/json"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/server/live"
)

const (
	// Heartbeat is how often a quiet stream says that it lives, and how often the
	// rights of its caller are looked at again.
	Heartbeat = 20 * time.Second
	// writeWithin is how long one write to a stream may take before the viewer is given up.
	writeWithin = 10 * time.Second
)

// changeView names what changed, and nothing of what is in it.
type changeView struct {
	Kind         models.ChangeKind     `json:"kind"`
	ID           string                `json:"id"`
	Message      models.MessageID      `json:"message,omitzero"`
	App          string                `json:"app,omitzero"`
	Conversation models.ConversationID `json:"conversation,omitzero"`
	At           moment                `json:"at"`
}

func viewChange(c models.Change) changeView {
	return changeView{c.Kind, c.ID, c.Message, c.App, c.Conversation.ID, moment(c.At)}
}

// stream answers GET /stream: server-sent events of what changed in the
// caller's scope. "changes" carries a list of changes; "reload" says that some
// were lost. It goes on until the caller leaves, falls silent or loses the token.
func (a *API) stream(c *gin.Context) error {
	scope, err := a.scope(c)
	if err != nil {
		return err
	}
	var shown atomic.Pointer[models.Scope]
	shown.Store(&scope)
	viewer := a.hub.SubscribeTo(func(ch models.Change) bool { return shows(*shown.Load(), ch) })
	defer viewer.Close()
	s := newEvents(c)
	s.write([]byte("retry: 2000\n: here we go\n\n"))
	beat := time.NewTicker(Heartbeat)
	defer beat.Stop()
	for s.err == nil {
		select {
		case <-c.Request.Context().Done():
			return nil
		case batch, open := <-viewer.C():
			if !open {
				return nil // the service stops
			}
			s.changes(batch, viewer)
		case <-beat.C:
			anew, err := a.recheck(c)
			if err != nil {
				return nil // the answer has begun: ending it is all that can be said
			}
			shown.Store(&anew)
			s.write([]byte(": beat\n\n"))
		}
	}
	return nil
}

// shows reports whether a change may be told. A new policy concerns everybody;
// what else belongs to no conversation is for those who see everything.
func shows(scope models.Scope, c models.Change) bool {
	return c.Kind == models.PolicyChanged || scope.Shows(c.Conversation)
}

// recheck looks the caller up anew: tokens are revoked and roles lost while
// streams are open.
func (a *API) recheck(c *gin.Context) (models.Scope, error) {
	who, err := a.identify(c)
	if err != nil {
		return models.Scope{}, err
	}
	return a.door.Scope(c.Request.Context(), who)
}

// events writes server-sent events. Only the handler's goroutine uses it.
type events struct {
	w   http.ResponseWriter
	rc  *http.ResponseController
	err error // of the first write that failed; nothing is written after it
}

func newEvents(c *gin.Context) *events {
	h := c.Writer.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Accel-Buffering", "no") // a proxy that gathers would hold the events back
	return &events{w: c.Writer, rc: http.NewResponseController(c.Writer)}
}

func (s *events) changes(batch []models.Change, v *live.Viewer) {
	if batch == nil {
		if v.Lost() {
			s.event("reload", []byte("{}"))
		}
		return
	}
	views := make([]changeView, len(batch))
	for i, c := range batch {
		views[i] = viewChange(c)
	}
	data, err := json.Marshal(views)
	if err != nil {
		s.err = fmt.Errorf("write changes: %w", err)
		return
	}
	s.event("changes", data)
}

// event writes one event. JSON has no line breaks of its own, so data is one line.
func (s *events) event(name string, data []byte) {
	var b bytes.Buffer
	fmt.Fprintf(&b, "event: %s\ndata: %s\n\n", name, data)
	s.write(b.Bytes())
}

func (s *events) write(text []byte) {
	if s.err != nil {
		return
	}
	if err := s.rc.SetWriteDeadline(time.Now().Add(writeWithin)); err != nil && !errors.Is(err, http.ErrNotSupported) {
		s.err = err
		return
	}
	if _, s.err = s.w.Write(text); s.err == nil {
		s.err = s.rc.Flush()
	}
}
