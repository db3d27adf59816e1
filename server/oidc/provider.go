package oidc

import (
	"cmp"
	"context"
	"crypto/rand"
	"crypto/subtle"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	oidclib "github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"github.com/takeback-chat/takeback/internal/failpoint"
	"github.com/takeback-chat/takeback/models"
)

// CallbackPath is where the console takes in people who come back from the provider.
const CallbackPath = "/sign-in/oidc/callback"

// callTime bounds each call to the provider: somebody waits for it.
const callTime = 10 * time.Second

// Options is what is known of a provider. Issuer, ClientID and Redirect are needed.
type Options struct {
	Issuer   string
	ClientID string
	Secret   string // empty: a public client, for which PKCE alone stands
	Redirect string // where the provider sends people back to
	Scopes   []string
	Claim    string   // that Roles speaks of; dots lead into objects
	Roles    []Role   // the first that fits counts
	Domains  []string // of the verified addresses that may sign in; empty: any, also without an address
	Now      func() time.Time
}

// Role says which grant a value of the claim comes to, and for which groups alone.
type Role struct {
	Value  string
	Grant  models.Grant
	Groups []models.Place
}

// The reasons why nobody is signed in.
var (
	// ErrDown: the provider cannot be reached, or does not answer as one does.
	ErrDown = errors.New("identity provider is down")
	// ErrToken: what the provider brought is not for us, or not of this attempt.
	ErrToken = errors.New("not signed in at the identity provider")
	// ErrAddress: the person has no verified address of the right domain.
	ErrAddress = errors.New("address not verified, or of another domain")
)

// Attempt is one sign-in that is under way: known to one browser's session, and to no
// address. It is used once.
type Attempt struct{ State, Nonce, Verifier string }

// Provider is an identity provider. What it says of itself is asked when the first
// person comes, so that one that is down does not keep the service from starting. It
// is safe for concurrent use.
type Provider struct {
	options Options
	client  *http.Client

	mu    sync.Mutex // guards known
	known *discovered
}

type discovered struct {
	verifier *oidclib.IDTokenVerifier
	oauth    oauth2.Config
}

// New returns a provider. It calls nobody.
func New(o Options) *Provider {
	if len(o.Scopes) == 0 {
		o.Scopes = []string{oidclib.ScopeOpenID, "profile", "email"}
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	// A redirect would take the client's secret along.
	stay := func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &Provider{options: o, client: &http.Client{Transport: failpoint.Transport("provider.call", nil), Timeout: callTime, CheckRedirect: stay}}
}

// discover asks the provider for its addresses and keys, until it has said them.
func (p *Provider) discover(ctx context.Context) (*discovered, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.known != nil {
		return p.known, nil
	}
	said, err := oidclib.NewProvider(ctx, p.options.Issuer)
	if err != nil {
		return nil, fmt.Errorf("%w: discovery: %w", ErrDown, err)
	}
	p.known = &discovered{
		verifier: said.Verifier(&oidclib.Config{ClientID: p.options.ClientID, Now: p.options.Now}),
		oauth: oauth2.Config{
			ClientID: p.options.ClientID, ClientSecret: p.options.Secret, Endpoint: said.Endpoint(),
			RedirectURL: p.options.Redirect, Scopes: p.options.Scopes,
		},
	}
	return p.known, nil
}

// Begin returns the address at the provider to which a browser is to be sent.
func (p *Provider) Begin(ctx context.Context) (url string, a Attempt, err error) {
	known, err := p.discover(oidclib.ClientContext(ctx, p.client))
	if err != nil {
		return "", a, err
	}
	a = Attempt{State: rand.Text(), Nonce: rand.Text(), Verifier: oauth2.GenerateVerifier()}
	return known.oauth.AuthCodeURL(a.State, oidclib.Nonce(a.Nonce), oauth2.S256ChallengeOption(a.Verifier)), a, nil
}

// Finish redeems the code with which a browser came back under a state, and says who
// signed in. An error wraps one of the reasons.
func (p *Provider) Finish(ctx context.Context, a Attempt, state, code string) (models.Identity, error) {
	if a.State == "" || subtle.ConstantTimeCompare([]byte(a.State), []byte(state)) != 1 {
		return models.Identity{}, fmt.Errorf("%w: state", ErrToken)
	}
	ctx = oidclib.ClientContext(ctx, p.client)
	known, err := p.discover(ctx)
	if err != nil {
		return models.Identity{}, err
	}
	token, err := known.redeem(ctx, a, code)
	if err != nil {
		return models.Identity{}, err
	}
	var said claims
	if err := token.Claims(&said); err != nil {
		return models.Identity{}, fmt.Errorf("%w: claims", ErrToken)
	}
	address, err := p.options.address(said)
	if err != nil {
		return models.Identity{}, err
	}
	role := p.options.role(said)
	return models.Identity{
		Issuer: token.Issuer, Subject: token.Subject, Name: cmp.Or(address, nameless(token.Issuer, token.Subject)),
		Grant: role.Grant, Groups: role.Groups,
	}, nil
}

// redeem gets the person's token and holds it against the attempt. The texts of the
// library's errors may hold parts of a token, so none is kept.
func (d *discovered) redeem(ctx context.Context, a Attempt, code string) (*oidclib.IDToken, error) {
	got, err := d.oauth.Exchange(ctx, code, oauth2.VerifierOption(a.Verifier))
	if _, answered := errors.AsType[*oauth2.RetrieveError](err); err != nil && !answered {
		return nil, fmt.Errorf("%w: token", ErrDown)
	}
	if err != nil {
		return nil, fmt.Errorf("%w: code", ErrToken)
	}
	raw, _ := got.Extra("id_token").(string)
	token, err := d.verifier.Verify(ctx, raw)
	if err != nil {
		return nil, fmt.Errorf("%w: id token", ErrToken)
	}
	if subtle.ConstantTimeCompare([]byte(token.Nonce), []byte(a.Nonce)) != 1 {
		return nil, fmt.Errorf("%w: nonce", ErrToken)
	}
	return token, nil
}
