package server

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/takeback-chat/takeback/server/access"
	"github.com/takeback-chat/takeback/server/api"
	"github.com/takeback-chat/takeback/server/problem"
)

// accessLog writes one line per request: never a query, a header or a body, and
// the route's template in place of the path, since paths hold what people type.
func accessLog(log *slog.Logger) gin.HandlerFunc {
	return func(c *gin.Context) {
		start := time.Now()
		c.Next()
		level := slog.LevelInfo
		if c.FullPath() == healthz || c.FullPath() == readyz {
			level = slog.LevelDebug
		}
		log.LogAttrs(c.Request.Context(), level, "request",
			slog.String("method", method(c)), slog.String("route", c.FullPath()),
			slog.Int("status", c.Writer.Status()), slog.Duration("took", time.Since(start)),
			slog.String("caller", c.GetString(access.ActorKey)))
	}
}

// method is the request's method if it is one of HTTP's own, since a stranger
// may send any word.
func method(c *gin.Context) string {
	switch m := c.Request.Method; m {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch,
		http.MethodDelete, http.MethodOptions, http.MethodConnect, http.MethodTrace:
		return m
	}
	return "other"
}

// headers sets what is safe for every answer; pages set their own, wider policy.
func headers(secure bool) gin.HandlerFunc {
	return func(c *gin.Context) {
		h := c.Writer.Header()
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("X-Frame-Options", "DENY")
		if secure {
			h.Set("Strict-Transport-Security", "max-age=31536000")
		}
	}
}

// recovery turns a panic into a 500. Neither the value of the panic nor the
// request is printed: both may hold what people wrote. gin's own prints headers.
func recovery(log *slog.Logger) gin.HandlerFunc {
	return func(c *gin.Context) {
		defer func() {
			value := recover()
			if value == nil {
				return
			}
			if err, ok := value.(error); ok && errors.Is(err, http.ErrAbortHandler) {
				panic(value) // net/http's own word for hanging up
			}
			p := problem.Internal()
			log.LogAttrs(c.Request.Context(), slog.LevelError, "panic",
				slog.String("problem", p.ID), slog.String("route", c.FullPath()),
				slog.String("kind", fmt.Sprintf("%T", value)), slog.String("stack", string(debug.Stack())))
			answer(c, p)
		}()
		c.Next()
	}
}

// limit bounds how much of a body anything reads.
func limit(c *gin.Context) {
	if c.Request.Body != nil {
		c.Request.Body = http.MaxBytesReader(c.Writer, c.Request.Body, api.MaxBody)
	}
}

// sameOrigin refuses what another site's page makes a browser send. Only the
// console needs it: the API knows nobody by a cookie.
func sameOrigin() gin.HandlerFunc {
	protection := http.NewCrossOriginProtection()
	return func(c *gin.Context) {
		if err := protection.Check(c.Request); err != nil {
			answer(c, problem.CrossOrigin())
		}
	}
}
