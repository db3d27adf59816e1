package main

import (
	"github.com/takeback-chat/takeback/config"
	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/models/store"
	"github.com/takeback-chat/takeback/platforms"
	"github.com/takeback-chat/takeback/server/access"
)

// sweepsOf puts together what orders and runs sweeps.
func sweepsOf(conf config.Config, door *access.Door, s *store.Store, roles *platforms.Standings, adapters map[string]platforms.Adapter) *access.Sweeps {
	rates := map[string]int{}
	for _, c := range conf.Apps {
		rates[c.ID] = c.Tencent.Rate
	}
	return access.NewSweeps(access.SweepOptions{
		Door: door, Store: s, Staff: roles, Second: conf.Sweeps.SecondPerson,
		Pace: func(app string, kind models.ConversationKind) access.Pace {
			a, ok := adapters[app]
			if !ok {
				return access.Pace{}
			}
			return access.Pace{Batch: a.Limits(kind).Batch, Rate: rates[app]}
		},
	})
}
