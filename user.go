package main

import (
	"bufio"
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
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

type userCmd struct {
	Add      userAdd      `cmd:"" help:"Make a login for the console, or a link by which its owner makes it."`
	List     userList     `cmd:"" help:"List the logins."`
	Disable  userDisable  `cmd:"" help:"Shut a login out at once."`
	Enable   userEnable   `cmd:"" help:"Let a disabled login in again."`
	Role     userRole     `cmd:"" help:"Change what a login may do."`
	Reset    userReset    `cmd:"" help:"Take from a login all it signs in with, and print a link to set it up again."`
	Sessions userSessions `cmd:"" help:"List the sessions of a login, or end them."`
}

type userAdd struct {
	configFlag
	grantFlags
	Name          string `arg:"" help:"The login."`
	PasswordStdin bool   `xor:"how" help:"Read the password from standard input; at least 15 characters."`
	Link          bool   `xor:"how" help:"Print a link, good for one hour and once, by which the login's owner chooses a password or a passkey."`
}

// Help shows examples.
func (userAdd) Help() string {
	return `  takeback user add wei.lin --role operator --link
  takeback user add wei.lin --role operator
  takeback user add jared --role moderator --as main:jared --password-stdin < password

With neither --link nor --password-stdin a password is made up and printed.`
}

// Run makes the login.
func (u userAdd) Run(ctx context.Context, c terminal) error {
	caller, err := u.loginCaller(u.Name)
	if err != nil {
		return err
	}
	if u.Link {
		return u.withStore(ctx, func(s *store.Store, conf config.Config) error {
			link, plain := newLink(u.Name, caller, operator())
			if err := s.MakeSetupLink(ctx, link); err != nil {
				return fmt.Errorf("make a link for %s: %w", u.Name, err)
			}
			return printLink(c.out, baseURL(conf), plain)
		})
	}
	password, made, err := u.password(c)
	if err != nil {
		return err
	}
	return u.withStore(ctx, func(s *store.Store, _ config.Config) error {
		if err := createModerator(ctx, s, u.Name, password, caller, operator()); err != nil {
			return err
		}
		if !made {
			return nil
		}
		_, err := fmt.Fprintln(c.out, password)
		return err
	})
}

// loginCaller is caller for a login.
func (g grantFlags) loginCaller(name string) (models.Caller, error) {
	if models.Grant(g.Role) == models.GrantApp {
		return models.Caller{}, usage("--role app is for tokens, not for logins")
	}
	if !access.GoodName(name) {
		return models.Caller{}, usage("a login has up to 64 letters, digits and . _ - + @, and begins and ends with a letter or digit")
	}
	return g.caller("moderator:" + name)
}

func (u userAdd) password(c terminal) (password string, made bool, err error) {
	if !u.PasswordStdin {
		return madeUp(), true, nil
	}
	line, err := bufio.NewReader(c.in).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return "", false, fmt.Errorf("read the password: %w", err)
	}
	return strings.TrimRight(line, "\r\n"), false, nil
}

// madeUp returns a password of 120 random bits.
func madeUp() string {
	var b [15]byte
	_, _ = rand.Read(b[:]) // never fails
	return base64.RawURLEncoding.EncodeToString(b[:])
}

func createModerator(ctx context.Context, s *store.Store, name, password string, caller models.Caller, by string) error {
	hash, err := access.HashPassword(ctx, name, password)
	if words := access.Words(err); words != "" {
		return usage("%s", words)
	}
	if err != nil {
		return fmt.Errorf("hash the password: %w", err)
	}
	m := models.Moderator{ID: models.NewID(), Name: name, PasswordHash: hash, Caller: caller, CreatedAt: time.Now()}
	if err := s.CreateModerator(ctx, m, by); err != nil {
		return fmt.Errorf("create login %s: %w", name, err)
	}
	return nil
}

type userList struct{ configFlag }

// Help shows examples.
func (userList) Help() string {
	return `  takeback user list --config takeback.yaml`
}

// Run lists the logins.
func (u userList) Run(ctx context.Context, c terminal) error {
	return u.withStore(ctx, func(s *store.Store, _ config.Config) error {
		all, err := s.Moderators(ctx)
		if err != nil {
			return err
		}
		w := tabwriter.NewWriter(c.out, 0, 0, 2, ' ', 0)
		_, _ = fmt.Fprintln(w, "NAME\tROLE\tACCOUNT\tGROUPS\tCREATED\tDISABLED")
		for _, m := range all {
			_, _ = fmt.Fprintf(w, "%s\t%s\t%s\t%d\t%s\t%s\n", m.Name, m.Caller.Grant, account(m.Caller.Account), len(m.Caller.Groups), when(m.CreatedAt), when(m.DisabledAt))
		}
		return w.Flush()
	})
}

type userDisable struct {
	configFlag
	Name string `arg:"" help:"The login."`
}

// Help shows examples.
func (userDisable) Help() string {
	return `Its sessions end at once. What it did stays on record under its name.

  takeback user disable wei.lin`
}

// Run disables the login.
func (u userDisable) Run(ctx context.Context, _ terminal) error {
	return u.withStore(ctx, func(s *store.Store, _ config.Config) error {
		return s.DisableModerator(ctx, u.Name, operator())
	})
}

type userEnable struct {
	configFlag
	Name string `arg:"" help:"The login."`
}

// Help shows examples.
func (userEnable) Help() string {
	return `  takeback user enable wei.lin`
}

// Run enables the login.
func (u userEnable) Run(ctx context.Context, _ terminal) error {
	return u.withStore(ctx, func(s *store.Store, _ config.Config) error {
		return s.EnableModerator(ctx, u.Name, operator())
	})
}

type userRole struct {
	configFlag
	grantFlags
	Name string `arg:"" help:"The login."`
}

// Help shows examples.
func (userRole) Help() string {
	return `  takeback user role jared --role auditor
  takeback user role jared --role moderator --as main:jared

What is not given is taken away: without --groups no group limits the login any more. Its sessions end.`
}

// Run changes what the login may do.
func (u userRole) Run(ctx context.Context, _ terminal) error {
	caller, err := u.loginCaller(u.Name)
	if err != nil {
		return err
	}
	return u.withStore(ctx, func(s *store.Store, _ config.Config) error {
		return s.GrantModerator(ctx, u.Name, caller, operator())
	})
}
