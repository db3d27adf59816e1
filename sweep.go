package main

import (
	"time"

	"github.com/takeback-chat/takeback/config"
	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/models/store"
	"github.com/takeback-chat/takeback/platforms"
	"github.com/takeback-chat/takeback/server/access"
)

// copiesOf finds copies of messages, as old as the platform keeps messages.
func copiesOf(conf config.Config, door *access.Door, s *store.Store) *access.Copies {
	windows := map[string]time.Duration{}
	for _, c := range conf.Apps {
		windows[c.ID] = c.Tencent.Roaming
	}
	return access.NewCopies(door, s, func(app string) time.Duration { return windows[app] })
}

// sweepsOf puts together what orders and runs sweeps.
func sweepsOf(conf config.Config, door *access.Door, s *store.Store, roles *platforms.Standings, adapters map[string]platforms.Adapter) *access.Sweeps {
	rates := map[string]int{}
	for _, c := range conf.Apps {
		rates[c.ID] = c.Tencent.Rate
	}
	return access.NewSweeps(access.SweepOptions{
		Door: door, Store: s, Copies: copiesOf(conf, door, s), Staff: roles, Second: conf.Sweeps.SecondPerson,
		Pace: func(app string, kind models.ConversationKind) access.Pace {
			a, ok := adapters[app]
			if !ok {
				return access.Pace{}
			}
			return access.Pace{Batch: a.Limits(kind).Batch, Rate: rates[app]}
		},
	})
}
