package store

import "github.com/takeback-chat/takeback/models"

type retentionRoundRow struct {
	ID          int64 `gorm:"primaryKey;autoIncrement:false"`
	Reached     int64 `gorm:"not null"`
	EndedAt     int64 `gorm:"not null"`
	DueAt       int64 `gorm:"not null"`
	Fence       int64 `gorm:"not null"`
	LeasedUntil int64 `gorm:"not null"`
}

func (retentionRoundRow) TableName() string { return "retention_rounds" }

type auditCutRow struct {
	Chain  string `gorm:"primaryKey;type:text"`
	Seq    int64  `gorm:"not null"` // of the last entry that was removed
	Hash   []byte `gorm:"not null"` // of that entry
	Sealed int64  `gorm:"not null"` // 1: that entry bore a seal
	At     int64  `gorm:"not null"`
	Seal   string `gorm:"not null"` // keyed, of the others
}

func (auditCutRow) TableName() string { return "audit_cuts" }

type erasureRow struct {
	ID       string `gorm:"primaryKey;type:text"`
	App      string `gorm:"not null"`
	Alias    string `gorm:"not null;index:erasures_alias"`
	Note     []byte `gorm:"not null"` // sealed
	ErasedBy string `gorm:"not null"`
	ErasedAt int64  `gorm:"not null"`
	Messages int64  `gorm:"not null"`
	Findings int64  `gorm:"not null"`
	Reads    int64  `gorm:"not null"`
	Names    int64  `gorm:"not null"`
	Held     int64  `gorm:"not null"`
	Busy     int64  `gorm:"not null"`
}

func (erasureRow) TableName() string { return "erasures" }

// model returns the erasure without its reason.
func (r erasureRow) model() models.Erasure {
	return models.Erasure{
		ID: r.ID, App: r.App, Alias: r.Alias, By: r.ErasedBy, At: fromMillis(r.ErasedAt),
		Messages: r.Messages, Findings: r.Findings, Reads: r.Reads, Names: r.Names, Held: r.Held, Busy: r.Busy,
	}
}
