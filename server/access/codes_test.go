package access

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/platforms"
)

// post tells accounts things, unless it fails.
type post struct {
	fails []error // of the calls to come
	told  []string
	calls map[uint32]int // by random number
}

func (p *post) Tell(_ context.Context, a models.Account, text string, random uint32) error {
	p.calls[random]++
	if len(p.fails) > 0 {
		err := p.fails[0]
		p.fails = p.fails[1:]
		return err
	}
	p.told = append(p.told, a.Name+": "+text)
	return nil
}

// kept is the last code that was asked for.
type kept struct{ models.SignInCode }

func (k *kept) AskSignInCode(_ context.Context, c models.SignInCode, _ int, _ time.Duration) (time.Duration, error) {
	k.SignInCode = c
	return 0, nil
}

func (k *kept) TrySignInCode(_ context.Context, id string, hash []byte, _ int) (models.CodeTry, error) {
	return models.CodeTry{Account: k.Account, Fits: id == k.ID && string(hash) == string(k.Hash)}, nil
}

func TestCodesAreDelivered(t *testing.T) {
	down := &platforms.CallError{Class: platforms.Transient, Words: "down"}
	never := &platforms.CallError{Class: platforms.Permanent, Words: "blocked"}
	tests := []struct {
		name    string
		account string
		fails   []error
		calls   int
		told    bool
	}{
		{"to an owner", "olga", nil, 1, true},
		{"not to a member", "bob", nil, 0, false},
		{"not to a stranger", "eve", nil, 0, false},
		{"on the second call", "olga", []error{down}, 2, true},
		{"after a lost answer", "olga", []error{errors.New("odd")}, 2, true},
		{"on no fourth call", "olga", []error{down, down, down}, 3, false},
		{"not where that is refused", "olga", []error{never}, 1, false},
	}
	for _, tt := range tests {
		synctest.Test(t, func(t *testing.T) {
			door, _, _ := newDoor()
			p, k, log := &post{fails: tt.fails, calls: map[uint32]int{}}, &kept{}, &strings.Builder{}
			codes := NewCodes(door, k, p, []string{"main"}, []byte("secret"), slog.New(slog.NewTextHandler(log, nil)))
			a := models.Account{App: "main", Name: tt.account}
			id, wait, err := codes.Ask(t.Context(), a, "192.0.2.1", func(code string) string { return "<" + code + ">" })
			if err != nil || wait != 0 || id == "" {
				t.Fatalf("%s: Ask = %q, %s, %v", tt.name, id, wait, err)
			}
			ctx, stop := context.WithTimeout(t.Context(), time.Minute)
			defer stop()
			_ = codes.Run(ctx)
			if len(p.told) > 0 != tt.told || len(p.calls) > 1 {
				t.Errorf("%s: told %q under %d numbers", tt.name, p.told, len(p.calls))
			}
			for _, n := range p.calls {
				if n != tt.calls {
					t.Errorf("%s: %d calls, want %d", tt.name, n, tt.calls)
				}
			}
			if !tt.told {
				return
			}
			code := strings.Trim(strings.TrimPrefix(p.told[0], tt.account+": "), "<>")
			if try, err := codes.Enter(t.Context(), id, code); err != nil || !try.Fits || strings.Contains(log.String(), code) {
				t.Errorf("%s: Enter = %+v, %v; log %s", tt.name, try, err, log)
			}
			if try, _ := codes.Enter(t.Context(), id+"x", code); try.Fits {
				t.Errorf("%s: the code fits another", tt.name)
			}
		})
	}
}

// Codes that nobody delivers are given up, not waited for.
func TestAskingWaitsForNobody(t *testing.T) {
	door, _, _ := newDoor()
	codes := NewCodes(door, &kept{}, &post{}, []string{"main"}, []byte("secret"), slog.New(slog.DiscardHandler))
	for range codesWait + 2 {
		if _, _, err := codes.Ask(t.Context(), models.Account{App: "main", Name: "olga"}, "", func(string) string { return "" }); err != nil {
			t.Fatal(err)
		}
	}
}
