package tencentsim

import (
	"net/http"
	"slices"
	"time"
)

// opening is all that a page begins with.
type opening struct {
	Windows  []windowView       `json:"windows"`
	Faults   map[string]float64 `json:"faults"`
	Samples  []string           `json:"samples"`
	Counters counterView        `json:"counters"`
	Paused   bool               `json:"paused"`
	Playing  bool               `json:"playing"`
}

type counterView struct {
	Calls    int `json:"calls"`
	Webhooks int `json:"webhooks"`
	Recalled int `json:"recalled"`
}

func (s *Sim) opening() opening {
	st := opening{Windows: []windowView{}, Faults: s.faults.view(), Samples: sampleLabels(), Counters: s.countersView()}
	st.Playing, st.Paused = s.talk.state()
	for _, g := range s.all() {
		g.mu.Lock()
		if !g.destroyed {
			st.Windows = append(st.Windows, s.windowsOf(g, true)...)
		}
		g.mu.Unlock()
	}
	s.mu.RLock()
	pairs := s.pairs
	s.mu.RUnlock()
	for _, p := range pairs {
		st.Windows = append(st.Windows, s.directState(p))
	}
	return st
}

func (s *Sim) directState(p pair) windowView {
	d := s.chat(p.a, p.b)
	d.mu.Lock()
	defer d.mu.Unlock()
	w := s.directWindow(p)
	w.Messages = s.viewsOf(w.Conversation, d.msgs)
	return w
}

func (s *Sim) countersView() counterView {
	c := s.Calls()
	v := counterView{Recalled: c.Recalled}
	for _, n := range c.REST {
		v.Calls += n
	}
	for _, n := range c.Webhooks {
		v.Webhooks += n
	}
	return v
}

const (
	heartbeat    = 15 * time.Second
	counterEvery = time.Second
	writeWithin  = 10 * time.Second
)

// serveEvents is the one stream of a page: the state first, then what happens.
func (s *Sim) serveEvents(w http.ResponseWriter, r *http.Request) {
	v := s.feed.open() // before the state is read, so that nothing falls between
	defer s.feed.leave(v)
	w.Header().Set("Content-Type", "text/event-stream")
	out := &stream{w: w, rc: http.NewResponseController(w)}
	out.write([]byte("retry: 1000\n\n"))
	out.write(sseFrame("state", s.opening()))
	tick := time.NewTicker(counterEvery)
	defer tick.Stop()
	var last counterView
	for out.err == nil {
		select {
		case <-r.Context().Done():
			return
		case frame, open := <-v.frames:
			if !open {
				return
			}
			out.write(append(slices.Clip(frame), v.pending()...))
		case <-tick.C:
			if c := s.countersView(); c != last {
				last = c
				out.write(sseFrame("counters", c))
			} else {
				out.beat()
			}
		}
	}
}

// pending takes what has gathered meanwhile, so that it goes out in one write.
func (v *viewer) pending() []byte {
	var all []byte
	for {
		select {
		case frame, open := <-v.frames:
			if !open {
				return all
			}
			all = append(all, frame...)
		default:
			return all
		}
	}
}

// stream writes to one page; after the first error it stays silent.
type stream struct {
	w    http.ResponseWriter
	rc   *http.ResponseController
	last time.Time
	err  error
}

func (o *stream) write(b []byte) {
	if o.err != nil {
		return
	}
	o.last = time.Now()
	_ = o.rc.SetWriteDeadline(o.last.Add(writeWithin)) // not every writer has deadlines
	if _, o.err = o.w.Write(b); o.err == nil {
		o.err = o.rc.Flush()
	}
}

// beat keeps a silent connection alive.
func (o *stream) beat() {
	if time.Since(o.last) > heartbeat {
		o.write([]byte(": alive\n\n"))
	}
}
