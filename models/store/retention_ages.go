package store

import (
	"fmt"
	"time"

	"gorm.io/gorm"

	"github.com/takeback-chat/takeback/models"
)

// agedRow is what says of a message whether it is too old.
type agedRow struct {
	ID             string
	ConversationID string
	Ref            string
	ReceivedAt     int64
	EditedAt       int64
	Size           int64 // of its contents, in all revisions and conflicts
	Found          int64 // 1: it is of the class of findings
	DecidedAt      int64 // of its last case
	EndedAt        int64 // of its last recall
	Busy           int64 // 1: something with it is not over
	Beside         int64 // 1: a hole is open that it may be in
	Held           int64 // 1: a legal hold is on it
}

// agesQuery reads what is known of messages; what follows it says of which. A hole keeps
// the messages of its time: one that a crash forgot to count may be in it.
const agesQuery = `SELECT m.id, m.conversation_id, m.ref, m.received_at, m.edited_at,
	octet_length(m.content) + coalesce((SELECT sum(octet_length(v.content)) FROM revisions v WHERE v.message_id = m.id), 0)
		+ coalesce((SELECT sum(octet_length(x.content)) FROM conflicts x WHERE x.message_id = m.id), 0) AS size,
	CASE WHEN m.inspection NOT IN ('clean', '') OR m.verdict <> 'allow'
		OR EXISTS (SELECT 1 FROM findings f WHERE f.message_id = m.id)
		OR EXISTS (SELECT 1 FROM decisions d WHERE d.message_id = m.id)
		OR EXISTS (SELECT 1 FROM cases c WHERE c.message_id = m.id)
		OR EXISTS (SELECT 1 FROM recalls r WHERE r.message_id = m.id) THEN 1 ELSE 0 END AS found,
	coalesce((SELECT max(c.decided_at) FROM cases c WHERE c.message_id = m.id), 0) AS decided_at,
	coalesce((SELECT max(r.ended_at) FROM recalls r WHERE r.message_id = m.id), 0) AS ended_at,
	CASE WHEN EXISTS (SELECT 1 FROM cases c WHERE c.message_id = m.id AND c.decided_at = 0)
		OR EXISTS (SELECT 1 FROM recalls r WHERE r.message_id = m.id AND r.ended_at = 0)
		OR EXISTS (SELECT 1 FROM recalls r JOIN postings p ON p.recall_id = r.id WHERE r.message_id = m.id AND p.ended_at = 0)
		OR EXISTS (SELECT 1 FROM sweep_items i JOIN sweeps w ON w.id = i.sweep_id
			WHERE i.message_id = m.id AND w.ended_at = 0 AND (w.state = 'running' OR w.created_at > ?)) THEN 1 ELSE 0 END AS busy,
	CASE WHEN EXISTS (SELECT 1 FROM holes o WHERE o.conversation_id = m.conversation_id AND o.closed_at = 0
			AND o.found_at > ? AND o.found_at < m.received_at + ?) THEN 1 ELSE 0 END AS beside,
	CASE WHEN EXISTS (SELECT 1 FROM legal_holds h WHERE ` + holdIsOn + ` AND ` + holdStands + `) THEN 1 ELSE 0 END AS held
	FROM messages m `

const (
	previewLasts = 48 * time.Hour // more than a preview of a sweep can be run for
	holeMargin   = 24 * time.Hour // from a message to a hole that it may be in
	holeLasts    = 8 * 24 * time.Hour
)

// ages reads what is known of messages at a time.
func ages(db *gorm.DB, now int64, shown time.Duration, which string, args ...any) ([]agedRow, error) {
	head := []any{now - previewLasts.Milliseconds(), now - max(shown, holeLasts).Milliseconds(), holeMargin.Milliseconds(), now}
	var found []agedRow
	if err := db.Raw(agesQuery+which, append(head, args...)...).Scan(&found).Error; err != nil {
		return nil, fmt.Errorf("ages of messages: %w", clean(err))
	}
	return found, nil
}

// fate is what is to become of a message.
type fate int

const (
	stays fate = iota
	goesBlank
	goes
)

// limits are the moments before which things are too old, zero: never.
type limits struct{ clean, evidence, finding, shown int64 }

func limitsOf(r models.Retention, now time.Time) limits {
	before := func(d time.Duration) int64 {
		if d <= 0 {
			return 0
		}
		return now.Add(-d).UnixMilli()
	}
	return limits{before(r.Clean), before(r.Evidence), before(r.Finding), now.Add(-r.Shown).UnixMilli()}
}

// newest is the moment before which anything may be too old at all.
func (l limits) newest() int64 { return max(l.clean, l.evidence, l.finding) }

// of says what is to become of a message, whatever keeps it.
func (l limits) of(m agedRow) fate {
	last := max(m.ReceivedAt, m.EditedAt, m.DecidedAt, m.EndedAt)
	blank, gone := l.clean, l.clean
	if m.Found != 0 {
		blank, gone = max(l.evidence, l.finding), l.finding
	}
	switch {
	case last < gone && m.ReceivedAt < l.shown:
		return goes
	case last < blank && m.Size > 0:
		return goesBlank
	}
	return stays
}
