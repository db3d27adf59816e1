package api

import (
	"time"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/server/report"
)

// reportView is the outcome report of one recall.
type reportView struct {
	Result   report.Result   `json:"result"`
	Words    string          `json:"words"`
	Timeline []stepView      `json:"timeline"`
	Visible  float64         `json:"visible_seconds"`
	Still    bool            `json:"still_visible"` // nothing proves that it is gone
	Deadline report.Deadline `json:"deadline,omitzero"`
	Calls    []callView      `json:"calls"`
	Joined   []joinerView    `json:"joined"`
	Stopped  string          `json:"withdrawn_by,omitzero"`
}

type stepView struct {
	Step string  `json:"step"`
	At   moment  `json:"at"`
	Gap  float64 `json:"gap_seconds"` // since the step before
}

type callView struct {
	At    moment             `json:"at"`
	Ended moment             `json:"ended_at,omitzero"`
	State models.RecallState `json:"state,omitzero"` // what the recall became by it
	Code  string             `json:"code,omitzero"`
	By    string             `json:"by"`
}

type joinerView struct {
	Actor     string            `json:"actor"`
	Authority models.Authority  `json:"authority"`
	Trigger   models.Trigger    `json:"trigger"`
	Reason    models.ReasonCode `json:"reason,omitzero"`
	At        moment            `json:"at"`
}

func viewReport(r report.Report) *reportView {
	v := &reportView{
		Result: r.Result, Words: r.Words, Visible: seconds(r.Visible), Still: r.Still, Deadline: r.Deadline, Stopped: r.Stopped,
		Timeline: make([]stepView, len(r.Steps)), Calls: make([]callView, len(r.Calls)), Joined: make([]joinerView, len(r.Joined)),
	}
	for i, s := range r.Steps {
		v.Timeline[i] = stepView{s.Name, moment(s.At), seconds(s.Gap)}
	}
	for i, c := range r.Calls {
		v.Calls[i] = callView{moment(c.At), moment(c.Ended), c.State, c.Code, c.By}
	}
	for i, j := range r.Joined {
		v.Joined[i] = joinerView{j.Actor, j.Authority, j.Trigger, j.Reason, moment(j.At)}
	}
	return v
}

// seconds is a duration with milliseconds.
func seconds(d time.Duration) float64 { return float64(d.Milliseconds()) / 1000 }
