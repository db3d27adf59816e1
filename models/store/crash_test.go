package store_test

import (
	"strconv"
	"testing"

	"github.com/takeback-chat/takeback/internal/testservers"
	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/models/store"
	"github.com/takeback-chat/takeback/models/store/storetest"
)

// TestADeadServerIsNoFalseYes kills PostgreSQL under an open store: what is kept
// meanwhile fails, and what was answered before is there when it comes back.
func TestADeadServerIsNoFalseYes(t *testing.T) {
	server := testservers.PostgresServer(t)
	s, err := store.Open(t.Context(), store.Options{Database: server.URL(), Keys: storetest.Keys(t), Node: "one", Migrate: true})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	keep := func(n int) error {
		_, err := s.Keep(t.Context(), "main", []models.Judged{{Event: models.Event{
			Kind: models.EventPosted, Conversation: models.Conversation{Kind: models.Group, Ref: "g", Group: "g"},
			Message: &models.Message{Ref: strconv.Itoa(n), Sender: "alice"},
		}}})
		return err
	}
	for n := range 5 {
		if err := keep(n); err != nil {
			t.Fatal(err)
		}
	}
	server.Kill()
	if err := keep(5); err == nil {
		t.Error("a message was kept by a dead server")
	}
	if err := s.Ready(t.Context()); err == nil {
		t.Error("a store without its server is ready")
	}
	server.Restart()
	if err := s.Ready(t.Context()); err != nil {
		t.Errorf("Ready after the restart: %v", err)
	}
	if err := keep(6); err != nil {
		t.Errorf("Keep after the restart: %v", err)
	}
	ms, _, err := s.Messages(t.Context(), models.Scope{All: true}, models.MessageFilter{})
	if err != nil || len(ms) != 6 {
		t.Errorf("%d messages are there, %v, want the 6 that were answered", len(ms), err)
	}
}
