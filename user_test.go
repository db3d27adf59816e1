package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/takeback-chat/takeback/config"
	"github.com/takeback-chat/takeback/models/store"
)

// alone writes the configuration of a service without apps.
func alone(t *testing.T) (file string) {
	t.Helper()
	dir := t.TempDir()
	file = filepath.Join(dir, "takeback.yaml")
	text := fmt.Sprintf("public_url: https://takeback.example.com\ndatabase: sqlite:%s\nkeys: %s\n", filepath.Join(dir, "takeback.db"), filepath.Join(dir, "keys"))
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if code, _, errs := command(t, "migrate", "-c", file); code != exitOK {
		t.Fatal(errs)
	}
	return file
}

var setUpURL = regexp.MustCompile(`(?m)^https://takeback\.example\.com/set-up/[A-Za-z0-9_-]{43}$`)

func TestUserCommands(t *testing.T) {
	file := alone(t)
	for _, step := range []struct {
		args []string
		code int
		want string // in what is printed, out and err
	}{
		{[]string{"add", "wei.lin", "--role", "operator", "--link"}, exitOK, `^https://takeback\.example\.com/set-up/[A-Za-z0-9_-]{43}\n$`},
		{[]string{"list"}, exitOK, `^NAME +ROLE +ACCOUNT +GROUPS +CREATED +DISABLED\n$`},
		{[]string{"add", "wei.lin", "--role", "operator"}, exitOK, `^[A-Za-z0-9_-]{20}\n$`},
		{[]string{"add", "wei.lin", "--role", "operator", "--link"}, exitFound, `wei\.lin exists`},
		{[]string{"add", "jared", "--role", "moderator", "--as", "main:jared", "--groups", "main:@g"}, exitOK, `^.{20}\n$`},
		{[]string{"add", "a:b", "--role", "operator"}, exitUsage, `64 letters`},
		{[]string{"add", "bot", "--role", "app"}, exitUsage, `for tokens`},
		{[]string{"add", "eve", "--role", "operator", "--password-stdin"}, exitUsage, `at least 15 characters`},
		{[]string{"add", "eve", "--role", "operator", "--password-stdin", "--link"}, exitUsage, `can't be used together`},
		{[]string{"role", "jared", "--role", "auditor"}, exitOK, `^$`},
		{[]string{"list"}, exitOK, `jared +auditor +- +0 +\S+ +-\nwei\.lin +operator `},
		{[]string{"role", "nobody", "--role", "auditor"}, exitFound, `not found`},
		{[]string{"disable", "wei.lin"}, exitFound, `last operator`},
		{[]string{"role", "wei.lin", "--role", "auditor"}, exitFound, `last operator`},
		{[]string{"disable", "jared"}, exitOK, `^$`},
		{[]string{"disable", "jared"}, exitFound, `not found`},
		{[]string{"list"}, exitOK, `jared +auditor +- +0 +\S+ +20`},
		{[]string{"enable", "jared"}, exitOK, `^$`},
		{[]string{"sessions", "jared"}, exitOK, `^OPENED +LAST USED +BY +ADDRESS +BROWSER\n$`},
		{[]string{"sessions", "jared", "--end"}, exitOK, `^0 sessions`},
		{[]string{"sessions", "nobody"}, exitFound, `not found`},
		{[]string{"reset", "jared"}, exitOK, `^https://takeback\.example\.com/set-up/[A-Za-z0-9_-]{43}\n$`},
		{[]string{"reset", "nobody"}, exitFound, `not found`},
		{[]string{"reset", "jared", "--second-factor"}, exitOK, `^$`},
		{[]string{"reset", "nobody", "--second-factor"}, exitFound, `not found`},
	} {
		code, out, errs := command(t, append(append([]string{"user"}, step.args...), "-c", file)...)
		if code != step.code || !regexp.MustCompile(step.want).MatchString(out+errs) {
			t.Errorf("user %s: exit code %d, want %d; printed %q, want %q", strings.Join(step.args, " "), code, step.code, out+errs, step.want)
		}
	}
	if code, out, errs := command(t, "audit", "verify", "-c", file); code != exitOK {
		t.Errorf("audit verify: %s%s", out, errs)
	}
}

func TestTheFirstLoginIsOfferedWhileThereIsNone(t *testing.T) {
	file := alone(t)
	offer := func() (said string) {
		t.Helper()
		err := configFlag{file}.withStore(t.Context(), func(s *store.Store, c config.Config) error {
			var out bytes.Buffer
			defer func() { said = out.String() }()
			return offerFirstLogin(t.Context(), s, baseURL(c), &out)
		})
		if err != nil {
			t.Fatal(err)
		}
		return said
	}
	first, second := offer(), offer()
	if !setUpURL.MatchString(first) || !strings.Contains(first, "first operator") || !setUpURL.MatchString(second) || first == second {
		t.Errorf("without a login serve says %q, then %q", first, second)
	}
	if code, _, errs := command(t, "user", "add", "wei.lin", "--role", "operator", "-c", file); code != exitOK {
		t.Fatal(errs)
	}
	if said := offer(); said != "" {
		t.Errorf("with a login serve says %q", said)
	}
}
