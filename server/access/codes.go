package access

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"fmt"
	"log/slog"
	"math/big"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/platforms"
)

// The rules of sign-in codes.
const (
	CodeFor     = 5 * time.Minute  // a code is good
	CodeTries   = 5                // at one code
	codesOfOne  = 3                // of one account ...
	codesWithin = 15 * time.Minute // ... within this time, so that nobody is flooded with messages
	codeDigits  = 8
)

const (
	codeWorkers = 4                // deliver codes at once
	codesWait   = 256              // for a worker; more are not delivered
	codeTime    = 30 * time.Second // in which a code has to be delivered
	codeCalls   = 3                // to the platform for one code
)

// CodeStore is what sign-in codes need of *store.Store.
type CodeStore interface {
	AskSignInCode(ctx context.Context, c models.SignInCode, most int, within time.Duration) (wait time.Duration, err error)
	TrySignInCode(ctx context.Context, id string, hash []byte, most int) (models.CodeTry, error)
}

// Courier sends one account a message of our own; *platforms.Standings does.
type Courier interface {
	Tell(ctx context.Context, a models.Account, text string, random uint32) error
}

// Codes signs owners and admins of groups in by a one-time code in the chat: who can
// read what is sent to an account is the one that the platform knows it by. It is
// safe for concurrent use.
type Codes struct {
	door    *Door
	store   CodeStore
	courier Courier
	apps    []string
	secret  []byte
	log     *slog.Logger
	letters chan letter
}

// letter is a code on its way. It is nowhere but in memory: a code that is lost is
// asked for again.
type letter struct {
	to   models.Account
	text string
}

// NewCodes returns the codes for some apps. The secret keys their hashes; Run
// delivers them.
func NewCodes(d *Door, s CodeStore, c Courier, apps []string, secret []byte, log *slog.Logger) *Codes {
	return &Codes{door: d, store: s, courier: c, apps: apps, secret: secret, log: log, letters: make(chan letter, codesWait)}
}

// Apps lists the apps whose people sign in with a code.
func (c *Codes) Apps() []string { return c.apps }

// Owner returns the caller that an account is once it has signed in, and false where
// its app has no codes.
func (c *Codes) Owner(a models.Account) (models.Caller, bool) {
	return models.Caller{Actor: a.Actor(), Grant: models.GrantGroupOwner, Account: a}, slices.Contains(c.apps, a.App)
}

// Ask makes a code for an account and has it sent there, in the text that is made of
// it, if the account owns or runs a group. It returns the name of the code, for the
// browser that asked alone, or how long that has to wait. Whether there is such an
// account shows neither in the answer nor in its time: it is looked up later.
func (c *Codes) Ask(ctx context.Context, a models.Account, from string, text func(code string) string) (id string, wait time.Duration, err error) {
	code := newCode()
	id = rand.Text()
	wait, err = c.store.AskSignInCode(ctx, models.SignInCode{
		ID: id, Account: a, Hash: c.hash(id, code), Until: c.door.now().Add(CodeFor), From: from,
	}, codesOfOne, codesWithin)
	if err != nil || wait > 0 {
		return "", wait, err //nolint:wrapcheck // the store says what was done
	}
	select {
	case c.letters <- letter{a, text(code[:codeDigits/2] + " " + code[codeDigits/2:])}:
	default:
		c.log.WarnContext(ctx, "sign-in code not sent: too many wait")
	}
	return id, 0, nil
}

// Enter tries a code as it was typed. An error wraps models.ErrNotFound where there
// is none to be typed in any more.
func (c *Codes) Enter(ctx context.Context, id, typed string) (models.CodeTry, error) {
	try, err := c.store.TrySignInCode(ctx, id, c.hash(id, digitsOf(typed)), CodeTries)
	if err == nil && try.Fits {
		c.door.forget(try.Account) // what it runs is asked now
	}
	return try, err //nolint:wrapcheck // the store says what was done
}

// newCode returns random digits, each code as likely as any other.
func newCode() string {
	n, _ := rand.Int(rand.Reader, big.NewInt(100_000_000)) // crypto/rand never fails since Go 1.24
	return fmt.Sprintf("%0*d", codeDigits, n)
}

func (c *Codes) hash(id, code string) []byte {
	h := hmac.New(sha256.New, c.secret)
	_, _ = fmt.Fprintf(h, "%s\x00%s", id, code)
	return h.Sum(nil)
}

// digitsOf reads the digits of a code as people type and paste it: with spaces and
// hyphens, or in the wide forms of a Chinese keyboard.
func digitsOf(typed string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= '0' && r <= '9':
			return r
		case r >= '０' && r <= '９':
			return r - '０' + '0'
		}
		return -1
	}, typed)
}

// Run delivers codes until ctx ends.
func (c *Codes) Run(ctx context.Context) error {
	var all sync.WaitGroup
	for range codeWorkers {
		all.Go(func() { c.deliverAll(ctx) })
	}
	all.Wait()
	return nil
}

func (c *Codes) deliverAll(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case l := <-c.letters:
			if err := c.deliver(ctx, l); err != nil {
				c.log.WarnContext(ctx, "sign-in code not sent", slog.String("app", l.to.App), slog.Any("error", err))
			}
		}
	}
}

// deliver sends a code to an account that owns or runs a group; others would be
// signed in to see nothing, and are left in peace.
func (c *Codes) deliver(ctx context.Context, l letter) error {
	ctx, cancel := context.WithTimeout(ctx, codeTime)
	defer cancel()
	groups, err := c.door.moderated(ctx, l.to)
	if err != nil || len(groups) == 0 {
		return err
	}
	var number [4]byte
	_, _ = rand.Read(number[:])
	random := uint32(number[0])<<24 | uint32(number[1])<<16 | uint32(number[2])<<8 | uint32(number[3])
	for call := 1; ; call++ {
		err := c.courier.Tell(ctx, l.to, l.text, random)
		if err == nil || call == codeCalls || !again(err) {
			return err //nolint:wrapcheck // the platform says what was done
		}
		select {
		case <-ctx.Done():
			return err //nolint:wrapcheck // as above
		case <-time.After(time.Duration(call) * time.Second):
		}
	}
}

// again reports whether another call may succeed. A code that comes twice is the same.
func again(err error) bool {
	switch platforms.ClassOf(err) {
	case platforms.Transient, platforms.RateLimit, platforms.Lost:
		return true
	case platforms.Permanent, platforms.Setup:
	}
	return false
}
