package console

import (
	"bytes"
	"context"
	"time"

	"github.com/takeback-chat/takeback/models"
)

// asked is a code that the memory keeps.
type asked struct {
	models.SignInCode

	at    time.Time
	tries int
	used  bool
}

func (s *memory) AskSignInCode(_ context.Context, c models.SignInCode, most int, within time.Duration) (time.Duration, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var at []time.Time
	for _, old := range s.codes {
		if old.Account == c.Account && old.at.After(s.now().Add(-within)) {
			at = append(at, old.at)
		}
	}
	if len(at) >= most {
		return at[len(at)-most].Add(within).Sub(s.now()), nil
	}
	s.codes = append(s.codes, &asked{SignInCode: c, at: s.now()})
	return 0, s.fault
}

func (s *memory) TrySignInCode(_ context.Context, id string, hash []byte, most int) (models.CodeTry, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.codes {
		if c.ID != id || c.used || c.tries >= most || !s.now().Before(c.Until) {
			continue
		}
		c.tries++
		c.used = bytes.Equal(c.Hash, hash)
		return models.CodeTry{Account: c.Account, Fits: c.used, Left: most - c.tries}, nil
	}
	return models.CodeTry{}, models.ErrNotFound
}
