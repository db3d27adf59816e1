package store

import (
	"slices"

	"github.com/takeback-chat/takeback/models"
)

type hookDeliveryRow struct {
	ID          string `gorm:"primaryKey;type:text;index:hook_deliveries_hook,priority:2"`
	Hook        string `gorm:"not null;index:hook_deliveries_hook,priority:1;index:hook_deliveries_due,priority:1,where:state = 'waiting'"`
	Event       string `gorm:"not null"`
	Thing       string `gorm:"not null"`
	Body        string `gorm:"not null"`
	State       string `gorm:"not null"`
	Attempts    int64  `gorm:"not null"`
	Status      int64  `gorm:"not null"`
	Explanation string `gorm:"not null"`
	MadeAt      int64  `gorm:"not null"`
	DueAt       int64  `gorm:"not null;index:hook_deliveries_due,priority:2"`
	DeliveredAt int64  `gorm:"not null"`
	Fence       int64  `gorm:"not null"`
	LeasedUntil int64  `gorm:"not null"`
}

func (hookDeliveryRow) TableName() string { return "hook_deliveries" }

func (r hookDeliveryRow) model() models.HookDelivery {
	return models.HookDelivery{
		ID: models.HookDeliveryID(r.ID), Hook: r.Hook, Event: r.Event, Thing: r.Thing, Body: r.Body, State: models.HookState(r.State),
		Attempts: int(r.Attempts), Status: int(r.Status), Explanation: r.Explanation,
		MadeAt: fromMillis(r.MadeAt), DueAt: fromMillis(r.DueAt), DeliveredAt: fromMillis(r.DeliveredAt),
	}
}

type hookEndpointRow struct {
	Hook         string `gorm:"primaryKey;type:text"`
	FailingSince int64  `gorm:"not null"`
	DisabledAt   int64  `gorm:"not null"`
}

func (hookEndpointRow) TableName() string { return "hook_endpoints" }

var hookDeliveriesTable = &table{name: "hook_deliveries", columns: slices.Concat(
	texts("id", "hook", "event", "thing", "body", "state"), numbers("attempts", "status"), texts("explanation"),
	numbers("made_at", "due_at", "delivered_at", "fence", "leased_until"),
)}
