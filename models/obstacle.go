package models

import "time"

// Obstacle is why a message cannot be taken back; empty where nothing stands
// against it.
type Obstacle string

// The obstacles.
const (
	GoneAlready   Obstacle = "gone"           // it is not in the chat any more
	NeverShown    Obstacle = "blocked"        // it was refused before anybody saw it
	ShownMasked   Obstacle = "rewritten"      // what is kept here is the original, which nobody saw
	OnlineOnly    Obstacle = "online_only"    // the platform keeps no copy
	TooOld        Obstacle = "too_old"        // older than the platform keeps messages
	LiveTooOld    Obstacle = "live_too_old"   // in a live group, past its hour
	Dissolved     Obstacle = "dissolved"      // the conversation was ended for all
	NotConfigured Obstacle = "not_configured" // the app is in the configuration no more
	BeingRecalled Obstacle = "being_recalled" // a recall of it is under way: a request would join it
	UnderHold     Obstacle = "legal_hold"     // a legal hold keeps it
	LetStay       Obstacle = "let_stay"       // a person decided that it stays: a request has to say that it is meant anyway
)

// Obstacles lists every obstacle.
var Obstacles = []Obstacle{
	GoneAlready, NeverShown, ShownMasked, OnlineOnly, TooOld, LiveTooOld, Dissolved, NotConfigured, BeingRecalled,
	UnderHold, LetStay,
}

// Words returns the obstacle as a sentence for people.
func (o Obstacle) Words() string { return obstacleWords[o] }

var obstacleWords = map[Obstacle]string{
	GoneAlready:   "It is not in the chat any more.",
	NeverShown:    "It was blocked before anybody saw it.",
	ShownMasked:   "It was shown masked; what is kept here is the original, which nobody saw.",
	OnlineOnly:    "It was sent online-only: the platform keeps no copy that could be recalled.",
	TooOld:        "It is older than the platform's recall window.",
	LiveTooOld:    "It is in a live group, where a recall is possible for one hour only.",
	Dissolved:     "Its conversation was dissolved, and its messages went with it.",
	NotConfigured: "Its app is not in the configuration any more, so nobody can ask the platform.",
	BeingRecalled: "It is being taken back already; asking again would join that recall.",
	UnderHold:     "It is under a legal hold, and is not taken back until that is lifted.",
	LetStay:       "Somebody decided that it may stay; it is taken back only if that is meant anyway.",
}

// Obstacle returns what stands against taking m back at the given time, as far as
// the message itself tells.
func (m Message) Obstacle(now time.Time) Obstacle {
	late := !m.Deadline.IsZero() && !now.Before(m.Deadline)
	switch {
	case m.State == Blocked:
		return NeverShown
	case m.State == Rewritten:
		return ShownMasked
	case m.State != Visible:
		return GoneAlready
	case m.Conversation.DissolvedAt.After(m.SentAt): // a group made anew under the same name lives on
		return Dissolved
	case m.Ephemeral:
		return OnlineOnly
	case late && m.Conversation.Kind == Live:
		return LiveTooOld
	case late:
		return TooOld
	}
	return ""
}

// Recallable reports whether the platform can still be asked to take m back at
// the given time, and if not, why, as a sentence for people.
func (m Message) Recallable(now time.Time) (ok bool, why string) {
	o := m.Obstacle(now)
	return o == "", o.Words()
}

// Likelihood says in one word how a recall would most likely end.
type Likelihood string

// The likelihoods, best first.
const (
	Surely     Likelihood = "sure"   // gone before anybody read it
	Likely     Likelihood = "likely" // gone, and who read it before is not known
	Partly     Likelihood = "partly" // gone for some, or read by some before
	Impossible Likelihood = "impossible"
)

// Likelihoods lists every likelihood.
var Likelihoods = []Likelihood{Surely, Likely, Partly, Impossible}
