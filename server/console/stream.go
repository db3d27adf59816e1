package console

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"github.com/takeback-chat/takeback/models"
)

const (
	// heartbeat keeps middle boxes from closing a quiet stream.
	heartbeat = 20 * time.Second
	// recheck is how long a stream goes on before it looks again whether its viewer
	// may still see this.
	recheck = time.Second
	// numbersEvery spares the store: the top bar need not move five times a second.
	numbersEvery = time.Second
	// writeWithin is how long a viewer may take to receive a batch.
	writeWithin = 10 * time.Second
)

// feed knows the live part of one page.
type feed interface {
	// all writes the whole of it anew: at the start, since something may have
	// changed between the page and its stream, and whenever changes were lost.
	all(b *bytes.Buffer) error
	// some writes what a batch of changes touched.
	some(b *bytes.Buffer, batch []models.Change) error
}

// beating is a feed with something to do while its page is open: at the start, and
// at every heartbeat.
type beating interface {
	beat(b *bytes.Buffer) error
}

// ticking is a feed that has something to say once a second at most.
type ticking interface {
	tick(b *bytes.Buffer) error
}

// finite is a feed beside that of the page, which ends by itself. The numbers of the
// top bar are the page's.
type finite interface {
	done() bool
}

// stream sends a page's changes until its viewer goes. Only this goroutine
// writes to the response.
func (v *visit) stream(f feed) error {
	end, aside := f.(finite)
	s := &sender{visit: v, control: http.NewResponseController(v.gin.Writer), checked: v.now, aside: aside, stale: !aside}
	s.shows(v.scope)
	viewer := v.Hub.SubscribeTo(s.concerns)
	defer viewer.Close()
	s.begin()
	if b, ok := f.(beating); ok {
		s.also = b.beat
	}
	if err := errors.Join(s.beat(), s.send(f.all)); err != nil {
		return err
	}
	beat, tick := time.NewTicker(heartbeat), time.NewTicker(numbersEvery)
	defer beat.Stop()
	defer tick.Stop()
	for {
		if aside && end.done() {
			return s.finish()
		}
		var err error
		select {
		case <-v.ctx().Done():
			return nil
		case <-beat.C:
			err = s.beat()
		case <-tick.C:
			err = errors.Join(s.numbersIfStale(), s.tick(f))
		case batch, open := <-viewer.C():
			if !open {
				return nil
			}
			err = s.batch(f, batch, viewer.Lost())
		}
		if errors.Is(err, errSignedOut) {
			return nil // the browser comes back, is refused, and says so
		}
		if err != nil {
			return err
		}
	}
}

// sender writes the events of one stream.
type sender struct {
	*visit

	control *http.ResponseController
	checked time.Time // when the viewer's right was last looked at
	aside   bool      // another stream brings the numbers of the top bar
	stale   bool      // those may have changed
	also    func(*bytes.Buffer) error
	shown   atomic.Pointer[models.Scope] // what concerns may be told of
}

// shows takes over what the viewer may see.
func (s *sender) shows(scope models.Scope) { s.shown.Store(&scope) }

// concerns says which changes can touch any page of this visitor. It is asked by
// whoever announces a change, while the visit goes on.
func (s *sender) concerns(c models.Change) bool {
	return c.Kind == models.PolicyChanged || s.shown.Load().Shows(c.Conversation)
}

func (s *sender) begin() {
	h := s.gin.Writer.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("X-Accel-Buffering", "no")
	s.gin.Status(http.StatusOK)
}

func (s *sender) batch(f feed, batch []models.Change, lost bool) error {
	if err := s.stillMay(); err != nil {
		return err
	}
	s.stale = !s.aside
	if lost || batch == nil {
		return s.send(f.all)
	}
	return s.send(func(b *bytes.Buffer) error { return f.some(b, batch) })
}

func (s *sender) beat() error {
	if err := s.stillMay(); err != nil {
		return err
	}
	if s.also != nil {
		if err := s.send(s.also); err != nil {
			return err
		}
	}
	return s.write([]byte(": still here\n\n"))
}

// stillMay ends the stream of somebody whose session, login or scope is gone.
func (s *sender) stillMay() error {
	s.now = s.Now()
	if s.now.Sub(s.checked) < recheck {
		return nil
	}
	s.checked = s.now
	if err := s.loadSession(); err != nil {
		return err
	}
	if err := s.identify(); err != nil {
		return err
	}
	s.shows(s.scope)
	return nil
}

func (s *sender) tick(f feed) error {
	if t, ok := f.(ticking); ok {
		return s.send(t.tick)
	}
	return nil
}

func (s *sender) numbersIfStale() error {
	if !s.stale {
		return nil
	}
	s.stale = false
	return s.send(func(b *bytes.Buffer) error {
		numbers, err := s.numbers(s.ctx())
		if err != nil {
			return err
		}
		return s.partial(b, "#numbers", "innerMorph", "numbers", numbers)
	})
}

// send writes one event of what fill writes, or nothing where it writes nothing.
func (s *sender) send(fill func(*bytes.Buffer) error) error {
	var b bytes.Buffer
	if err := fill(&b); err != nil {
		return err
	}
	if b.Len() == 0 {
		return nil
	}
	var event bytes.Buffer
	for line := range strings.Lines(b.String()) {
		event.WriteString("data: " + strings.TrimRight(line, "\r\n") + "\n")
	}
	event.WriteString("\n")
	return s.write(event.Bytes())
}

// finish tells the browser that nothing will follow, so that it does not come back.
func (s *sender) finish() error {
	if err := s.write([]byte("event: over\ndata: \n\n")); !errors.Is(err, errSignedOut) {
		return err
	}
	return nil
}

// write sends bytes now. A viewer that is gone ends the stream without a word.
func (s *sender) write(b []byte) error {
	deadline := s.control.SetWriteDeadline(time.Now().Add(writeWithin))
	if deadline != nil && !errors.Is(deadline, http.ErrNotSupported) {
		return errSignedOut
	}
	if _, err := s.gin.Writer.Write(b); err != nil {
		return errSignedOut
	}
	if err := s.control.Flush(); err != nil {
		return errSignedOut
	}
	return nil
}

// partial writes a part with the place where it goes. The place is one of ours,
// never a stranger's word.
func (v *visit) partial(b *bytes.Buffer, target, swap, name string, view any) error {
	fmt.Fprintf(b, `<hx-partial hx-target="%s" hx-swap="%s">`, target, swap)
	if err := v.writePart(b, name, view); err != nil {
		return err
	}
	b.WriteString("</hx-partial>\n")
	return nil
}

// changedMessages lists the messages that a batch touched, each once.
func changedMessages(batch []models.Change) []models.MessageID {
	var ids []models.MessageID
	seen := map[models.MessageID]bool{}
	for _, c := range batch {
		id := c.Message
		if id == "" && c.Kind == models.MessageChanged {
			id = models.MessageID(c.ID)
		}
		if id != "" && !seen[id] {
			seen[id] = true
			ids = append(ids, id)
		}
	}
	return ids
}

func notThere(err error) bool { return errors.Is(err, models.ErrNotFound) }
