package config

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"reflect"
	"regexp"
	"strings"

	"github.com/go-playground/validator/v10"
)

// minPathSecret is 128 bit in unpadded base64, in characters.
const minPathSecret = 22

var (
	appID  = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]{0,31}$`)
	packID = regexp.MustCompile(`^[a-z][a-z0-9_-]{0,62}$`)
)

func newValidator() *validator.Validate {
	v := validator.New(validator.WithRequiredStructEnabled())
	v.RegisterTagNameFunc(func(f reflect.StructField) string { return f.Tag.Get("koanf") })
	rules := map[string]validator.Func{
		"hostport": func(f validator.FieldLevel) bool { return hostPort(f.Field().String()) },
		"database": func(f validator.FieldLevel) bool { return database(f.Field().String()) == "" },
		"redis":    func(f validator.FieldLevel) bool { return redis(f.Field().Interface().([]string)) == "" },
		"pack_id":  func(f validator.FieldLevel) bool { return packID.MatchString(f.Field().String()) },
		"app_id":   func(f validator.FieldLevel) bool { return appID.MatchString(f.Field().String()) },
	}
	for name, rule := range rules {
		if err := v.RegisterValidation(name, rule); err != nil {
			panic(err) // a broken build: the names above are constants
		}
	}
	return v
}

func (l *loader) validate(c *Config) {
	err := newValidator().Struct(c)
	faults, ok := errors.AsType[validator.ValidationErrors](err)
	if err != nil && !ok {
		l.fault("", "%v", err)
	}
	for _, f := range faults {
		path := strings.TrimPrefix(f.Namespace(), "Config.")
		l.fault(path, "%s", words(f))
	}
	l.passwords(c)
	l.hooks(c)
	l.oidc(c)
	l.retention(c.Retention)
	l.tracing(c.Tracing)
	if _, err := c.Audit.Seed(); err != nil {
		l.fault("audit.key_file", "%v", err)
	}
	for i, p := range c.Packs {
		l.pack(fmt.Sprintf("packs[%d]", i), p)
	}
	for i, a := range c.Apps {
		l.app(fmt.Sprintf("apps[%d]", i), a)
	}
}

// words says what a field must be, by the tag that it failed.
func words(f validator.FieldError) string {
	switch f.Tag() {
	case "required", "required_if", "required_with":
		return "must be set"
	case "hostport":
		return "must be HOST:PORT, such as 127.0.0.1:8080"
	case "http_url":
		return "must be a URL that begins with http:// or https://"
	case "database":
		return database(f.Value().(string))
	case "redis":
		return redis(f.Value().([]string))
	case "app_id":
		return "must be 1 to 32 small letters, digits, dashes or underscores"
	case "pack_id":
		return "must be small letters, digits, dashes or underscores, and begin with a letter"
	case "oneof":
		return "must be one of: " + strings.ReplaceAll(f.Param(), " ", ", ")
	case "min":
		return "must be at least " + f.Param()
	case "max":
		return "must be at most " + f.Param()
	case "fqdn":
		return "must be a domain, such as example.com"
	case "unique":
		if f.Param() == "" {
			return "names one file twice"
		}
		return "two apps have the same id"
	}
	return "is not acceptable (" + f.Tag() + ")"
}

func (l *loader) app(path string, a App) {
	if a.Platform != "tencent" {
		return
	}
	l.needSecret(path+".path_secret_file", a.PathSecret)
	if n := len(a.PathSecret); n > 0 && n < minPathSecret {
		l.fault(path+".path_secret_file", "the secret has %d characters; use at least %d, for instance from: openssl rand -hex 16", n, minPathSecret)
	}
	if strings.ContainsAny(a.PathSecret.Reveal(), "/?#% \n") {
		l.fault(path+".path_secret_file", "the secret is part of a URL: use letters, digits, dashes and underscores only")
	}
	l.needSecret(path+".tencent.secret_key_file", a.Tencent.SecretKey)
	l.needSecret(path+".tencent.webhook_token_file", a.Tencent.WebhookToken)
}

func (l *loader) needSecret(path string, s Secret) {
	if s == "" && !l.faulted(path) {
		l.fault(path, "must name a file that holds the secret, or set %s", envOf(path))
	}
}

func (l *loader) faulted(path string) bool {
	for _, p := range l.problems {
		if p.Field == path {
			return true
		}
	}
	return false
}

// envOf names the variable that may stand in for a secret file.
func envOf(path string) string {
	s := strings.NewReplacer("].", "__", "[", "__", ".", "__").Replace(strings.TrimSuffix(path, "_file"))
	return prefix + strings.ToUpper(s)
}

// passwords refuses passwords inside URLs that stand in the file.
func (l *loader) passwords(c *Config) {
	if _, inFile := l.lines["database"]; inFile && hasPassword(c.Database) {
		l.fault("database", "a password does not belong in this file; name a file in database_password_file, or set TAKEBACK_DATABASE_PASSWORD")
	}
	for _, u := range c.Redis {
		if _, inFile := l.lines["redis"]; inFile && hasPassword(u) {
			l.fault("redis", "a password does not belong in this file; name a file in redis_password_file, or set TAKEBACK_REDIS_PASSWORD")
		}
	}
}

func hasPassword(raw string) bool {
	u, err := url.Parse(raw)
	if err != nil || u.User == nil {
		return false
	}
	_, has := u.User.Password()
	return has
}

func hostPort(s string) bool {
	_, port, err := net.SplitHostPort(s)
	return err == nil && port != ""
}

func sqlitePath(dsn string) (string, bool) { return strings.CutPrefix(dsn, "sqlite:") }

// database says what is wrong with a database setting, or "".
func database(s string) string {
	if path, ok := sqlitePath(s); ok {
		if path == "" || strings.ContainsAny(path, "?#") {
			return "must be sqlite: and the path of a file, such as sqlite:takeback.db"
		}
		return ""
	}
	u, err := url.Parse(s)
	if err != nil || (u.Scheme != "postgres" && u.Scheme != "postgresql") || u.Path == "" || u.Path == "/" {
		return "must be sqlite:PATH or postgres://USER@HOST/DATABASE"
	}
	return ""
}

// redis says what is wrong with a Redis setting, or "".
func redis(list []string) string {
	const form = `must be "embedded", one redis:// URL, or a list of sentinel://HOST:PORT/MASTER or of cluster://HOST:PORT`
	schemes := map[string]bool{}
	for _, s := range list {
		if s == "embedded" && len(list) == 1 {
			return ""
		}
		u, err := url.Parse(s)
		if err != nil || u.Host == "" {
			return form
		}
		if u.Scheme == "sentinel" && strings.Trim(u.Path, "/") == "" {
			return "a sentinel needs the master's name: sentinel://HOST:PORT/MASTER"
		}
		schemes[u.Scheme] = true
	}
	one := len(list) == 1 && (schemes["redis"] || schemes["rediss"])
	many := len(schemes) == 1 && (schemes["sentinel"] || schemes["cluster"])
	if !one && !many {
		return form
	}
	return ""
}
