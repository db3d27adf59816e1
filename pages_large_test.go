package main

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/takeback-chat/takeback/models"
)

// More messages than these are not kept one by one: PostgreSQL makes them up.
const madeUpFrom = 2_000_000

const (
	aWeek      = 7 * 24 * time.Hour
	largeWeeks = 26   // of which messages are made up: as long as findings are kept
	largeRooms = 2000 // groups
)

// makeUp fills a PostgreSQL database with n messages of half a year, as their weeks would
// have left them: each in its partition, one in a thousand waiting for a person, one in two
// hundred taken back. What they hold nobody can open.
func (r *reader) makeUp(tb testing.TB, n int) {
	tb.Helper()
	began := time.Now()
	for i := range largeRooms {
		at := time.Now()
		group := fmt.Sprintf("@TGS#g%d", i)
		j := models.Judged{Event: models.Event{
			Kind: models.EventPosted, At: at, Conversation: models.Conversation{Kind: models.Group, Ref: group, Group: group, Type: "Public"},
			Message: &models.Message{Ref: "first", Sender: "user1", SentAt: at, ReceivedAt: at, Inspection: models.Clean},
		}}
		if _, err := r.a.store.Keep(tb.Context(), demoApp, []models.Judged{j}); err != nil {
			tb.Fatal(err)
		}
	}
	edge := time.UnixMilli(time.Now().UnixMilli() / aWeek.Milliseconds() * aWeek.Milliseconds()).UTC() // of this week
	r.statements(
		tb,
		"CREATE TABLE rooms AS SELECT id, substr(ref, 7)::bigint AS k FROM conversations",
		"ALTER TABLE messages DETACH PARTITION messages_before",
		"ALTER TABLE messages_before ADD CONSTRAINT now CHECK (id >= '"+models.FirstID(edge)+"')",
		"ALTER TABLE messages ATTACH PARTITION messages_before FOR VALUES FROM ('"+models.FirstID(edge)+"') TO ('"+models.FirstID(edge.Add(aWeek))+"')",
	)
	for week := range largeWeeks {
		r.makeUpWeek(tb, edge.Add(time.Duration(week-largeWeeks)*aWeek), n/largeWeeks*week, n/largeWeeks)
	}
	r.statements(tb, "DROP TABLE rooms",
		"UPDATE conversations SET counted = (SELECT count(*) FROM messages m WHERE m.conversation_id = conversations.id), counted_to = (SELECT max(id) FROM messages)",
		"ANALYZE")
	for more := true; more; {
		var err error
		if more, err = r.a.store.CountSlots(tb.Context()); err != nil {
			tb.Fatal(err)
		}
	}
	tb.Logf("%d messages were made up in %s", n, time.Since(began).Round(time.Second))
}

func (r *reader) statements(tb testing.TB, statements ...string) {
	tb.Helper()
	db := r.database(tb)
	for _, s := range statements {
		if _, err := db.ExecContext(tb.Context(), s); err != nil {
			tb.Fatalf("%s: %v", s, err)
		}
	}
}

// makeUpWeek makes up n messages of the week from a moment on, the first of which is the
// i-th. Indexes are made when all are there: that is faster.
func (r *reader) makeUpWeek(tb testing.TB, from time.Time, i, n int) {
	tb.Helper()
	text := strings.NewReplacer(
		"{part}", "messages_"+from.Format("20060102"), "{first}", strconv.Itoa(i), "{last}", strconv.Itoa(i+n-1), "{app}", demoApp,
		"{from}", strconv.FormatInt(from.UnixMilli(), 10), "{step}", fmt.Sprint(float64(aWeek.Milliseconds())/float64(n)), "{rooms}", strconv.Itoa(largeRooms),
		"{low}", models.FirstID(from), "{high}", models.FirstID(from.Add(aWeek)),
	)
	for _, s := range madeUpWeek {
		r.statements(tb, text.Replace(s))
	}
}

var madeUpWeek = []string{
	`CREATE TABLE {part} (LIKE messages INCLUDING DEFAULTS)`,
	`INSERT INTO {part} (id, conversation_id, app, ref, sender, operator, sent_at, received_at, edited_at, revision, state, inspection, content, digest,
			verdict, rule, policy, deadline, ephemeral, removed_at, removed_by)
		SELECT substr(h, 1, 8) || '-' || substr(h, 9) || '-7000-8000-' || lpad(to_hex(i), 12, '0'), rooms.id, '{app}', i::text, 'user' || i % 50000, '', at, at, 0, 1,
			CASE WHEN i % 200 = 5 THEN 'removed' ELSE 'visible' END, CASE WHEN i % 1000 = 0 OR i % 200 = 5 THEN 'findings' ELSE 'clean' END,
			sha512(i::text::bytea) || sha256(i::text::bytea), sha256(i::text::bytea),
			CASE WHEN i % 1000 = 0 THEN 'review' WHEN i % 200 = 5 THEN 'recall' ELSE 'allow' END, CASE WHEN i % 1000 = 0 OR i % 200 = 5 THEN 'cards' ELSE '' END, 1,
			at + 604800000, 0, CASE WHEN i % 200 = 5 THEN at + 2000 ELSE 0 END, ''
		FROM (SELECT i, {from} + ((i - {first}) * {step})::bigint AS at, lpad(to_hex({from} + ((i - {first}) * {step})::bigint), 12, '0') AS h
			FROM generate_series({first}::bigint, {last}::bigint) AS i) AS made JOIN rooms ON rooms.k = i / 50 % {rooms}`,
	`CREATE UNIQUE INDEX {part}_ref ON {part} (conversation_id, ref)`,
	`ALTER TABLE messages ATTACH PARTITION {part} FOR VALUES FROM ('{low}') TO ('{high}')`,
	`INSERT INTO findings (id, message_id, revision, detector, category, severity, confidence, element, start_byte, end_byte, mask, fingerprint)
		SELECT overlay(id PLACING '9' FROM 20), id, 1, CASE WHEN ref::bigint % 40000 = 5 THEN 'aws_access_key' WHEN ref::bigint % 600 = 5 THEN 'cn_resident_id' ELSE 'credit_card' END,
			'financial', 'high', 0.9, 0, 0, 3, '•••• 1486', to_hex(ref::bigint % 997) FROM {part} WHERE verdict <> 'allow'`,
	`INSERT INTO decisions (id, message_id, verdict, actor, policy, rule, reason_code, note, words, severity, shadow, at)
		SELECT overlay(id PLACING 'a' FROM 20), id, verdict, 'policy', 1, rule, 'sensitive_information', '', '', 'high', 'null', received_at FROM {part} WHERE verdict <> 'allow'`,
	`INSERT INTO cases (id, message_id, conversation_id, app, state, severity, rule, opened_at, verdict, reason_code, note, decided_by, decided_at, deadline, unread, place)
		SELECT overlay(id PLACING 'b' FROM 20), id, conversation_id, app, 'open', 'high', rule, received_at, '', '', '', '', 0, deadline, 1, 7200000 - received_at
		FROM {part} WHERE verdict = 'review'`,
	`INSERT INTO recalls (id, message_id, conversation_id, app, ref, sender, decision_id, state, reason_code, note, words, actor, authority, door, priority, attempts, code,
			explanation, sent_at_platform, requested_at, due_at, sent_at, accepted_at, confirmed_at, ended_at, deadline, fence, leased_until, rule, automatic, counted_at)
		SELECT overlay(id PLACING 'b' FROM 20), id, conversation_id, app, ref, sender, overlay(id PLACING 'a' FROM 20),
			CASE WHEN ref::bigint % 4000 = 5 THEN 'failed' ELSE 'confirmed' END, CASE WHEN ref::bigint % 10000 = 205 THEN 'abuse' ELSE 'sensitive_information' END, '', '',
			CASE WHEN ref::bigint % 10000 = 205 THEN 'moderator:mia' ELSE 'policy' END, 'policy', CASE WHEN ref::bigint % 10000 = 205 THEN 'console' ELSE 'policy' END, 2, 1, '',
			'', sent_at, sent_at + 300, 0, sent_at + 600, sent_at + 900, sent_at + 1000, sent_at + 1000, deadline, 1, 0, rule, 1, sent_at
		FROM {part} WHERE verdict = 'recall'`,
	`INSERT INTO audit (id, chain, seq, at, actor, action, subject, thing, details, prev, hash)
		SELECT overlay(id PLACING 'c' FROM 20), 'made up', ref::bigint, received_at, 'policy', CASE verdict WHEN 'review' THEN 'case.opened' ELSE 'recall.requested' END, 'recall',
			overlay(id PLACING 'b' FROM 20), '{}', '', '' FROM {part} WHERE verdict <> 'allow'`,
}
