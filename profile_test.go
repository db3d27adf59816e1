package main

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/takeback-chat/takeback/server"
)

// bounded is a client whose answers must be written by a moment, as on a connection.
type bounded struct {
	*httptest.ResponseRecorder

	by time.Time
}

func (b *bounded) SetWriteDeadline(t time.Time) error { //nolint:unparam // as a connection has it
	b.by = t
	return nil
}

// A profile covers as many seconds as it is asked for, though other answers are bounded.
func TestProfilesTakeAsLongAsAsked(t *testing.T) {
	h := server.NewHTTP((&app{registry: newRegistry()}).metricsHandler()).Handler
	for path, free := range map[string]bool{"/debug/pprof/trace?seconds=0.01": true, "/debug/pprof/cmdline": false} {
		w := &bounded{ResponseRecorder: httptest.NewRecorder()}
		h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
		if w.by.IsZero() != free {
			t.Errorf("%s is answered with %d, to be written by %v", path, w.Code, w.by)
		}
	}
}
