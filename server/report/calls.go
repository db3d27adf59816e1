package report

import (
	"strconv"
	"strings"
	"time"

	"github.com/takeback-chat/takeback/models"
)

// Call is one call to the platform, as the audit tells of it.
type Call struct {
	At    time.Time
	Ended time.Time          // when its answer was written down; zero while it is under way
	State models.RecallState // what the recall became by it; empty while it is under way
	Code  string             // the platform's
	By    string             // the worker that made it
}

// Joiner is somebody who asked for what was asked for already.
type Joiner struct {
	Actor     string
	Authority models.Authority
	Trigger   models.Trigger
	Reason    models.ReasonCode
	At        time.Time
}

// calls reads the calls of a recall from its audit entries, oldest first. A claim is
// written before its call leaves, and taken back where none did.
func calls(entries []models.AuditEntry) []Call {
	var all []Call
	before := 0
	for _, e := range entries {
		state, ok := strings.CutPrefix(e.Action, "recall.")
		attempts, err := strconv.Atoi(e.Details["attempts"])
		switch {
		case ok && state == "answered" && len(all) > 0:
			all[len(all)-1].Code = e.Details["code"]
			continue
		case !ok || err != nil:
			continue
		case attempts > before && state == string(models.Sent):
			all = append(all, Call{At: e.At, By: e.Actor})
		case attempts > before: // a call for one that nobody knew the end of
			all = append(all, Call{At: e.At, Ended: e.At, State: models.RecallState(state), Code: e.Details["code"], By: e.Actor})
		case attempts < before && len(all) > 0:
			all = all[:len(all)-1] // no call left after all
		case len(all) > 0 && all[len(all)-1].Ended.IsZero():
			last := &all[len(all)-1]
			last.Ended, last.State, last.Code = e.At, models.RecallState(state), e.Details["code"]
		}
		before = attempts
	}
	return all
}

func joiners(entries []models.AuditEntry) []Joiner {
	var all []Joiner
	for _, e := range entries {
		if e.Action != "recall.joined" {
			continue
		}
		all = append(all, Joiner{
			Actor: e.Actor, Authority: models.Authority(e.Details["authority"]), Trigger: models.Trigger(e.Details["trigger"]),
			Reason: models.ReasonCode(e.Details["reason"]), At: e.At,
		})
	}
	return all
}

// stopped is who withdrew a recall, or "".
func stopped(entries []models.AuditEntry) string {
	for _, e := range entries {
		if e.Action == "recall."+string(models.Cancelled) {
			return e.Actor
		}
	}
	return ""
}
