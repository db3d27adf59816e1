package main

import (
	"context"
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/takeback-chat/takeback/config"
	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/models/store"
	"github.com/takeback-chat/takeback/server/access"
)

type tokenCmd struct {
	Create tokenCreate `cmd:"" help:"Make a token and print it, once."`
	List   tokenList   `cmd:"" help:"List the tokens."`
	Revoke tokenRevoke `cmd:"" help:"Make a token useless at once."`
}

type grantFlags struct {
	Role   string   `required:"" enum:"operator,moderator,content_reader,rule_author,auditor,viewer,group_owner,app" help:"operator, moderator, content_reader, rule_author, auditor, viewer or group_owner; for tokens also app."`
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
	App  string `help:"With the role app: the app whose users it lets take back what they wrote." placeholder:"ID"`
}

// Help shows examples.
func (tokenCreate) Help() string {
	return `  takeback token create --role operator --name on-call
  takeback token create --role moderator --as main:jared
  takeback token create --role app --app main --name shop-backend

A token with the role app is for the backend of a chat application. It gets user
tokens and links for that application's users, and does nothing else.`
}

// Run makes the token.
func (t tokenCreate) Run(ctx context.Context, c terminal) error {
	id := models.NewID()
	name := t.Name
	if name == "" {
		name = t.Role + "-" + id[len(id)-6:]
	}
	caller, err := t.tokenCaller("token:" + name)
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

// tokenCaller is caller, and knows the role app.
func (t tokenCreate) tokenCaller(actor string) (models.Caller, error) {
	c, err := t.caller(actor)
	isApp := c.Grant == models.GrantApp
	switch {
	case err != nil:
		return c, err
	case isApp != (t.App != ""):
		return c, usage("--role app and --app go together")
	case isApp && (t.As != "" || len(t.Groups) > 0):
		return c, usage("a token with the role app takes neither --as nor --groups")
	case isApp:
		c.Account.App = t.App
	}
	return c, nil
}

type tokenList struct{ configFlag }

// Help shows examples.
func (tokenList) Help() string {
	return `  takeback token list --config takeback.yaml`
}

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
	switch {
	case a.App == "":
		return "-"
	case a.Name == "":
		return a.App
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

// Help shows examples.
func (tokenRevoke) Help() string {
	return `  takeback token revoke jared-bot`
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
