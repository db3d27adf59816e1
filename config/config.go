// Package config reads how takeback is to run: a YAML file, TAKEBACK_*
// environment variables above it, and defaults below it.
//
// Reading is strict. An unknown key, a value of the wrong shape, a secret in
// the file or a secret file that others may read is an error that names file,
// line and field; all faults are reported at once.
package config

import (
	"fmt"
	"time"
)

// Config is how the service runs. The zero value is not usable; get one from Load.
type Config struct {
	// Listen is the address of the webhooks, the API and the console.
	Listen string `koanf:"listen" validate:"required,hostport"`
	// MetricsListen is the address of /metrics; empty: no metrics are served.
	MetricsListen string `koanf:"metrics_listen" validate:"omitempty,hostport"`
	// PublicURL is how browsers and the platform reach Listen. With https the
	// console's cookies are marked Secure.
	PublicURL string `koanf:"public_url" validate:"omitempty,http_url"`
	// RequireSecondFactor says which logins must have a second factor before they see
	// anything: operator, all or none.
	RequireSecondFactor string `koanf:"require_second_factor" validate:"oneof=operator all none"`
	// Database is sqlite:PATH or postgres://user@host/db.
	Database string `koanf:"database" validate:"required,database"`
	// DatabasePasswordFile holds the password for PostgreSQL.
	DatabasePasswordFile string `koanf:"database_password_file"`
	// Redis is the doorbell: "embedded", one redis:// or rediss:// URL, or a list of
	// sentinel://host:port/master or cluster://host:port.
	Redis []string `koanf:"redis" validate:"required,min=1,redis"`
	// RedisPasswordFile holds the password for Redis.
	RedisPasswordFile string `koanf:"redis_password_file"`
	// Workers is in how many conversations this node takes messages back at once. What
	// it has no place for, other nodes may take.
	Workers int `koanf:"workers" validate:"min=1,max=256"`
	// Keys is the keyset file for sealing; made on first start with mode 0600.
	Keys string `koanf:"keys" validate:"required"`
	// Node names this process in the audit log; default: the host's name.
	Node string `koanf:"node" validate:"omitempty,max=64"`
	// Policy is the file that the first policy is loaded from; empty: the built-in
	// one. Once a policy is in the database, changes go through "takeback rules apply".
	Policy string `koanf:"policy"`
	// Packs are files with detectors of one's own: packs and lists of words.
	Packs []Pack `koanf:"packs" validate:"dive"`
	// Exact are indexes of one's own records, made by "takeback rules exact build".
	Exact []string `koanf:"exact" validate:"unique,dive,required"`
	// Documents are indexes of confidential texts, made by "takeback rules document add".
	Documents []string `koanf:"documents" validate:"unique,dive,required"`

	// StopFile stops automatic recalls when it appears; empty: none is looked for.
	StopFile string `koanf:"stop_file"`

	// Hooks are endpoints of other systems that are told what becomes of recalls.
	Hooks []Hook `koanf:"hooks" validate:"dive"`

	// OIDC is where people sign in to the console with an account of an organisation.
	OIDC OIDC `koanf:"oidc"`

	Apps      []App     `koanf:"apps" validate:"unique=ID,dive"`
	Caps      Caps      `koanf:"caps"`
	Sweeps    Sweeps    `koanf:"sweeps"`
	Backfill  Backfill  `koanf:"backfill"`
	Intake    Intake    `koanf:"intake"`
	Audit     Audit     `koanf:"audit"`
	Retention Retention `koanf:"retention"`
	Log       Log       `koanf:"log"`
	Tracing   Tracing   `koanf:"tracing"`

	// DatabasePassword and RedisPassword come from their files or the environment.
	DatabasePassword Secret `koanf:"database_password" secret:"database_password_file"`
	RedisPassword    Secret `koanf:"redis_password" secret:"redis_password_file"`
}

// App is one connection to one platform application.
type App struct {
	ID       string `koanf:"id" validate:"required,app_id"`
	Platform string `koanf:"platform" validate:"required,oneof=tencent"`
	// PathSecretFile holds the unguessable part of the webhook URL, at least 22
	// characters (128 bit in base64).
	PathSecretFile string `koanf:"path_secret_file"`
	PathSecret     Secret `koanf:"path_secret" secret:"path_secret_file"`
	// Reread says whether messages are read again from the platform's history, and judged
	// again, before a rule takes them back: auto, always or never.
	Reread  string  `koanf:"reread" validate:"oneof=auto always never"`
	Tencent Tencent `koanf:"tencent" validate:"required_if=Platform tencent"`
	// ChatSignIn lets owners and admins of groups sign in to the console with a code
	// that they are sent in the chat; on where nothing is said.
	ChatSignIn bool   `koanf:"chat_sign_in"`
	Sender     Sender `koanf:"sender"`
}

// Sender says what the users of an app may do with messages of their own.
type Sender struct {
	// Window is how long after posting senders take a message back alone; later they ask.
	Window time.Duration `koanf:"window" validate:"min=1s,max=168h"`
}

// Tencent is an application of Tencent Chat.
type Tencent struct {
	SDKAppID         uint32 `koanf:"sdk_app_id" validate:"required"`
	SecretKeyFile    string `koanf:"secret_key_file"`
	SecretKey        Secret `koanf:"secret_key" secret:"secret_key_file"`
	Admin            string `koanf:"admin" validate:"required,max=32"` // the app administrator account that REST calls are made as
	API              string `koanf:"api" validate:"required,http_url"` // the REST domain of the app's region
	WebhookTokenFile string `koanf:"webhook_token_file"`
	WebhookToken     Secret `koanf:"webhook_token" secret:"webhook_token_file"`
	// Roaming is how long the platform keeps messages, by the app's edition.
	Roaming time.Duration `koanf:"roaming" validate:"min=1h"`
	// Rate is recall API calls per second, for all nodes together. The platform
	// allows 200, shared with everything else that calls it.
	Rate int `koanf:"rate" validate:"min=1,max=200"`
	// HistoryRate is calls per second that read history back and ask what is newest,
	// for all nodes together. Looking at what is taken back reads history too, at Rate.
	HistoryRate int `koanf:"history_rate" validate:"min=1,max=200"`
}

// Caps is how many messages the policy may take back by itself in a minute, on
// all nodes together. One more trips a breaker, and then people are asked.
type Caps struct {
	Rule         int `koanf:"rule" validate:"min=1,max=100000"`
	Sender       int `koanf:"sender" validate:"min=1,max=100000"`
	Conversation int `koanf:"conversation" validate:"min=1,max=100000"`
	All          int `koanf:"all" validate:"min=1,max=100000"`
}

// Sweeps says how many messages people take back at once.
type Sweeps struct {
	// SecondPerson is how many messages one person alone may take back with a sweep.
	SecondPerson int `koanf:"second_person" validate:"min=0,max=10000"`
}

// Backfill says how messages are found that were never delivered.
type Backfill struct {
	// Grace is how long a number may be missing before history is read.
	Grace time.Duration `koanf:"grace" validate:"min=0s,max=1h"`
	// Ask is how long after its last message a group or topic is asked for its newest number.
	Ask time.Duration `koanf:"ask" validate:"min=1s,max=1h"`
	// Direct is how often a one-to-one chat is read back, until DirectFor after its
	// last message; 0: never.
	Direct    time.Duration `koanf:"direct" validate:"min=0s,max=24h"`
	DirectFor time.Duration `koanf:"direct_for" validate:"min=0s"`
}

// Intake says how webhooks are taken in.
type Intake struct {
	MaxBody int64 `koanf:"max_body" validate:"min=1024,max=16777216"` // bytes; more is answered 413
	Queue   int   `koanf:"queue" validate:"min=1"`                    // deliveries waiting for the database; more are answered 503
	// GateBudget is how long a before-send webhook may take; GateLate says what to
	// answer past it: deliver or block.
	GateBudget time.Duration `koanf:"gate_budget" validate:"min=10ms,max=1900ms"`
	GateLate   string        `koanf:"gate_late" validate:"oneof=deliver block"`
	// Strikes is the file in which each process notes what it is reading, so that a text
	// that kills it is known and not read a third time; empty: none is kept.
	Strikes string `koanf:"strikes"`
}

// Log says what is logged and how.
type Log struct {
	Level  string `koanf:"level" validate:"oneof=debug info warn error"`
	Format string `koanf:"format" validate:"oneof=text json"`
}

// Default returns the configuration that runs without any file: SQLite and an
// embedded doorbell in the current folder, and no app.
func Default() Config {
	return Config{
		Listen:        "127.0.0.1:8080",
		MetricsListen: "127.0.0.1:9464",
		Database:      "sqlite:takeback.db",

		RequireSecondFactor: "operator",

		Redis:     []string{"embedded"},
		Workers:   16,
		Keys:      "takeback.keys",
		Caps:      Caps{Rule: 20, Sender: 10, Conversation: 20, All: 50},
		Sweeps:    Sweeps{SecondPerson: 50},
		Backfill:  Backfill{Grace: 5 * time.Second, Ask: 15 * time.Second, Direct: 5 * time.Minute, DirectFor: 24 * time.Hour},
		Intake:    Intake{MaxBody: 1 << 20, Queue: 4096, GateBudget: time.Second, GateLate: "deliver", Strikes: "takeback.strikes"},
		Audit:     Audit{Every: time.Minute},
		Retention: Retention{Clean: 30 * 24 * time.Hour, Evidence: 90 * 24 * time.Hour, Finding: 180 * 24 * time.Hour, Audit: 3 * 365 * 24 * time.Hour},
		Log:       Log{Level: "info", Format: "text"},
		Tracing:   Tracing{Sample: 0.01},
	}
}

// appDefaultsOn switches on in each app of a tree what is on where nothing is said:
// of a value that was decoded nobody knows whether it was.
func appDefaultsOn(tree map[string]any) {
	apps, _ := tree["apps"].([]any)
	for _, raw := range apps {
		if a, ok := raw.(map[string]any); ok && a["chat_sign_in"] == nil {
			a["chat_sign_in"] = true
		}
	}
}

// appDefaults fills what an app leaves out.
func appDefaults(a *App) {
	if a.Sender.Window == 0 {
		a.Sender.Window = 2 * time.Minute
	}
	if a.Reread == "" {
		a.Reread = "auto"
	}
	t := &a.Tencent
	if t.Admin == "" {
		t.Admin = "administrator"
	}
	if t.API == "" {
		t.API = "https://console.tim.qq.com"
	}
	if t.Roaming == 0 {
		t.Roaming = 7 * 24 * time.Hour
	}
	if t.Rate == 0 {
		t.Rate = 160
	}
	if t.HistoryRate == 0 {
		t.HistoryRate = 40
	}
}

// Problem is one fault of a configuration.
type Problem struct {
	File  string // empty: the environment
	Line  int    // 0: not known
	Field string // "apps[0].tencent.rate"
	Words string // what is wrong and what to do
}

// String is the sentence that a user reads.
func (p Problem) String() string {
	where := p.File
	switch {
	case where == "":
		where = "environment"
	case p.Line > 0:
		where = fmt.Sprintf("%s:%d", p.File, p.Line)
	}
	if p.Field == "" {
		return where + ": " + p.Words
	}
	return where + ": " + p.Field + ": " + p.Words
}

// Problems are all faults of a configuration.
type Problems []Problem //nolint:errname // the plural says what it is

// Error lists the faults, one a line.
func (ps Problems) Error() string {
	var s []byte
	for i, p := range ps {
		if i > 0 {
			s = append(s, '\n')
		}
		s = append(s, p.String()...)
	}
	return string(s)
}
