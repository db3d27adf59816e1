package console

import (
	"bufio"
	"context"
	"net/http"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/takeback-chat/takeback/models"
)

// patience is how long a stream is listened to.
const patience = time.Minute

// listener reads the events of a stream.
type listener struct {
	t      testing.TB
	lines  *bufio.Scanner
	status int
	kind   string
}

func (b *browser) listen(path string) *listener {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.t.Context(), patience)
	b.t.Cleanup(cancel)
	res, err := b.client.Do(b.request(http.MethodGet, path, nil).WithContext(ctx))
	if err != nil {
		b.t.Fatal(err)
	}
	b.t.Cleanup(func() { _ = res.Body.Close() })
	lines := bufio.NewScanner(res.Body)
	lines.Buffer(nil, 1<<20)
	return &listener{b.t, lines, res.StatusCode, res.Header.Get("Content-Type")}
}

// next returns the data of the next event that holds the words.
func (l *listener) next(words string) string {
	l.t.Helper()
	var data strings.Builder
	for l.lines.Scan() {
		line := l.lines.Text()
		if text, ok := strings.CutPrefix(line, "data: "); ok {
			data.WriteString(text + "\n")
			continue
		}
		if line == "" && strings.Contains(data.String(), words) {
			return data.String()
		}
		if line == "" {
			data.Reset()
		}
	}
	l.t.Fatalf("the stream ended without %q: %v", words, l.lines.Err())
	return ""
}

// rest reads until the stream ends.
func (l *listener) rest() string {
	var all strings.Builder
	for l.lines.Scan() {
		all.WriteString(l.lines.Text() + "\n")
	}
	return all.String()
}

func TestTheStreamStartsWithTheWholeList(t *testing.T) {
	w := newWorld(t)
	m := w.posted(sales, "alice", "card "+card)
	l := w.operator().listen("/messages/stream")
	if l.status != http.StatusOK || l.kind != "text/event-stream" {
		t.Fatalf("answered %d, %s", l.status, l.kind)
	}
	first := l.next("#rows")
	if !strings.Contains(first, `hx-swap="innerMorph"`) || !strings.Contains(first, `id="m-`+string(m.ID)) || strings.Contains(first, card) {
		t.Errorf("the first event is %s", first)
	}
}

func TestTheStreamSendsTheRowOfThePage(t *testing.T) {
	w := newWorld(t)
	b := w.operator()
	l := b.listen("/messages/stream?sender=alice")
	l.next("#rows")
	w.posted(sales, "bob", "not for this page")
	m := w.posted(sales, "alice", "card "+card)
	added := l.next("afterbegin")
	if strings.Contains(added, "not for this page") {
		t.Errorf("the filter does not hold in the stream: %s", added)
	}
	_, body := b.get("/messages?sender=alice")
	start := strings.Index(body, `<tr id="m-`+string(m.ID))
	end := strings.Index(body[start:], "</tr>") + start
	if row := body[start:end]; !strings.Contains(added, row) {
		t.Errorf("the page's row\n%s\nis not in the stream:\n%s", row, added)
	}

	w.store.ask(m, models.RecallRequest{Message: m.ID, Reason: models.Reason{Code: models.Abuse}})
	if changed := l.next("outerMorph"); !strings.Contains(changed, "queued") {
		t.Errorf("after the recall the row is %s", changed)
	}
	if numbers := l.next("#numbers"); !strings.Contains(numbers, "<b>1</b>queued") {
		t.Errorf("the numbers are %s", numbers)
	}
}

func TestARowThatFitsNoMoreGoes(t *testing.T) {
	w := newWorld(t)
	m := w.posted(sales, "alice", "hello")
	l := w.operator().listen("/messages/stream?state=visible")
	l.next("#rows")
	m.State = models.Removed
	w.store.post(m)
	l.next(`hx-target="#m-` + string(m.ID) + `" hx-swap="delete"`)
}

func TestAListKeepsItsLength(t *testing.T) {
	w := newWorld(t)
	oldest := w.posted(sales, "alice", "the oldest")
	for range pageRows - 1 {
		w.posted(sales, "alice", "hello")
	}
	l := w.operator().listen("/messages/stream")
	l.next("#rows")
	w.posted(sales, "alice", "one more")
	l.next(`hx-target="#m-` + string(oldest.ID) + `" hx-swap="delete"`)
}

func TestAFloodIsOneList(t *testing.T) {
	w := newWorld(t)
	l := w.operator().listen("/messages/stream")
	l.next("#rows")
	var flood []models.Message
	for range relistFrom + 10 {
		flood = append(flood, w.message(sales, "alice", "hello"))
	}
	var stop atomic.Bool
	var talk sync.WaitGroup
	talk.Go(func() { // the first batch may be small, and a slow machine may cut the next ones
		for !stop.Load() {
			for _, m := range flood {
				w.store.post(m)
			}
			runtime.Gosched()
		}
	})
	defer talk.Wait()
	defer stop.Store(true)
	for {
		if event := l.next("hello"); strings.Contains(event, "innerMorph") {
			return
		}
	}
}

func TestStreamsStayInTheScope(t *testing.T) {
	w := newWorld(t)
	b := w.as("vera", models.Caller{Grant: models.GrantViewer, Groups: []models.Place{{App: "main", Ref: sales.Group}}})
	l := b.listen("/messages/stream")
	l.next("#rows")
	w.posted(east, "wang", "foreign")
	w.posted(sales, "alice", "own")
	if event := l.next("own"); strings.Contains(event, "foreign") {
		t.Errorf("the stream tells of a foreign group: %s", event)
	}
}

func TestEveryLivePageHasItsStream(t *testing.T) {
	w := newWorld(t)
	m := w.posted(sales, "alice", "card "+card)
	c := w.opened(m, models.High)
	r := w.store.ask(m, models.RecallRequest{Message: m.ID, Reason: models.Reason{Code: models.Abuse}})
	b := w.operator()
	for path, part := range map[string]string{
		"/messages": "#rows", "/messages/" + string(m.ID): "#standing", "/recalls": "#rows",
		"/recalls/" + string(r.ID): "#recall", "/queue": "#cases", "/queue/" + string(c.ID): "#decide",
	} {
		p := b.page(path)
		stream := attr(p.one("div[hx-sse:connect]").root, "hx-sse:connect")
		l := b.listen(stream)
		for selector := range targets(l.next(part)) {
			if len(p.find(selector)) != 1 {
				t.Errorf("%s sends a part for %s, which the page has not", stream, selector)
			}
		}
	}
}

// targets lists where the parts of an event go.
func targets(event string) map[string]bool {
	found := map[string]bool{}
	for _, part := range strings.Split(event, `hx-target="`)[1:] {
		selector, _, _ := strings.Cut(part, `"`)
		found[selector] = true
	}
	return found
}

func TestAStreamEndsWithTheSession(t *testing.T) {
	w := newWorld(t)
	b := w.operator()
	l := b.listen("/messages/stream")
	l.next("#rows")
	b.post("/sign-out")
	w.pass(recheck + time.Second)
	w.posted(sales, "alice", "after the end")
	for l.lines.Scan() {
		if strings.Contains(l.lines.Text(), "after the end") {
			t.Error("the stream goes on after the sign-out")
		}
	}
}

// Changes are announced while a stream looks again what its viewer may see; the race
// detector tells whether the two meet.
func TestAStreamIsAskedWhileItLooksAgain(t *testing.T) {
	w := newWorld(t)
	l := w.operator().listen("/messages/stream")
	l.next("#rows")
	ctx, stop := context.WithCancel(t.Context())
	var announcing sync.WaitGroup
	defer announcing.Wait()
	defer stop()
	announcing.Go(func() {
		for ctx.Err() == nil {
			w.hub.Announce(models.Change{Kind: models.MessageChanged, ID: "none", Conversation: sales})
		}
	})
	for n := range 5 {
		w.pass(recheck)
		w.posted(sales, "alice", "message "+strconv.Itoa(n))
		l.next("message " + strconv.Itoa(n))
	}
}

func TestAStreamIsWokenByItsScopeOnly(t *testing.T) {
	s := &sender{}
	s.shows(models.Scope{Groups: []models.Place{{App: "main", Ref: sales.Group}}})
	for _, tc := range []struct {
		change models.Change
		want   bool
	}{
		{models.Change{Kind: models.MessageChanged, Conversation: sales}, true},
		{models.Change{Kind: models.MessageChanged, Conversation: east}, false},
		{models.Change{Kind: models.RecallChanged, Conversation: pair}, false},
		{models.Change{Kind: models.PolicyChanged}, true},
	} {
		if got := s.concerns(tc.change); got != tc.want {
			t.Errorf("%s in %q wakes it: %v", tc.change.Kind, tc.change.Conversation.Ref, got)
		}
	}
}
