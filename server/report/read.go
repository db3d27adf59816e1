package report

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/server/access"
)

// Store is where the record is read.
type Store interface {
	Message(ctx context.Context, scope models.Scope, id models.MessageID) (models.Message, error)
	Decisions(ctx context.Context, scope models.Scope, id models.MessageID) ([]models.Decision, error)
	Reads(ctx context.Context, scope models.Scope, id models.MessageID) ([]models.Read, error)
	LegalHoldsOn(ctx context.Context, id models.MessageID) ([]models.LegalHold, error)
	Audit(ctx context.Context, f models.AuditFilter) ([]models.AuditEntry, string, error)
}

// Read makes the report of a recall that lies in the scope. Of the audit it reads
// only what is about that recall.
func Read(ctx context.Context, s Store, scope models.Scope, r models.Recall, now time.Time) (Report, error) {
	m, err := s.Message(ctx, scope, r.Message)
	if err != nil {
		return Report{}, fmt.Errorf("message %s: %w", r.Message, err)
	}
	decisions, err := s.Decisions(ctx, scope, r.Message)
	if err != nil {
		return Report{}, fmt.Errorf("decisions on message %s: %w", r.Message, err)
	}
	reads, err := s.Reads(ctx, scope, r.Message)
	if err != nil {
		return Report{}, fmt.Errorf("reads of message %s: %w", r.Message, err)
	}
	holds, err := s.LegalHoldsOn(ctx, r.Message)
	if err != nil {
		return Report{}, fmt.Errorf("legal holds on message %s: %w", r.Message, err)
	}
	entries, _, err := s.Audit(ctx, models.AuditFilter{Thing: string(r.ID), Page: models.Page{Limit: models.MaxLimit}})
	if err != nil {
		return Report{}, fmt.Errorf("audit of recall %s: %w", r.ID, err)
	}
	slices.Reverse(entries)
	record := Record{Recall: r, Message: m, Holds: holds, Entries: entries, ReadBy: access.Exposed(m, reads, now).ReadBy, Now: now}
	for _, d := range decisions {
		if d.ID == r.Decision {
			record.Decision = d
		}
	}
	return Of(record), nil
}
