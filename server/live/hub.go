// Package live tells open screens and streams what was committed: a hub that
// takes changes from the store and hands each viewer batches of them.
//
// Nobody waits for a viewer. One who takes its batches too slowly loses them
// and is told to reload, which gives the same end: everything here is a hint
// to look again, and the truth is in the store.
package live

import (
	"maps"
	"slices"
	"sync"

	"github.com/takeback-chat/takeback/models"
)

// Hub hands changes to viewers. The zero value is not usable; see NewHub.
type Hub struct {
	mu      sync.RWMutex // guards what follows
	viewers map[*Viewer]struct{}
	closed  bool
}

// NewHub returns a hub without viewers. It owns no goroutine.
func NewHub() *Hub { return &Hub{viewers: map[*Viewer]struct{}{}} }

// Announce tells every viewer of a change. It never blocks: the store calls it
// after each commit.
func (h *Hub) Announce(c models.Change) {
	h.mu.RLock()
	defer h.mu.RUnlock()
	for v := range h.viewers {
		v.add(c)
	}
}

// Subscribe opens a viewer of every change. Whoever opens it closes it.
func (h *Hub) Subscribe() *Viewer { return h.SubscribeTo(nil) }

// SubscribeTo opens a viewer of the changes for which shows is true (nil: all),
// so that a flood elsewhere does not make it fall behind. shows is called under
// the hub's locks: it must be quick, and call nothing of the hub.
func (h *Hub) SubscribeTo(shows func(models.Change) bool) *Viewer {
	v := newViewer(h, shows)
	if !h.add(v) {
		v.Close()
	}
	return v
}

// Close closes every viewer, and any opened from now on: streams end, so that a
// server which stops need not wait for them. Announce still may be called.
func (h *Hub) Close() {
	for _, v := range h.end() {
		v.Close()
	}
}

// Viewers returns how many viewers are open.
func (h *Hub) Viewers() int {
	h.mu.RLock()
	defer h.mu.RUnlock()
	return len(h.viewers)
}

func (h *Hub) add(v *Viewer) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if !h.closed {
		h.viewers[v] = struct{}{}
	}
	return !h.closed
}

func (h *Hub) end() []*Viewer {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.closed = true
	return slices.Collect(maps.Keys(h.viewers))
}

func (h *Hub) drop(v *Viewer) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.viewers, v)
}
