package console

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"sync"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/platforms"
)

// counted is what the memory knows of coverage, and what stands in for platforms.
type counted struct {
	coverage map[models.ConversationID]models.Coverage
	missing  []models.Hole
}

func (s *memory) Conversation(_ context.Context, scope models.Scope, id models.ConversationID) (models.Conversation, error) {
	all := map[models.ConversationID]models.Conversation{}
	s.mu.Lock()
	for _, m := range s.messages {
		all[m.Conversation.ID] = m.Conversation
	}
	s.mu.Unlock()
	return one(s, all, id, scope.Shows)
}

func (s *memory) MessagesNamed(_ context.Context, scope models.Scope, in models.ConversationID, refs []string) ([]models.Message, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	items, _ := newest(s.messages, models.Page{}, func(m models.Message) bool {
		return scope.Shows(m.Conversation) && m.Conversation.ID == in && slices.Contains(refs, m.Ref)
	})
	return items, s.fault
}

func (s *memory) holesOf(keep func(models.Hole) bool) (found []models.Hole, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, h := range s.missing {
		if keep(h) {
			found = append(found, h)
		}
	}
	return found, s.fault
}

func (s *memory) Holes(_ context.Context, c models.ConversationID, open bool) ([]models.Hole, error) {
	return s.holesOf(func(h models.Hole) bool { return h.Conversation == c && h.ClosedAt.IsZero() == open })
}

func (s *memory) HolesWithin(_ context.Context, c models.ConversationID, r models.Range) ([]models.Hole, error) {
	return s.holesOf(func(h models.Hole) bool { return h.Conversation == c && h.First <= r.Last && h.Last >= r.First })
}

func (s *memory) OpenHolesOf(_ context.Context, ids []models.ConversationID) (map[models.ConversationID][]models.Hole, error) {
	by := map[models.ConversationID][]models.Hole{}
	found, err := s.holesOf(func(h models.Hole) bool { return slices.Contains(ids, h.Conversation) && h.ClosedAt.IsZero() })
	for _, h := range found {
		by[h.Conversation] = append(by[h.Conversation], h)
	}
	return by, err
}

// chats is a platform that numbers its groups' messages and says who leads them.
type chats struct {
	mu      sync.Mutex // guards the rest
	leaders map[string]platforms.Leaders
	down    bool
}

var errDown = errors.New("the platform is down")

func (c *chats) Leaders(_ context.Context, in models.Conversation) (platforms.Leaders, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.down {
		return c.leaders[in.Group], errDown
	}
	return c.leaders[in.Group], nil
}

func (c *chats) Number(in models.Conversation, ref string) (int64, bool) {
	n, err := strconv.ParseInt(ref, 10, 64)
	return n, err == nil && in.Kind != models.Direct
}

func (c *chats) Ref(_ models.Conversation, n int64) string { return strconv.FormatInt(n, 10) }
