package api

import (
	"fmt"
	"log/slog"
	"net/http"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/takeback-chat/takeback/server/problem"
)

// handler is a gin handler that returns its error instead of answering it.
type handler func(*gin.Context) error

// handle runs a handler and answers its error.
func (a *API) handle(h handler) gin.HandlerFunc {
	return func(c *gin.Context) {
		if err := h(c); err != nil {
			a.refuse(c, err)
		}
	}
}

// refuse answers an error. What nobody expected is logged under the id that the
// answer names, unless the caller has simply gone away.
func (a *API) refuse(c *gin.Context, err error) {
	c.Abort()
	p, known := problem.Of(err)
	if !known && c.Request.Context().Err() == nil {
		a.log.LogAttrs(c.Request.Context(), slog.LevelError, "request failed",
			slog.String("problem", p.ID), slog.String("route", c.FullPath()), slog.Any("error", err))
	}
	if !c.Writer.Written() {
		p.Write(c.Writer)
	}
}

// answer writes a value as JSON. What an API tells one caller nobody may keep.
func answer(c *gin.Context, status int, value any) error {
	body, err := json.Marshal(value, json.Deterministic(true), jsontext.AllowInvalidUTF8(true))
	if err != nil {
		return fmt.Errorf("write an answer: %w", err)
	}
	return send(c, status, body)
}

func send(c *gin.Context, status int, body []byte) error {
	h := c.Writer.Header()
	h.Set("Content-Type", "application/json")
	h.Set("Content-Length", strconv.Itoa(len(body)))
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	c.Writer.WriteHeader(status)
	_, _ = c.Writer.Write(body) // the caller has gone away: nothing left to tell it
	return nil
}

// list is one page of things.
type list[T any] struct {
	Items []T    `json:"items"`
	Next  string `json:"next,omitzero"`
}

// answerList writes a page, each thing through its view.
func answerList[T, V any](c *gin.Context, things []T, next string, view func(T) V) error {
	page := list[V]{Items: make([]V, len(things)), Next: next}
	for i, t := range things {
		page.Items[i] = view(t)
	}
	return answer(c, http.StatusOK, page)
}

// moment is a time as the API writes it: RFC 3339 with milliseconds, in UTC. The
// zero moment is left out of every shape.
type moment time.Time

// IsZero lets a zero moment be left out.
func (m moment) IsZero() bool { return time.Time(m).IsZero() }

// MarshalText writes the moment.
func (m moment) MarshalText() ([]byte, error) {
	return []byte(time.Time(m).UTC().Format("2006-01-02T15:04:05.000Z")), nil
}
