package main

import (
	"bufio"
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"strings"
	"text/tabwriter"
	"time"
	"unicode/utf8"

	"github.com/takeback-chat/takeback/config"
	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/models/store"
	"github.com/takeback-chat/takeback/models/store/seal"
	"github.com/takeback-chat/takeback/server/access"
)

// defaultConfig is read where --config is not given and the file is there.
const defaultConfig = "takeback.yaml"

// configFlag is the flag that every command with a database takes.
type configFlag struct {
	Config string `short:"c" help:"The configuration file (default: takeback.yaml, if there is one)." placeholder:"FILE" type:"path"`
}

func (f configFlag) load() (config.Config, error) {
	path := f.Config
	if path == "" {
		if _, err := os.Stat(defaultConfig); !errors.Is(err, fs.ErrNotExist) {
			path = defaultConfig
		}
	}
	return config.Load(path, os.Environ())
}

// withStore opens the configured database for one command.
func (f configFlag) withStore(ctx context.Context, do func(*store.Store, config.Config) error) error {
	c, err := f.load()
	if err != nil {
		return err
	}
	s, err := openStore(ctx, c, func(o *store.Options) { o.Node = "command-line" })
	if err != nil {
		return err
	}
	return errors.Join(do(s, c), s.Close())
}

// operator is who the audit says gave a command.
func operator() string {
	if u := os.Getenv("USER"); u != "" {
		return "command-line:" + u
	}
	return "command-line"
}

type tokenCmd struct {
	Create tokenCreate `cmd:"" help:"Make a token and print it, once."`
	List   tokenList   `cmd:"" help:"List the tokens."`
	Revoke tokenRevoke `cmd:"" help:"Make a token useless at once."`
}

type grantFlags struct {
	Role   string   `required:"" enum:"operator,moderator,auditor,viewer" help:"operator, moderator, auditor or viewer."`
	As     string   `help:"The platform account it acts as; what it may do is what the platform says that account may." placeholder:"APP:ACCOUNT"`
	Groups []string `help:"Only these groups." placeholder:"APP:GROUP,..."`
}

func (g grantFlags) caller(actor string) (models.Caller, error) {
	c := models.Caller{Actor: actor, Grant: models.Grant(g.Role)}
	if g.As != "" {
		app, account, ok := strings.Cut(g.As, ":")
		if !ok || app == "" || account == "" {
			return c, usage("--as %s: must be APP:ACCOUNT, such as main:jared", g.As)
		}
		c.Account = models.Account{App: app, Name: account}
	}
	for _, group := range g.Groups {
		app, ref, ok := strings.Cut(group, ":")
		if !ok || app == "" || ref == "" {
			return c, usage("--groups %s: must be APP:GROUP, such as main:@TGS#2J4SZEAEL", group)
		}
		c.Groups = append(c.Groups, models.Place{App: app, Ref: ref})
	}
	return c, nil
}

type tokenCreate struct {
	configFlag
	grantFlags
	Name string `help:"A name for lists and the audit (default: made up)." placeholder:"NAME"`
}

// Help shows examples.
func (tokenCreate) Help() string {
	return `  takeback token create --role operator --name on-call
  takeback token create --role moderator --as main:jared`
}

// Run makes the token.
func (t tokenCreate) Run(ctx context.Context, c terminal) error {
	id := models.NewID()
	name := t.Name
	if name == "" {
		name = t.Role + "-" + id[len(id)-6:]
	}
	caller, err := t.caller("token:" + name)
	if err != nil {
		return err
	}
	return t.withStore(ctx, func(s *store.Store, _ config.Config) error {
		plain, hash := access.NewTokenSecret()
		token := models.Token{ID: id, Name: name, Hash: hash, Caller: caller, CreatedAt: time.Now()}
		if err := s.CreateToken(ctx, token, operator()); err != nil {
			return fmt.Errorf("create token %s: %w", name, err)
		}
		_, err := fmt.Fprintln(c.out, plain)
		return err
	})
}

type tokenList struct{ configFlag }

// Run lists the tokens, without their secrets.
func (t tokenList) Run(ctx context.Context, c terminal) error {
	return t.withStore(ctx, func(s *store.Store, _ config.Config) error {
		tokens, err := s.Tokens(ctx)
		if err != nil {
			return err
		}
		w := tabwriter.NewWriter(c.out, 0, 0, 2, ' ', 0)
		_, _ = fmt.Fprintln(w, "NAME\tROLE\tACCOUNT\tGROUPS\tCREATED\tREVOKED")
		for _, t := range tokens {
			_, _ = fmt.Fprintf(w, "%s\t%s\t%s\t%d\t%s\t%s\n", t.Name, t.Caller.Grant, account(t.Caller.Account), len(t.Caller.Groups), when(t.CreatedAt), when(t.RevokedAt))
		}
		return w.Flush()
	})
}

func account(a models.Account) string {
	if a.Name == "" {
		return "-"
	}
	return a.App + ":" + a.Name
}

func when(t time.Time) string {
	if t.IsZero() {
		return "-"
	}
	return t.UTC().Format(time.RFC3339)
}

type tokenRevoke struct {
	configFlag
	Name string `arg:"" help:"The token's name."`
}

// Run revokes the token.
func (t tokenRevoke) Run(ctx context.Context, _ terminal) error {
	return t.withStore(ctx, func(s *store.Store, _ config.Config) error {
		if err := s.RevokeToken(ctx, t.Name, operator()); err != nil {
			return fmt.Errorf("revoke token %s: %w", t.Name, err)
		}
		return nil
	})
}

type userCmd struct {
	Add userAdd `cmd:"" help:"Make a login for the console. The password is read from standard input, or made up and printed."`
}

type userAdd struct {
	configFlag
	grantFlags
	Name          string `arg:"" help:"The login."`
	PasswordStdin bool   `help:"Read the password from standard input; at least 15 characters."`
}

// Help shows examples.
func (userAdd) Help() string {
	return `  takeback user add wei.lin --role operator
  takeback user add jared --role moderator --as main:jared --password-stdin < password`
}

// Run makes the login.
func (u userAdd) Run(ctx context.Context, c terminal) error {
	caller, err := u.caller("moderator:" + u.Name)
	if err != nil {
		return err
	}
	password, made, err := u.password(c)
	if err != nil {
		return err
	}
	return u.withStore(ctx, func(s *store.Store, _ config.Config) error {
		if err := createModerator(ctx, s, u.Name, password, caller, operator()); err != nil {
			return err
		}
		if made {
			_, err = fmt.Fprintln(c.out, password)
		}
		return err
	})
}

func (u userAdd) password(c terminal) (password string, made bool, err error) {
	if !u.PasswordStdin {
		return madeUp(), true, nil
	}
	line, err := bufio.NewReader(c.in).ReadString('\n')
	password = strings.TrimRight(line, "\r\n")
	if n := utf8.RuneCountInString(password); n < access.MinPassword {
		return "", false, usage("the password has %d characters, it must have at least %d", n, access.MinPassword)
	}
	return password, false, nil
}

// madeUp returns a password of 120 random bits.
func madeUp() string {
	var b [15]byte
	_, _ = rand.Read(b[:]) // never fails
	return base64.RawURLEncoding.EncodeToString(b[:])
}

func createModerator(ctx context.Context, s *store.Store, name, password string, caller models.Caller, by string) error {
	hash, err := access.HashPassword(ctx, password)
	if err != nil {
		return fmt.Errorf("hash the password: %w", err)
	}
	m := models.Moderator{ID: models.NewID(), Name: name, PasswordHash: hash, Caller: caller, CreatedAt: time.Now()}
	if err := s.CreateModerator(ctx, m, by); err != nil {
		return fmt.Errorf("create login %s: %w", name, err)
	}
	return nil
}

type auditCmd struct {
	Verify auditVerify `cmd:"" help:"Walk every chain of the audit log and name the first entry that does not hold."`
}

type auditVerify struct{ configFlag }

// Run verifies the audit log; exit code 1 where it does not hold.
func (a auditVerify) Run(ctx context.Context, c terminal) error {
	return a.withStore(ctx, func(s *store.Store, _ config.Config) error {
		report, err := s.VerifyAudit(ctx)
		if err != nil {
			return fmt.Errorf("verify the audit: %w", err)
		}
		for _, b := range report.Broken {
			_, _ = fmt.Fprintf(c.out, "BROKEN: chain %s, entry %d: %s\n", b.Chain, b.Seq, b.Why)
		}
		if len(report.Broken) > 0 {
			return codedError{code: exitFound}
		}
		_, err = fmt.Fprintf(c.out, "The audit holds: %d entries in %d chains.\n", report.Entries, report.Chains)
		return err
	})
}

type keysCmd struct {
	Rotate keysRotate `cmd:"" help:"Make a new key, seal everything anew with it, and keep the old ones for reading."`
}

type keysRotate struct {
	configFlag
	Batch int `default:"500" help:"Rows sealed anew in one transaction."`
}

// Run rotates the keyset and seals everything anew.
func (k keysRotate) Run(ctx context.Context, c terminal) error {
	conf, err := k.load()
	if err != nil {
		return err
	}
	keyring, err := seal.Load(conf.Keys)
	if err != nil {
		return fmt.Errorf("keys: %w", err)
	}
	if _, err := keyring.Rotate(time.Now()); err != nil {
		return fmt.Errorf("rotate the keys: %w", err)
	}
	return k.withStore(ctx, func(s *store.Store, _ config.Config) error {
		n, err := s.RotateKeys(ctx, k.Batch)
		if err != nil {
			return fmt.Errorf("seal anew: %w", err)
		}
		_, err = fmt.Fprintf(c.out, "A new key is in use; %d values were sealed anew.\n", n)
		return err
	})
}

type migrateCmd struct{ configFlag }

// Run migrates the database.
func (m migrateCmd) Run(ctx context.Context, c terminal) error {
	conf, err := m.load()
	if err != nil {
		return err
	}
	o, err := storeOptions(conf)
	if err != nil {
		return err
	}
	from, to, err := store.Migrate(ctx, o)
	if err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	_, err = fmt.Fprintf(c.out, "The schema went from version %d to %d.\n", from, to)
	return err
}

type healthCmd struct {
	URL string `default:"http://127.0.0.1:8080" help:"Where the service listens."`
}

// Run asks /readyz; exit code 1 where the service is not ready.
func (h healthCmd) Run(ctx context.Context, c terminal) error {
	ctx, cancel := context.WithTimeout(ctx, 3*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, strings.TrimRight(h.URL, "/")+"/readyz", nil)
	if err != nil {
		return usage("--url %s: %w", h.URL, err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return fmt.Errorf("not reachable: %w", err)
	}
	defer resp.Body.Close() //nolint:errcheck // nothing more is read
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("not ready: %s", resp.Status)
	}
	_, err = fmt.Fprintln(c.out, "ready")
	return err
}
