package server

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/takeback-chat/takeback/server/access"
	"github.com/takeback-chat/takeback/server/api"
	"github.com/takeback-chat/takeback/server/live"
	"github.com/takeback-chat/takeback/server/problem"
)

// Routes is something that mounts itself on a router: the console.
type Routes interface {
	Routes(gin.IRouter)
}

// Options are what New needs. Store, Door, Sweeps, Copies, Hub and Rules are required.
type Options struct {
	Store   api.Store
	Door    *access.Door
	Sweeps  *access.Sweeps
	Copies  *access.Copies
	Hub     *live.Hub
	Rules   api.Rules
	Console Routes // nil: none
	// Ready looks at what the service stands on and says what is wrong with each
	// part, nil for nothing. A broken "database" makes the service unready, any
	// other broken part degraded.
	Ready  func(ctx context.Context) map[string]error
	Secure bool // the public URL is https
	// PublicURL is how people reach the service, for links.
	PublicURL string
	Version   string
	Logger    *slog.Logger          // default slog.Default
	Registry  prometheus.Registerer // nil: no metrics
}

// New returns the handler of everything but the webhooks. An error means that
// the options do not hold together.
func New(o Options) (http.Handler, error) {
	if o.Store == nil || o.Door == nil || o.Sweeps == nil || o.Copies == nil || o.Hub == nil || o.Rules == nil {
		return nil, errors.New("server: store, door, sweeps, copies, hub and rules are needed")
	}
	if o.Logger == nil {
		o.Logger = slog.Default()
	}
	e, err := newEngine()
	if err != nil {
		return nil, err
	}
	if err := use(e, o); err != nil {
		return nil, err
	}
	probes{o.Ready, o.Version, o.Logger}.routes(e)
	api.New(api.Options{
		Store: o.Store, Door: o.Door, Sweeps: o.Sweeps, Copies: o.Copies, Rules: o.Rules, Hub: o.Hub, PublicURL: o.PublicURL, Logger: o.Logger,
	}).Routes(e)
	if o.Console != nil {
		o.Console.Routes(e.Group("", sameOrigin()))
	}
	return e, nil
}

// newEngine is a gin engine that trusts no header about where a request came
// from, and answers exactly the addresses it has.
func newEngine() (*gin.Engine, error) {
	gin.SetMode(gin.ReleaseMode)
	e := gin.New()
	e.RedirectTrailingSlash = false
	e.HandleMethodNotAllowed = true
	e.NoRoute(func(c *gin.Context) { answer(c, problem.NotFound()) })
	e.NoMethod(func(c *gin.Context) { answer(c, problem.WrongMethod()) })
	return e, e.SetTrustedProxies(nil)
}

// use hangs what holds for every request around the routes, outermost first.
func use(e *gin.Engine, o Options) error {
	e.Use(accessLog(o.Logger))
	if o.Registry != nil {
		measure, err := Metrics(o.Registry)
		if err != nil {
			return err
		}
		e.Use(measure)
	}
	e.Use(headers(o.Secure), recovery(o.Logger), limit)
	return nil
}

// answer writes a problem: as a document under the API, elsewhere as plain words.
func answer(c *gin.Context, p *problem.Problem) {
	c.Abort()
	if c.Writer.Written() {
		return
	}
	if strings.HasPrefix(c.Request.URL.Path, api.Prefix) {
		p.Write(c.Writer)
		return
	}
	c.Header("Content-Type", "text/plain; charset=utf-8")
	c.Writer.WriteHeader(p.Status)
	_, _ = c.Writer.WriteString(p.Title + ". " + p.Detail + "\n")
}
