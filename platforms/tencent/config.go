package tencent

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/platforms"
)

// DefaultRoaming is how long the service keeps messages in its smallest edition.
const DefaultRoaming = 7 * 24 * time.Hour

// DefaultBlockText is what a sender is told when a message is blocked and the
// decision says nothing better.
const DefaultBlockText = "This message was not sent: it breaks the rules of this chat."

// Config is what connects takeback to one application of Tencent Chat. It
// never prints its secrets.
type Config struct {
	App          string // takeback's name of the app, set on every conversation and message
	SDKAppID     uint32 // the application's number
	SecretKey    string // signs UserSigs; used as text, as the service does
	Admin        string // an app administrator account; calls are made in its name
	API          string // base URL, "https://console.tim.qq.com"
	WebhookToken string // signs webhooks
	// AllowUnsigned accepts webhooks without a signature when WebhookToken is empty.
	// The unguessable part of the webhook's URL is then all that tells strangers apart.
	AllowUnsigned bool
	Roaming       time.Duration    // how long the service keeps messages; 0: DefaultRoaming
	BlockText     string           // empty: DefaultBlockText
	HTTP          *http.Client     // nil: one of the adapter's own
	Now           func() time.Time // nil: time.Now
}

// String names the app and holds no secret.
func (c Config) String() string {
	return fmt.Sprintf("tencent app %q (SDKAppID %d)", c.App, c.SDKAppID)
}

// Format prints the configuration without its secrets, whatever the verb.
func (c Config) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(c.String())) }

// LogValue shows the configuration without its secrets.
func (c Config) LogValue() slog.Value {
	return slog.GroupValue(slog.String("app", c.App), slog.Uint64("sdk_app_id", uint64(c.SDKAppID)))
}

// MarshalJSON writes the configuration without its secrets.
func (c Config) MarshalJSON() ([]byte, error) { return quote(c.String()), nil }

// check says what is wrong with the configuration. It never quotes a secret.
func (c Config) check() error {
	var errs []error
	need := func(ok bool, words string) {
		if !ok {
			errs = append(errs, errors.New(words))
		}
	}
	need(c.App != "", "the app has no name")
	need(c.SDKAppID != 0, "sdk_app_id is missing")
	need(c.SecretKey != "", "the secret key is missing")
	need(c.Admin != "", "the administrator account is missing")
	need(c.WebhookToken != "" || c.AllowUnsigned, "the webhook token is missing, and unsigned webhooks are not allowed")
	need(c.Roaming >= 0, "roaming is negative")
	u, err := url.Parse(c.API)
	need(err == nil && u.Host != "" && (u.Scheme == "https" || u.Scheme == "http"), "the API's base URL is not an http or https URL")
	need(err != nil || (u.User == nil && u.RawQuery == "" && u.Fragment == ""), "the API's base URL holds more than scheme, host and path")
	return errors.Join(errs...)
}

// Adapter is one application of Tencent Chat. It is safe for concurrent use.
type Adapter struct {
	config Config
	query  string // SDKAppID as the webhooks write it
	client *client
	crowds *crowds
}

var (
	_ platforms.Adapter   = (*Adapter)(nil)
	_ platforms.Receiver  = (*Adapter)(nil)
	_ platforms.Gate      = (*Adapter)(nil)
	_ platforms.Mute      = (*Adapter)(nil)
	_ platforms.Moderates = (*Adapter)(nil)
	_ platforms.Historian = (*Adapter)(nil)
	_ platforms.Rereader  = (*Adapter)(nil)
	_ platforms.Readers   = (*Adapter)(nil)
	_ platforms.Poster    = (*Adapter)(nil)
	_ platforms.Sequenced = (*Adapter)(nil)
	_ platforms.Recent    = (*Adapter)(nil)
	_ platforms.Checker   = (*Adapter)(nil)
	_ platforms.Knocker   = (*Adapter)(nil)
)

// New returns an adapter, or says everything that is wrong with the
// configuration. It calls nobody.
func New(c Config) (*Adapter, error) {
	if err := c.check(); err != nil {
		return nil, fmt.Errorf("configuration of tencent app %q: %w", c.App, err)
	}
	c.API = strings.TrimRight(c.API, "/")
	if c.Roaming == 0 {
		c.Roaming = DefaultRoaming
	}
	if c.BlockText == "" {
		c.BlockText = DefaultBlockText
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	return &Adapter{config: c, query: strconv.FormatUint(uint64(c.SDKAppID), 10), client: newClient(c), crowds: newCrowds(c.Now)}, nil
}

// Name returns the platform's name.
func (a *Adapter) Name() models.Platform { return models.Tencent }

// Own reports whether the account is the administrator in whose name we call,
// whose messages are takeback's own notices.
func (a *Adapter) Own(account string) bool { return account == a.config.Admin }

// Format prints the adapter without its secrets, whatever the verb. It is of the
// value, so that a copy keeps quiet too.
func (a Adapter) Format(f fmt.State, verb rune) { a.config.Format(f, verb) }

// LogValue shows the adapter without its secrets.
func (a Adapter) LogValue() slog.Value { return a.config.LogValue() }
