package storetest

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"

	"github.com/google/go-cmp/cmp"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/models/store"
)

func keepsManyAtOnce(b *bench) {
	const callers, each = 16, 25
	var wg sync.WaitGroup
	for c := range callers {
		wg.Go(func() {
			for i := range each {
				in := posted(fmt.Sprintf("%d-%d", c, i), "text")
				if i%5 == 0 {
					in = found(in, models.VerdictRecall)
				}
				kept, err := b.store.Keep(b.Context(), app, []models.Judged{in})
				if err != nil || kept[0].Result != models.KeptNew {
					b.Errorf("Keep = %v, %v", kept, err)
					return
				}
				if m, err := b.store.Message(b.Context(), everything, kept[0].Message); err != nil || m.Ref != in.Event.Message.Ref {
					b.Errorf("what was kept is not there: %v", err)
				}
			}
		})
	}
	wg.Wait()
	cs, _, err := b.store.Conversations(b.Context(), everything, models.ConversationFilter{App: app})
	if err != nil || len(cs) != 1 || cs[0].Messages != callers*each {
		b.Errorf("conversations = %+v, %v, want one of %d messages", cs, err, callers*each)
	}
	backlog, err := b.store.Backlog(b.Context())
	if err != nil || backlog[models.Queued] != callers*each/5 {
		b.Errorf("backlog = %v, %v", backlog, err)
	}
	if report := b.verify(); report.Entries != callers*each/5 {
		b.Errorf("the audit has %d entries, want %d", report.Entries, callers*each/5)
	}
}

// badRecordFailsAlone lets a record that the database refuses wait together
// with good ones. PostgreSQL refuses bytes that are no text; SQLite takes them.
// An event of no known kind both refuse, with all that came with it.
func badRecordFailsAlone(b *bench) {
	release := b.hold()
	var wg sync.WaitGroup
	for i := range 20 {
		wg.Go(func() {
			if _, err := b.store.Keep(b.Context(), app, []models.Judged{posted(ref(i), "good")}); err != nil {
				b.Errorf("a good record failed with the bad one: %v", err)
			}
		})
	}
	bad := found(posted("bad", "bad"), models.VerdictReview)
	bad.Event.Message.Findings[0].Mask = "a zero byte \x00 and half a rune \xe4"
	bad.Event.Message.Sender = strings.Repeat("x", 3) + "\xff\x00"
	wg.Go(func() {
		_, err := b.store.Keep(b.Context(), app, []models.Judged{bad})
		if err != nil && strings.Contains(err.Error(), "half a rune") {
			b.Errorf("the error quotes the record: %v", err)
		}
	})
	odd := posted("odd", "odd")
	odd.Event.Kind = "odd"
	wg.Go(func() {
		if _, err := b.store.Keep(b.Context(), app, []models.Judged{posted("with odd", "x"), odd}); !errors.Is(err, models.ErrInvalid) {
			b.Errorf("a record that makes no sense: %v, want ErrInvalid", err)
		}
	})
	release()
	wg.Wait()
	ms, _, err := b.store.Messages(b.Context(), everything, models.MessageFilter{Sender: "alice"})
	if err != nil || len(ms) != 20 {
		b.Errorf("%d good messages are kept, %v, want 20", len(ms), err)
	}
}

// hold keeps the writer busy until the release, so that what is written
// meanwhile waits together. It keeps a conversation of its own: "hold".
func (b *bench) hold() (release func()) {
	entered, leave := make(chan struct{}), make(chan struct{})
	stop := sync.OnceFunc(func() { close(entered); <-leave })
	b.onAnnounce.Store(&stop)
	var wg sync.WaitGroup
	wg.Go(func() {
		in := posted("hold", "hold")
		in.Event.Message.Sender = "holder"
		in.Event.Conversation = models.Conversation{Kind: models.Group, Ref: "hold", Group: "hold"}
		if _, err := b.store.Keep(context.Background(), "held", []models.Judged{in}); err != nil {
			b.Errorf("hold: %v", err)
		}
	})
	<-entered
	b.onAnnounce.Store(nil)
	return func() { close(leave); wg.Wait() }
}

func twoNodesKeepOnce(b *bench) {
	other := b.open(store.Options{Node: "two"})
	var wg sync.WaitGroup
	var mu sync.Mutex
	results := map[models.KeepResult]int{}
	for _, s := range []*store.Store{b.store, other} {
		for c := range 4 {
			wg.Go(func() {
				for i := range 10 {
					in := found(posted(fmt.Sprintf("%d-%d", c, i), "same"), models.VerdictRecall)
					kept, err := s.Keep(b.Context(), app, []models.Judged{in})
					if err != nil {
						b.Error(err)
						return
					}
					mu.Lock()
					results[kept[0].Result]++
					mu.Unlock()
				}
			})
		}
	}
	wg.Wait()
	want := map[models.KeepResult]int{models.KeptNew: 40, models.KeptDuplicate: 40}
	if diff := cmp.Diff(want, results); diff != "" {
		b.Errorf("results (-want +got):\n%s", diff)
	}
	cs, _, _ := b.store.Conversations(b.Context(), everything, models.ConversationFilter{})
	if len(cs) != 1 || cs[0].Messages != 40 {
		b.Errorf("conversations = %+v, want one of 40 messages", cs)
	}
	b.verify()
}

func closedStoreRefuses(b *bench) {
	s := b.open(store.Options{Node: "brief"})
	if err := s.Ready(b.Context()); err != nil {
		b.Errorf("Ready: %v", err)
	}
	if err := s.Close(); err != nil {
		b.Fatal(err)
	}
	if _, err := s.Keep(b.Context(), app, []models.Judged{posted("1", "x")}); !errors.Is(err, models.ErrBusy) {
		b.Errorf("a closed store keeps: %v, want ErrBusy", err)
	}
	if err := s.Ready(b.Context()); err == nil {
		b.Error("a closed store is ready")
	}
}

func refusesNonsense(b *bench) {
	noPlace := posted("1", "x")
	noPlace.Event.Conversation = models.Conversation{}
	noRef := posted("", "x")
	noMessage := posted("1", "x")
	noMessage.Event.Message = nil
	odd := posted("1", "x")
	odd.Event.Kind = "odd"
	for name, in := range map[string]models.Judged{
		"no conversation": noPlace, "no ref": noRef, "no message": noMessage, "an unknown kind": odd,
	} {
		if _, err := b.store.Keep(b.Context(), app, []models.Judged{in}); !errors.Is(err, models.ErrInvalid) {
			b.Errorf("%s: %v, want ErrInvalid", name, err)
		}
	}
}
