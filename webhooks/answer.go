package webhooks

import (
	"errors"
	"io"
	"log/slog"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/takeback-chat/takeback/models"
)

// Every refusal of a stranger has this one body, whatever was wrong.
const refusal = `{"error":"unauthorized"}`

const jsonType = "application/json"

// body reads the request's body, or answers 413 or 400.
func (h *Handler) body(c *gin.Context, app string) ([]byte, bool) {
	if c.Request.ContentLength > h.o.MaxBody {
		h.tooLarge(c, app)
		return nil, false
	}
	body, err := readAll(http.MaxBytesReader(c.Writer, c.Request.Body, h.o.MaxBody), c.Request.ContentLength)
	if err == nil {
		return body, true
	}
	if _, tooLarge := errors.AsType[*http.MaxBytesError](err); tooLarge {
		h.tooLarge(c, app)
		return nil, false
	}
	h.metrics.deliveries.WithLabelValues(app, resultBroken).Inc()
	c.Data(http.StatusBadRequest, jsonType, []byte(`{"error":"the body ended early"}`))
	return nil, false
}

// believed is how long a body is believed to become: memory is given for more only as it
// comes, since whoever announces much may send nothing.
const believed = 16 << 10

// readAll reads a body of a length told beforehand, if it is ordinary, without growing a buffer.
func readAll(r io.Reader, length int64) ([]byte, error) {
	if length < 0 || length > believed {
		return io.ReadAll(r)
	}
	body := make([]byte, length)
	_, err := io.ReadFull(r, body)
	return body, err
}

func (h *Handler) tooLarge(c *gin.Context, app string) {
	h.metrics.deliveries.WithLabelValues(app, resultTooLarge).Inc()
	c.Data(http.StatusRequestEntityTooLarge, jsonType, []byte(`{"error":"the body is too large"}`))
}

func (h *Handler) refuse(c *gin.Context, app, why string) {
	h.metrics.refused.WithLabelValues(app, why).Inc()
	c.Data(http.StatusUnauthorized, jsonType, []byte(refusal))
}

// answer tells the platform what became of its delivery, and rings after that.
func (h *Handler) answer(c *gin.Context, app App, t taken, start time.Time) {
	if t.err != nil {
		h.unkept(c, app.ID, t.err)
		return
	}
	c.Data(t.reply.Status, t.reply.ContentType, t.reply.Body)
	for _, id := range t.rings {
		h.o.Ring(id)
	}
	if t.proposal {
		h.metrics.proposals.WithLabelValues(app.ID, t.result).Inc()
	} else {
		h.metrics.deliveries.WithLabelValues(app.ID, t.result).Inc()
	}
	h.metrics.seconds.WithLabelValues(app.ID).Observe(h.o.Now().Sub(start).Seconds())
}

// unkept says that a delivery could not be kept. It is never a 200, and always
// worth another try. A platform that waited no longer found us too busy, which is
// no fault of ours to be looked into.
func (h *Handler) unkept(c *gin.Context, app string, err error) {
	result := resultFailed
	if errors.Is(err, models.ErrBusy) || c.Request.Context().Err() != nil {
		result = resultBusy
	} else {
		h.o.Logger.Error("delivery not kept", slog.String("app", app), slog.Any("error", err))
	}
	h.metrics.deliveries.WithLabelValues(app, result).Inc()
	c.Header("Retry-After", "1")
	c.Data(http.StatusServiceUnavailable, jsonType, []byte(`{"error":"not stored, try again"}`))
}
