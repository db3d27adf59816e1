package api_test

import (
	"context"
	"fmt"

	"github.com/takeback-chat/takeback/models"
)

// theDelivery is the one that there is.
var theDelivery = models.HookDelivery{
	ID: own + "9", Hook: "crm", Event: "recall.failed", Thing: ownRecall, State: models.HookFailed, Attempts: 9, Status: 500,
	Explanation: "The endpoint answered 500.", MadeAt: noon, Body: `{"type":"recall.failed"}`,
}

func (s *memory) Hooks(context.Context) ([]models.HookStatus, error) {
	hook := models.Hook{ID: "crm", Server: "https://crm.example.com"}
	return []models.HookStatus{{Hook: hook, Waiting: 1, FailingSince: noon}}, s.fault
}

func (s *memory) HookDeliveries(_ context.Context, f models.HookFilter) ([]models.HookDelivery, string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.filters = append(s.filters, f)
	return []models.HookDelivery{theDelivery}, "", s.fault
}

// DeliverAgain has the world's one delivery made again.
func (s *memory) DeliverAgain(_ context.Context, id models.HookDeliveryID, _ string) (models.HookDelivery, error) {
	if id != theDelivery.ID && id != foreign+"9" {
		return models.HookDelivery{}, fmt.Errorf("delivery %s: %w", id, models.ErrNotFound)
	}
	return theDelivery, nil
}
