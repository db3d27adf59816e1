package access

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/takeback-chat/takeback/models"
)

// A ticket lets one account take back what it wrote: everything (a user token, for
// a program), or one message (a sender's link, for a browser). It says so itself,
// under a signature that only this service can make, so that nothing is kept for
// it; and it ends with the token that gave it out.
type ticket struct {
	account models.Account
	message models.MessageID // empty in a user token
	by      string           // the name of the token that gave it out
	until   time.Time
}

// How long tickets are good. A link lasts long enough for people to answer a late
// request, which it shows.
const (
	UserTokenFor = time.Hour
	LinkFor      = 7 * 24 * time.Hour
)

const (
	userPrefix = "tbu_"
	maxTicket  = 2048 // characters; more is none of ours
)

// The purposes that a signature is made for, so that the one is never taken for
// the other.
const (
	forUser = byte(1)
	forLink = byte(2)
)

// Tickets makes a door give out and take user tokens and sender's links, signed
// with a secret of its own. Without it there are none.
func Tickets(secret []byte) Option { return func(d *Door) { d.secret = secret } }

// write returns a ticket in text, signed for a purpose.
func (d *Door) write(t ticket, purpose byte) string {
	b := binary.BigEndian.AppendUint64([]byte{purpose}, uint64(t.until.Unix()))
	for _, s := range []string{t.account.App, t.account.Name, string(t.message), t.by} {
		b = binary.AppendUvarint(b, uint64(len(s)))
		b = append(b, s...)
	}
	return base64.RawURLEncoding.EncodeToString(append(b, d.sign(b)...))
}

func (d *Door) sign(b []byte) []byte {
	h := hmac.New(sha256.New, d.secret)
	h.Write(b)
	return h.Sum(nil)
}

// errNoTicket says that a text is no ticket of ours, or not any more. It does not
// say which.
var errNoTicket = fmt.Errorf("ticket: %w", models.ErrNotFound)

// read returns what a ticket says, where its signature and its time hold and the
// token that gave it out lives.
func (d *Door) read(ctx context.Context, text string, purpose byte) (ticket, error) {
	t, err := d.decode(text, purpose)
	if err != nil {
		return ticket{}, err
	}
	given, err := d.store.TokenByName(ctx, t.by)
	switch {
	case errors.Is(err, models.ErrNotFound) || err == nil && !mayGive(given.Caller, t.account.App):
		return ticket{}, errNoTicket
	case err != nil:
		return ticket{}, fmt.Errorf("token of a ticket: %w", err)
	}
	return t, nil
}

// decode checks the form, the signature and the time of a ticket.
func (d *Door) decode(text string, purpose byte) (t ticket, err error) {
	b, err := base64.RawURLEncoding.Strict().DecodeString(text)
	if err != nil || len(d.secret) == 0 || len(text) > maxTicket || len(b) < 1+8+sha256.Size {
		return t, errNoTicket
	}
	body, mac := b[:len(b)-sha256.Size], b[len(b)-sha256.Size:]
	if !hmac.Equal(mac, d.sign(body)) || body[0] != purpose {
		return t, errNoTicket
	}
	t.until = time.Unix(int64(binary.BigEndian.Uint64(body[1:])), 0)
	if !d.now().Before(t.until) {
		return t, errNoTicket
	}
	fields := body[9:]
	for _, to := range []*string{&t.account.App, &t.account.Name, (*string)(&t.message), &t.by} {
		n, size := binary.Uvarint(fields)
		if size <= 0 || n > uint64(len(fields)-size) {
			return t, errNoTicket
		}
		*to, fields = string(fields[size:size+int(n)]), fields[size+int(n):]
	}
	return t, nil
}

// mayGive reports whether a caller gives out tickets for an app: its own backend,
// and operators of everything.
func mayGive(c models.Caller, app string) bool {
	switch c.Grant {
	case models.GrantApp:
		return c.Account.App == app
	case models.GrantOperator:
		return len(c.Groups) == 0
	case models.GrantModerator, models.GrantContentReader, models.GrantRuleAuthor, models.GrantAuditor, models.GrantViewer, models.GrantGroupOwner, models.GrantUser:
	}
	return false
}

// CheckGive is nil if the caller's grant gives out user tokens and sender's links
// at all.
func CheckGive(c models.Caller) error {
	if _, isToken := strings.CutPrefix(c.Actor, tokenActor); !isToken {
		return forbidden("Only a token gives out the means to take back: they end with it.")
	}
	if mayGive(c, c.Account.App) {
		return nil
	}
	return forbidden("Only the backend of an app, and operators of everything, let users take back what they wrote.")
}

const tokenActor = "token:"

// Given is a user token or a sender's link, as it is shown once.
type Given struct {
	Text    string
	Account models.Account
	Until   time.Time
}

// UserToken gives one account of an app the means to take back what it wrote, by
// API. An error wraps models.ErrForbidden, or models.ErrNotFound where the app is
// not the caller's.
func (d *Door) UserToken(ctx context.Context, c models.Caller, a models.Account) (Given, error) {
	if err := CheckGive(c); err != nil {
		return Given{}, err
	}
	if _, configured := d.limits(models.Conversation{App: a.App}); !mayGive(c, a.App) || !configured {
		return Given{}, notFound()
	}
	t := ticket{account: a, until: d.now().Add(UserTokenFor)}
	given, err := d.give(ctx, c, t, forUser)
	given.Text = userPrefix + given.Text
	return given, err
}

// SenderLink gives the sender of a message the means to take it back in a browser.
// Errors are as for UserToken.
func (d *Door) SenderLink(ctx context.Context, c models.Caller, id models.MessageID) (Given, error) {
	if err := CheckGive(c); err != nil {
		return Given{}, err
	}
	m, err := d.store.Message(ctx, models.Scope{All: true}, id)
	if err != nil {
		return Given{}, hide(err, fmt.Sprintf("message %s", id))
	}
	if !mayGive(c, m.App) || m.Sender == "" {
		return Given{}, notFound()
	}
	t := ticket{account: models.Account{App: m.App, Name: m.Sender}, message: id, until: d.now().Add(LinkFor)}
	return d.give(ctx, c, t, forLink)
}

// give signs a ticket once it is on record who gave it out.
func (d *Door) give(ctx context.Context, c models.Caller, t ticket, purpose byte) (Given, error) {
	if len(d.secret) == 0 {
		return Given{}, unavailable(errors.New("no secret to sign with"))
	}
	t.by = strings.TrimPrefix(c.Actor, tokenActor)
	e := models.AuditEntry{
		Actor: c.Actor, Action: "user_token.given", Subject: "account", Thing: t.account.App + ":" + t.account.Name,
		Details: map[string]string{"until": t.until.UTC().Format(time.RFC3339)},
	}
	if t.message != "" {
		e.Action, e.Subject, e.Thing = "sender_link.given", "message", string(t.message)
	}
	if err := d.store.Record(ctx, e); err != nil {
		return Given{}, fmt.Errorf("record a ticket: %w", err)
	}
	return Given{d.write(t, purpose), t.account, t.until}, nil
}

// user returns the caller that a user token stands for, or models.ErrNotFound.
func (d *Door) user(ctx context.Context, text string) (models.Caller, error) {
	t, err := d.read(ctx, strings.TrimPrefix(text, userPrefix), forUser)
	if err != nil {
		return models.Caller{}, err
	}
	return models.Caller{Actor: t.account.Actor(), Grant: models.GrantUser, Account: t.account}, nil
}

// Link returns the caller that a sender's link stands for and the one message that
// it is about, or models.ErrNotFound.
func (d *Door) Link(ctx context.Context, text string) (models.Caller, models.MessageID, error) {
	t, err := d.read(ctx, text, forLink)
	if err != nil {
		return models.Caller{}, "", err
	}
	return models.Caller{Actor: t.account.Actor(), Grant: models.GrantUser, Account: t.account}, t.message, nil
}

// Narrow reports whether a grant is for one thing only, so that nothing else
// answers it.
func Narrow(g models.Grant) bool {
	return slices.Contains([]models.Grant{models.GrantApp, models.GrantUser}, g)
}
