package main

import (
	"github.com/takeback-chat/takeback/jobs"
	"github.com/takeback-chat/takeback/models"
)

// coverage says how messages are found that were never delivered. The intake
// that takes them in is opened after the jobs that find them.
func (a *app) coverage() *jobs.Coverage {
	b := a.conf.Backfill
	rates := map[string]int{}
	for _, c := range a.conf.Apps {
		rates[c.ID] = c.Tencent.HistoryRate
	}
	return &jobs.Coverage{
		Store: a.store, Intake: func() jobs.Intake { return a.intake }, Rates: rates,
		Cadence: models.Cadence{Grace: b.Grace, Ask: b.Ask, Poll: b.Direct, PollFor: b.DirectFor},
	}
}
