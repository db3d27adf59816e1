package store

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
