package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/pprof"
	"os"
	"strings"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/takeback-chat/takeback/config"
	"github.com/takeback-chat/takeback/jobs"
	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/models/store"
	"github.com/takeback-chat/takeback/platforms"
	"github.com/takeback-chat/takeback/platforms/tencent"
	"github.com/takeback-chat/takeback/server"
	"github.com/takeback-chat/takeback/server/access"
	"github.com/takeback-chat/takeback/server/console"
	"github.com/takeback-chat/takeback/server/live"
	"github.com/takeback-chat/takeback/server/oidc"
	"github.com/takeback-chat/takeback/webhooks"
	"github.com/takeback-chat/takeback/webhooks/strikes"
)

// app is the whole service: its parts, introduced to each other.
type app struct {
	conf     config.Config
	log      *slog.Logger
	registry *prometheus.Registry

	store    *store.Store
	hub      *live.Hub
	rules    *inForce
	adapters map[string]platforms.Adapter
	roles    *platforms.Standings
	jobs     *jobs.Jobs
	door     *access.Door
	codes    *access.Codes
	intake   *webhooks.Handler

	listener, metricsListener net.Listener
	held                      bool // the socket is the next process's too: whoever started this one keeps it
	connections               *server.Connections
	paced                     bool // garbage grows as paceGarbage says
	stopping                  atomic.Bool
	wall                      func() time.Time // the clock of this machine
	http, metricsHTTP         *http.Server
	stopFile                  *stopFile
	strikes                   *strikes.Strikes // nil: none are counted
	strikeSecret              []byte
	checkpoints               *checkpoints
	ticketSecret              []byte // signs user tokens and sender's links
	devices                   access.Devices
	health                    *health
	traces                    traces // nil: nothing is traced
	codeSecret                []byte // keys the hashes of sign-in codes
}

// newApp builds the service and opens its ports; Run serves. Whatever was
// opened is closed again on an error.
func newApp(ctx context.Context, conf config.Config, log *slog.Logger) (*app, error) {
	return newAppAt(ctx, conf, log, time.Now)
}

// newAppAt is newApp on a machine whose clock shows wall.
func newAppAt(ctx context.Context, conf config.Config, log *slog.Logger, wall func() time.Time) (_ *app, err error) {
	a := &app{conf: conf, log: log, hub: live.NewHub(), registry: newRegistry(), wall: wall}
	defer func() {
		if err != nil {
			a.abandon()
		}
	}()
	steps := []func(context.Context) error{a.openPorts, a.openTraces, a.openStore, a.openPlatforms, a.openJobs, a.openDoor, a.openIntake, a.openServer}
	for _, step := range steps {
		if err := step(ctx); err != nil {
			return nil, err
		}
	}
	return a, nil
}

func newRegistry() *prometheus.Registry {
	r := prometheus.NewRegistry()
	r.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return r
}

// abandon closes what a failed start had opened.
func (a *app) abandon() {
	for _, l := range []net.Listener{a.listener, a.metricsListener} {
		if l != nil {
			_ = l.Close()
		}
	}
	if a.store != nil {
		_ = a.store.Close()
	}
	_ = a.strikes.Close()
	a.closeTraces()
}

// openPorts takes the sockets that were handed over, and opens those that were not.
func (a *app) openPorts(ctx context.Context) error {
	held, err := handedOver(os.Getenv)
	if err != nil {
		return err
	}
	a.listener, a.metricsListener, a.held = held.main, held.metrics, held.main != nil
	if a.listener == nil {
		if a.listener, err = listen(ctx, a.conf.Listen, "the setting listen"); err != nil {
			return err
		}
	}
	if a.metricsListener == nil && a.conf.MetricsListen != "" {
		a.metricsListener, err = listen(ctx, a.conf.MetricsListen, "the setting metrics_listen")
	}
	return err
}

func (a *app) openStore(ctx context.Context) error {
	o, err := storeOptions(a.conf)
	if err != nil {
		return err
	}
	a.ticketSecret, a.codeSecret = o.Keys.Derive("tickets"), o.Keys.Derive("sign-in codes")
	a.strikeSecret = o.Keys.Derive("strikes")
	a.devices = access.Devices{Secret: o.Keys.Derive("known devices")}
	tells := &tells{}
	o.Migrate, o.Logger, o.Announce, o.Notices, o.Tracer = true, a.log, a.hub.Announce, tells, a.traces
	o.Wall = a.wall
	if a.store, err = store.Open(ctx, o); err != nil {
		return fmt.Errorf("open the database: %w", err)
	}
	if a.checkpoints, err = newCheckpoints(a.conf, o.Keys, a.store, a.log, a.registry); err != nil {
		return err
	}
	a.stopFile = &stopFile{path: a.conf.StopFile, store: a.store, log: a.log}
	a.stopFile.look(ctx) // before anything can leave
	indexes := indexFiles{exact: a.conf.Exact, documents: a.conf.Documents, secret: o.Keys.Derive}
	detectors := &sources{packs: a.conf.Packs, indexes: indexes, fingerprint: o.Keys.Fingerprint, lost: func(file string, terms int) {
		a.log.WarnContext(ctx, "terms of a list are left out; takeback rules check names them", slog.String("file", file), slog.Int("terms", terms))
	}}
	if a.rules, err = openRules(ctx, a.store, detectors, a.conf.Policy, a.log); err != nil {
		return keysWords(err, a.conf)
	}
	a.rules.announce = a.hub.Announce
	tells.rules.Store(a.rules)
	return nil
}

func (a *app) openPlatforms(context.Context) (err error) {
	if a.adapters, err = adaptersOf(a.conf); err != nil {
		return err
	}
	a.roles = platforms.NewStandings(a.adapters)
	return nil
}

// adaptersOf makes the adapter of each configured app.
func adaptersOf(conf config.Config) (map[string]platforms.Adapter, error) {
	adapters := map[string]platforms.Adapter{}
	for _, c := range conf.Apps {
		adapter, err := tencent.New(tencent.Config{
			App: c.ID, SDKAppID: c.Tencent.SDKAppID, SecretKey: c.Tencent.SecretKey.Reveal(), Admin: c.Tencent.Admin,
			API: c.Tencent.API, WebhookToken: c.Tencent.WebhookToken.Reveal(), Roaming: c.Tencent.Roaming,
		})
		if err != nil {
			return nil, usage("app %s: %w", c.ID, err)
		}
		adapters[c.ID] = adapter
	}
	return adapters, nil
}

func (a *app) openJobs(context.Context) (err error) {
	rates, reread := map[string]int{}, map[string]jobs.Reread{}
	for _, c := range a.conf.Apps {
		rates[c.ID], reread[c.ID] = c.Tencent.Rate, jobs.Reread(c.Reread)
	}
	hooks, err := calledHooks(a.conf)
	if err != nil {
		return err
	}
	a.jobs, err = jobs.New(jobs.Options{
		Hooks: hooks, HookStore: a.store, Now: a.store.Now,
		Redis: redisOf(a.conf), Store: a.store, Postings: a.store, Adapters: a.adapters, Rates: rates, Logger: a.log, Registry: a.registry,
		Announce: a.hub.Announce, Sweeps: a.store, Staff: a.roles, Concurrency: a.conf.Workers,
		Retention: retentionOf(a.conf), Retain: a.store, Tracer: a.traces,
		Coverage: a.coverage(), Judge: &secondLook{a.store, a.rules}, Reread: reread, Roles: a.roles,
	})
	if err != nil {
		return fmt.Errorf("open the queue: %w", err)
	}
	return nil
}

func (a *app) openDoor(context.Context) error {
	a.door = access.New(a.store, a.roles, access.Clock(a.store.Now), access.Ring(a.jobs.RingNow), access.Sees(a.roles), access.Judging(a.rules.Weigh),
		access.Tickets(a.ticketSecret), access.Windows(a.senderWindow))
	var apps []string
	for _, c := range a.conf.Apps {
		if c.ChatSignIn {
			apps = append(apps, c.ID)
		}
	}
	a.codes = access.NewCodes(a.door, a.store, a.roles, apps, a.codeSecret, a.log)
	return nil
}

// droppers forget together what roles they know of a group.
type droppers []webhooks.Standings

// Drop makes each forget.
func (all droppers) Drop(app, group string) {
	for _, d := range all {
		d.Drop(app, group)
	}
}

func (a *app) openIntake(context.Context) (err error) {
	if a.strikes, err = openStrikes(a.conf.Intake.Strikes, a.strikeSecret); err != nil {
		return err
	}
	o := webhooks.Options{
		Keeper: a.store, Judge: a.rules.Judge, Ring: a.jobs.Ring, Standings: droppers{a.roles, a.door},
		MaxBody: a.conf.Intake.MaxBody, GateBudget: a.conf.Intake.GateBudget, GateLate: webhooks.Late(a.conf.Intake.GateLate),
		Strikes: a.strikes, Logger: a.log, Registry: a.registry, Tracer: a.traces, Now: a.store.Now, Wall: a.wall,
	}
	for _, c := range a.conf.Apps {
		receiver, ok := a.adapters[c.ID].(platforms.Receiver)
		if !ok {
			return fmt.Errorf("app %s: the platform %s does not call by webhook", c.ID, c.Platform)
		}
		o.Apps = append(o.Apps, webhooks.App{ID: c.ID, PathSecret: c.PathSecret.Reveal(), Adapter: a.adapters[c.ID], Receiver: receiver})
	}
	a.intake = webhooks.New(o)
	return nil
}

func (a *app) openServer(context.Context) error {
	secure := strings.HasPrefix(a.conf.PublicURL, "https://")
	a.health = &health{conf: a.conf, registry: a.registry, since: time.Now()}
	sso, provider := a.singleSignOn()
	sweeps := sweepsOf(a.conf, a.door, a.store, a.roles, a.adapters)
	pages, err := console.New(console.Options{
		OIDC: sso, Provider: provider,
		Store: a.store, Door: a.door, Hub: a.hub, Rules: a.rules, Chats: a.roles, Setup: a.health, Sweeps: sweeps, Sessions: a.store.Sessions(),
		Devices: a.devices, Codes: a.codes, Site: a.publicURL(), Secure: secure, Version: version, Logger: a.log,
		RequireSecond: requireSecond(a.conf.RequireSecondFactor), Now: a.store.Now,
	})
	if err != nil {
		return fmt.Errorf("open the console: %w", err)
	}
	rest, err := server.New(server.Options{ //nolint:contextcheck // a request brings its own
		Store: a.store, Door: a.door, Sweeps: sweeps, Copies: copiesOf(a.conf, a.door, a.store), Hub: a.hub, Rules: a.rules,
		Console: pages, Ready: a.ready,
		Secure: secure, PublicURL: a.publicURL(), Version: version, Logger: a.log, Registry: a.registry,
	})
	if err != nil {
		return fmt.Errorf("open the server: %w", err)
	}
	mux := http.NewServeMux()
	mux.Handle("/webhooks/", a.intake)
	mux.Handle("/", rest)
	a.http = server.NewHTTP(mux)
	a.http.RegisterOnShutdown(a.hub.Close) // open streams would keep a stop waiting
	a.connections = server.Bounded(a.listener, a.http)
	a.listener = a.connections
	a.metricsHTTP = server.NewHTTP(a.metricsHandler())
	return nil
}

// requireSecond says of which roles the setting asks for a second factor.
func requireSecond(setting string) func(models.Grant) bool {
	return func(g models.Grant) bool {
		return setting == "all" || setting == "operator" && g == models.GrantOperator
	}
}

// singleSignOn is the identity provider of the configuration, with its name; nil
// without one. It is asked nothing yet.
func (a *app) singleSignOn() (sso console.SingleSignOn, name string) {
	c := a.conf.OIDC
	if c.Issuer == "" {
		return nil, ""
	}
	roles := make([]oidc.Role, len(c.Roles))
	for i, r := range c.Roles {
		roles[i] = oidc.Role{Value: r.Value, Grant: models.Grant(r.Role), Groups: places(r.Groups)}
	}
	return oidc.New(oidc.Options{
		Issuer: c.Issuer, ClientID: c.ClientID, Secret: c.ClientSecret.Reveal(), Redirect: a.publicURL() + oidc.CallbackPath,
		Scopes: c.Scopes, Claim: c.Claim, Roles: roles, Domains: c.Domains,
	}), c.Label()
}

// places takes groups, each APP:GROUP, apart.
func places(groups []string) []models.Place {
	var all []models.Place
	for _, g := range groups {
		app, ref, _ := strings.Cut(g, ":")
		all = append(all, models.Place{App: app, Ref: ref})
	}
	return all
}

// publicURL is what links begin with: as configured, or the address on this machine.
func (a *app) publicURL() string {
	return strings.TrimSuffix(cmp.Or(a.conf.PublicURL, a.URL()), "/")
}

// senderWindow is how long senders of an app take back alone.
func (a *app) senderWindow(id string) time.Duration {
	for _, c := range a.conf.Apps {
		if c.ID == id {
			return c.Sender.Window
		}
	}
	return access.SenderWindow
}

// metricsHandler serves the figures, and profiles of the process, to whoever may
// reach the listener that is for operators alone.
func (a *app) metricsHandler() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(a.registry, promhttp.HandlerOpts{}))
	mux.HandleFunc("GET /debug/pprof/", pprof.Index)
	mux.HandleFunc("GET /debug/pprof/profile", unhurried(pprof.Profile))
	mux.HandleFunc("GET /debug/pprof/trace", unhurried(pprof.Trace))
	return mux
}

// unhurried takes off the bound on how long an answer may take: whoever asks for a profile
// says how many seconds it is to cover.
func unhurried(h http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		_ = http.NewResponseController(w).SetWriteDeadline(time.Time{}) // fails where there is none to take off
		h(w, r)
	}
}

var errStopping = errors.New("the process was told to stop")

// ready says what does not work, by name. Only a broken database, and a stop, make the
// service unready: without Redis everything still goes, only slower.
func (a *app) ready(ctx context.Context) map[string]error {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	found := map[string]error{"database": a.store.Ready(ctx), "redis": a.jobs.Healthy()}
	if a.stopping.Load() {
		found[server.Running] = errStopping
	}
	return found
}
