package platforms

import (
	"context"
	"fmt"
	"time"

	"github.com/takeback-chat/takeback/models"
)

// Tell sends one account a message of our own account, for which no webhook is
// called. By the random number the platform knows a repetition. An error means that
// the account was not told, or that nobody knows; its Class says which.
func (s *Standings) Tell(ctx context.Context, a models.Account, text string, random uint32) error {
	p, ok := s.adapters[a.App].(Poster)
	if !ok {
		return &CallError{Op: "tell", Class: Permanent, Words: "The platform of this app sends no messages of our own."}
	}
	posted, err := p.Post(ctx, Posting{Account: a.Name, Texts: []string{text}, Random: random, Since: time.Now()})
	if err != nil {
		return fmt.Errorf("tell an account: %w", err)
	}
	switch posted.State {
	case PostDone:
		return nil
	case PostDropped:
		return &CallError{Op: "tell", Class: Transient, Code: posted.Code, Words: posted.Explanation}
	case PostUnsure:
		return &CallError{Op: "tell", Class: Lost, Code: posted.Code, Words: posted.Explanation}
	case PostRefused, PostForbidden, PostAbsent:
	}
	return &CallError{Op: "tell", Class: Permanent, Code: posted.Code, Words: posted.Explanation}
}
