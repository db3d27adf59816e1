package store

import (
	"slices"

	"github.com/takeback-chat/takeback/models"
)

type legalHoldRow struct {
	ID        string `gorm:"primaryKey;type:text"`
	Kind      string `gorm:"not null;index:legal_holds_thing,priority:2"`
	App       string `gorm:"not null"`
	Thing     string `gorm:"not null;index:legal_holds_thing,priority:1"`
	Note      []byte `gorm:"not null"` // sealed
	PlacedBy  string `gorm:"not null"`
	PlacedAt  int64  `gorm:"not null"`
	Until     int64  `gorm:"not null"`
	Stopped   int64  `gorm:"not null"`
	TooLate   int64  `gorm:"not null"`
	AskedBy   string `gorm:"not null"`
	AskedAt   int64  `gorm:"not null"`
	AskedNote []byte `gorm:"not null"` // sealed
	LiftedBy  string `gorm:"not null"`
	LiftedAt  int64  `gorm:"not null"` // 0 while it stands
	LiftNote  []byte `gorm:"not null"` // sealed
}

func (legalHoldRow) TableName() string { return "legal_holds" }

var legalHoldsTable = &table{name: "legal_holds", columns: slices.Concat(
	texts("id", "kind", "app", "thing"), blobs("note"), texts("placed_by"), numbers("placed_at", "until", "stopped", "too_late"),
	texts("asked_by"), numbers("asked_at"), blobs("asked_note"), texts("lifted_by"), numbers("lifted_at"), blobs("lift_note"),
)}

// model returns the hold without the texts that people wrote.
func (r *legalHoldRow) model() models.LegalHold {
	return models.LegalHold{
		ID: models.LegalHoldID(r.ID), Kind: models.LegalHoldKind(r.Kind), App: r.App, Thing: r.Thing,
		PlacedBy: r.PlacedBy, PlacedAt: fromMillis(r.PlacedAt), Until: fromMillis(r.Until),
		Stopped: int(r.Stopped), TooLate: int(r.TooLate), AskedBy: r.AskedBy, AskedAt: fromMillis(r.AskedAt),
		LiftedBy: r.LiftedBy, LiftedAt: fromMillis(r.LiftedAt),
	}
}
