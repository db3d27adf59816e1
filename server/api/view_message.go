package api

import (
	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/server/access"
)

// messageView is a message as a list shows it. Text is masked, and left out for
// callers who see what was done but not what was said.
type messageView struct {
	ID              models.MessageID        `json:"id"`
	App             string                  `json:"app"`
	Conversation    models.ConversationID   `json:"conversation"`
	ConversationRef string                  `json:"conversation_ref"`
	Kind            models.ConversationKind `json:"kind"`
	Ref             string                  `json:"ref"`
	Sender          string                  `json:"sender"`
	SentAt          moment                  `json:"sent_at,omitzero"`
	ReceivedAt      moment                  `json:"received_at"`
	EditedAt        moment                  `json:"edited_at,omitzero"`
	Revision        int                     `json:"revision"`
	State           models.MessageState     `json:"state"`
	Inspection      models.Inspection       `json:"inspection,omitzero"`
	Text            *string                 `json:"text,omitzero"`
	Findings        []findingView           `json:"findings"`
	Verdict         models.Verdict          `json:"verdict,omitzero"`
	Rule            string                  `json:"rule,omitzero"`
	Policy          int                     `json:"policy,omitzero"`
	Deadline        moment                  `json:"deadline,omitzero"`
	RemovedAt       moment                  `json:"removed_at,omitzero"`
	RemovedBy       string                  `json:"removed_by,omitzero"`
	ErasedAt        moment                  `json:"erased_at,omitzero"`
	Unopened        bool                    `json:"unopened,omitzero"`
}

// viewMessage shows a message to a grant.
func viewMessage(m models.Message, grant models.Grant) messageView {
	v := messageView{
		ID: m.ID, App: m.App, Conversation: m.Conversation.ID, ConversationRef: m.Conversation.Ref,
		Kind: m.Conversation.Kind, Ref: m.Ref, Sender: m.Sender, SentAt: moment(m.SentAt),
		ReceivedAt: moment(m.ReceivedAt), EditedAt: moment(m.EditedAt), Revision: m.Revision,
		State: m.State, Inspection: m.Inspection, Findings: viewFindings(m.Findings, grant),
		Verdict: m.Verdict, Rule: m.Rule, Policy: m.Policy, Deadline: moment(m.Deadline),
		RemovedAt: moment(m.RemovedAt), RemovedBy: m.RemovedBy, ErasedAt: moment(m.ErasedAt), Unopened: m.Unopened,
	}
	if access.MayReadText(grant) && !m.Unopened {
		text := models.Masked(m.Elements, m.Findings)
		v.Text = &text
	}
	return v
}

// findingView is a finding. Start and End are bytes of the text of its element.
type findingView struct {
	Detector   string          `json:"detector"`
	Category   models.Category `json:"category"`
	Severity   models.Severity `json:"severity"`
	Confidence float64         `json:"confidence"`
	Element    int             `json:"element"`
	Start      int             `json:"start"`
	End        int             `json:"end"`
	Mask       string          `json:"mask,omitzero"`
	View       string          `json:"view,omitzero"`
	// Parts are those of a value that was split over several messages.
	Parts []models.FindingPart `json:"parts,omitempty"`
}

func viewFindings(findings []models.Finding, grant models.Grant) []findingView {
	views := make([]findingView, len(findings))
	for i, f := range findings {
		views[i] = findingView{
			Detector: f.Detector, Category: f.Category, Severity: f.Severity, Confidence: f.Confidence,
			Element: f.Element, Start: f.Start, End: f.End, View: f.View, Parts: f.Parts,
		}
		if access.MayReadText(grant) {
			views[i].Mask = f.Mask
		}
	}
	return views
}

// messageDetail is one message with what was decided of it and who saw it.
type messageDetail struct {
	messageView
	Decisions []decisionView `json:"decisions"`
	Exposure  exposureView   `json:"exposure"`
	// StandsFor is set on a message that takeback posted in the place of another.
	StandsFor *standsForView `json:"stands_for,omitzero"`
}

type decisionView struct {
	ID       models.DecisionID      `json:"id"`
	Verdict  models.Verdict         `json:"verdict"`
	Actor    string                 `json:"actor"`
	Policy   int                    `json:"policy,omitzero"`
	Rule     string                 `json:"rule,omitzero"`
	Reason   *reasonView            `json:"reason,omitzero"`
	Severity models.Severity        `json:"severity,omitzero"`
	Shadow   []models.ShadowVerdict `json:"shadow,omitempty"`
	At       moment                 `json:"at"`
}

func viewDecision(d models.Decision) decisionView {
	return decisionView{
		ID: d.ID, Verdict: d.Verdict, Actor: d.Actor, Policy: d.Policy, Rule: d.Rule,
		Reason: viewReason(d.Reason), Severity: d.Severity, Shadow: d.Shadow, At: moment(d.At),
	}
}

type reasonView struct {
	Code models.ReasonCode `json:"code"`
	Note string            `json:"note,omitzero"`
}

// viewReason is nil for a decision that had no reason: that of an allowed message.
func viewReason(r models.Reason) *reasonView {
	if r.Code == "" {
		return nil
	}
	return &reasonView{r.Code, r.Note}
}

// exposureView is what is known of who saw a message. What is not known is left out.
type exposureView struct {
	Visible   bool     `json:"visible"`
	VisibleMS int64    `json:"visible_ms"`
	ReadBy    *int     `json:"read_by,omitzero"`
	Readers   []string `json:"readers,omitempty"`
	// AskedAt is when the platform was asked who could see it, just before the call.
	AskedAt moment `json:"asked_at,omitzero"`
	Members *int   `json:"members,omitzero"`
}

func viewExposure(e access.Exposure) exposureView {
	v := exposureView{Visible: e.Visible, VisibleMS: e.VisibleFor.Milliseconds(), Readers: e.Readers}
	if e.ReadBy >= 0 {
		v.ReadBy = &e.ReadBy
	}
	return v
}
