package store

import (
	"time"

	"github.com/takeback-chat/takeback/models"
)

// The rows as they stand in the tables. Times are unix milliseconds, 0 for
// none; flags are 0 and 1; what is sealed says so. The tags say what the
// migrations made, and a test compares the two.

type conversationRow struct {
	ID          string `gorm:"primaryKey;type:text;index:conversations_kind,priority:2"`
	App         string `gorm:"not null;uniqueIndex:conversations_place,priority:1;index:conversations_group,priority:1"`
	Direct      int64  `gorm:"not null;uniqueIndex:conversations_place,priority:2"`
	Kind        string `gorm:"not null;index:conversations_kind,priority:1"`
	Ref         string `gorm:"not null;uniqueIndex:conversations_place,priority:3;index:conversations_ref"`
	GroupRef    string `gorm:"not null;index:conversations_group,priority:2"`
	Type        string `gorm:"not null"`
	Counted     int64  `gorm:"not null"` // messages with ids below CountedTo
	CountedTo   string `gorm:"not null"`
	CreatedAt   int64  `gorm:"not null;autoCreateTime:false"`
	DissolvedAt int64  `gorm:"not null;index:conversations_dissolved,where:dissolved_at > 0"`
	Retired     int64  `gorm:"not null;default:0;uniqueIndex:conversations_place,priority:4"` // DissolvedAt, of one whose name another has now
}

func (conversationRow) TableName() string { return "conversations" }

func (r conversationRow) model() models.Conversation {
	return models.Conversation{
		ID: models.ConversationID(r.ID), App: r.App, Kind: models.ConversationKind(r.Kind), Ref: r.Ref,
		Group: r.GroupRef, Type: r.Type, CreatedAt: fromMillis(r.CreatedAt), DissolvedAt: fromMillis(r.DissolvedAt),
	}
}

type messageRow struct {
	ID             string `gorm:"primaryKey;type:text;index:messages_conversation,priority:2;index:messages_sender,priority:2;index:messages_state,priority:2;index:messages_verdict,priority:2"`
	ConversationID string `gorm:"not null;uniqueIndex:messages_ref,priority:1;index:messages_conversation,priority:1"`
	App            string `gorm:"not null"`
	Ref            string `gorm:"not null;uniqueIndex:messages_ref,priority:2"`
	Sender         string `gorm:"not null;index:messages_sender,priority:1"`
	Operator       string `gorm:"not null"`
	SentAt         int64  `gorm:"not null"`
	ReceivedAt     int64  `gorm:"not null"`
	EditedAt       int64  `gorm:"not null"`
	Revision       int64  `gorm:"not null"`
	State          string `gorm:"not null;index:messages_state,priority:1,where:state <> 'visible'"`
	Inspection     string `gorm:"not null"`
	Content        []byte `gorm:"not null"` // sealed
	Digest         []byte `gorm:"not null"`
	Verdict        string `gorm:"not null;index:messages_verdict,priority:1,where:verdict <> 'allow'"`
	Rule           string `gorm:"not null"`
	Policy         int64  `gorm:"not null"`
	Deadline       int64  `gorm:"not null"`
	Ephemeral      int64  `gorm:"not null"`
	RemovedAt      int64  `gorm:"not null"`
	RemovedBy      string `gorm:"not null"`
	ErasedAt       int64  `gorm:"not null;default:0"`
}

func (messageRow) TableName() string { return "messages" }

// model returns the message without elements, findings and conversation.
func (r messageRow) model() models.Message {
	return models.Message{
		ID: models.MessageID(r.ID), App: r.App, Ref: r.Ref, Sender: r.Sender, Operator: r.Operator,
		SentAt: fromMillis(r.SentAt), ReceivedAt: fromMillis(r.ReceivedAt), EditedAt: fromMillis(r.EditedAt),
		Revision: int(r.Revision), State: models.MessageState(r.State), Inspection: models.Inspection(r.Inspection),
		Verdict: models.Verdict(r.Verdict), Rule: r.Rule, Policy: int(r.Policy),
		Deadline: fromMillis(r.Deadline), Ephemeral: r.Ephemeral != 0,
		RemovedAt: fromMillis(r.RemovedAt), RemovedBy: r.RemovedBy, ErasedAt: fromMillis(r.ErasedAt),
	}
}

type revisionRow struct {
	ID         string `gorm:"primaryKey;type:text"`
	MessageID  string `gorm:"not null;uniqueIndex:revisions_message,priority:1"`
	Revision   int64  `gorm:"not null;uniqueIndex:revisions_message,priority:2"`
	EditedAt   int64  `gorm:"not null"`
	Inspection string `gorm:"not null"`
	Content    []byte `gorm:"not null"` // sealed
	Digest     []byte `gorm:"not null"`
	Verdict    string `gorm:"not null"`
	Rule       string `gorm:"not null"`
	Policy     int64  `gorm:"not null"`
	ReplacedAt int64  `gorm:"not null"`
}

func (revisionRow) TableName() string { return "revisions" }

type conflictRow struct {
	ID        string `gorm:"primaryKey;type:text"`
	MessageID string `gorm:"not null;uniqueIndex:conflicts_message,priority:1"`
	Digest    []byte `gorm:"not null;uniqueIndex:conflicts_message,priority:2"`
	Sender    string `gorm:"not null"`
	Content   []byte `gorm:"not null"` // sealed
	At        int64  `gorm:"not null"`
}

func (conflictRow) TableName() string { return "conflicts" }

type findingRow struct {
	ID          string  `gorm:"primaryKey;type:text"`
	MessageID   string  `gorm:"not null;index:findings_message,priority:1;index:findings_detector,priority:2"`
	Revision    int64   `gorm:"not null;index:findings_message,priority:2"`
	Detector    string  `gorm:"not null;index:findings_detector,priority:1"`
	Category    string  `gorm:"not null"`
	Severity    string  `gorm:"not null"`
	Confidence  float64 `gorm:"not null;type:double precision"`
	Element     int64   `gorm:"not null"`
	StartByte   int64   `gorm:"not null"`
	EndByte     int64   `gorm:"not null"`
	Mask        string  `gorm:"not null"`
	Fingerprint string  `gorm:"not null;index:findings_fingerprint"`
	View        string  `gorm:"not null;default:''"`
	Parts       string  `gorm:"not null;default:''"` // JSON of []models.FindingPart; empty: it lies in one message
}

func (findingRow) TableName() string { return "findings" }

func (r findingRow) model() models.Finding {
	return models.Finding{
		ID: models.FindingID(r.ID), Detector: r.Detector, Category: models.Category(r.Category),
		Severity: models.Severity(r.Severity), Confidence: r.Confidence, Element: int(r.Element),
		Start: int(r.StartByte), End: int(r.EndByte), Mask: r.Mask, Fingerprint: r.Fingerprint,
		Revision: int(r.Revision), View: r.View, Parts: decodeParts(r.Parts),
	}
}

type decisionRow struct {
	ID         string `gorm:"primaryKey;type:text;index:decisions_message,priority:2;index:decisions_rule,priority:3;index:decisions_shadow,where:shadow <> 'null' AND shadow <> '[]'"`
	MessageID  string `gorm:"not null;index:decisions_message,priority:1"`
	Verdict    string `gorm:"not null;index:decisions_rule,priority:2"`
	Actor      string `gorm:"not null"`
	Policy     int64  `gorm:"not null"`
	Rule       string `gorm:"not null;index:decisions_rule,priority:1,where:rule <> ''"`
	ReasonCode string `gorm:"not null"`
	Note       []byte `gorm:"not null"` // sealed
	Words      string `gorm:"not null"`
	Severity   string `gorm:"not null"`
	Shadow     string `gorm:"not null"` // JSON of []models.ShadowVerdict
	At         int64  `gorm:"not null"`
}

func (decisionRow) TableName() string { return "decisions" }

type caseRow struct {
	ID             string `gorm:"primaryKey;type:text;index:cases_message,priority:2;index:cases_state,priority:2;index:cases_conversation,priority:2;index:cases_queue,priority:2;index:cases_severity,priority:3;index:cases_rule,priority:3;index:cases_app,priority:3;index:cases_waiting,priority:3"`
	MessageID      string `gorm:"not null;uniqueIndex:cases_open,where:decided_at = 0;index:cases_message,priority:1"`
	ConversationID string `gorm:"not null;index:cases_conversation,priority:1;index:cases_waiting,priority:1,where:decided_at = 0"`
	App            string `gorm:"not null;index:cases_app,priority:1,where:decided_at = 0"`
	State          string `gorm:"not null;index:cases_state,priority:1"`
	Severity       string `gorm:"not null;index:cases_severity,priority:1,where:decided_at = 0"`
	Rule           string `gorm:"not null;index:cases_rule,priority:1,where:decided_at = 0"`
	OpenedAt       int64  `gorm:"not null"`
	Verdict        string `gorm:"not null"`
	ReasonCode     string `gorm:"not null"`
	Note           []byte `gorm:"not null"` // sealed
	DecidedBy      string `gorm:"not null"`
	DecidedAt      int64  `gorm:"not null;index:cases_decided,where:decided_at > 0"`
	Why            string `gorm:"not null;default:''"`
	RequestedBy    string `gorm:"not null;default:''"`
	RequestedAt    int64  `gorm:"not null;default:0"`
	RequestCode    string `gorm:"not null;default:''"`
	RequestNote    []byte // sealed
	Deadline       int64  `gorm:"not null;default:0;index:cases_closing,where:decided_at = 0 AND deadline > 0"`
	Unread         int64  `gorm:"not null;default:0"`
	Place          int64  `gorm:"not null;default:0;index:cases_queue,priority:1,where:decided_at = 0;index:cases_severity,priority:2;index:cases_rule,priority:2;index:cases_app,priority:2;index:cases_waiting,priority:2"`
	ClaimedBy      string `gorm:"not null;default:'';index:cases_claimed,where:decided_at = 0 AND claimed_by <> ''"`
	ClaimedUntil   int64  `gorm:"not null;default:0"`
	EscalatedBy    string `gorm:"not null;default:''"`
	EscalatedAt    int64  `gorm:"not null;default:0;index:cases_escalated,where:decided_at = 0 AND escalated_at > 0"`
	ParkedBy       string `gorm:"not null;default:''"`
	ParkedUntil    int64  `gorm:"not null;default:0;index:cases_severity,priority:4;index:cases_parked,where:decided_at = 0 AND parked_until > 0"`
}

func (caseRow) TableName() string { return "cases" }

type recallRow struct {
	ID             string `gorm:"primaryKey;type:text;index:recalls_message,priority:2;index:recalls_conversation,priority:2;index:recalls_ended_as,priority:2;index:recalls_rule,priority:2;index:recalls_actor,priority:2;index:recalls_door,priority:2;index:recalls_reason,priority:2"`
	MessageID      string `gorm:"not null;uniqueIndex:recalls_active,where:ended_at = 0;index:recalls_message,priority:1"`
	ConversationID string `gorm:"not null;index:recalls_due,priority:1,where:ended_at = 0;index:recalls_conversation,priority:1"`
	App            string `gorm:"not null"`
	Ref            string `gorm:"not null"`
	Sender         string `gorm:"not null"`
	DecisionID     string `gorm:"not null;index:recalls_decision"`
	State          string `gorm:"not null"`
	ReasonCode     string `gorm:"not null;index:recalls_reason,priority:1,where:reason_code <> 'sensitive_information'"`
	Note           []byte `gorm:"not null"` // sealed
	Words          string `gorm:"not null"`
	Actor          string `gorm:"not null;index:recalls_actor,priority:1,where:actor <> 'policy'"`
	Authority      string `gorm:"not null"`
	Door           string `gorm:"not null;index:recalls_door,priority:1,where:door <> 'policy'"` // models.Trigger; that word is one of SQL
	Priority       int64  `gorm:"not null"`
	Attempts       int64  `gorm:"not null"`
	Code           string `gorm:"not null"`
	Explanation    string `gorm:"not null"`
	SentAtPlatform int64  `gorm:"not null"`
	RequestedAt    int64  `gorm:"not null"`
	DueAt          int64  `gorm:"not null;index:recalls_due,priority:2;index:recalls_waiting,where:ended_at = 0"`
	SentAt         int64  `gorm:"not null"`
	AcceptedAt     int64  `gorm:"not null"`
	ConfirmedAt    int64  `gorm:"not null"`
	EndedAt        int64  `gorm:"not null;index:recalls_ended,where:ended_at > 0"` // 0 exactly while State is no end
	EndedAs        string `gorm:"->:false;<-:false;type:text GENERATED ALWAYS AS (CASE WHEN ended_at > 0 THEN state ELSE '' END) STORED;not null;index:recalls_ended_as,priority:1,where:ended_as <> ''"`
	Deadline       int64  `gorm:"not null"`
	Fence          int64  `gorm:"not null"`
	LeasedUntil    int64  `gorm:"not null"`
	Rule           string `gorm:"not null;default:'';index:recalls_rule,priority:1,where:rule <> ''"`
	Automatic      int64  `gorm:"not null;default:0"`
	CountedAt      int64  `gorm:"not null;default:0;index:recalls_counted,where:counted_at > 0"`
	Account        string `gorm:"not null;default:''"`
	Rights         string `gorm:"not null;default:''"` // JSON of []models.Right
	Looks          int64  `gorm:"not null;default:0"`
	AskedAt        int64  `gorm:"not null;default:0"`
	Members        int64  `gorm:"not null;default:-1"`
	EvidenceAt     int64  `gorm:"not null;default:0"`
}

func (recallRow) TableName() string { return "recalls" }

// model returns the recall without its note and conversation.
func (r recallRow) model() models.Recall {
	return models.Recall{
		ID: models.RecallID(r.ID), Message: models.MessageID(r.MessageID), App: r.App, Ref: r.Ref, Sender: r.Sender,
		Decision: models.DecisionID(r.DecisionID), Rule: r.Rule, Automatic: r.Automatic != 0, State: models.RecallState(r.State),
		Reason: models.Reason{Code: models.ReasonCode(r.ReasonCode)}, Text: r.Words, Actor: r.Actor,
		Authority: models.Authority(r.Authority), Account: r.Account, Joined: decodeRights(r.Rights),
		Trigger: models.Trigger(r.Door), Priority: int(r.Priority),
		Attempts: int(r.Attempts), Looks: int(r.Looks), Code: r.Code, Explanation: r.Explanation,
		SentAtPlatform: fromMillis(r.SentAtPlatform), RequestedAt: fromMillis(r.RequestedAt),
		DueAt: fromMillis(r.DueAt), SentAt: fromMillis(r.SentAt), AcceptedAt: fromMillis(r.AcceptedAt),
		ConfirmedAt: fromMillis(r.ConfirmedAt), EndedAt: fromMillis(r.EndedAt), Deadline: fromMillis(r.Deadline),
		AskedAt: fromMillis(r.AskedAt), EvidenceAt: fromMillis(r.EvidenceAt), Members: int(r.Members),
	}
}

func millis(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

func fromMillis(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}

func flag(b bool) int64 {
	if b {
		return 1
	}
	return 0
}
