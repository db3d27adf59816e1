package server

import (
	"context"
	"log/slog"
	"maps"
	"net/http"
	"slices"

	"github.com/gin-gonic/gin"
)

const (
	healthz = "/healthz"
	readyz  = "/readyz"
)

// Running is the check that fails once the process was told to stop: it still answers, and
// nothing more should be sent to it.
const Running = "running"

// needed are the checks without which the service is not ready. Whatever else
// breaks makes it degraded: without Redis everything still goes, only slower.
var needed = []string{"database", Running}

// probes answer those who watch the process. They need no token, so they tell
// names and fixed words; the error itself goes to the log.
type probes struct {
	ready   func(context.Context) map[string]error
	version string
	log     *slog.Logger
}

func (p probes) routes(r gin.IRouter) {
	for _, m := range []string{http.MethodGet, http.MethodHead} {
		r.Handle(m, healthz, p.alive)
		r.Handle(m, readyz, p.readiness)
	}
}

// alive answers as long as the process can answer at all.
func (p probes) alive(c *gin.Context) {
	c.Header("Cache-Control", "no-store")
	c.JSON(http.StatusOK, gin.H{"status": "alive", "version": p.version})
}

type readiness struct {
	Status string  `json:"status"` // ready, degraded, unready
	Checks []check `json:"checks"`
}

type check struct {
	Name  string `json:"name"`
	OK    bool   `json:"ok"`
	Words string `json:"words"`
}

// readiness says whether the service can do its work: 503 when it cannot, 200
// when it can, with "degraded" when something is broken that it can do without.
func (p probes) readiness(c *gin.Context) {
	c.Header("Cache-Control", "no-store")
	found := map[string]error{}
	if p.ready != nil {
		found = p.ready(c.Request.Context())
	}
	view := readiness{Status: "ready", Checks: []check{}}
	status := http.StatusOK
	for _, name := range slices.Sorted(maps.Keys(found)) {
		one := look(name, found[name])
		view.Checks = append(view.Checks, one)
		if one.OK {
			continue
		}
		p.log.LogAttrs(c.Request.Context(), slog.LevelWarn, "check failed",
			slog.String("check", name), slog.Any("error", found[name]))
		if slices.Contains(needed, name) {
			view.Status, status = "unready", http.StatusServiceUnavailable
		} else if status == http.StatusOK {
			view.Status = "degraded"
		}
	}
	c.JSON(status, view)
}

func look(name string, err error) check {
	switch {
	case err == nil:
		return check{name, true, "works"}
	case name == Running:
		return check{name, false, "stops"}
	case slices.Contains(needed, name):
		return check{name, false, "does not work; the service cannot do without it"}
	}
	return check{name, false, "does not work; everything goes on, more slowly"}
}
