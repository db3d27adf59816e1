package storetest

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/models/store"
)

var loginTests = []test{
	{"a link makes a login once", linkMakesALogin},
	{"a link that is late or replaced", refusesDeadLinks},
	{"the first login is made once", makesTheFirstOnce},
	{"a reset takes everything away", resetsALogin},
	{"disabled, enabled, granted", changesALogin},
	{"the last operator stays one", keepsTheLastOperator},
	{"an operator who signs in elsewhere", countsWhoSignsInElsewhere},
	{"two operators at once", keepsOneOfTwo},
	{"a password changes", changesAPassword},
	{"sessions are listed and ended", listsSessions},
	{"what was ended is not brought back", bringsNoSessionBack},
}

// link makes a set-up link of one hour for a login.
func link(secret, name string) models.SetupLink {
	hash := sha256.Sum256([]byte(secret))
	return models.SetupLink{
		Hash: hash[:], Name: name, MadeBy: "command-line", ExpiresAt: time.Now().Add(time.Hour),
		Caller: models.Caller{Grant: models.GrantModerator, Account: models.Account{App: app, Name: "ann"}, Groups: []models.Place{{App: app, Ref: "g"}}},
	}
}

func (b *bench) invite(l models.SetupLink) models.SetupLink {
	b.Helper()
	if err := b.store.MakeSetupLink(b.Context(), l); err != nil {
		b.Fatalf("MakeSetupLink: %v", err)
	}
	return l
}

func (b *bench) use(l models.SetupLink, name string) (models.Moderator, error) {
	return b.store.UseSetupLink(b.Context(), l.Hash, models.Moderator{Name: name, PasswordHash: "$argon2id$" + name})
}

// person makes an operator's login.
func (b *bench) person(name string) models.Moderator {
	b.Helper()
	err := b.store.CreateModerator(b.Context(), models.Moderator{Name: name, PasswordHash: "$argon2id$x", Caller: models.Caller{Grant: models.GrantOperator}}, "cli")
	if err != nil {
		b.Fatal(err)
	}
	m, err := b.store.ModeratorByName(b.Context(), name)
	if err != nil {
		b.Fatal(err)
	}
	return m
}

// signedIn opens a session of somebody and returns its id.
func (b *bench) signedIn(s *store.Store, token, actor string) string {
	b.Helper()
	if err := s.Sessions().Commit(token, []byte("data"), time.Now().Add(time.Hour)); err != nil {
		b.Fatal(err)
	}
	if err := s.OpenSession(b.Context(), token, models.Session{Actor: actor, How: "password", Address: "192.0.2.1", Browser: "Firefox"}); err != nil {
		b.Fatal(err)
	}
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}

func (b *bench) sessions(actor string) []models.Session {
	b.Helper()
	all, err := b.store.SessionsOf(b.Context(), actor)
	if err != nil {
		b.Fatal(err)
	}
	return all
}

func linkMakesALogin(b *bench) {
	l := b.invite(link("s", "ann"))
	kept, err := b.store.SetupLink(b.Context(), l.Hash)
	if err != nil || !kept.Open(time.Now()) || kept.Name != "ann" || !cmp.Equal(kept.Caller, l.Caller) {
		b.Fatalf("SetupLink = %+v, %v", kept, err)
	}
	got, err := b.use(l, "somebody else")
	if err != nil || got.Name != "ann" || got.Caller.Grant != models.GrantModerator || got.Caller.Account.Name != "ann" || len(got.Caller.Groups) != 1 {
		b.Fatalf("UseSetupLink = %+v, %v", got, err)
	}
	if _, err := b.use(l, "ann"); !errors.Is(err, models.ErrConflict) {
		b.Errorf("used twice: %v, want ErrConflict", err)
	}
	if kept, _ := b.store.SetupLink(b.Context(), l.Hash); kept.Open(time.Now()) || kept.UsedAt.IsZero() {
		b.Errorf("after its use the link is %+v", kept)
	}
	if err := b.store.MakeSetupLink(b.Context(), link("t", "ann")); !errors.Is(err, models.ErrConflict) {
		b.Errorf("a link for a login that is there: %v, want ErrConflict", err)
	}
	if diff := cmp.Diff([]string{"moderator.invited", "moderator.created"}, b.actions("ann")); diff != "" {
		b.Errorf("audit (-want +got):\n%s", diff)
	}
	b.verify()
}

func refusesDeadLinks(b *bench) {
	old := b.invite(link("old", "ann"))
	newer := b.invite(link("new", "ann"))
	late := link("late", "bob")
	late.ExpiresAt = time.Now().Add(-time.Second)
	b.invite(late)
	for what, l := range map[string]models.SetupLink{"replaced": old, "expired": late} {
		if _, err := b.use(l, l.Name); !errors.Is(err, models.ErrConflict) {
			b.Errorf("a link that is %s: %v, want ErrConflict", what, err)
		}
	}
	if _, err := b.use(link("made up", ""), "eve"); !errors.Is(err, models.ErrNotFound) {
		b.Errorf("a link that was never made: %v, want ErrNotFound", err)
	}
	if all, err := b.store.Moderators(b.Context()); err != nil || len(all) != 0 {
		b.Errorf("logins = %v, %v", all, err)
	}
	if _, err := b.use(newer, ""); err != nil {
		b.Errorf("the newer link: %v", err)
	}
}

func makesTheFirstOnce(b *bench) {
	two := b.open(store.Options{Node: "two"})
	links := []models.SetupLink{link("1", ""), link("2", "")}
	for i, s := range []*store.Store{b.store, two} {
		links[i].Caller = models.Caller{Grant: models.GrantOperator}
		if made, err := s.MakeFirstLink(b.Context(), links[i]); !made || err != nil {
			b.Fatalf("MakeFirstLink = %v, %v", made, err)
		}
	}
	var made atomic.Int64
	var wg sync.WaitGroup
	for i, s := range []*store.Store{b.store, two} {
		wg.Go(func() {
			_, err := s.UseSetupLink(b.Context(), links[i].Hash, models.Moderator{Name: []string{"ann", "bob"}[i], PasswordHash: "x"})
			switch {
			case err == nil:
				made.Add(1)
			case !errors.Is(err, models.ErrConflict):
				b.Errorf("UseSetupLink: %v", err)
			}
		})
	}
	wg.Wait()
	if made.Load() != 1 {
		b.Errorf("%d first logins were made, want 1", made.Load())
	}
	if again, err := b.store.MakeFirstLink(b.Context(), link("3", "")); again || err != nil {
		b.Errorf("with a login MakeFirstLink = %v, %v", again, err)
	}
}

func resetsALogin(b *bench) {
	ann := b.person("ann")
	b.signedIn(b.store, "t", ann.Caller.Actor)
	l := link("s", "")
	if err := b.store.ResetModerator(b.Context(), "ann", l); err != nil {
		b.Fatal(err)
	}
	after, _ := b.store.ModeratorByName(b.Context(), "ann")
	if after.PasswordHash != "" || len(b.sessions(ann.Caller.Actor)) != 0 {
		b.Errorf("after the reset: %+v, sessions %v", after, b.sessions(ann.Caller.Actor))
	}
	got, err := b.use(l, "")
	if err != nil || got.ID != ann.ID || got.Caller.Grant != models.GrantOperator || got.PasswordHash == "" {
		b.Errorf("UseSetupLink = %+v, %v", got, err)
	}
	if err := b.store.ResetModerator(b.Context(), "nobody", l); !errors.Is(err, models.ErrNotFound) {
		b.Errorf("nobody: %v", err)
	}
	if diff := cmp.Diff([]string{"moderator.created", "moderator.reset", "moderator.set_up"}, b.actions("ann")); diff != "" {
		b.Errorf("audit (-want +got):\n%s", diff)
	}
	b.person("olga") // or ann would be the last operator
	if err := b.store.DisableModerator(b.Context(), "ann", "cli"); err != nil {
		b.Fatal(err)
	}
	again := link("again", "")
	if err := b.store.ResetModerator(b.Context(), "ann", again); err != nil {
		b.Fatal(err)
	}
	if _, err := b.use(again, ""); !errors.Is(err, models.ErrConflict) {
		b.Errorf("the link of a disabled login: %v, want ErrConflict", err)
	}
}

func changesALogin(b *bench) {
	actor := b.person("ann").Caller.Actor
	b.person("bob")
	for _, c := range []struct {
		action string
		do     func() error
	}{
		{"moderator.granted", func() error {
			return b.store.GrantModerator(b.Context(), "ann", models.Caller{Grant: models.GrantViewer, Groups: []models.Place{{App: app, Ref: "g"}}}, "cli")
		}},
		{"moderator.disabled", func() error { return b.store.DisableModerator(b.Context(), "ann", "cli") }},
		{"moderator.enabled", func() error { return b.store.EnableModerator(b.Context(), "ann", "cli") }},
	} {
		b.signedIn(b.store, c.action, actor)
		if err := c.do(); err != nil {
			b.Errorf("%s: %v", c.action, err)
		}
		if n := len(b.sessions(actor)); n != 0 {
			b.Errorf("%s left %d sessions", c.action, n)
		}
	}
	got, err := b.store.ModeratorByName(b.Context(), "ann")
	if err != nil || got.Caller.Grant != models.GrantViewer || len(got.Caller.Groups) != 1 || !got.DisabledAt.IsZero() {
		b.Errorf("moderator = %+v, %v", got, err)
	}
	for what, err := range map[string]error{
		"enable an enabled one": b.store.EnableModerator(b.Context(), "ann", "cli"),
		"disable nobody":        b.store.DisableModerator(b.Context(), "nobody", "cli"),
		"grant to nobody":       b.store.GrantModerator(b.Context(), "nobody", models.Caller{}, "cli"),
	} {
		if !errors.Is(err, models.ErrNotFound) {
			b.Errorf("%s: %v, want ErrNotFound", what, err)
		}
	}
	want := []string{"moderator.created", "moderator.granted", "moderator.disabled", "moderator.enabled"}
	if diff := cmp.Diff(want, b.actions("ann")); diff != "" {
		b.Errorf("audit (-want +got):\n%s", diff)
	}
	all, err := b.store.Moderators(b.Context())
	if err != nil || len(all) != 2 || all[0].Name != "ann" || all[1].Name != "bob" {
		b.Errorf("logins = %v, %v", all, err)
	}
}

func keepsTheLastOperator(b *bench) {
	b.person("ann")
	reset, limited := b.person("bob"), models.Caller{Grant: models.GrantOperator, Groups: []models.Place{{App: app, Ref: "g"}}}
	if err := b.store.ResetModerator(b.Context(), reset.Name, link("s", "")); err != nil {
		b.Fatal(err)
	}
	if err := b.store.CreateModerator(b.Context(), models.Moderator{Name: "carl", PasswordHash: "x", Caller: limited}, "cli"); err != nil {
		b.Fatal(err)
	}
	for what, err := range map[string]error{
		"disabled": b.store.DisableModerator(b.Context(), "ann", "cli"),
		"demoted":  b.store.GrantModerator(b.Context(), "ann", models.Caller{Grant: models.GrantAuditor}, "cli"),
		"limited":  b.store.GrantModerator(b.Context(), "ann", limited, "cli"),
	} {
		if !errors.Is(err, models.ErrLastOperator) || !errors.Is(err, models.ErrConflict) {
			b.Errorf("%s: %v, want ErrLastOperator", what, err)
		}
	}
	if err := b.store.GrantModerator(b.Context(), "ann", models.Caller{Grant: models.GrantOperator}, "cli"); err != nil {
		b.Errorf("made what it is: %v", err)
	}
	if err := b.store.DisableModerator(b.Context(), "carl", "cli"); err != nil {
		b.Errorf("one who manages nobody: %v", err)
	}
	if err := b.store.AddPasskey(b.Context(), reset, models.Passkey{Name: "phone", CredentialID: "c", Credential: []byte("{}")}); err != nil {
		b.Fatal(err)
	}
	if err := b.store.DisableModerator(b.Context(), "ann", "cli"); err != nil {
		b.Errorf("with another who has a passkey: %v", err)
	}
	b.verify()
}

// keepsOneOfTwo has two operators taken away at the same moment on two nodes.
func countsWhoSignsInElsewhere(b *bench) {
	b.person("olga")
	m := b.identify(identity("s-1", "ann@example.com", models.GrantOperator))
	if err := b.store.DisableModerator(b.Context(), "olga", "test"); err != nil {
		b.Errorf("olga, beside an operator of the identity provider: %v", err)
	}
	if err := b.store.DisableModerator(b.Context(), m.Name, "test"); !errors.Is(err, models.ErrLastOperator) {
		b.Errorf("the last operator, who signs in elsewhere: %v, want ErrLastOperator", err)
	}
}

func keepsOneOfTwo(b *bench) {
	b.person("ann")
	b.person("bob")
	two := b.open(store.Options{Node: "two"})
	var kept atomic.Int64
	var wg sync.WaitGroup
	for name, s := range map[string]*store.Store{"ann": b.store, "bob": two} {
		wg.Go(func() {
			switch err := s.DisableModerator(b.Context(), name, "cli"); {
			case errors.Is(err, models.ErrLastOperator):
				kept.Add(1)
			case err != nil:
				b.Errorf("disable %s: %v", name, err)
			}
		})
	}
	wg.Wait()
	if kept.Load() != 1 {
		b.Errorf("%d of two operators were kept, want 1", kept.Load())
	}
}

func changesAPassword(b *bench) {
	ann := b.person("ann")
	b.signedIn(b.store, "t", ann.Caller.Actor)
	if err := b.store.SetPassword(b.Context(), ann, "$argon2id$new"); err != nil {
		b.Fatal(err)
	}
	if all := b.sessions(ann.Caller.Actor); len(all) != 0 {
		b.Errorf("sessions = %+v, want none", all)
	}
	if err := b.store.Rehash(b.Context(), ann.ID, "$argon2id$new", "$argon2id$dearer"); err != nil {
		b.Error(err)
	}
	if err := b.store.Rehash(b.Context(), ann.ID, "$argon2id$new", "$argon2id$lost"); err != nil {
		b.Error(err)
	}
	if got, _ := b.store.ModeratorByName(b.Context(), "ann"); got.PasswordHash != "$argon2id$dearer" {
		b.Errorf("hash = %s", got.PasswordHash)
	}
	if diff := cmp.Diff([]string{"moderator.created", "moderator.password_changed"}, b.actions("ann")); diff != "" {
		b.Errorf("audit (-want +got):\n%s", diff)
	}
}

func listsSessions(b *bench) {
	b.signedIn(b.store, "a", "moderator:ann")
	b.signedIn(b.store, "b", "moderator:ann")
	b.signedIn(b.store, "c", "moderator:bob")
	all := b.sessions("moderator:ann")
	if len(all) != 2 || all[0].How != "password" || all[0].Address != "192.0.2.1" || all[0].Browser != "Firefox" || all[0].OpenedAt.IsZero() || all[0].UsedAt.IsZero() {
		b.Fatalf("sessions = %+v", all)
	}
	if err := b.store.EndSession(b.Context(), "moderator:bob", all[0].ID, "moderator:bob"); !errors.Is(err, models.ErrNotFound) {
		b.Errorf("another's session: %v, want ErrNotFound", err)
	}
	if err := b.store.EndSession(b.Context(), "moderator:ann", all[0].ID, "moderator:ann"); err != nil {
		b.Error(err)
	}
	if left := b.sessions("moderator:ann"); len(left) != 1 || left[0].ID != all[1].ID {
		b.Errorf("left = %+v", left)
	}
	if n, err := b.store.EndSessions(b.Context(), "moderator:ann", all[1].ID, "cli"); n != 0 || err != nil {
		b.Errorf("all others: %d, %v", n, err)
	}
	if n, err := b.store.EndSessions(b.Context(), "moderator:ann", "", "cli"); n != 1 || err != nil {
		b.Errorf("all: %d, %v", n, err)
	}
	if n := len(b.sessions("moderator:bob")); n != 1 {
		b.Errorf("bob has %d sessions", n)
	}
	if diff := cmp.Diff([]string{"session.ended", "session.ended"}, b.actions("moderator:ann")); diff != "" {
		b.Errorf("audit (-want +got):\n%s", diff)
	}
}

// bringsNoSessionBack ends a session that another node has just read and writes
// down again.
func bringsNoSessionBack(b *bench) {
	two := b.open(store.Options{Node: "two"})
	ends := map[string]func(token, id string) error{
		"signed out": func(token, _ string) error { return b.store.Sessions().Delete(token) },
		"ended":      func(_, id string) error { return b.store.EndSession(b.Context(), "moderator:ann", id, "cli") },
	}
	for what, end := range ends {
		id := b.signedIn(b.store, what, "moderator:ann")
		if err := end(what, id); err != nil {
			b.Fatalf("%s: %v", what, err)
		}
		for _, s := range []*store.Store{two, b.store} {
			if err := s.Sessions().Commit(what, []byte("again"), time.Now().Add(time.Hour)); err != nil {
				b.Errorf("%s: %v", what, err)
			}
			if _, ok, err := s.Sessions().Find(what); ok || err != nil {
				b.Errorf("a session that was %s is back: %v, %v", what, ok, err)
			}
		}
		if err := b.store.OpenSession(b.Context(), what, models.Session{Actor: "moderator:ann"}); !errors.Is(err, models.ErrNotFound) {
			b.Errorf("a session that was %s is opened: %v", what, err)
		}
	}
	if left := b.sessions("moderator:ann"); len(left) != 0 {
		b.Errorf("sessions are left: %+v", left)
	}
}
