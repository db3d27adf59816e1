package main

import (
	"database/sql"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/takeback-chat/takeback/models"
)

const fillers = 8 // as many callers keep messages at once

// fill keeps messages of the last thirty days in two hundred groups.
func (r *reader) fill(tb testing.TB, n int) {
	tb.Helper()
	began := time.Now()
	const batch = 250
	batches := make(chan int)
	var work sync.WaitGroup
	for range fillers {
		work.Go(func() {
			for first := range batches {
				var judged []models.Judged
				for i := first; i < min(first+batch, n); i++ {
					judged = append(judged, ofThePast(i, n))
				}
				if _, err := r.a.store.Keep(tb.Context(), demoApp, judged); err != nil {
					tb.Error(err)
				}
			}
		})
	}
	for first := 0; first < n; first += batch {
		batches <- first
	}
	close(batches)
	work.Wait()
	r.age(tb)
	tb.Logf("%d messages were kept in %s", n, time.Since(began).Round(time.Second))
}

// ofThePast is the i-th of n messages of thirty days.
func ofThePast(i, n int) models.Judged {
	at := time.Now().Add(-time.Duration(float64(30*24*time.Hour) * float64(n-i) / float64(n))).Truncate(time.Millisecond)
	group := fmt.Sprintf("@TGS#g%d", i/250%200)
	j := models.Judged{
		Event: models.Event{
			Kind: models.EventPosted, At: at,
			Conversation: models.Conversation{Kind: models.Group, Ref: group, Group: group, Type: "Public"},
			Message: &models.Message{
				Ref: strconv.Itoa(i), Sender: "user" + strconv.Itoa(i%5000), SentAt: at, ReceivedAt: at, Inspection: models.Clean,
				Deadline: time.Now().Add(7 * 24 * time.Hour), // as it was when it came: age sets it right
				Elements: []models.Element{{Kind: models.TextElement, Path: "MsgBody[0].MsgContent.Text", Text: "see you at half past nine, table " + strconv.Itoa(i)}},
			},
		},
		Decision: models.Decision{Verdict: models.VerdictAllow, Policy: 1},
	}
	switch {
	case i%50 == 0, i%250 == 1:
		return matched(j, i, models.VerdictReview)
	case i%10 == 5:
		return matched(j, i, models.VerdictRecall)
	}
	return j
}

// matched is a message in which something was found: mostly cards, and now and then
// what nearly nobody ever posts.
func matched(j models.Judged, i int, v models.Verdict) models.Judged {
	j.Event.Message.Inspection = models.Found
	detector, rule, reason := "credit_card", "cards", models.SensitiveInformation
	switch {
	case i%2000 == 5, i%5000 == 50:
		detector, rule, reason = "aws_access_key", "keys", models.PolicyViolation
	case i%30 == 0, i%30 == 5:
		detector, rule = "cn_resident_id", "ids"
	}
	severity := models.Severities[i/50%len(models.Severities)]
	if severity == models.Low && i%2000 != 0 {
		severity = models.High // little is of low severity
	}
	j.Event.Message.Findings = []models.Finding{{
		Detector: detector, Category: models.Financial, Severity: severity, Confidence: 0.9, End: 3, Mask: "•••• 1486", Fingerprint: fmt.Sprintf("%04x", i%997),
	}}
	j.Decision = models.Decision{
		Verdict: v, Actor: "policy", Policy: 1, Rule: rule, Severity: severity, Reason: models.Reason{Code: reason},
	}
	return j
}

// aging makes the past of what was kept: most recalls are confirmed and some ended
// otherwise, a few people work on cases, some messages were read, and of some
// conversations something was never seen. What was counted at a quiet time is counted.
var aging = []string{
	`UPDATE recalls SET requested_at = sent_at_platform + 300, sent_at = sent_at_platform + 600, accepted_at = sent_at_platform + 900,
		confirmed_at = sent_at_platform + 1000 + CAST(ref AS integer) % 60000, ended_at = sent_at_platform + 1000 + CAST(ref AS integer) % 60000,
		state = 'confirmed', attempts = 1 WHERE CAST(ref AS integer) / 10 % 100 < 98`,
	`UPDATE recalls SET confirmed_at = 0, state = CASE CAST(ref AS integer) / 10 % 20 WHEN 1 THEN 'failed' WHEN 2 THEN 'expired' WHEN 3 THEN 'refused' ELSE 'already_gone' END
		WHERE state = 'confirmed' AND CAST(ref AS integer) / 10 % 20 < 5`,
	`UPDATE recalls SET state = 'unknown', confirmed_at = 0, ended_at = 0 WHERE state = 'confirmed' AND CAST(ref AS integer) / 10 % 2000 = 7`,
	`UPDATE recalls SET state = 'accepted', confirmed_at = 0, ended_at = 0 WHERE state = 'confirmed' AND CAST(ref AS integer) / 10 % 2000 = 8`,
	`UPDATE recalls SET actor = 'moderator:mia', rule = '', door = 'console', reason_code = 'abuse' WHERE CAST(ref AS integer) / 10 % 500 = 9`,
	`UPDATE recalls SET actor = 'token:night', rule = '', door = 'cli', reason_code = 'legal_request' WHERE CAST(ref AS integer) = 1015`,
	`UPDATE recalls SET deadline = sent_at_platform + 604800000 WHERE ended_at > 0`,
	`UPDATE messages SET state = 'removed', removed_at = sent_at + 2000 WHERE id IN (SELECT message_id FROM recalls WHERE state = 'confirmed')`,
	`UPDATE cases SET place = place + opened_at - (SELECT sent_at FROM messages m WHERE m.id = cases.message_id)`,
	`UPDATE cases SET deadline = (SELECT sent_at + 604800000 FROM messages m WHERE m.id = cases.message_id)`,
	`UPDATE cases SET opened_at = (SELECT sent_at FROM messages m WHERE m.id = cases.message_id)`,
	`UPDATE cases SET state = 'decided', verdict = 'recall', reason_code = 'abuse', decided_by = 'moderator:mia', decided_at = opened_at + 90000
		WHERE (SELECT CAST(ref AS integer) % 250 FROM messages m WHERE m.id = cases.message_id) = 1`,
	`UPDATE cases SET escalated_at = opened_at + 60000, escalated_by = 'moderator:mia'
		WHERE decided_at = 0 AND (SELECT CAST(ref AS integer) / 50 % 500 FROM messages m WHERE m.id = cases.message_id) = 1`,
	`UPDATE cases SET parked_until = deadline + 3000000000, parked_by = 'moderator:mia'
		WHERE decided_at = 0 AND (SELECT CAST(ref AS integer) / 50 % 500 FROM messages m WHERE m.id = cases.message_id) = 2`,
	`INSERT INTO case_skips (actor, case_id, at) SELECT 'token:bench', id, opened_at FROM cases WHERE decided_at = 0 ORDER BY place DESC LIMIT 5`,
	`INSERT INTO reads (conversation_id, ref, reader, through, seen, unseen, at)
		SELECT conversation_id, ref, '', 0, 3, 5, ended_at FROM recalls WHERE CAST(ref AS integer) / 10 % 3 = 0`,
	`INSERT INTO holes (id, conversation_id, app, first, last, found_at, closed_at, how, tries, code, words, due_at)
		SELECT 'hole-' || m.id, m.conversation_id, m.app, CAST(m.ref AS integer), CAST(m.ref AS integer) + 1, m.sent_at,
			CASE WHEN CAST(m.ref AS integer) % 1000 = 0 THEN 0 ELSE m.sent_at + 1 END, '', 1, '', '', 0
		FROM messages m WHERE CAST(m.ref AS integer) % 200 = 0`,
	`UPDATE conversations SET counted = (SELECT count(*) FROM messages m WHERE m.conversation_id = conversations.id), counted_to = (SELECT max(id) FROM messages)`,
	`ANALYZE`,
}

// age runs the aging beside the store, and counts what is over.
func (r *reader) age(tb testing.TB) {
	tb.Helper()
	db := r.database(tb)
	for _, statement := range aging {
		if statement == "ANALYZE" && strings.HasPrefix(r.address, "sqlite:") {
			continue // the product never asks SQLite for it
		}
		if _, err := db.ExecContext(tb.Context(), statement); err != nil {
			tb.Fatalf("%s: %v", statement, err)
		}
	}
	for more := true; more; {
		var err error
		if more, err = r.a.store.CountSlots(tb.Context()); err != nil {
			tb.Fatal(err)
		}
	}
}

// database is a way to the database past the store, one for all who ask: SQLite tells
// another only with its next statement that an index is gone.
func (r *reader) database(tb testing.TB) *sql.Conn {
	tb.Helper()
	if r.past != nil {
		return r.past
	}
	driver, address := "pgx", r.address
	if file, ok := strings.CutPrefix(address, "sqlite:"); ok {
		driver, address = "sqlite3", file
	}
	db, err := sql.Open(driver, address)
	if err != nil {
		tb.Fatal(err)
	}
	conn, err := db.Conn(tb.Context())
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _, _ = conn.Close(), db.Close() })
	r.past = conn
	return conn
}
