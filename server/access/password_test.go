package access

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/takeback-chat/takeback/models"
)

// horse is a password made at run time, so that no file holds one.
func horse() string { return strings.Join([]string{"correct", "horse", "battery"}, "-") }

func TestPasswordRoundTrip(t *testing.T) {
	hash, err := HashPassword(t.Context(), "olga", horse())
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(hash, "$argon2id$v=19$m=19456,t=2,p=1$") {
		t.Errorf("PHC string starts %q", hash[:min(len(hash), 40)])
	}
	again, _ := HashPassword(t.Context(), "olga", horse())
	if again == hash {
		t.Error("two hashes of one password are equal: no salt")
	}
	if fits, stale, err := VerifyPassword(t.Context(), hash, horse()); !fits || stale || err != nil {
		t.Errorf("the right password: fits %v, stale %v, %v", fits, stale, err)
	}
	if fits, _, err := VerifyPassword(t.Context(), hash, horse()+"x"); fits || err != nil {
		t.Errorf("a wrong password: fits %v, %v", fits, err)
	}
}

func TestPasswordOfNobodyNeverFits(t *testing.T) {
	for _, password := range []string{"", horse()} {
		if fits, stale, err := VerifyPassword(t.Context(), "", password); fits || stale || err != nil {
			t.Errorf("%q: fits %v, stale %v, %v", password, fits, stale, err)
		}
	}
}

func TestPasswordOfAnotherCostIsStale(t *testing.T) {
	cheap := cost{memory: 64, passes: 1, threads: 1}
	salt := make([]byte, saltBytes)
	key, err := derive(t.Context(), horse(), salt, cheap, keyBytes)
	if err != nil {
		t.Fatal(err)
	}
	if fits, stale, err := VerifyPassword(t.Context(), phc(cheap, salt, key), horse()); !fits || !stale || err != nil {
		t.Errorf("fits %v, stale %v, %v; want a fit that should be hashed anew", fits, stale, err)
	}
}

func TestPasswordRefusals(t *testing.T) {
	for _, password := range []string{"", "fourteen chars", strings.Repeat("x", MaxPassword+1)} {
		if _, err := HashPassword(t.Context(), "olga", password); !errors.Is(err, models.ErrInvalid) {
			t.Errorf("a password of %d bytes: %v, want invalid", len(password), err)
		}
	}
	if _, err := HashPassword(t.Context(), "olga", "这个密码一共正好有十五个汉字呢"); err != nil {
		t.Errorf("fifteen characters that are not ASCII: %v", err)
	}
	if fits, _, err := VerifyPassword(t.Context(), decoy, strings.Repeat("x", MaxPassword+1)); fits || err != nil {
		t.Errorf("an overlong password: fits %v, %v", fits, err)
	}
}

func TestDamagedHashIsAnError(t *testing.T) {
	parts := strings.Split(decoy, "$")
	with := func(i int, s string) string {
		p := append([]string(nil), parts...)
		p[i] = s
		return strings.Join(p, "$")
	}
	bad := []string{
		"x", "$", with(1, "argon2i"), with(2, "v=16"), with(3, "m=1,t=1,p=1"), with(3, "m=99999999,t=2,p=1"),
		with(3, "m=64,t=0,p=1"), with(3, "m=64,t=1,p=0"), with(3, "m=64"), with(4, "!"), with(4, "AA"), with(5, "AAAA"), decoy + "$",
	}
	for _, s := range bad {
		if fits, _, err := VerifyPassword(t.Context(), s, horse()); fits || err == nil {
			t.Errorf("VerifyPassword(%q): fits %v, %v; want an error", s, fits, err)
		}
	}
}

func TestHashingWaitsItsTurn(t *testing.T) {
	for range cap(hashing) {
		hashing <- struct{}{}
	}
	defer func() {
		for range cap(hashing) {
			<-hashing
		}
	}()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := HashPassword(ctx, "olga", horse()); !errors.Is(err, context.Canceled) {
		t.Errorf("with every place taken and no time left: %v, want context.Canceled", err)
	}
}

func BenchmarkHashPassword(b *testing.B) {
	for b.Loop() {
		if _, err := HashPassword(b.Context(), "olga", horse()); err != nil {
			b.Fatal(err)
		}
	}
}

func FuzzParsePHC(f *testing.F) {
	f.Add(decoy)
	f.Add("$argon2id$v=19$m=64,t=1,p=1$c29tZXNhbHQ$c29tZXNhbHRzb21lc2FsdA")
	f.Add("$$$$$")
	f.Fuzz(func(t *testing.T, s string) {
		c, salt, key, err := parsePHC(s)
		if err == nil && (!c.sane() || len(salt) == 0 || len(key) < 16) {
			t.Errorf("parsePHC(%q) accepts cost %+v, %d salt and %d key bytes", s, c, len(salt), len(key))
		}
	})
}
