package main

import (
	"database/sql"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/takeback-chat/takeback/models/store"
	"github.com/takeback-chat/takeback/models/store/seal"
	"github.com/takeback-chat/takeback/platforms/tencent/tencentsim"
)

// patient is a running service that the doctor looks at, by a configuration file of
// its own in which a test breaks one thing.
type patient struct {
	*world
	text string // of the configuration file
	dir  string
}

// newPatient is the same service each time, with a configuration file of its own.
func newPatient(t *testing.T, w *world) *patient {
	t.Helper()
	file := w.settings(t)
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	own := "listen: " + strings.TrimPrefix(w.URL(), "http://") + "\npublic_url: " + w.URL() + "\nredis: embedded\n"
	return &patient{w, string(text) + own, filepath.Dir(file)}
}

// set puts another line in the place of a setting.
func (p *patient) set(key, value string) {
	p.text = regexp.MustCompile(`(?m)^`+key+`: .*$`).ReplaceAllLiteralString(p.text, key+": "+value)
}

// secret puts another secret in the place of one.
func (p *patient) secret(t *testing.T, name, value string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(p.dir, name), []byte(value), 0o600); err != nil {
		t.Fatal(err)
	}
}

// seen calls the doctor and returns what was found, by the name of the check.
func (p *patient) seen(t *testing.T) (code int, found []symptom) {
	t.Helper()
	file := filepath.Join(p.dir, "looked-at.yaml")
	if err := os.WriteFile(file, []byte(p.text), 0o600); err != nil {
		t.Fatal(err)
	}
	code, out, errs := command(t, "doctor", "--config", file, "--json", "--timeout", "5s")
	p.keepsQuiet(t, out+errs)
	d := json.NewDecoder(strings.NewReader(out))
	for d.More() {
		var s symptom
		if err := d.Decode(&s); err != nil {
			t.Fatal(err)
		}
		found = append(found, s)
	}
	_, plain, _ := command(t, "doctor", "--config", file)
	p.keepsQuiet(t, plain)
	if lines := strings.Count(plain, "\n"); lines != len(found) {
		t.Errorf("%d lines for %d checks:\n%s", lines, len(found), plain)
	}
	return code, found
}

// keepsQuiet fails the test where a secret was printed.
func (p *patient) keepsQuiet(t *testing.T, said string) {
	t.Helper()
	a := p.conf.Apps[0]
	secrets := []string{a.PathSecret.Reveal(), a.Tencent.SecretKey.Reveal(), a.Tencent.WebhookToken.Reveal(), wrongSecret}
	if u, err := url.Parse(p.conf.Database); err == nil {
		password, _ := u.User.Password()
		secrets = append(secrets, password)
	}
	for _, s := range secrets {
		if s != "" && strings.Contains(said, s) {
			t.Errorf("the doctor printed a secret:\n%s", said)
		}
	}
}

const wrongSecret = "no-such-secret-0123456789abcdef"

// ills are the things that may be wrong, each with what the doctor says of it.
var ills = []struct {
	name         string
	breaks       func(t *testing.T, p *patient)
	check, state string
	words, do    string
	code         int
	only         string // the database; empty: both
}{
	{name: "nothing", breaks: func(*testing.T, *patient) {}, check: "database", state: checkOK, words: "takes writes"},
	{name: "no TLS", breaks: func(*testing.T, *patient) {}, check: "webhook demo", state: checkWarn, words: "without TLS", do: "HTTPS"},
	{
		name: "a collector that is gone", breaks: func(t *testing.T, p *patient) {
			t.Helper()
			c := newCollector(t)
			c.Close()
			p.text += "tracing: {endpoint: '" + c.URL + "'}\n"
		},
		check: "traces", state: checkWarn, words: "refused", do: "tracing.endpoint",
	},
	{
		name: "a collector that is there", breaks: func(t *testing.T, p *patient) {
			t.Helper()
			p.text += "tracing: {endpoint: '" + newCollector(t).URL + "', sample: 0.2}\n"
		},
		check: "traces", state: checkOK, words: "0.2 of all messages",
	},
	{
		name: "a setting nobody knows", breaks: func(_ *testing.T, p *patient) { p.text += "lissen: 1\n" },
		check: "config", state: checkFail, words: "lissen", do: "correct it", code: exitUsage,
	},
	{
		name: "keys open to others", breaks: func(t *testing.T, p *patient) {
			t.Helper()
			chmod(t, p.conf.Keys, 0o644)
		},
		check: "keys", state: checkFail, words: "mode 0644", do: "chmod 600", code: exitFound,
	},
	{
		name: "other keys", breaks: func(t *testing.T, p *patient) {
			t.Helper()
			p.set("keys", filepath.Join(p.dir, "other.keys"))
			if _, err := seal.Create(filepath.Join(p.dir, "other.keys")); err != nil {
				t.Fatal(err)
			}
		},
		check: "sealing", state: checkFail, words: "other keys", do: "keyset that belongs", code: exitFound,
	},
	{
		name: "lost keys", breaks: func(_ *testing.T, p *patient) { p.set("keys", filepath.Join(p.dir, "none.keys")) },
		check: "keys", state: checkFail, words: "and the database is", do: "put back", code: exitFound, only: "sqlite",
	},
	{
		name: "no folder for keys", breaks: func(_ *testing.T, p *patient) { p.set("keys", filepath.Join(p.dir, "none", "keys")) },
		check: "disk", state: checkFail, words: "no such file", do: "make the folder", code: exitFound,
	},
	{
		name: "no database yet", breaks: func(_ *testing.T, p *patient) { p.set("database", "sqlite:"+filepath.Join(p.dir, "new.db")) },
		check: "database", state: checkWarn, words: "none yet", do: "first start", only: "sqlite",
	},
	{
		name: "no database", breaks: func(t *testing.T, p *patient) {
			t.Helper()
			path := filepath.Join(p.dir, "broken.db")
			if err := os.WriteFile(path, []byte(strings.Repeat("this is no database ", 100)), 0o600); err != nil {
				t.Fatal(err)
			}
			p.set("database", "sqlite:"+path)
		},
		check: "database", state: checkFail, words: "not a database", do: "restore a backup", code: exitFound, only: "sqlite",
	},
	{
		name: "a database open to others", breaks: func(t *testing.T, p *patient) {
			t.Helper()
			chmod(t, strings.TrimPrefix(p.conf.Database, "sqlite:"), 0o640)
		},
		check: "database", state: checkFail, words: "mode 0640", do: "chmod 600", code: exitFound, only: "sqlite",
	},
	{
		name: "a database that does not answer", breaks: func(_ *testing.T, p *patient) {
			p.set("database", "postgres://takeback@127.0.0.1:1/takeback")
		},
		check: "database", state: checkFail, words: "127.0.0.1:1/takeback", do: "see that it runs", code: exitFound, only: "postgres",
	},
	{
		name: "a wrong name", breaks: func(_ *testing.T, p *patient) {
			p.text = regexp.MustCompile(`(?m)^(database: ".*/)[^/?"]+`).ReplaceAllString(p.text, "${1}nowhere")
		},
		check: "database", state: checkFail, words: "3D000", do: "make the database", code: exitFound, only: "postgres",
	},
	{
		name: "a newer schema", breaks: func(t *testing.T, p *patient) {
			t.Helper()
			p.newer(t)
		},
		check: "schema", state: checkFail, words: "schema 99", do: "newer takeback", code: exitFound,
	},
	{
		name: "no Redis", breaks: func(_ *testing.T, p *patient) { p.set("redis", "redis://127.0.0.1:1/0") },
		check: "redis", state: checkFail, words: "refused", do: "none is lost", code: exitFound,
	},
	{
		name: "a wrong key of the platform", breaks: func(t *testing.T, p *patient) {
			t.Helper()
			p.secret(t, "key", wrongSecret)
		},
		check: "platform demo", state: checkFail, words: "another key", do: "secret_key_file", code: exitFound,
	},
	{
		name: "no platform", breaks: func(_ *testing.T, p *patient) {
			p.text = strings.Replace(p.text, p.conf.Apps[0].Tencent.API, "http://127.0.0.1:1", 1)
		},
		check: "platform demo", state: checkFail, words: "could not be reached", do: "firewall", code: exitFound,
	},
	{
		name: "a clock that is wrong", breaks: func(t *testing.T, p *patient) {
			t.Helper()
			late := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Date", time.Now().Add(-45*time.Second).UTC().Format(http.TimeFormat))
				p.sim.Handler().ServeHTTP(w, r)
			}))
			t.Cleanup(late.Close)
			p.text = strings.Replace(p.text, p.conf.Apps[0].Tencent.API, late.URL, 1)
		},
		check: "clock demo", state: checkFail, words: "-45", do: "NTP", code: exitFound,
	},
	{
		name: "another secret path", breaks: func(t *testing.T, p *patient) {
			t.Helper()
			p.secret(t, "path", wrongSecret)
		},
		check: "webhook demo", state: checkFail, words: "none of our webhooks", do: "path_secret_file", code: exitFound,
	},
	{
		name: "another token", breaks: func(t *testing.T, p *patient) {
			t.Helper()
			p.secret(t, "token", wrongSecret)
		},
		check: "webhook demo", state: checkFail, words: "none of our webhooks", do: "webhook_token_file", code: exitFound,
	},
	{
		name: "no public address", breaks: func(_ *testing.T, p *patient) { p.set("public_url", `""`) },
		check: "webhook demo", state: checkWarn, words: "not set", do: "set it",
	},
	{
		name: "a public address that leads nowhere", breaks: func(_ *testing.T, p *patient) { p.set("public_url", "https://127.0.0.1:1") },
		check: "webhook demo", state: checkFail, words: "refused", do: "DNS", code: exitFound,
	},
	{
		name: "a certificate nobody knows", breaks: func(t *testing.T, p *patient) {
			t.Helper()
			s := httptest.NewTLSServer(http.NotFoundHandler())
			t.Cleanup(s.Close)
			p.set("public_url", s.URL)
		},
		check: "webhook demo", state: checkFail, words: "certificate", do: "certificate", code: exitFound,
	},
	{
		name: "a proxy that leads elsewhere", breaks: func(t *testing.T, p *patient) {
			t.Helper()
			s := httptest.NewServer(http.RedirectHandler("https://example.com/", http.StatusFound))
			t.Cleanup(s.Close)
			p.set("public_url", s.URL)
		},
		check: "webhook demo", state: checkFail, words: "302", do: "unchanged", code: exitFound,
	},
	{
		name: "something else listens", breaks: func(t *testing.T, p *patient) {
			t.Helper()
			s := httptest.NewServer(http.NotFoundHandler())
			t.Cleanup(s.Close)
			p.set("listen", strings.TrimPrefix(s.URL, "http://"))
		},
		check: "service", state: checkFail, words: "something else", do: "listen", code: exitFound,
	},
	{
		name: "the service does not run", breaks: func(_ *testing.T, p *patient) { p.set("listen", "127.0.0.1:0") },
		check: "service", state: checkWarn, words: "does not run", do: "takeback serve",
	},
}

// chmod changes a mode until the test ends.
func chmod(t *testing.T, path string, mode os.FileMode) {
	t.Helper()
	if err := os.Chmod(path, mode); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.Chmod(path, 0o600) })
}

// newer makes the database say that it has a newer schema, until the test ends.
func (p *patient) newer(t *testing.T) {
	t.Helper()
	driver, address := "pgx", p.conf.Database
	if path, ok := strings.CutPrefix(address, "sqlite:"); ok {
		driver, address = "sqlite3", path
	}
	db, err := sql.Open(driver, address)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.ExecContext(t.Context(), "INSERT INTO goose_db_version (version_id, is_applied) VALUES (99, true)"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if _, err := db.Exec("DELETE FROM goose_db_version WHERE version_id = 99"); err != nil {
			t.Error(err)
		}
		_ = db.Close()
	})
}

// The doctor tells each thing that is broken, what to do about it, and no secret.
func TestTheDoctorFindsWhatIsBroken(t *testing.T) {
	onBoth(t, func(t *testing.T, database string) {
		t.Helper()
		w := newWorld(t, database, nil)
		if err := w.sim.CreateGroup(tencentsim.GroupSpec{ID: "own", Type: tencentsim.Public, Owner: w.conf.Apps[0].Tencent.Admin}); err != nil {
			t.Fatal(err) // our own account is known to the platform by that
		}
		kind, _, _ := strings.Cut(database, ":")
		ran := 0
		for _, ill := range ills {
			if ill.only != "" && ill.only != kind {
				continue
			}
			ran++
			t.Run(ill.name, func(t *testing.T) {
				p := newPatient(t, w)
				ill.breaks(t, p)
				code, found := p.seen(t)
				if code != ill.code || !finds(found, ill.check, ill.state, ill.words, ill.do) {
					t.Errorf("exit code %d, want %d with %s %s of %q:\n%+v", code, ill.code, ill.check, ill.state, ill.words, found)
				}
			})
		}
		if ran < 20 {
			t.Errorf("%d ills were tried", ran)
		}
		w.auditHolds(t)
	})
}

// finds reports whether something was found.
func finds(found []symptom, check, state, words, do string) bool {
	return slices.ContainsFunc(found, func(s symptom) bool {
		return s.Name == check && s.State == state && strings.Contains(s.Words, words) && strings.Contains(s.Do, do)
	})
}

func TestTheDoctorJudges(t *testing.T) {
	const mega, much = 1 << 20, 1 << 40
	for i, c := range []struct {
		got  symptom
		want string
	}{
		{judgeRoom("/data", room{bytes: 255 * mega, total: much, nodes: much}), checkFail},
		{judgeRoom("/data", room{bytes: 256 * mega, total: much, nodes: much, counted: true}), checkWarn},
		{judgeRoom("/data", room{bytes: much, total: much, nodes: 999, counted: true}), checkFail},
		{judgeRoom("/data", room{bytes: much, total: much}), checkOK},
		{judgeFiles(0), checkOK},
		{judgeFiles(255), checkFail},
		{judgeFiles(1024), checkWarn},
		{judgeFiles(4096), checkOK},
		{judgeClock("clock", "the database", 5*time.Second), checkOK},
		{judgeClock("clock", "the database", -6*time.Second), checkWarn},
		{judgeClock("clock", "the database", 31*time.Second), checkFail},
		{judgeSchema(store.Condition{Version: 3, Needs: 4}), checkWarn},
		{judgeSchema(store.Condition{Version: 4, Needs: 4}), checkOK},
	} {
		if c.got.State != c.want || (c.want != checkOK) != (c.got.Do != "") {
			t.Errorf("case %d: %+v, want %s", i, c.got, c.want)
		}
	}
}
