package tencentsim

import (
	"encoding/json"
	"sync"
)

// feed carries what happens to the open chat pages.
type feed struct {
	mu      sync.Mutex // guards all below
	viewers map[*viewer]struct{}
	closed  bool
}

// viewer is one open page. Its channel is closed when it falls behind or the
// simulator ends; the page then connects again and gets the whole state.
type viewer struct{ frames chan []byte }

const viewerBacklog = 1024

func newFeed() *feed { return &feed{viewers: map[*viewer]struct{}{}} }

func (f *feed) open() *viewer {
	f.mu.Lock()
	defer f.mu.Unlock()
	v := &viewer{frames: make(chan []byte, viewerBacklog)}
	if f.closed {
		close(v.frames)
	} else {
		f.viewers[v] = struct{}{}
	}
	return v
}

func (f *feed) leave(v *viewer) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.drop(v)
}

func (f *feed) drop(v *viewer) {
	if _, watching := f.viewers[v]; watching {
		delete(f.viewers, v)
		close(v.frames)
	}
}

func (f *feed) close() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.closed = true
	for v := range f.viewers {
		f.drop(v)
	}
}

// publish sends an event to every page; it never blocks. make is called only if
// somebody watches.
func (f *feed) publish(kind string, make func() any) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.viewers) == 0 {
		return
	}
	frame := sseFrame(kind, make())
	for v := range f.viewers {
		select {
		case v.frames <- frame:
		default:
			f.drop(v)
		}
	}
}

// sseFrame is one server-sent event.
func sseFrame(kind string, data any) []byte {
	raw, err := json.Marshal(data)
	if err != nil {
		panic("tencentsim: an event does not encode: " + err.Error()) // views hold plain values
	}
	return append([]byte("event: "+kind+"\ndata: "), append(raw, "\n\n"...)...)
}
