package console

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/rules"
	"github.com/takeback-chat/takeback/server/access"
)

// Setup tells how the service was set up and how its apps fare.
type Setup interface {
	// Apps tells how each configured app fares on this node.
	Apps() []AppHealth
	// Settings lists the settings in the order of their file, and of a secret no more
	// than that there is one.
	Settings() []Setting
}

// SettingsStore is what the page of settings reads, of *store.Store. It is only asked
// for after the grant was checked.
type SettingsStore interface {
	Breakers(ctx context.Context, f models.BreakerFilter) ([]models.Breaker, string, error)
}

// Setting is one setting with its value.
type Setting struct{ Key, Value string }

// AppHealth is how an app fares on this node since it started.
type AppHealth struct {
	ID, Platform, API string
	Since             time.Time // when the node started
	Heard             time.Time // when the last authentic delivery came; zero: none did
	Clocked           bool      // the platform said what time it has
	Offset            time.Duration

	Deliveries int
	Failed     int // answered 503
	Unreadable int
	Forged     int
	Stale      int

	Rate      int     // recall calls a second, of all nodes together
	Used      float64 // by this node, in the last minute
	Throttled int
	Endpoints []Endpoint
	Retention time.Duration // how long the platform keeps messages
}

// Endpoint is a call of a platform, and whether it is made.
type Endpoint struct{ Name, State string }

// EndpointStates are the states of an endpoint's breaker, in the order of its metric.
var EndpointStates = [...]string{"closed", "half_open", "open"}

// How an app fares, in one word.
const (
	fareWell   = "well"
	fareSilent = "silent"
	fareClock  = "clock"
	fareBad    = "bad"
)

// clockDoubt is how far two clocks may be apart before people should look; the
// platform's deliveries are refused from a minute on.
const clockDoubt = 20 * time.Second

// Fares says in a word how the app fares.
func (a AppHealth) Fares() string {
	for _, e := range a.Endpoints {
		if e.State != EndpointStates[0] {
			return fareBad
		}
	}
	switch {
	case a.Failed > 0:
		return fareBad
	case a.Stale > 0 || a.Clocked && a.Offset.Abs() > clockDoubt:
		return fareClock
	case a.Heard.IsZero():
		return fareSilent
	}
	return fareWell
}

// Class is the colour of that word.
func (a AppHealth) Class() string {
	return map[string]string{fareWell: "green", fareClock: "amber", fareBad: "red"}[a.Fares()]
}

// Ahead reports whether the platform's clock is ahead of ours.
func (a AppHealth) Ahead() bool { return a.Offset > 0 }

// Apart is how far the two clocks are apart.
func (a AppHealth) Apart() time.Duration { return a.Offset.Abs() }

// settingsView is the page of what was set up, which is changed in the file, and of the
// stop, which is not.
type settingsView struct {
	shell
	Tab      string
	Apps     []AppHealth
	Stop     *models.Breaker
	MayStop  bool
	Told     *rules.Notices
	Policy   string
	Settings []Setting
	Idle     time.Duration
	Lifetime time.Duration
	HookLog  time.Duration
}

func (v *visit) settingsPage() error {
	stop, err := v.stop()
	if err != nil {
		return err
	}
	view := settingsView{
		Tab: "setup", Apps: v.Setup.Apps(), Settings: v.Setup.Settings(), Stop: stop, MayStop: v.may(access.Stop),
		Policy: v.Rules.Current().Policy.Name(), Idle: idleAfter, Lifetime: lifetime, HookLog: models.HookLog,
	}
	if told, ok := v.Rules.Current().Policy.Told(); ok {
		view.Told = &told
	}
	if view.shell, err = v.shell("settings", v.words.T("settings.title"), ""); err != nil {
		return err
	}
	return v.render(http.StatusOK, "settings", view)
}

// stop is the stop that stands, nil for none.
func (v *visit) stop() (*models.Breaker, error) {
	open, _, err := v.Store.Breakers(v.ctx(), models.BreakerFilter{Open: true})
	if err != nil {
		return nil, fmt.Errorf("list breakers: %w", err)
	}
	for _, b := range open {
		if b.Kind == models.StopBreaker {
			return &b, nil
		}
	}
	return nil, nil //nolint:nilnil // nothing is stopped
}

func (v *visit) stopRecalls() error { return v.throw(v.Door.Stop) }

func (v *visit) startRecalls() error { return v.throw(v.Door.Start) }

// throw does what the big switch does, and shows the settings as they are then.
func (v *visit) throw(do func(context.Context, models.Caller, string) (models.Breaker, error)) error {
	if _, err := do(v.ctx(), v.caller, v.field("reason", 4*access.MaxNote)); err != nil {
		return err //nolint:wrapcheck // a refusal with its own sentence
	}
	v.redirect("/settings")
	return nil
}
