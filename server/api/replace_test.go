package api_test

import (
	"strings"
	"testing"

	"github.com/takeback-chat/takeback/models"
)

// weigh would take back whatever says swordfish.
func weigh(m models.Message) models.Decision {
	if strings.Contains(m.Elements[0].Text, "swordfish") && m.Sender != "" {
		return models.Decision{Verdict: models.VerdictRecall, Rule: "words"}
	}
	return models.Decision{Verdict: models.VerdictReview}
}

func TestReplacement(t *testing.T) {
	one, two := `"`+own+`1"`, `"`+own+`1","`+own+`2"`
	long := strings.Repeat("x", 8001)
	tests := []struct {
		name, as, messages, text string
		want                     int
		says                     string
	}{
		{"an operator", "operator", one, "at six", 202, ""},
		{"an owner", "owner", one, "at six", 403, "Only its sender or an operator"},
		{"a member", "member", one, "at six", 403, ""},
		{"for two messages", "operator", two, "at six", 400, "exactly one message"},
		{"nothing", "operator", one, "   ", 422, "replacement.text"},
		{"too much", "operator", one, long, 422, "replacement.text"},
		{"what would be taken back", "operator", one, "say swordfish", 422, "the rule words would take it back"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			rec := w.call(tt.as, "POST", "/recalls", `{"messages":[`+tt.messages+`],`+reasonBody+`,"replacement":{"text":"`+tt.text+`"}}`)
			if rec.Code != tt.want || !strings.Contains(rec.Body.String(), tt.says) {
				t.Errorf("%d %s, want %d and %q", rec.Code, rec.Body, tt.want, tt.says)
			}
			if got := w.store.asked.Replacement; (got != "") != (tt.want == 202) {
				t.Errorf("the store was asked to post %q", got)
			}
		})
	}
}

func TestFollowUpIsShown(t *testing.T) {
	w := newWorld(t)
	w.store.postings = []models.Posting{{
		ID: own + "8", Recall: ownRecall, Original: own + "1", Kind: models.ReplacementPosting, State: models.PostingPosted,
		Sender: "bob", OrderedBy: "policy", OrderedAt: w.store.recalls[ownRecall].RequestedAt, Attempts: 1, Ref: "12", Message: own + "2",
		Elements: models.TextElements("swordfish"),
	}}
	rec := w.call("operator", "GET", "/recalls/"+ownRecall, "")
	if s := rec.Body.String(); !strings.Contains(s, `"follow_up":[{`) || !strings.Contains(s, `"ref":"12"`) || strings.Contains(s, "swordfish") {
		t.Errorf("the report: %s", s)
	}
	rec = w.call("operator", "GET", "/messages/"+own+"2", "")
	if s := rec.Body.String(); !strings.Contains(s, `"stands_for":{"recall":"`+ownRecall+`"`) {
		t.Errorf("the message: %s", s)
	}
}
