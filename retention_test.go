package main

import (
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/takeback-chat/takeback/config"
	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/models/store"
	"github.com/takeback-chat/takeback/platforms/tencent/tencentsim"
)

const oneDay = 24 * time.Hour

// past keeps messages in a database as an earlier life of the program did.
func past(t *testing.T, conf config.Config, messages ...models.Judged) {
	t.Helper()
	o, err := storeOptions(conf)
	if err != nil {
		t.Fatal(err)
	}
	o.Migrate, o.Logger = true, slog.New(slog.DiscardHandler)
	s, err := store.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range messages {
		if _, err := s.Keep(t.Context(), demoApp, []models.Judged{m}); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}

// once is a message that came some time ago, and in which something was found or not.
func once(ref, text string, ago time.Duration, verdict models.Verdict) models.Judged {
	at := time.Now().Add(-ago)
	j := models.Judged{
		Event: models.Event{
			Kind: models.EventPosted, At: at, Conversation: models.Conversation{Kind: models.Group, Ref: "sales", Group: "sales", Type: "Public"},
			Message: &models.Message{
				Ref: ref, Sender: "bob", SentAt: at, ReceivedAt: at, Inspection: models.Clean,
				Elements: []models.Element{{Kind: models.TextElement, Path: "MsgBody[0].MsgContent.Text", Text: text}},
			},
		},
		Decision: models.Decision{Verdict: models.VerdictAllow, Policy: 1},
	}
	if verdict != "" {
		j.Event.Message.Inspection = models.Found
		j.Event.Message.Findings = []models.Finding{{Detector: "credit_card", Category: models.Financial, Severity: models.High, Confidence: 0.9, End: 4, Mask: "•••• 1111", Fingerprint: "00ff"}}
		j.Decision = models.Decision{Verdict: verdict, Actor: "policy", Policy: 1, Rule: "cards", Severity: models.High, Reason: models.Reason{Code: models.SensitiveInformation}}
	}
	return j
}

// The program removes by itself what is older than its settings say, and what it removed is
// neither missing nor new when the platform tells of it again.
func TestWhatIsTooOldIsRemovedByItself(t *testing.T) {
	onBoth(t, func(t *testing.T, database string) {
		t.Helper()
		w := newWorld(t, database, func(c *config.Config, _ *tencentsim.Options) {
			c.Retention = config.Retention{Clean: 10 * oneDay, Evidence: 20 * oneDay, Finding: 40 * oneDay, Audit: 80 * oneDay}
			past(t, *c,
				once("1", "an old clean one", 11*oneDay, ""), once("2", "a young clean one", 9*oneDay, ""),
				once("3", "4111 and nothing else", 21*oneDay, models.VerdictAllow), once("4", "4111 long ago", 41*oneDay, models.VerdictAllow),
				once("5", "4111 for a person", 41*oneDay, models.VerdictReview))
		})
		w.group(t, "sales")
		token := w.operator(t)
		list := func() string {
			_, got := w.call(t, token, http.MethodGet, "/api/v1/messages?conversation=sales&limit=50", nil)
			var out []string
			for _, m := range items(got) {
				text := fmt.Sprint(m["text"])
				if m["erased_at"] != nil {
					text = "erased" + text
				}
				out = append(out, fmt.Sprint(m["ref"], ": ", text))
			}
			return strings.Join(out, "; ")
		}
		const want = "2: a young clean one; 3: erased; 5: •••• 1111 for a person"
		eventually(t, func() string {
			if got := list(); got != want {
				return "the messages are " + got
			}
			return ""
		})
		if _, err := w.store.Keep(t.Context(), demoApp, []models.Judged{once("3", "4111 and nothing else", 21*oneDay, models.VerdictRecall)}); err != nil {
			t.Fatal(err)
		}
		if got := list(); got != want {
			t.Errorf("after history told of it again: %s", got)
		}
		eventually(t, func() string {
			_, got := w.call(t, token, http.MethodGet, "/api/v1/audit?action=retention.round", nil)
			if entries := items(got); len(entries) != 1 || fmt.Sprint(entries[0]["details"]) != "map[entries:0 erased:1 legal_hold:0 removed:2 rest:0]" {
				return fmt.Sprint("the audit says ", entries)
			}
			return ""
		})
		if n := w.health.figures().count("takeback_retention_total", "", "what", "removed"); n != 2 {
			t.Errorf("the metrics say that %d messages were removed, want 2", n)
		}
		w.auditHolds(t)
		w.silent(t, "old clean one", "long ago", "nothing else")
	})
}
