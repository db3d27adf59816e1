package console

import (
	"context"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/alexedwards/scs/v2"
	"github.com/gin-gonic/gin"
	"github.com/go-webauthn/webauthn/webauthn"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/server/access"
	"github.com/takeback-chat/takeback/server/live"
	"github.com/takeback-chat/takeback/server/oidc"
)

// Store is what the console reads and does, of *store.Store. Every read takes
// the scope of the one who looks, except those of what concerns every conversation (the
// audit log, breakers, what rules did), which are only asked for after the grant was checked.
type Store interface {
	Message(ctx context.Context, scope models.Scope, id models.MessageID) (models.Message, error)
	Messages(ctx context.Context, scope models.Scope, f models.MessageFilter) ([]models.Message, string, error)
	Decisions(ctx context.Context, scope models.Scope, id models.MessageID) ([]models.Decision, error)
	Reads(ctx context.Context, scope models.Scope, id models.MessageID) ([]models.Read, error)
	Reveal(ctx context.Context, scope models.Scope, id models.MessageID, actor, purpose string) (models.Message, error)

	Recall(ctx context.Context, scope models.Scope, id models.RecallID) (models.Recall, error)
	Recalls(ctx context.Context, scope models.Scope, f models.RecallFilter) ([]models.Recall, string, error)
	LatestRecalls(ctx context.Context, scope models.Scope, ids []models.MessageID) (map[models.MessageID]models.Recall, error)

	Case(ctx context.Context, scope models.Scope, id models.CaseID) (models.Case, error)
	CasesIn(ctx context.Context, scope models.Scope, ids []models.CaseID) (map[models.CaseID]models.Case, error)
	Queue(ctx context.Context, scope models.Scope, f models.QueueFilter) ([]models.Case, string, error)
	Waiting(ctx context.Context, scope models.Scope, actor string, limit int) (int, error)
	QueueCounts(ctx context.Context, scope models.Scope, f models.QueueFilter, limit int) (models.QueueCounts, error)
	CaseNotes(ctx context.Context, scope models.Scope, id models.CaseID) ([]models.CaseNote, error)
	MessagesIn(ctx context.Context, scope models.Scope, ids []models.MessageID) (map[models.MessageID]models.Message, error)
	Neighbours(ctx context.Context, scope models.Scope, id models.MessageID, n int) (before, after []models.Message, err error)
	RecallCounts(
		ctx context.Context, scope models.Scope, states []models.RecallState, since time.Time, limit int,
	) (map[models.RecallState]int, error)

	QueueNow(ctx context.Context, scope models.Scope, actor string, limit int) (models.QueueNow, error)
	Uncovered(ctx context.Context, scope models.Scope, limit int) ([]models.Uncovered, error)
	History(ctx context.Context, scope models.Scope, app, sender string, since time.Time) (models.History, error)
	Reveals(ctx context.Context, actor string, since time.Time, limit int) (int, error)
	PolicyChanges(ctx context.Context, since time.Time, limit int) ([]models.PolicyVersion, error)
	Breakers(ctx context.Context, f models.BreakerFilter) ([]models.Breaker, string, error)
	LegalHolds(ctx context.Context, f models.LegalHoldFilter) ([]models.LegalHold, string, error)

	Conversations(ctx context.Context, scope models.Scope, f models.ConversationFilter) ([]models.Conversation, string, error)
	Conversation(ctx context.Context, scope models.Scope, id models.ConversationID) (models.Conversation, error)
	MessagesNamed(ctx context.Context, scope models.Scope, in models.ConversationID, refs []string) ([]models.Message, error)
	Coverages(ctx context.Context, ids []models.ConversationID) (map[models.ConversationID]models.Coverage, error)
	Holes(ctx context.Context, c models.ConversationID, open bool) ([]models.Hole, error)
	HolesWithin(ctx context.Context, c models.ConversationID, r models.Range) ([]models.Hole, error)
	OpenHolesOf(ctx context.Context, ids []models.ConversationID) (map[models.ConversationID][]models.Hole, error)

	Policies(ctx context.Context) ([]models.PolicyVersion, error)
	Policy(ctx context.Context, version int) (models.PolicyVersion, error)
	PolicyInForce(ctx context.Context) (models.PolicyVersion, error)
	RuleFigures(ctx context.Context, rules []string, since time.Time, limit int) (map[string]models.RuleFigures, error)

	LegalHoldsOn(ctx context.Context, id models.MessageID) ([]models.LegalHold, error)
	SettingsStore
	NumbersStore
	PeopleStore
	HoldStore
	HookStore

	Audit(ctx context.Context, f models.AuditFilter) ([]models.AuditEntry, string, error)
	VerifyAudit(ctx context.Context) (models.AuditReport, error)
	Record(ctx context.Context, e models.AuditEntry) error

	TokenByHash(ctx context.Context, hash []byte) (models.Token, error)
	Logins
}

// Options is what a console is made of. Store, Door, Hub, Rules, Chats, Setup, Sweeps,
// Sessions, Devices and Codes are needed.
type Options struct {
	Store    Store
	Door     *access.Door
	Hub      *live.Hub
	Rules    Rules
	Chats    Chats
	Setup    Setup
	Sweeps   Sweeper
	Sessions scs.Store
	Devices  access.Devices
	Codes    *access.Codes // for people who sign in with an account of a chat
	OIDC     SingleSignOn  // nil: there is no identity provider
	Provider string        // its name on the sign-in page
	Site     string        // the address that people know the console by
	// RequireSecond says of which roles a second factor is asked; nil: of none.
	RequireSecond func(models.Grant) bool
	Secure        bool // the public URL is https: cookies are Secure and carry the __Host- prefix
	Version       string
	Logger        *slog.Logger     // default slog.Default()
	Now           func() time.Time // default time.Now
}

// Console serves the pages. It is safe for concurrent use.
type Console struct {
	Options

	sessions *scs.SessionManager
	static   *assets
	sets     map[string]templates // by language
	tries    *throttle
	passkeys *webauthn.WebAuthn      // nil: this site can have none
	treated  atomic.Pointer[treated] // what the rules in force make of each detector
	called   atomic.Pointer[called]
}

// New makes a console. Its templates are part of the program, so that tests say whether they
// parse, and no start has to.
func New(o Options) (*Console, error) {
	if o.Logger == nil {
		o.Logger = slog.Default()
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	static, err := loadAssets()
	if err != nil {
		return nil, fmt.Errorf("console: %w", err)
	}
	c := &Console{
		Options: o, sessions: newSessions(o.Sessions, o.Secure),
		static: static, sets: loadTemplates(static), tries: newThrottle(o.Now),
	}
	if name, origin, ok := passkeySite(o.Site); ok {
		if c.passkeys, err = newPasskeys(name, origin); err != nil {
			return nil, fmt.Errorf("console: %w", err)
		}
	}
	return c, nil
}

// Routes adds the console to a router. Requests that change something come by
// POST only; whoever mounts the router guards it with http.CrossOriginProtection.
func (c *Console) Routes(r gin.IRouter) {
	r.GET("/static/*file", c.static.serve)
	r.GET("/favicon.ico", c.static.favicon)

	r.GET("/sign-in", c.open((*visit).signInPage))
	r.POST("/sign-in", c.open((*visit).signIn))
	if len(c.Codes.Apps()) > 0 {
		r.GET("/sign-in/chat", c.open((*visit).chatPage))
		r.POST("/sign-in/chat", c.open((*visit).askCode))
		r.GET("/sign-in/chat/code", c.open((*visit).codePage))
		r.POST("/sign-in/chat/code", c.open((*visit).enterCode))
	}
	r.POST("/sign-in/passkey/begin", c.open((*visit).beginPasskeySignIn))
	r.POST("/sign-in/passkey", c.open((*visit).signInByPasskey))
	r.GET("/sign-in/second", c.open((*visit).secondPage))
	r.POST("/sign-in/second", c.open((*visit).second))
	if c.OIDC != nil {
		r.GET("/sign-in/oidc", c.open((*visit).toProvider))
		r.GET(oidc.CallbackPath, c.open((*visit).fromProvider))
	}
	r.POST("/sign-out", c.open((*visit).signOut))

	r.GET(access.SetupPath+":link", c.open((*visit).setUpPage))
	r.POST(access.SetupPath+":link", c.open((*visit).setUp))

	r.GET("/own/:link", c.open((*visit).ownPage))
	r.POST("/own/:link", c.open((*visit).takeOwnBack))

	for _, route := range routes {
		r.Handle(route.method, route.path, c.guarded(route))
	}
}

// route is one page or deed, and who may use it.
type route struct {
	method, path string
	may          access.Power
	do           func(*visit) error
}

// routes is every route behind the sign-in; each says who may use it.
var routes = []route{
	{"GET", "/", access.Look, (*visit).nowPage},
	{"GET", "/stream", access.Look, (*visit).nowStream},
	{"GET", "/messages", access.Look, (*visit).messagesPage},
	{"GET", "/messages/stream", access.Look, (*visit).messagesStream},
	{"GET", "/messages/:id", access.Look, (*visit).messagePage},
	{"GET", "/messages/:id/stream", access.Look, (*visit).messageStream},
	{"GET", "/messages/:id/recall", access.Recall, (*visit).askPage},
	{"POST", "/messages/:id/recall", access.Recall, (*visit).recallMessage},
	{"POST", "/messages/:id/reveal", access.Reveal, (*visit).revealMessage},
	{"GET", "/recalls", access.Look, (*visit).recallsPage},
	{"GET", "/recalls/stream", access.Look, (*visit).recallsStream},
	{"POST", "/recalls/export", access.Export, (*visit).exportRecalls},
	{"GET", "/recalls/:id", access.Look, (*visit).recallPage},
	{"GET", "/recalls/:id/stream", access.Look, (*visit).recallStream},
	{"GET", "/recalls/:id/strip/stream", access.Look, (*visit).watchStream},
	{"POST", "/recalls/:id/cancel", access.Recall, (*visit).cancelRecall},
	{"POST", "/recalls/:id/retry", access.Recall, (*visit).retryRecall},
	{"GET", "/queue", access.Look, (*visit).queuePage},
	{"GET", "/queue/stream", access.Look, (*visit).queueStream},
	{"GET", "/queue/:id", access.Look, (*visit).queuePage},
	{"GET", "/queue/:id/stream", access.Look, (*visit).queueStream},
	{"POST", "/queue/:id/decide", access.Decide, (*visit).decideCase},
	{"POST", "/queue/:id/skip", access.Decide, (*visit).skipCase},
	{"POST", "/queue/:id/unskip", access.Decide, (*visit).unskipCase},
	{"POST", "/queue/:id/park", access.Decide, (*visit).parkCase},
	{"POST", "/queue/:id/escalate", access.Decide, (*visit).raiseCase},
	{"POST", "/queue/:id/note", access.Decide, (*visit).noteCase},
	{"GET", "/queue/bulk", access.Decide, (*visit).bulkPage},
	{"POST", "/queue/bulk", access.Decide, (*visit).decideBulk},
	{"GET", "/sweeps", access.Recall, (*visit).sweepsPage},
	{"POST", "/sweeps", access.Recall, (*visit).previewSweep},
	{"GET", "/sweeps/:id", access.Recall, (*visit).sweepPage},
	{"GET", "/sweeps/:id/stream", access.Recall, (*visit).sweepStream},
	{"POST", "/sweeps/:id/run", access.Recall, (*visit).runSweep},
	{"POST", "/sweeps/:id/cancel", access.Recall, (*visit).cancelSweep},
	{"GET", "/groups", access.Look, (*visit).groupsPage},
	{"GET", "/groups/:id", access.Look, (*visit).groupPage},
	{"GET", "/groups/:id/stream", access.Look, (*visit).groupStream},
	{"POST", "/groups/:id/decide", access.Decide, (*visit).decideInGroup},
	{"POST", "/groups/:id/later", access.Decide, (*visit).putOff},
	{"GET", "/conversations", access.Look, (*visit).conversationsPage},
	{"GET", "/conversations/:id", access.Look, (*visit).conversationPage},
	{"GET", "/conversations/:id/stream", access.Look, (*visit).conversationStream},
	{"GET", "/detectors", access.SeeRules, (*visit).detectorsPage},
	{"GET", "/detectors/:id", access.SeeRules, (*visit).detectorPage},
	{"GET", "/policy", access.SeeRules, (*visit).policyPage},
	{"GET", "/policy/stream", access.SeeRules, (*visit).policyStream},
	{"GET", "/policy/diff", access.SeeRules, (*visit).policyDiffPage},
	{"GET", "/policy/edit", access.WriteRules, (*visit).editPolicyPage},
	{"POST", "/policy/check", access.WriteRules, (*visit).checkPolicy},
	{"POST", "/policy/apply", access.WriteRules, (*visit).applyPolicy},
	{"POST", "/policy/rollback", access.WriteRules, (*visit).rollBackPolicy},
	{"GET", "/breakers", access.SeeBreakers, (*visit).breakersPage},
	{"GET", "/breakers/stream", access.SeeBreakers, (*visit).breakersStream},
	{"POST", "/breakers/:id/reset", access.Stop, (*visit).resetBreaker},
	{"GET", "/try", access.SeeRules, (*visit).tryPage},
	{"POST", "/try", access.SeeRules, (*visit).try},
	{"GET", "/account", access.OwnLogin, (*visit).accountPage},
	{"GET", "/account/totp", access.OwnLogin, (*visit).totpPage},
	{"GET", "/account/totp/qr", access.OwnLogin, (*visit).totpQR},
	{"POST", "/account/totp", access.OwnLogin, (*visit).addTOTP},
	{"POST", "/account/totp/codes", access.OwnLogin, (*visit).renewCodes},
	{"POST", "/account/totp/remove", access.OwnLogin, (*visit).removeTOTP},
	{"POST", "/account/passkeys/begin", access.OwnLogin, (*visit).beginPasskey},
	{"POST", "/account/passkeys", access.OwnLogin, (*visit).addPasskey},
	{"POST", "/account/passkeys/:id/remove", access.OwnLogin, (*visit).removePasskey},
	{"POST", "/account/password", access.OwnLogin, (*visit).changePassword},
	{"POST", "/account/sessions/end", access.OwnLogin, (*visit).endOtherSessions},
	{"POST", "/account/sessions/:id/end", access.OwnLogin, (*visit).endOneSession},
	{"GET", "/audit", access.ReadAudit, (*visit).auditPage},
	{"POST", "/audit/verify", access.ReadAudit, (*visit).verifyAudit},
	{"GET", "/numbers", access.Look, (*visit).numbersPage},
	{"POST", "/audit/export", access.ReadAudit, (*visit).exportAudit},
	{"GET", "/holds", access.SeeHolds, (*visit).holdsPage},
	{"GET", "/holds/new", access.PlaceHolds, (*visit).newHoldPage},
	{"POST", "/holds", access.PlaceHolds, (*visit).placeHold},
	{"POST", "/holds/:id/lift", access.PlaceHolds, (*visit).liftHold},
	{"GET", "/hooks", access.SeeHooks, (*visit).hooksPage},
	{"POST", "/hooks/deliveries/:id/again", access.DeliverHooks, (*visit).deliverAgain},
	{"GET", "/settings", access.SeeSettings, (*visit).settingsPage},
	{"GET", "/settings/people", access.SeeSettings, (*visit).peoplePage},
	{"POST", "/settings/people", access.Manage, (*visit).addPerson},
	{"POST", "/settings/people/:id/disable", access.Manage, (*visit).disablePerson},
	{"POST", "/settings/people/:id/enable", access.Manage, (*visit).enablePerson},
	{"POST", "/settings/people/:id/end", access.Manage, (*visit).endPerson},
	{"POST", "/settings/people/:id/grant", access.Manage, (*visit).grantPerson},
	{"POST", "/settings/tokens/:id/revoke", access.Manage, (*visit).revokeToken},
	{"POST", "/settings/stop", access.Stop, (*visit).stopRecalls},
	{"POST", "/settings/start", access.Stop, (*visit).startRecalls},
}
