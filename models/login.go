package models

import "time"

// Session is the sign-in of somebody with one browser.
type Session struct {
	ID       string // SHA-256 of the session token, in hex
	Actor    string // who is signed in
	How      SignInWay
	Address  string
	Browser  string // in words: "Firefox on Linux"
	OpenedAt time.Time
	UsedAt   time.Time
	Expiry   time.Time
}

// SignInWay is by what somebody signed in.
type SignInWay string

// SetupLink lets one person set up a login, once: its secret is not kept.
type SetupLink struct {
	Hash      []byte // SHA-256 of the secret
	Name      string // the login; empty: the first login of all, named by whoever opens the link
	Caller    Caller // what the login may do; whoever opens the link cannot change it
	MadeBy    string
	MadeAt    time.Time
	ExpiresAt time.Time
	UsedAt    time.Time
}

// Open reports whether the link can still be used.
func (l SetupLink) Open(now time.Time) bool { return l.UsedAt.IsZero() && now.Before(l.ExpiresAt) }

// Factors is what a login signs in with beside a password.
type Factors struct {
	TOTP      []byte // the secret of an authenticator app; empty: there is none
	AddedAt   time.Time
	LastStep  int64 // of the code that was accepted last
	CodesLeft int   // recovery codes that were not used
}

// Passkey is a key pair of which a browser or a phone keeps the secret half.
type Passkey struct {
	ID           string
	Moderator    string // whose it is
	Name         string
	CredentialID string // base64url
	Credential   []byte // JSON: the public key, and what else is checked
	AddedAt      time.Time
	UsedAt       time.Time
}

// Identity is who signed in at an identity provider, by the provider's word.
type Identity struct {
	Issuer  string
	Subject string // the provider's name for the person, which stays
	Name    string // that the login gets
	Grant   Grant  // what the provider's word comes to; empty: nothing
	// Groups are those that this is limited to; none: to those, if any, that the
	// login was limited to here.
	Groups []Place
}

// TryLimit says how much guessing is borne: that many wrong tries within a time are
// free, each further one doubles the wait for the next, up to the longest.
type TryLimit struct {
	Free    int
	Within  time.Duration
	Longest time.Duration
}

// Pause is the time between the last of so many wrong tries and the next.
func (l TryLimit) Pause(tries int) time.Duration {
	if tries < l.Free {
		return 0
	}
	return min(l.Longest, time.Second<<min(tries-l.Free, 30))
}

// SignInTry is one try to sign in, counted as a wrong one until it is known to be right.
type SignInTry struct {
	ID    string        // of the count that it is in
	Tries int           // in vain, this one included
	Wait  time.Duration // until one can be made; this one was none
}
