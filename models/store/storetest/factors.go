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
}

// appSecret is a secret that a test would find in the database in clear.
const appSecret = "the secret of an app"

func (b *bench) withApp(name string) models.Moderator {
	b.Helper()
	m := b.person(name)
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
	ann := b.withApp("ann")
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
	ann := b.withApp("ann")
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
	ann, bob := b.withApp("ann"), b.person("bob")
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
	ann := b.withApp("ann")
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
