package store

import (
	"slices"

	"github.com/takeback-chat/takeback/models"
)

type postingRow struct {
	ID             string `gorm:"primaryKey;type:text;index:postings_recall,priority:2"`
	RecallID       string `gorm:"not null;uniqueIndex:postings_once,priority:1,where:state NOT IN ('failed'\\, 'cancelled');index:postings_recall,priority:1"`
	MessageID      string `gorm:"not null"`
	ConversationID string `gorm:"not null;index:postings_digest,priority:1,where:account = ''"`
	App            string `gorm:"not null;index:postings_account,priority:1,where:account <> ''"`
	Kind           string `gorm:"not null;uniqueIndex:postings_once,priority:2"`
	Account        string `gorm:"not null;uniqueIndex:postings_once,priority:3;index:postings_account,priority:2"`
	Sender         string `gorm:"not null"`
	Named          string `gorm:"not null"`
	Language       string `gorm:"not null"`
	Content        []byte `gorm:"not null"` // sealed
	Digest         []byte `gorm:"not null;index:postings_digest,priority:2"`
	Random         int64  `gorm:"not null"`
	State          string `gorm:"not null"`
	OrderedBy      string `gorm:"not null"`
	Attempts       int64  `gorm:"not null"`
	Code           string `gorm:"not null"`
	Explanation    string `gorm:"not null"`
	OrderedAt      int64  `gorm:"not null;index:postings_account,priority:3"`
	DueAt          int64  `gorm:"not null;index:postings_due,where:ended_at = 0 AND state <> 'ordered'"`
	SentAt         int64  `gorm:"not null"`
	PostedAt       int64  `gorm:"not null"`
	EndedAt        int64  `gorm:"not null"`
	Ref            string `gorm:"not null"`
	KeptID         string `gorm:"not null;index:postings_kept,where:kept_id <> ''"`
	Fence          int64  `gorm:"not null"`
	LeasedUntil    int64  `gorm:"not null"`
}

func (postingRow) TableName() string { return "postings" }

// model returns the posting without its conversation and what it says.
func (r postingRow) model() models.Posting {
	return models.Posting{
		ID: models.PostingID(r.ID), Recall: models.RecallID(r.RecallID), Original: models.MessageID(r.MessageID), App: r.App,
		Kind: models.PostingKind(r.Kind), Account: r.Account, Sender: r.Sender, Named: r.Named, Language: models.Language(r.Language),
		Random: uint32(r.Random), State: models.PostingState(r.State), OrderedBy: r.OrderedBy, Attempts: int(r.Attempts), //nolint:gosec // it was one
		Code: r.Code, Explanation: r.Explanation, OrderedAt: fromMillis(r.OrderedAt), DueAt: fromMillis(r.DueAt),
		SentAt: fromMillis(r.SentAt), PostedAt: fromMillis(r.PostedAt), EndedAt: fromMillis(r.EndedAt),
		Ref: r.Ref, Message: models.MessageID(r.KeptID),
	}
}

var postingsTable = &table{name: "postings", columns: slices.Concat(
	texts("id", "recall_id", "message_id", "conversation_id", "app", "kind", "account", "sender", "named", "language"),
	blobs("content", "digest"), numbers("random"), texts("state", "ordered_by"), numbers("attempts"),
	texts("code", "explanation"), numbers("ordered_at", "due_at", "sent_at", "posted_at", "ended_at"),
	texts("ref", "kept_id"), numbers("fence", "leased_until"),
), conflict: "DO NOTHING"}
