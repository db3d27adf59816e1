// Package webhooks is the intake: it receives what platforms post, judges it in
// the request, keeps it, answers in the platform's words, and only then rings
// for the recalls that came of it.
//
// A 200 is a promise: what was answered so is committed, or was recognised as
// a duplicate of something that is.
package webhooks

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/platforms"
	"github.com/takeback-chat/takeback/rules"
	"github.com/takeback-chat/takeback/webhooks/strikes"
)

// Keeper keeps what was judged; the store. A nil error means: committed.
type Keeper interface {
	// Full reports whether what would be kept now would be refused with models.ErrBusy.
	Full() bool
	Keep(ctx context.Context, app string, events []models.Judged) ([]models.Kept, error)
	KeepProposal(ctx context.Context, app string, m models.Message, d models.Decision) error
	SetAside(ctx context.Context, asides []models.SetAside) error
	// Amend adds to a kept message findings that have parts and only became known
	// afterwards, and does what was decided of them. It may be called again.
	Amend(ctx context.Context, app string, in models.Judged) (models.Kept, error)
	// Around returns what a sender posted within a time of a moment.
	Around(ctx context.Context, app string, c models.Conversation, sender string, at time.Time, within time.Duration) ([]models.Message, error)
	// Shared reports whether others may keep messages in the same place.
	Shared() bool
}

// Judge scans a message among those that its sender posted around it, and
// decides; the rule set in force. It fills in the message's findings, inspection
// and verdict. Split is for the others that hold parts of a value.
type Judge interface {
	JudgeAfter(m *models.Message, role models.Role, before bool, past []rules.Past, next ...rules.Past) (own, split models.Decision)
}

// Standings forgets the roles of a group when an event says that they changed.
type Standings interface {
	Drop(app, group string)
}

// Tracer is told what messages pass on their way through the intake.
type Tracer interface {
	// Follows reports whether a trace is made of a message.
	Follows(models.MessageID) bool
	// Passed adds a station to the trace of a message that is followed. It never blocks.
	Passed(models.Station)
}

// Late says what to answer to a proposal when the budget is spent.
type Late string

// The answers past the budget.
const (
	Deliver Late = "deliver"
	Block   Late = "block"
)

// App is one app that platforms post to.
type App struct {
	ID         string
	PathSecret string // the last part of the URL
	Adapter    platforms.Adapter
	Receiver   platforms.Receiver // usually the same value
}

// Options say what the intake works with. All but Registry, Logger, Tracer, Now and Wall are required.
type Options struct {
	Apps       []App
	Keeper     Keeper
	Judge      func() Judge // the rule set in force now
	Ring       func(models.ConversationID)
	Standings  Standings
	MaxBody    int64         // bytes
	GateBudget time.Duration // from the arrival of a proposal
	GateLate   Late
	Strikes    *strikes.Strikes // of texts that killed us; nil: none are counted
	Logger     *slog.Logger
	Registry   prometheus.Registerer
	Tracer     Tracer           // nil: nothing is traced
	Now        func() time.Time // default time.Now
	Wall       func() time.Time // what this machine's clock shows, which may not be Now; default Now
}

// Handler takes webhooks in at POST /webhooks/{app}/{path_secret}.
type Handler struct {
	o       Options
	apps    map[string]App
	metrics *metrics
	engine  *gin.Engine
	memory  *memory

	weighing sync.WaitGroup // proposals, also those answered late
}

// New returns the intake.
func New(o Options) *Handler {
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Wall == nil {
		o.Wall = o.Now
	}
	h := &Handler{o: o, apps: map[string]App{}, metrics: newMetrics(o.Registry), memory: newMemory(o.Now)}
	for _, a := range o.Apps {
		h.apps[a.ID] = a
	}
	gin.SetMode(gin.ReleaseMode)
	h.engine = gin.New() // no logger: the query string must not be logged
	h.engine.POST("/webhooks/:app/:secret", h.receive)
	_ = h.engine.SetTrustedProxies(nil) // nil is always accepted
	return h
}

// ServeHTTP implements http.Handler.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) { h.engine.ServeHTTP(w, r) }

// Wait returns when every proposal has been recorded, also those answered late.
// It is called once no more requests come.
func (h *Handler) Wait() { h.weighing.Wait() }

// receive is the story of one delivery.
func (h *Handler) receive(c *gin.Context) {
	start := h.o.Now()
	app, ok := h.app(c.Param("app"), c.Param("secret"))
	if !ok {
		h.refuse(c, "unknown", "path")
		return
	}
	body, ok := h.body(c, app.ID)
	if !ok {
		return
	}
	req := platforms.Request{Query: c.Request.URL.Query(), Header: c.Request.Header, Body: body, Now: start}
	if err := h.authenticate(app, req); err != nil {
		h.refuse(c, app.ID, whyRefused(err))
		return
	}
	h.metrics.heard(app, req)
	h.answer(c, app, h.take(c.Request.Context(), app, req), start)
}

// authenticate asks the app's platform whether a request is its own. One that is too old or too
// new by one of our two clocks is none if it is so by the other: either may be wrong, for a while,
// after somebody set this machine's.
func (h *Handler) authenticate(app App, req platforms.Request) error {
	err := app.Receiver.Authenticate(req)
	if errors.Is(err, platforms.ErrStale) {
		req.Now = h.o.Wall()
		err = app.Receiver.Authenticate(req)
	}
	return err //nolint:wrapcheck // only what it is counts
}

// whyRefused names for the counter what was wrong with a request.
func whyRefused(err error) string {
	if errors.Is(err, platforms.ErrStale) {
		return "stale"
	}
	return "signature"
}

// app finds the app that an URL names. The secrets are compared as hashes, in
// constant time, and an unknown app costs as much as a known one.
func (h *Handler) app(id, secret string) (App, bool) {
	app, known := h.apps[id]
	given, want := sha256.Sum256([]byte(secret)), sha256.Sum256([]byte(app.PathSecret))
	same := subtle.ConstantTimeCompare(given[:], want[:]) == 1
	return app, known && same && app.PathSecret != ""
}
