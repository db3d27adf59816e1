package store

import "github.com/takeback-chat/takeback/models"

type pauseRow struct {
	App   string `gorm:"primaryKey;type:text"`
	Until int64  `gorm:"not null"`
	Code  string `gorm:"not null"`
}

func (pauseRow) TableName() string { return "pauses" }

type caseSkipRow struct {
	Actor  string `gorm:"primaryKey;type:text"`
	CaseID string `gorm:"primaryKey;type:text;index:case_skips_case"`
	At     int64  `gorm:"not null"`
}

func (caseSkipRow) TableName() string { return "case_skips" }

type caseNoteRow struct {
	ID     string `gorm:"primaryKey;type:text;index:case_notes_case,priority:2"`
	CaseID string `gorm:"not null;index:case_notes_case,priority:1"`
	Actor  string `gorm:"not null"`
	At     int64  `gorm:"not null"`
	Note   []byte `gorm:"not null"` // sealed
}

func (caseNoteRow) TableName() string { return "case_notes" }

type breakerRow struct {
	ID        string `gorm:"primaryKey;type:text"`
	Kind      string `gorm:"not null;uniqueIndex:breakers_open,priority:1,where:reset_at = 0"`
	Rule      string `gorm:"not null;uniqueIndex:breakers_open,priority:2,where:reset_at = 0"`
	TrippedBy string `gorm:"not null"`
	TrippedAt int64  `gorm:"not null"`
	Cap       string `gorm:"not null"`
	Allowed   int64  `gorm:"not null"`
	Place     string `gorm:"not null"`
	Note      []byte `gorm:"not null"` // sealed
	Stopped   int64  `gorm:"not null"`
	Cases     int64  `gorm:"not null"`
	AskedBy   string `gorm:"not null"`
	AskedAt   int64  `gorm:"not null"`
	AskedNote []byte `gorm:"not null"` // sealed
	ResetBy   string `gorm:"not null"`
	ResetAt   int64  `gorm:"not null;index:breakers_reset"` // 0 while it is open
	ResetNote []byte `gorm:"not null"`                      // sealed
}

func (breakerRow) TableName() string { return "breakers" }

type coverageRow struct {
	ConversationID string `gorm:"primaryKey;type:text"`
	App            string `gorm:"not null;index:coverage_due,priority:1,where:due_at > 0"`
	Kind           string `gorm:"not null"`
	First          int64  `gorm:"not null"`
	Newest         int64  `gorm:"not null"`
	Seen           int64  `gorm:"not null"`
	Late           int64  `gorm:"not null"`
	Backfilled     int64  `gorm:"not null"`
	Tips           int64  `gorm:"not null"`
	Gone           int64  `gorm:"not null"`
	HeardAt        int64  `gorm:"not null"`
	AskedAt        int64  `gorm:"not null"`
	DueAt          int64  `gorm:"not null;index:coverage_due,priority:2"`
}

func (coverageRow) TableName() string { return "coverage" }

type holeRow struct {
	ID             string `gorm:"primaryKey;type:text"`
	ConversationID string `gorm:"not null;index:holes_open,priority:1,where:closed_at = 0;index:holes_closed,priority:1;index:holes_place,priority:1"`
	App            string `gorm:"not null"`
	First          int64  `gorm:"not null;index:holes_open,priority:2;index:holes_place,priority:2"`
	Last           int64  `gorm:"not null"`
	FoundAt        int64  `gorm:"not null"`
	ClosedAt       int64  `gorm:"not null;index:holes_closed,priority:2"`
	How            string `gorm:"not null"`
	Tries          int64  `gorm:"not null"`
	Code           string `gorm:"not null"`
	Words          string `gorm:"not null"`
	DueAt          int64  `gorm:"not null;index:holes_due,where:closed_at = 0"`
}

func (holeRow) TableName() string { return "holes" }

func (r holeRow) model() models.Hole {
	return models.Hole{
		Range: models.Range{First: r.First, Last: r.Last}, ID: models.HoleID(r.ID), App: r.App,
		Conversation: models.ConversationID(r.ConversationID), FoundAt: fromMillis(r.FoundAt), ClosedAt: fromMillis(r.ClosedAt),
		How: models.Closing(r.How), Tries: int(r.Tries), Code: r.Code, Words: r.Words,
	}
}

type coverageDayRow struct {
	App        string `gorm:"primaryKey;type:text"`
	Day        int64  `gorm:"primaryKey;autoIncrement:false"` // since 1970
	Seen       int64  `gorm:"not null"`
	Late       int64  `gorm:"not null"`
	Backfilled int64  `gorm:"not null"`
	Tips       int64  `gorm:"not null"`
	Gone       int64  `gorm:"not null"`
}

func (coverageDayRow) TableName() string { return "coverage_days" }

type readRow struct {
	ConversationID string `gorm:"primaryKey;type:text"`
	Ref            string `gorm:"primaryKey;type:text"`
	Reader         string `gorm:"primaryKey;type:text"`
	Through        int64  `gorm:"not null"`
	Seen           int64  `gorm:"not null"`
	Unseen         int64  `gorm:"not null"`
	At             int64  `gorm:"not null"`
}

func (readRow) TableName() string { return "reads" }

type gapRow struct {
	ID             string `gorm:"primaryKey;type:text;index:gaps_conversation,priority:2"`
	ConversationID string `gorm:"not null;index:gaps_conversation,priority:1"`
	At             int64  `gorm:"not null"`
	NotedAt        int64  `gorm:"not null"`
}

func (gapRow) TableName() string { return "gaps" }

type setAsideRow struct {
	ID         string `gorm:"primaryKey;type:text;index:set_asides_app,priority:2"`
	App        string `gorm:"not null;index:set_asides_app,priority:1"`
	ReceivedAt int64  `gorm:"not null;index:set_asides_received"`
	Reason     string `gorm:"not null"`
	Command    string `gorm:"not null"`
	Body       []byte `gorm:"not null"` // sealed
	Truncated  int64  `gorm:"not null"`
}

func (setAsideRow) TableName() string { return "set_asides" }

type revealRow struct {
	ID        string `gorm:"primaryKey;type:text;index:reveals_message,priority:2"`
	MessageID string `gorm:"not null;index:reveals_message,priority:1"`
	Actor     string `gorm:"not null"`
	Purpose   []byte `gorm:"not null"` // sealed
	At        int64  `gorm:"not null"`
}

func (revealRow) TableName() string { return "reveals" }

type auditRow struct {
	ID      string `gorm:"primaryKey;type:text;index:audit_thing,priority:2;index:audit_actor,priority:2;index:audit_action,priority:2"`
	Chain   string `gorm:"not null;uniqueIndex:audit_chain,priority:1"`
	Seq     int64  `gorm:"not null;uniqueIndex:audit_chain,priority:2"`
	At      int64  `gorm:"not null"`
	Actor   string `gorm:"not null;index:audit_actor,priority:1"`
	Action  string `gorm:"not null;index:audit_action,priority:1"`
	Subject string `gorm:"not null"`
	Thing   string `gorm:"not null;index:audit_thing,priority:1"`
	Details string `gorm:"not null"` // JSON of map[string]string
	Prev    []byte `gorm:"not null"`
	Hash    []byte `gorm:"not null"`
	Seal    string `gorm:"not null;default:''"` // keyed, of the hash; empty: older than seals
}

func (auditRow) TableName() string { return "audit" }

type policyRow struct {
	Version   int64  `gorm:"primaryKey;autoIncrement:false"`
	App       string `gorm:"not null"`
	Source    []byte `gorm:"not null"` // sealed
	Digest    []byte `gorm:"not null"`
	AppliedBy string `gorm:"not null"`
	AppliedAt int64  `gorm:"not null"`
	Note      []byte `gorm:"not null"` // sealed
	InForce   int64  `gorm:"not null;uniqueIndex:policies_in_force,where:in_force = 1"`
	Rollback  int64  `gorm:"not null"`
}

func (policyRow) TableName() string { return "policies" }

type tokenRow struct {
	ID        string `gorm:"primaryKey;type:text"`
	Name      string `gorm:"not null;uniqueIndex:tokens_name"`
	Hash      []byte `gorm:"not null;uniqueIndex:tokens_hash"`
	GrantName string `gorm:"not null"`
	App       string `gorm:"not null"`
	Account   string `gorm:"not null"`
	Places    string `gorm:"not null"` // JSON of []models.Place
	CreatedAt int64  `gorm:"not null;autoCreateTime:false"`
	RevokedAt int64  `gorm:"not null"`
	LastUsed  int64  `gorm:"not null"`
}

func (tokenRow) TableName() string { return "tokens" }

type sweepRow struct {
	ID           string `gorm:"primaryKey;type:text;index:sweeps_actor,priority:2;index:sweeps_state,priority:2"`
	Kind         string `gorm:"not null"`
	App          string `gorm:"not null"`
	Conversation string `gorm:"not null"`
	Sender       string `gorm:"not null"`
	MessageID    string `gorm:"not null"`
	Since        int64  `gorm:"not null"`
	Until        int64  `gorm:"not null"`
	Include      string `gorm:"not null"` // parted by spaces
	ReasonCode   string `gorm:"not null"`
	Note         []byte `gorm:"not null"` // sealed
	State        string `gorm:"not null;index:sweeps_state,priority:1"`
	Actor        string `gorm:"not null;index:sweeps_actor,priority:1"`
	AccountApp   string `gorm:"not null"`
	Account      string `gorm:"not null"`
	Door         string `gorm:"not null"`
	CreatedAt    int64  `gorm:"not null;autoCreateTime:false"`
	Chosen       int64  `gorm:"not null"`
	Second       int64  `gorm:"not null"`
	AskedAt      int64  `gorm:"not null"`
	RunBy        string `gorm:"not null"`
	RunAt        int64  `gorm:"not null"`
	EndedBy      string `gorm:"not null"`
	EndedAt      int64  `gorm:"not null"`
	EndNote      []byte `gorm:"not null"` // sealed
	Trouble      string `gorm:"not null"`
	Tries        int64  `gorm:"not null"`
	DueAt        int64  `gorm:"not null"`
	LeasedUntil  int64  `gorm:"not null"`
	Fence        int64  `gorm:"not null"`
}

func (sweepRow) TableName() string { return "sweeps" }

type sweepItemRow struct {
	SweepID        string `gorm:"primaryKey;type:text;index:sweep_items_state,priority:1"`
	MessageID      string `gorm:"primaryKey;type:text;index:sweep_items_state,priority:3;index:sweep_items_message"`
	ConversationID string `gorm:"not null"`
	Sender         string `gorm:"not null"`
	Revision       int64  `gorm:"not null"`
	Authority      string `gorm:"not null"`
	State          string `gorm:"not null;index:sweep_items_state,priority:2"`
	Why            string `gorm:"not null"`
	RecallID       string `gorm:"not null"`
}

func (sweepItemRow) TableName() string { return "sweep_items" }

type signInCodeRow struct {
	ID      string `gorm:"primaryKey;type:text"`
	App     string `gorm:"not null;index:sign_in_codes_account,priority:1"`
	Account string `gorm:"not null;index:sign_in_codes_account,priority:2"`
	Hash    []byte `gorm:"not null"` // keyed
	AskedAt int64  `gorm:"not null;index:sign_in_codes_account,priority:3;index:sign_in_codes_asked"`
	Until   int64  `gorm:"not null"`
	Tries   int64  `gorm:"not null"`
	UsedAt  int64  `gorm:"not null"`
}

func (signInCodeRow) TableName() string { return "sign_in_codes" }

type identityRow struct {
	Issuer      string `gorm:"primaryKey;type:text"`
	Subject     string `gorm:"primaryKey;type:text"`
	ModeratorID string `gorm:"not null"`
}

func (identityRow) TableName() string { return "identities" }
