package storetest

import (
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/takeback-chat/takeback/models"
)

var codeTests = []test{
	{"a code is used once", codeUsedOnce},
	{"a code ends with its tries", codeEndsWithTries},
	{"a code ends with its time", codeEndsWithTime},
	{"codes of an account are counted", codesCounted},
	{"one of many tries at once fits", codeTriedAtOnce},
	{"what becomes of codes is on record", codesRecorded},
}

// code asks for a code of an account, as a browser at an address does.
func (b *bench) code(id, account string, until time.Duration) time.Duration {
	b.Helper()
	c := models.SignInCode{
		ID: id, Account: models.Account{App: app, Name: account}, Hash: []byte("right"), Until: time.Now().Add(until), From: "192.0.2.1",
	}
	wait, err := b.store.AskSignInCode(b.Context(), c, 3, 15*time.Minute)
	if err != nil {
		b.Fatalf("AskSignInCode: %v", err)
	}
	return wait
}

// tryCode expects what a try at a code says.
func (b *bench) tryCode(id, hash string, want models.CodeTry) {
	b.Helper()
	got, err := b.store.TrySignInCode(b.Context(), id, []byte(hash), 5)
	if (want == models.CodeTry{}) != errors.Is(err, models.ErrNotFound) {
		b.Errorf("trying %s: %v", hash, err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		b.Errorf("trying %s (-want +got):\n%s", hash, diff)
	}
}

var ann = models.Account{App: app, Name: "ann"}

func codeUsedOnce(b *bench) {
	b.code("one", "ann", time.Minute)
	b.code("two", "ann", time.Minute)
	b.tryCode("one", "wrong", models.CodeTry{Account: ann, Left: 4})
	b.tryCode("one", "right", models.CodeTry{Account: ann, Fits: true, Left: 3})
	b.tryCode("one", "right", models.CodeTry{})
	b.tryCode("none", "right", models.CodeTry{})
	b.tryCode("two", "right", models.CodeTry{Account: ann, Fits: true, Left: 4})
}

func codeEndsWithTries(b *bench) {
	b.code("one", "ann", time.Minute)
	for left := 4; left >= 0; left-- {
		b.tryCode("one", "wrong", models.CodeTry{Account: ann, Left: left})
	}
	b.tryCode("one", "right", models.CodeTry{})
}

func codeEndsWithTime(b *bench) {
	b.code("one", "ann", -time.Second)
	b.tryCode("one", "right", models.CodeTry{})
}

func codesCounted(b *bench) {
	for _, id := range []string{"one", "two", "three"} {
		if wait := b.code(id, "ann", time.Minute); wait != 0 {
			b.Errorf("code %s has to wait %s", id, wait)
		}
	}
	if wait := b.code("four", "ann", time.Minute); wait <= 14*time.Minute || wait > 15*time.Minute {
		b.Errorf("the fourth has to wait %s, want about a quarter of an hour", wait)
	}
	b.tryCode("four", "right", models.CodeTry{})
	if wait := b.code("five", "bob", time.Minute); wait != 0 {
		b.Errorf("another account has to wait %s", wait)
	}
	b.rawExec(b.raw(), "UPDATE sign_in_codes SET asked_at = asked_at - 900000 WHERE id = 'one'")
	if wait := b.code("six", "ann", time.Minute); wait != 0 {
		b.Errorf("a quarter of an hour after the first, %s are left", wait)
	}
	b.rawExec(b.raw(), "UPDATE sign_in_codes SET asked_at = 1")
	b.code("seven", "ann", time.Minute)
	b.tryCode("six", "right", models.CodeTry{}) // long over, and gone
}

func codeTriedAtOnce(b *bench) {
	b.code("one", "ann", time.Minute)
	var fits atomic.Int64
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			if got, err := b.store.TrySignInCode(b.Context(), "one", []byte("right"), 5); err == nil && got.Fits {
				fits.Add(1)
			}
		})
	}
	all.Wait()
	if fits.Load() != 1 {
		b.Errorf("the code was good %d times", fits.Load())
	}
}

func codesRecorded(b *bench) {
	b.code("one", "ann", time.Minute)
	b.tryCode("one", "right", models.CodeTry{Account: ann, Fits: true, Left: 4})
	b.code("two", "ann", time.Minute)
	for left := 4; left >= 0; left-- {
		b.tryCode("two", "wrong", models.CodeTry{Account: ann, Left: left})
	}
	entries, _, err := b.store.Audit(b.Context(), models.AuditFilter{Thing: "main:ann", Page: models.Page{Limit: 10}})
	if err != nil {
		b.Fatal(err)
	}
	var got []string
	for _, e := range entries {
		got = append(got, e.Actor+" "+e.Action+" "+e.Details["address"])
	}
	want := []string{"visitor sign_in_code.spent ", "visitor sign_in_code.asked 192.0.2.1", "visitor sign_in_code.used ", "visitor sign_in_code.asked 192.0.2.1"}
	if diff := cmp.Diff(want, got); diff != "" {
		b.Errorf("the audit (-want +got):\n%s", diff)
	}
}
