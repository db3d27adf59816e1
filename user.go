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
	"time"
	"unicode/utf8"

	"github.com/takeback-chat/takeback/config"
	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/models/store"
	"github.com/takeback-chat/takeback/server/access"
)

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
	if models.Grant(u.Role) == models.GrantApp {
		return usage("--role app is for tokens, not for logins")
	}
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
		if !made {
			return nil
		}
		_, err := fmt.Fprintln(c.out, password)
		return err
	})
}

func (u userAdd) password(c terminal) (password string, made bool, err error) {
	if !u.PasswordStdin {
		return madeUp(), true, nil
	}
	line, err := bufio.NewReader(c.in).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return "", false, fmt.Errorf("read the password: %w", err)
	}
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
