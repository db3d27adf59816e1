package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/takeback-chat/takeback/config"
	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/models/store"
	"github.com/takeback-chat/takeback/server/access"
)

// linkFor is how long a set-up link can be used.
const linkFor = time.Hour

// newLink makes a link to set up a login, and its secret, which is shown once.
func newLink(name string, caller models.Caller, by string) (l models.SetupLink, plain string) {
	plain, hash := access.NewSetupSecret()
	return models.SetupLink{Hash: hash, Name: name, Caller: caller, MadeBy: by, ExpiresAt: time.Now().Add(linkFor)}, plain
}

// baseURL is what links of commands begin with.
func baseURL(c config.Config) string {
	return strings.TrimSuffix(cmp.Or(c.PublicURL, "http://"+c.Listen), "/")
}

func printLink(w io.Writer, base, plain string) error {
	_, err := fmt.Fprintln(w, base+access.SetupPath+plain)
	return err
}

// offerFirstLogin prints a link for the first operator where there is no login
// at all. It goes to the terminal alone: who has it becomes operator.
func offerFirstLogin(ctx context.Context, s *store.Store, base string, w io.Writer) error {
	link, plain := newLink("", models.Caller{Grant: models.GrantOperator}, "takeback")
	made, err := s.MakeFirstLink(ctx, link)
	if err != nil || !made {
		return err
	}
	if _, err := fmt.Fprintln(w, "No login exists yet. Open this link within an hour to make the first operator:"); err != nil {
		return err
	}
	return printLink(w, base, plain)
}

type userReset struct {
	configFlag
	Name         string `arg:"" help:"The login."`
	SecondFactor bool   `help:"Only the second factor and the passkeys; the password stays."`
}

// Help shows examples.
func (userReset) Help() string {
	return `  takeback user reset wei.lin
  takeback user reset wei.lin --second-factor

Password, second factor and passkeys are gone at once, and so are the sessions. The link is good for one hour and once.`
}

// Run resets the login and prints its link.
func (u userReset) Run(ctx context.Context, c terminal) error {
	return u.withStore(ctx, func(s *store.Store, conf config.Config) error {
		if u.SecondFactor {
			return s.ResetFactors(ctx, u.Name, operator())
		}
		link, plain := newLink(u.Name, models.Caller{}, operator())
		if err := s.ResetModerator(ctx, u.Name, link); err != nil {
			return err
		}
		return printLink(c.out, baseURL(conf), plain)
	})
}

type userSessions struct {
	configFlag
	Name string `arg:"" help:"The login."`
	End  bool   `help:"End all of them."`
}

// Help shows examples.
func (userSessions) Help() string {
	return `  takeback user sessions wei.lin
  takeback user sessions wei.lin --end`
}

// Run lists or ends the sessions of the login.
func (u userSessions) Run(ctx context.Context, c terminal) error {
	return u.withStore(ctx, func(s *store.Store, _ config.Config) error {
		m, err := s.ModeratorByName(ctx, u.Name)
		if err != nil {
			return fmt.Errorf("login %s: %w", u.Name, err)
		}
		if u.End {
			n, err := s.EndSessions(ctx, m.Caller.Actor, "", operator())
			if err != nil {
				return err
			}
			_, err = fmt.Fprintf(c.out, "%d sessions were ended.\n", n)
			return err
		}
		all, err := s.SessionsOf(ctx, m.Caller.Actor)
		if err != nil {
			return err
		}
		w := tabwriter.NewWriter(c.out, 0, 0, 2, ' ', 0)
		_, _ = fmt.Fprintln(w, "OPENED\tLAST USED\tBY\tADDRESS\tBROWSER")
		for _, o := range all {
			_, _ = fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", when(o.OpenedAt), when(o.UsedAt), o.How, o.Address, o.Browser)
		}
		return w.Flush()
	})
}
