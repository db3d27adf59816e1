package api

import (
	"time"

	"github.com/takeback-chat/takeback/models"
)

// recallView is a recall and its whole life.
type recallView struct {
	ID          models.RecallID    `json:"id"`
	Message     targetView         `json:"message"`
	State       models.RecallState `json:"state"`
	Reason      reasonView         `json:"reason"`
	Actor       string             `json:"actor"`
	Authority   models.Authority   `json:"authority"`
	Trigger     models.Trigger     `json:"trigger"`
	Rule        string             `json:"rule,omitzero"`
	Attempts    int                `json:"attempts"`
	Code        string             `json:"code,omitzero"`
	Explanation string             `json:"explanation,omitzero"`
	RequestedAt moment             `json:"requested_at"`
	DueAt       moment             `json:"due_at,omitzero"`
	SentAt      moment             `json:"sent_at,omitzero"`
	AcceptedAt  moment             `json:"accepted_at,omitzero"`
	ConfirmedAt moment             `json:"confirmed_at,omitzero"`
	EndedAt     moment             `json:"ended_at,omitzero"`
	Deadline    moment             `json:"deadline,omitzero"`
	Exposure    exposureView       `json:"exposure"`
	// Copies is told of one recall; lists do not look for copies.
	Copies *copiesView `json:"copies,omitzero"`
	// Joined is set in the answer to a request for a recall that was under way already.
	Joined bool `json:"joined,omitzero"`
	// Report tells its whole life; lists leave it out.
	Report *reportView `json:"report,omitzero"`
	// FollowUp is what takeback posted because of it; lists do not look it up.
	FollowUp []postingView `json:"follow_up,omitempty"`
}

// targetView names the message of a recall.
type targetView struct {
	ID              models.MessageID        `json:"id"`
	App             string                  `json:"app"`
	Conversation    models.ConversationID   `json:"conversation"`
	ConversationRef string                  `json:"conversation_ref"`
	Kind            models.ConversationKind `json:"kind"`
	Ref             string                  `json:"ref"`
	Sender          string                  `json:"sender,omitzero"`
	SentAt          moment                  `json:"sent_at,omitzero"`
}

// viewRecall shows a recall; now is what a message still to be seen is visible until.
func viewRecall(r models.Recall, now time.Time) recallView {
	return recallView{
		ID: r.ID, Message: targetView{
			ID: r.Message, App: r.App, Conversation: r.Conversation.ID, ConversationRef: r.Conversation.Ref,
			Kind: r.Conversation.Kind, Ref: r.Ref, Sender: r.Sender, SentAt: moment(r.SentAtPlatform),
		},
		State: r.State, Reason: reasonView{r.Reason.Code, r.Reason.Note}, Actor: r.Actor,
		Authority: r.Authority, Trigger: r.Trigger, Rule: r.Rule, Attempts: r.Attempts, Code: r.Code,
		Explanation: r.Explanation, RequestedAt: moment(r.RequestedAt), DueAt: moment(due(r)),
		SentAt: moment(r.SentAt), AcceptedAt: moment(r.AcceptedAt), ConfirmedAt: moment(r.ConfirmedAt),
		EndedAt: moment(r.EndedAt), Deadline: moment(r.Deadline), Exposure: exposureOf(r, now),
	}
}

// due is when a recall is worked on next; one that has ended never is.
func due(r models.Recall) time.Time {
	if r.State.Terminal() {
		return time.Time{}
	}
	return r.DueAt
}

// exposureOf is what the recall alone tells of who saw its message: who read it
// needs the receipts, which lists do not look up.
func exposureOf(r models.Recall, now time.Time) exposureView {
	until, visible := now, true
	if r.State == models.Confirmed {
		until, visible = r.ConfirmedAt, false
	}
	if r.State == models.AlreadyGone {
		until, visible = r.EndedAt, false // it went at some moment before that
	}
	if r.SentAtPlatform.IsZero() {
		until = r.SentAtPlatform
	}
	v := exposureView{Visible: visible, VisibleMS: max(0, until.Sub(r.SentAtPlatform).Milliseconds()), AskedAt: moment(r.EvidenceAt)}
	if !r.EvidenceAt.IsZero() && r.Members >= 0 {
		v.Members = &r.Members
	}
	return v
}
