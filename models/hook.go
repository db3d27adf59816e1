package models

import (
	"strings"
	"time"
)

// HookLog is how long a delivery that is over stays in the log.
const HookLog = 30 * 24 * time.Hour

// HookDeliveryID names one event on its way to one endpoint; it is the webhook-id.
type HookDeliveryID string

// Hook is an endpoint of another system that is told what becomes of things here.
type Hook struct {
	ID     string
	Server string   // scheme and host, for people: the rest of the URL may be a secret
	Events []string // "recall.confirmed", "case.*"; none: all
}

// Wants reports whether the endpoint is told of an event.
func (h Hook) Wants(event string) bool {
	for _, e := range h.Events {
		if prefix, open := strings.CutSuffix(e, "*"); e == event || open && strings.HasPrefix(event, prefix) {
			return true
		}
	}
	return len(h.Events) == 0
}

// HookStatus is how an endpoint fares.
type HookStatus struct {
	Hook
	Waiting      int64     // deliveries that are not over
	FailingSince time.Time // zero: the last one was taken
	DisabledAt   time.Time // zero: it is called
}

// HookState is where a delivery to an endpoint stands.
type HookState string

// The states of a delivery to an endpoint.
const (
	HookWaiting   HookState = "waiting"
	HookDelivered HookState = "delivered"
	HookFailed    HookState = "failed" // nobody tries any more, unless a person says so
)

// HookStates lists every state.
var HookStates = []HookState{HookWaiting, HookDelivered, HookFailed}

// HookDelivery is one event on its way to one endpoint.
type HookDelivery struct {
	ID          HookDeliveryID
	Hook        string
	Event       string
	Thing       string
	Body        string
	State       HookState
	Attempts    int
	Status      int // the last HTTP status; 0: none came
	Explanation string
	MadeAt      time.Time
	DueAt       time.Time
	DeliveredAt time.Time
}

// HookClaim is a delivery that a worker has leased.
type HookClaim struct {
	HookDelivery
	Fence int
}

// HookSettlement is what a worker learned of a claimed delivery.
type HookSettlement struct {
	Delivery    HookDeliveryID
	Fence       int
	Delivered   bool
	Status      int
	Explanation string
	DueAt       time.Time // of the next try; zero: there is none
	Gone        bool      // the endpoint said that it is there no more
}

// HookFilter narrows a list of deliveries.
type HookFilter struct {
	Hook  string
	State HookState
	Page
}
