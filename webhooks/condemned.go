package webhooks

import (
	"context"
	"errors"
	"slices"
	"strconv"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/platforms"
	"github.com/takeback-chat/takeback/rules"
)

// killed is why something is set aside that was being read when the process died, more
// than once.
const killed = "killed"

// condemned keeps a delivery aside that is not read again.
func (h *Handler) condemned(ctx context.Context, app App, req platforms.Request) taken {
	if err := h.setAside(ctx, app.ID, []models.SetAside{{Reason: killed, Body: req.Body}}, req.Now); err != nil {
		return taken{err: err}
	}
	return taken{reply: app.Receiver.Acknowledge(platforms.Delivery{}), result: resultSetAside}
}

// sound leaves out the events whose messages may not be read again, and sets those aside.
func (h *Handler) sound(ctx context.Context, app App, events []models.Event) ([]models.Event, error) {
	var failed error
	return slices.DeleteFunc(events, func(e models.Event) bool {
		if !h.out(app, e) {
			return false
		}
		failed = errors.Join(failed, h.spoilt(ctx, app, e, killed))
		return true
	}), failed
}

func (h *Handler) out(app App, e models.Event) bool {
	return e.Message != nil && h.o.Strikes.Out(knownBy(app, e.Message, e.Conversation)...)
}

// knownBy is what tells a message from every other, whichever way it came.
func knownBy(app App, m *models.Message, c models.Conversation) [][]byte {
	edited := ""
	if !m.EditedAt.IsZero() {
		edited = strconv.FormatInt(m.EditedAt.UnixMilli(), 10)
	}
	return [][]byte{[]byte("message"), []byte(app.ID), []byte(c.Kind), []byte(c.Ref), []byte(m.Ref), []byte(edited)}
}

// judgeAfter asks a judge, and has it noted that it is being asked.
func (h *Handler) judgeAfter(
	app App, j Judge, m *models.Message, past []rules.Past, next ...rules.Past,
) (own, split models.Decision) {
	if h.o.Strikes != nil {
		defer h.o.Strikes.Read(knownBy(app, m, m.Conversation)...)()
	}
	return j.JudgeAfter(m, models.RoleUnknown, false, past, next...)
}
