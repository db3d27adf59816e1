package store

import (
	"database/sql"
	"fmt"
	"strconv"
	"strings"
	"time"

	"gorm.io/gorm"
)

// Rows that every recall makes us read are read by hand: gorm builds the statement and
// finds the place of each value by reflection, which costs more than the reading.

// view is how rows of a table are read.
type view[R any] struct {
	table   string
	columns []string
	places  func(*R) []any // where the values go, in the order of the columns
}

// read returns the rows of which a text tells what follows FROM and the table, with ? for
// parameters.
func (v *view[R]) read(db *gorm.DB, which string, args ...any) ([]R, error) {
	var all []R
	err := readRaw(db, v.selects(which), args, func(rows *sql.Rows) error {
		var r R
		if err := rows.Scan(v.places(&r)...); err != nil {
			return err
		}
		all = append(all, r)
		return nil
	})
	return all, err
}

func (v *view[R]) selects(which string) string {
	return "SELECT " + strings.Join(v.columns, ",") + " FROM " + v.table + " " + which
}

// readRaw runs a query past gorm's builder and has each row taken. A slow one is logged as
// gorm's are, without its values.
func readRaw(db *gorm.DB, text string, args []any, take func(*sql.Rows) error) (err error) {
	text, begin, n := inStyle(db, text), time.Now(), int64(0)
	defer func() {
		db.Logger.Trace(db.Statement.Context, begin, func() (string, int64) { return text, n }, err)
	}()
	rows, err := db.Statement.ConnPool.QueryContext(db.Statement.Context, text, args...)
	if err != nil {
		return clean(err)
	}
	defer func() { _ = rows.Close() }() // read to the end, or its error is told below
	for ; rows.Next(); n++ {
		if err := take(rows); err != nil {
			return fmt.Errorf("take a row: %w", clean(err))
		}
	}
	return clean(rows.Err())
}

// readOne reads a row that is always there.
func readOne(db *gorm.DB, text string, places ...any) error {
	return readRaw(db, text, nil, func(rows *sql.Rows) error { return rows.Scan(places...) })
}

// inStyle writes the parameters of a statement as the database does.
func inStyle(db *gorm.DB, text string) string {
	if dialectOf(db) == sqliteDialect {
		return text
	}
	var b strings.Builder
	for n := 1; ; n++ {
		before, after, ok := strings.Cut(text, "?")
		b.WriteString(before)
		if !ok {
			return b.String()
		}
		b.WriteString("$" + strconv.Itoa(n))
		text = after
	}
}

func dialectOf(db *gorm.DB) dialect { return dialect(db.Name()) }

// forUpdate ends a query that locks what it reads, as locked does.
func (u *unit) forUpdate(skip bool) string {
	switch {
	case u.s.db.dialect == sqliteDialect:
		return ""
	case skip:
		return " FOR UPDATE SKIP LOCKED"
	}
	return " FOR UPDATE"
}

var recallsView = &view[recallRow]{
	table: "recalls",
	columns: []string{
		"id", "message_id", "conversation_id", "app", "ref", "sender", "decision_id", "state", "reason_code", "note", "words",
		"actor", "authority", "door", "priority", "attempts", "code", "explanation", "sent_at_platform", "requested_at",
		"due_at", "sent_at", "accepted_at", "confirmed_at", "ended_at", "deadline", "fence", "leased_until", "rule",
		"automatic", "counted_at", "account", "rights", "looks", "asked_at", "members", "evidence_at",
	},
	places: func(r *recallRow) []any {
		return []any{
			&r.ID, &r.MessageID, &r.ConversationID, &r.App, &r.Ref, &r.Sender, &r.DecisionID, &r.State, &r.ReasonCode, &r.Note, &r.Words,
			&r.Actor, &r.Authority, &r.Door, &r.Priority, &r.Attempts, &r.Code, &r.Explanation, &r.SentAtPlatform, &r.RequestedAt,
			&r.DueAt, &r.SentAt, &r.AcceptedAt, &r.ConfirmedAt, &r.EndedAt, &r.Deadline, &r.Fence, &r.LeasedUntil, &r.Rule,
			&r.Automatic, &r.CountedAt, &r.Account, &r.Rights, &r.Looks, &r.AskedAt, &r.Members, &r.EvidenceAt,
		}
	},
}

var messagesView = &view[messageRow]{
	table: "messages",
	columns: []string{
		"id", "conversation_id", "app", "ref", "sender", "operator", "sent_at", "received_at", "edited_at", "revision", "state",
		"inspection", "content", "digest", "verdict", "rule", "policy", "deadline", "ephemeral", "removed_at", "removed_by",
		"erased_at",
	},
	places: func(r *messageRow) []any {
		return []any{
			&r.ID, &r.ConversationID, &r.App, &r.Ref, &r.Sender, &r.Operator, &r.SentAt, &r.ReceivedAt, &r.EditedAt, &r.Revision, &r.State,
			&r.Inspection, &r.Content, &r.Digest, &r.Verdict, &r.Rule, &r.Policy, &r.Deadline, &r.Ephemeral, &r.RemovedAt, &r.RemovedBy,
			&r.ErasedAt,
		}
	},
}

var findingsView = &view[findingRow]{
	table: "findings",
	columns: []string{
		"id", "message_id", "revision", "detector", "category", "severity", "confidence", "element",
		"start_byte", "end_byte", "mask", "fingerprint", "view", "parts",
	},
	places: func(r *findingRow) []any {
		return []any{
			&r.ID, &r.MessageID, &r.Revision, &r.Detector, &r.Category, &r.Severity, &r.Confidence, &r.Element,
			&r.StartByte, &r.EndByte, &r.Mask, &r.Fingerprint, &r.View, &r.Parts,
		}
	},
}

var conversationsView = &view[conversationRow]{
	table: "conversations",
	columns: []string{
		"id", "app", "direct", "kind", "ref", "group_ref", "type", "counted", "counted_to", "created_at", "dissolved_at", "retired",
	},
	places: func(r *conversationRow) []any {
		return []any{
			&r.ID, &r.App, &r.Direct, &r.Kind, &r.Ref, &r.GroupRef, &r.Type, &r.Counted, &r.CountedTo, &r.CreatedAt, &r.DissolvedAt, &r.Retired,
		}
	},
}
