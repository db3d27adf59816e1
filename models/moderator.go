package models

import (
	"slices"
	"time"
)

// Grant is what a token or a moderator may do at all.
type Grant string

// The grants, from the widest.
const (
	GrantOperator      Grant = "operator"       // everything, everywhere
	GrantModerator     Grant = "moderator"      // see, reveal and recall within a scope
	GrantContentReader Grant = "content_reader" // see and reveal, change nothing
	GrantRuleAuthor    Grant = "rule_author"    // write the rules, see no conversation
	GrantAuditor       Grant = "auditor"        // read everything but content; verify the audit
	GrantViewer        Grant = "viewer"         // see within a scope
	GrantGroupOwner    Grant = "group_owner"    // see, reveal and recall in the groups that one owns or runs, and nothing else
)

// The grants that see nothing and do one thing each; see docs/architecture.md.
const (
	GrantApp  Grant = "app"  // an app's backend: lets its users take back what they wrote
	GrantUser Grant = "user" // one user of an app: takes back what that account wrote
)

// Grants lists the grants that people and tokens are given to see things with.
var Grants = []Grant{GrantOperator, GrantModerator, GrantContentReader, GrantRuleAuthor, GrantAuditor, GrantViewer, GrantGroupOwner}

// Account names a platform account of an app.
type Account struct {
	App  string
	Name string
}

// Actor is the account as it stands in decisions and in the audit.
func (a Account) Actor() string { return "account:" + a.App + ":" + a.Name }

// Caller is who asks: a token or a signed-in moderator.
type Caller struct {
	Actor   string // "token:NAME", "moderator:NAME" or "account:APP:ACCOUNT", as it stands in decisions and audit
	Grant   Grant
	Account Account // the platform account it is linked to; zero for none
	Groups  []Place // the groups it was limited to; empty: no limit of its own
}

// Place names a conversation or a group of an app.
type Place struct {
	App string
	Ref string
}

// Scope is the set of conversations that a query may touch. The zero value
// shows nothing.
type Scope struct {
	All    bool
	Groups []Place // groups, with their topics
}

// Shows reports whether c lies in the scope.
func (s Scope) Shows(c Conversation) bool {
	if s.All {
		return true
	}
	return c.Group != "" && slices.Contains(s.Groups, Place{c.App, c.Group})
}

// SignInCode is a one-time code with which an account of a chat signs in, as it is
// kept: the code itself is not.
type SignInCode struct {
	ID      string // known to the one browser that asked for the code
	Account Account
	Hash    []byte    // keyed
	Until   time.Time // it is good
	From    string    // the address that asked
}

// CodeTry is what came of one code that was typed in. The zero value is: nothing,
// there is no code to be typed in.
type CodeTry struct {
	Account Account // whose code it is
	Fits    bool    // it was the right one, in time; from now on it is used
	Left    int     // tries
}

// Token is an API token as it is kept: the secret itself is not.
type Token struct {
	ID        string
	Name      string
	Hash      []byte // SHA-256 of the token
	Caller    Caller
	CreatedAt time.Time
	RevokedAt time.Time
	LastUsed  time.Time
}

// Moderator is a person with a login.
type Moderator struct {
	ID           string
	Name         string // the login
	PasswordHash string // PHC string, argon2id
	Caller       Caller
	CreatedAt    time.Time
	DisabledAt   time.Time
}

// PolicyVersion is a policy as it was applied.
type PolicyVersion struct {
	Version   int
	App       string // empty: every app
	Source    string // YAML
	AppliedBy string
	AppliedAt time.Time
	Note      string
	InForce   bool
	Rollback  int // the version this one repeats, 0 for none
	// Replaces is the version that this one was made of, so that nobody undoes unseen what
	// somebody else applied meanwhile; 0: whatever is in force. It is not kept.
	Replaces int
}
