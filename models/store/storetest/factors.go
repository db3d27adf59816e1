package storetest

import (
	"errors"
	"sync"
	"sync/atomic"

	"github.com/google/go-cmp/cmp"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/models/store"
)

var factorTests = []test{
	{"an app is kept sealed", keepsAnApp},
	{"a code is used once, on all nodes", usesACodeOnce},
	{"recovery codes", usesRecoveryCodes},
	{"another takes them away", resetsFactors},
	{"passkeys", keepsPasskeys},
}

// appSecret is a secret that a test would find in the database in clear.
const appSecret = "the secret of an app"

// withApp makes the login of ann, who has an app.
func (b *bench) withApp() models.Moderator {
	b.Helper()
	m := b.person("ann")
	if err := b.store.AddTOTP(b.Context(), m, []byte(appSecret), 7, []string{"one", "two"}); err != nil {
		b.Fatal(err)
	}
	return m
}

func (b *bench) factors(m models.Moderator) models.Factors {
	b.Helper()
	f, err := b.store.Factors(b.Context(), m.ID)
	if err != nil {
		b.Fatal(err)
	}
	return f
}

func keepsAnApp(b *bench) {
	bob := b.person("bob")
	if f := b.factors(bob); len(f.TOTP) != 0 || f.CodesLeft != 0 {
		b.Errorf("without any: %+v", f)
	}
	ann := b.withApp()
	if f := b.factors(ann); string(f.TOTP) != appSecret || f.LastStep != 7 || f.CodesLeft != 2 || f.AddedAt.IsZero() {
		b.Errorf("factors = %+v", f)
	}
	if err := b.store.AddTOTP(b.Context(), ann, []byte("another"), 9, []string{"three"}); err != nil {
		b.Fatal(err)
	}
	if f := b.factors(ann); string(f.TOTP) != "another" || f.LastStep != 9 || f.CodesLeft != 1 {
		b.Errorf("after another app: %+v", f)
	}
	if _, err := b.keys.Rotate(b.factors(ann).AddedAt); err != nil {
		b.Fatal(err)
	}
	if _, err := b.store.RotateKeys(b.Context(), 10); err != nil {
		b.Fatal(err)
	}
	if f := b.factors(ann); string(f.TOTP) != "another" {
		b.Errorf("after the keys were rotated: %+v", f)
	}
	if err := b.store.RemoveTOTP(b.Context(), ann); err != nil {
		b.Error(err)
	}
	if f := b.factors(ann); len(f.TOTP) != 0 || f.CodesLeft != 0 {
		b.Errorf("after it was removed: %+v", f)
	}
	if err := b.store.RemoveTOTP(b.Context(), ann); !errors.Is(err, models.ErrNotFound) {
		b.Errorf("removed twice: %v", err)
	}
	want := []string{"moderator.created", "factor.added", "factor.added", "factor.removed"}
	if diff := cmp.Diff(want, b.actions("ann")); diff != "" {
		b.Errorf("audit (-want +got):\n%s", diff)
	}
}

func usesACodeOnce(b *bench) {
	ann := b.withApp()
	two := b.open(store.Options{Node: "two"})
	var taken atomic.Int64
	var wg sync.WaitGroup
	for _, s := range []*store.Store{b.store, two, b.store, two} {
		wg.Go(func() {
			fresh, err := s.UseStep(b.Context(), ann.ID, 8)
			if err != nil {
				b.Error(err)
			}
			if fresh {
				taken.Add(1)
			}
		})
	}
	wg.Wait()
	if taken.Load() != 1 {
		b.Errorf("a code was taken %d times, want once", taken.Load())
	}
	if fresh, err := b.store.UseStep(b.Context(), ann.ID, 8-1); fresh || err != nil {
		b.Errorf("the code before it: %v, %v", fresh, err)
	}
}

func usesRecoveryCodes(b *bench) {
	ann, bob := b.withApp(), b.person("bob")
	use := func(m models.Moderator, code string, want bool) {
		b.Helper()
		if fits, err := b.store.UseRecoveryCode(b.Context(), m, code); fits != want || err != nil {
			b.Errorf("%s of %s: %v, %v, want %v", code, m.Name, fits, err, want)
		}
	}
	use(bob, "one", false)
	use(ann, "none", false)
	use(ann, "one", true)
	use(ann, "one", false)
	if f := b.factors(ann); f.CodesLeft != 1 {
		b.Errorf("%d codes are left, want 1", f.CodesLeft)
	}
	if err := b.store.RenewCodes(b.Context(), ann, []string{"new"}); err != nil {
		b.Error(err)
	}
	use(ann, "two", false)
	use(ann, "new", true)
	want := []string{"moderator.created", "factor.added", "factor.used", "factor.added", "factor.used"}
	if diff := cmp.Diff(want, b.actions("ann")); diff != "" {
		b.Errorf("audit (-want +got):\n%s", diff)
	}
}

func resetsFactors(b *bench) {
	ann := b.withApp()
	b.signedIn(b.store, "t", ann.Caller.Actor)
	if err := b.store.ResetFactors(b.Context(), "ann", "moderator:eve"); err != nil {
		b.Fatal(err)
	}
	after, _ := b.store.Moderator(b.Context(), ann.ID)
	if f := b.factors(ann); len(f.TOTP) != 0 || len(b.sessions(ann.Caller.Actor)) != 0 || after.PasswordHash == "" {
		b.Errorf("after the reset: %+v, %+v", f, after)
	}
	if err := b.store.ResetFactors(b.Context(), "nobody", "cli"); !errors.Is(err, models.ErrNotFound) {
		b.Errorf("nobody: %v", err)
	}
	if diff := cmp.Diff([]string{"moderator.created", "factor.added", "factor.reset"}, b.actions("ann")); diff != "" {
		b.Errorf("audit (-want +got):\n%s", diff)
	}
}

func keepsPasskeys(b *bench) {
	ann, bob := b.person("ann"), b.person("bob")
	key := models.Passkey{Name: "laptop", CredentialID: "AQID", Credential: []byte(`{"n":1}`)}
	if err := b.store.AddPasskey(b.Context(), ann, key); err != nil {
		b.Fatal(err)
	}
	if err := b.store.AddPasskey(b.Context(), bob, key); !errors.Is(err, models.ErrConflict) {
		b.Errorf("the same for another login: %v, want ErrConflict", err)
	}
	all, err := b.store.Passkeys(b.Context(), ann.ID)
	if err != nil || len(all) != 1 || all[0].Name != "laptop" || all[0].Moderator != ann.ID || string(all[0].Credential) != `{"n":1}` || all[0].AddedAt.IsZero() || !all[0].UsedAt.IsZero() {
		b.Fatalf("passkeys = %+v, %v", all, err)
	}
	if err := b.store.UsePasskey(b.Context(), all[0].ID, []byte(`{"n":2}`)); err != nil {
		b.Error(err)
	}
	if all, _ := b.store.Passkeys(b.Context(), ann.ID); string(all[0].Credential) != `{"n":2}` || all[0].UsedAt.IsZero() {
		b.Errorf("after its use: %+v", all)
	}
	if err := b.store.RemovePasskey(b.Context(), bob, all[0].ID); !errors.Is(err, models.ErrNotFound) {
		b.Errorf("another's passkey: %v, want ErrNotFound", err)
	}
	if err := b.store.RemovePasskey(b.Context(), ann, all[0].ID); err != nil {
		b.Error(err)
	}
	if left, err := b.store.Passkeys(b.Context(), ann.ID); err != nil || len(left) != 0 {
		b.Errorf("left = %v, %v", left, err)
	}
	for i := range 20 {
		key.CredentialID = ref(i)
		if err := b.store.AddPasskey(b.Context(), bob, key); err != nil {
			b.Fatal(err)
		}
	}
	key.CredentialID = "one too many"
	if err := b.store.AddPasskey(b.Context(), bob, key); !errors.Is(err, models.ErrConflict) {
		b.Errorf("one too many: %v", err)
	}
	if diff := cmp.Diff([]string{"moderator.created", "factor.added", "factor.removed"}, b.actions("ann")); diff != "" {
		b.Errorf("audit (-want +got):\n%s", diff)
	}
}
