package storetest

import (
	"errors"
	"sync"

	"github.com/google/go-cmp/cmp"

	"github.com/takeback-chat/takeback/models"
)

var identityTests = []test{
	{"an identity gets one login", identityGetsALogin},
	{"the grant follows the provider", identityFollows},
	{"the groups follow the provider", identityGroups},
	{"an identity without a grant gets nothing", identityWithoutGrant},
	{"a name that is taken stays its owner's", identityNameTaken},
	{"a disabled login stays so", identityDisabled},
	{"two sign-ins at once make one login", identityAtOnce},
}

func identity(subject, name string, g models.Grant) models.Identity {
	return models.Identity{Issuer: "https://login.example.com", Subject: subject, Name: name, Grant: g}
}

// identify signs an identity in, and returns its login.
func (b *bench) identify(id models.Identity) models.Moderator {
	b.Helper()
	m, err := b.store.SignInIdentity(b.Context(), id)
	if err != nil {
		b.Fatalf("SignInIdentity: %v", err)
	}
	return m
}

func identityGetsALogin(b *bench) {
	first := b.identify(identity("s-1", "ann@example.com", models.GrantModerator))
	again := b.identify(identity("s-1", "ann.new@example.com", models.GrantModerator))
	if first.ID != again.ID || again.Name != "ann@example.com" || again.PasswordHash != "" || again.Caller.Actor != "moderator:ann@example.com" {
		b.Errorf("first %+v, then %+v", first, again)
	}
	if kept, err := b.store.Moderator(b.Context(), first.ID); err != nil || kept.Caller.Grant != models.GrantModerator {
		b.Errorf("kept: %+v, %v", kept, err)
	}
	other := identity("s-1", "ann@example.org", models.GrantModerator)
	other.Issuer = "https://other.example.org"
	if m := b.identify(other); m.ID == first.ID {
		b.Error("the same subject of another issuer is the same login")
	}
}

func identityFollows(b *bench) {
	b.identify(identity("s-1", "ann", models.GrantModerator))
	m := b.identify(identity("s-1", "ann", models.GrantAuditor))
	kept, err := b.store.Moderator(b.Context(), m.ID)
	if err != nil || m.Caller.Grant != models.GrantAuditor || kept.Caller.Grant != models.GrantAuditor {
		b.Errorf("after the change: %+v, kept %+v, %v", m, kept, err)
	}
	entries, _, err := b.store.Audit(b.Context(), models.AuditFilter{Thing: "ann", Page: models.Page{Limit: 10}})
	if err != nil {
		b.Fatal(err)
	}
	var got []string
	for _, e := range entries {
		got = append(got, e.Action)
	}
	if diff := cmp.Diff([]string{"moderator.granted", "moderator.created"}, got); diff != "" {
		b.Errorf("the audit (-want +got):\n%s", diff)
	}
}

func identityGroups(b *bench) {
	sales, lab := models.Place{App: "main", Ref: "sales"}, models.Place{App: "main", Ref: "lab"}
	limited := identity("s-1", "ann", models.GrantModerator)
	limited.Groups = []models.Place{sales}
	m := b.identify(limited)
	limited.Groups = []models.Place{lab}
	b.identify(limited)
	b.identify(identity("s-1", "ann", models.GrantModerator)) // the provider says nothing of groups any more
	kept, err := b.store.Moderator(b.Context(), m.ID)
	if err != nil {
		b.Fatal(err)
	}
	got := [][]models.Place{m.Caller.Groups, kept.Caller.Groups}
	if diff := cmp.Diff([][]models.Place{{sales}, {lab}}, got); diff != "" {
		b.Errorf("groups at first and kept (-want +got):\n%s", diff)
	}
}

func identityWithoutGrant(b *bench) {
	if m, err := b.store.SignInIdentity(b.Context(), identity("s-1", "eve", "")); !errors.Is(err, models.ErrForbidden) || m.ID != "" {
		b.Errorf("a stranger: %+v, %v", m, err)
	}
	if _, err := b.store.ModeratorByName(b.Context(), "eve"); !errors.Is(err, models.ErrNotFound) {
		b.Errorf("eve has a login: %v", err)
	}
	m := b.identify(identity("s-2", "ann", models.GrantOperator))
	if _, err := b.store.SignInIdentity(b.Context(), identity("s-2", "ann", "")); !errors.Is(err, models.ErrForbidden) {
		b.Errorf("who lost the role: %v", err)
	}
	if kept, err := b.store.Moderator(b.Context(), m.ID); err != nil || kept.Caller.Grant != "" {
		b.Errorf("the login may still do what %q may: %v", kept.Caller.Grant, err)
	}
}

func identityNameTaken(b *bench) {
	local := models.Moderator{Name: "ann", PasswordHash: "hash", Caller: models.Caller{Grant: models.GrantOperator}}
	if err := b.store.CreateModerator(b.Context(), local, "cli"); err != nil {
		b.Fatal(err)
	}
	m := b.identify(identity("s-1", "ann", models.GrantViewer))
	kept, err := b.store.ModeratorByName(b.Context(), "ann")
	if err != nil || kept.ID == m.ID || kept.Caller.Grant != models.GrantOperator || len(m.Name) != len("ann-00000000") {
		b.Errorf("the identity is %+v, and ann %+v, %v", m, kept, err)
	}
}

func identityDisabled(b *bench) {
	b.identify(identity("s-1", "ann", models.GrantViewer))
	if err := b.store.DisableModerator(b.Context(), "ann", "cli"); err != nil {
		b.Fatal(err)
	}
	if m := b.identify(identity("s-1", "ann", models.GrantOperator)); m.DisabledAt.IsZero() || m.Caller.Grant != models.GrantViewer {
		b.Errorf("the disabled login is %+v", m)
	}
}

func identityAtOnce(b *bench) {
	ids := make([]string, 4)
	var all sync.WaitGroup
	for i := range ids {
		all.Go(func() {
			m, err := b.store.SignInIdentity(b.Context(), identity("s-1", "ann", models.GrantViewer))
			if err != nil {
				b.Errorf("SignInIdentity: %v", err)
			}
			ids[i] = m.ID
		})
	}
	all.Wait()
	for _, id := range ids {
		if id != ids[0] {
			b.Errorf("logins: %v", ids)
		}
	}
}
