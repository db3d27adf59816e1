package storetest

import (
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/models/store"
)

var signInTests = []test{
	{"guesses are counted over all nodes", countsGuesses},
	{"guesses leave the count", forgetsGuesses},
	{"of many guesses at once one is free", boundsGuessesAtOnce},
}

var tryLimit = models.TryLimit{Free: 3, Within: time.Hour, Longest: 15 * time.Minute}

func (b *bench) trySignIn(s *store.Store, who string) models.SignInTry {
	b.Helper()
	try, err := s.TrySignIn(b.Context(), who, tryLimit)
	if err != nil {
		b.Fatalf("TrySignIn: %v", err)
	}
	return try
}

func countsGuesses(b *bench) {
	const who = "a login that nobody may have"
	two := b.open(store.Options{Node: "two"})
	for i, s := range []*store.Store{b.store, two, b.store} {
		if try := b.trySignIn(s, who); try.Wait != 0 || try.Tries != i+1 {
			b.Errorf("try %d = %+v", i+1, try)
		}
	}
	b.rawExec(b.raw(), "UPDATE sign_in_tries SET failures = failures + 40") // or the wait is short
	refused := b.trySignIn(two, who)
	if refused.Wait <= 0 || refused.Wait > tryLimit.Longest || refused.ID != "" {
		b.Errorf("after many = %+v, want to wait", refused)
	}
	if again := b.trySignIn(b.store, who); again.Tries != refused.Tries {
		b.Errorf("a try that had to wait was counted: %+v", again)
	}
	if try := b.trySignIn(two, "another"); try.Wait != 0 || try.Tries != 1 {
		b.Errorf("at another login = %+v", try)
	}
	right := b.trySignIn(b.store, "right")
	for range 2 { // the second changes nothing
		if err := b.store.SignInFits(b.Context(), right); err != nil {
			b.Error(err)
		}
	}
	if try := b.trySignIn(b.store, "right"); try.Tries != 1 {
		b.Errorf("after a right one = %+v", try)
	}
	if strings.Contains(string(b.everyByte()), who) {
		b.Error("the database holds who was tried")
	}
}

func forgetsGuesses(b *bench) {
	b.trySignIn(b.store, "ann")
	raw := b.raw()
	b.rawExec(raw, "UPDATE sign_in_tries SET failures = 40")
	if try := b.trySignIn(b.store, "ann"); try.Wait <= 14*time.Minute || try.Wait > 15*time.Minute {
		b.Errorf("after forty = %+v, want to wait about a quarter of an hour", try)
	}
	b.rawExec(raw, "UPDATE sign_in_tries SET last_at = last_at - 900000")
	if try := b.trySignIn(b.store, "ann"); try.Wait != 0 || try.Tries != 41 {
		b.Errorf("a quarter of an hour later = %+v", try)
	}
	b.rawExec(raw, "UPDATE sign_in_tries SET last_at = last_at - 3600000")
	if try := b.trySignIn(b.store, "bob"); try.Tries != 1 {
		b.Errorf("bob = %+v", try)
	}
	if n, err := b.store.ForgetSignIns(b.Context()); n != 0 || err != nil {
		b.Errorf("within a day ForgetSignIns = %d, %v", n, err)
	}
	if try := b.trySignIn(b.store, "ann"); try.Wait != 0 {
		b.Errorf("an hour later = %+v", try)
	}
	b.rawExec(raw, "UPDATE sign_in_tries SET last_at = last_at - 86400001")
	b.trySignIn(b.store, "carl")
	if n, err := b.store.ForgetSignIns(b.Context()); n < 2 || err != nil {
		b.Errorf("after a day ForgetSignIns = %d, %v, want those of two", n, err)
	}
	if n, err := b.store.ForgetSignIns(b.Context()); n != 0 || err != nil {
		b.Errorf("once more ForgetSignIns = %d, %v", n, err)
	}
}

// boundsGuessesAtOnce has two nodes try at the same moment, when the wait after many
// wrong tries is just over.
func boundsGuessesAtOnce(b *bench) {
	b.trySignIn(b.store, "ann")
	b.rawExec(b.raw(), "UPDATE sign_in_tries SET failures = 40, last_at = last_at - 900000")
	two := b.open(store.Options{Node: "two"})
	var free atomic.Int64
	var wg sync.WaitGroup
	for _, s := range []*store.Store{b.store, two} {
		for range 10 {
			wg.Go(func() {
				try, err := s.TrySignIn(b.Context(), "ann", tryLimit)
				switch {
				case err != nil:
					b.Errorf("TrySignIn: %v", err)
				case try.Wait == 0:
					free.Add(1)
				}
			})
		}
	}
	wg.Wait()
	if free.Load() != 1 {
		b.Errorf("%d of twenty were free, want 1", free.Load())
	}
}
