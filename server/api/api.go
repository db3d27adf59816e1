package api

import (
	"context"
	"log/slog"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/server/access"
	"github.com/takeback-chat/takeback/server/live"
)

// Prefix is where the API lives.
const Prefix = "/api/v1"

// Store is what the API reads of *store.Store. Changes go through the access door.
type Store interface {
	Message(ctx context.Context, scope models.Scope, id models.MessageID) (models.Message, error)
	Messages(ctx context.Context, scope models.Scope, f models.MessageFilter) ([]models.Message, string, error)
	Decisions(ctx context.Context, scope models.Scope, id models.MessageID) ([]models.Decision, error)
	Reads(ctx context.Context, scope models.Scope, id models.MessageID) ([]models.Read, error)
	Reveal(ctx context.Context, scope models.Scope, id models.MessageID, actor, purpose string) (models.Message, error)
	Recall(ctx context.Context, scope models.Scope, id models.RecallID) (models.Recall, error)
	Recalls(ctx context.Context, scope models.Scope, f models.RecallFilter) ([]models.Recall, string, error)
	Postings(ctx context.Context, scope models.Scope, id models.RecallID) ([]models.Posting, error)
	PostingOf(ctx context.Context, scope models.Scope, id models.MessageID) (models.Posting, error)
	Case(ctx context.Context, scope models.Scope, id models.CaseID) (models.Case, error)
	Cases(ctx context.Context, scope models.Scope, f models.CaseFilter) ([]models.Case, string, error)
	Conversation(ctx context.Context, scope models.Scope, id models.ConversationID) (models.Conversation, error)
	Conversations(
		ctx context.Context, scope models.Scope, f models.ConversationFilter,
	) ([]models.Conversation, string, error)
	Coverages(ctx context.Context, ids []models.ConversationID) (map[models.ConversationID]models.Coverage, error)
	Holes(ctx context.Context, id models.ConversationID, open bool) ([]models.Hole, error)
	CoverageDays(ctx context.Context, app string, since time.Time) ([]models.DayCoverage, error)
	Audit(ctx context.Context, f models.AuditFilter) ([]models.AuditEntry, string, error)
	Breakers(ctx context.Context, f models.BreakerFilter) ([]models.Breaker, string, error)
	// Erasures lists the erasures of people, or of one account.
	Erasures(ctx context.Context, app, account string, p models.Page) ([]models.Erasure, string, error)
	LegalHolds(ctx context.Context, f models.LegalHoldFilter) ([]models.LegalHold, string, error)
	LegalHold(ctx context.Context, id models.LegalHoldID) (models.LegalHold, error)
	LegalHoldsOn(ctx context.Context, id models.MessageID) ([]models.LegalHold, error)
	Hooks(ctx context.Context) ([]models.HookStatus, error)
	HookDeliveries(ctx context.Context, f models.HookFilter) ([]models.HookDelivery, string, error)
}

// Options are what New needs; all but Logger and Now are required.
type Options struct {
	Store  Store
	Door   *access.Door
	Sweeps *access.Sweeps
	Copies *access.Copies
	Rules  Rules
	Hub    *live.Hub
	// PublicURL is what sender's links begin with, without a slash at its end.
	PublicURL string
	Logger    *slog.Logger     // default slog.Default
	Now       func() time.Time // default time.Now
}

// API answers under Prefix. It is safe for concurrent use.
type API struct {
	store  Store
	door   *access.Door
	sweeps *access.Sweeps
	copies *access.Copies
	rules  Rules
	hub    *live.Hub
	log    *slog.Logger
	now    func() time.Time

	publicURL string
}

// New returns the API.
func New(o Options) *API {
	a := &API{
		store: o.Store, door: o.Door, sweeps: o.Sweeps, copies: o.Copies, rules: o.Rules, hub: o.Hub, log: o.Logger, now: o.Now, publicURL: o.PublicURL,
	}
	if a.log == nil {
		a.log = slog.Default()
	}
	if a.now == nil {
		a.now = time.Now
	}
	return a
}

// Routes mounts the API. Whoever mounts it answers what leads nowhere.
func (a *API) Routes(r gin.IRouter) {
	g := r.Group(Prefix)
	g.GET("/openapi.json", a.handle(a.document))

	g.Use(a.authenticate)
	g.POST("/users/tokens", a.handle(a.createUserToken))
	g.POST("/messages/:id/sender-link", a.handle(a.createSenderLink))
	g.POST("/sender-links", a.handle(a.createLinkByRef))
	g.GET("/own", a.handle(a.oneOwn))
	g.POST("/own/recall", a.handle(a.takeOwnBack))

	g.Use(a.broad) // nothing below is for tokens that do one thing
	g.POST("/scan", a.handle(a.scan))
	g.GET("/messages", a.handle(a.listMessages))
	g.GET("/messages/:id", a.handle(a.oneMessage))
	g.GET("/messages/:id/copies", a.handle(a.listCopies))
	g.POST("/messages/:id/reveal", a.handle(a.reveal))
	g.GET("/recalls", a.handle(a.listRecalls))
	g.POST("/recalls", a.handle(a.createRecalls))
	g.GET("/recalls/:id", a.handle(a.oneRecall))
	g.POST("/recalls/:id/cancel", a.handle(a.cancelRecall))
	g.POST("/recalls/:id/retry", a.handle(a.retryRecall))
	g.GET("/cases", a.handle(a.listCases))
	g.GET("/cases/:id", a.handle(a.oneCase))
	g.POST("/cases/:id/decide", a.handle(a.decideCase))
	g.POST("/cases/:id/act", a.handle(a.actOnCase))
	g.GET("/conversations", a.handle(a.listConversations))
	g.GET("/conversations/:id", a.handle(a.oneConversation))
	g.GET("/coverage", a.handle(a.listCoverage))
	g.GET("/rules", a.handle(a.showRules))
	g.POST("/rules/test", a.handle(a.testRules))
	g.GET("/sweeps", a.handle(a.listSweeps))
	g.POST("/sweeps", a.handle(a.createSweep))
	g.GET("/sweeps/:id", a.handle(a.oneSweep))
	g.GET("/sweeps/:id/messages", a.handle(a.sweepMessages))
	g.POST("/sweeps/:id/run", a.handle(a.runSweep))
	g.POST("/sweeps/:id/cancel", a.handle(a.cancelSweep))
	g.GET("/erasures", a.handle(a.listErasures))
	g.POST("/erasures", a.handle(a.erase))
	g.GET("/legal-holds", a.handle(a.listLegalHolds))
	g.POST("/legal-holds", a.handle(a.placeLegalHold))
	g.GET("/legal-holds/:id", a.handle(a.oneLegalHold))
	g.POST("/legal-holds/:id/lift", a.handle(a.liftLegalHold))
	g.GET("/breakers", a.handle(a.listBreakers))
	g.POST("/breakers/:id/reset", a.handle(a.resetBreaker))
	g.POST("/stop", a.handle(a.stopRecalls))
	g.POST("/start", a.handle(a.startRecalls))
	g.GET("/hooks", a.handle(a.listHooks))
	g.GET("/hooks/deliveries", a.handle(a.listHookDeliveries))
	g.POST("/hooks/deliveries/:id/again", a.handle(a.deliverAgain))
	g.GET("/audit", a.handle(a.listAudit))
	g.GET("/stream", a.handle(a.stream))
}
