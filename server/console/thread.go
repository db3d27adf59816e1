package console

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/takeback-chat/takeback/models"
)

// thread is a stretch of a conversation as people see it in the chat: oldest first,
// the newest below, and what is not there in its place.
type thread struct {
	Conversation models.Conversation
	Rows         []threadRow
	Older        string // URL of the stretch before; empty at the beginning
	Newest       string // URL of the newest stretch; empty on it
}

// threadRow is a message, or numbers of which there is none.
type threadRow struct {
	Key     string // names it on the page
	Message *threadMessage
	Gap     *threadGap
}

// threadMessage is one message as it stands in the conversation.
type threadMessage struct {
	messageRow

	SentAt    time.Time
	Role      models.Role    // of its sender, where that one leads the conversation
	Taken     *models.Recall // its latest recall
	RemovedBy string
	Late      models.Closing // how it came, where it had been missed
}

// threadGap is a run of numbers without a message.
type threadGap struct {
	models.Range

	Class string // open, or how it was closed
	Hole  models.Hole
}

// stretch is which part of a conversation the URL asks for: what ends with a
// number, or what begins behind a cursor. The zero value is the newest.
type stretch struct {
	To     int64
	Cursor string
}

// threadRows is how long a stretch is.
const threadRows = 100

// threadText is how much of a message a thread shows, in characters.
const threadText = 2000

func (v *visit) stretch() stretch {
	to, err := strconv.ParseInt(v.query("to"), 10, 64)
	if err != nil || to < 1 {
		to = 0
	}
	return stretch{to, v.query("cursor")}
}

func (s stretch) values() url.Values {
	if s.To > 0 {
		return values("to", strconv.FormatInt(s.To, 10))
	}
	return values("cursor", s.Cursor)
}

// thread reads a stretch. Where the platform numbers what is posted, its numbers give
// the order and show what is missing; elsewhere the messages stand as they came.
func (v *visit) thread(place conversationBox, s stretch) (thread, error) {
	t := thread{Conversation: place.Conversation}
	var err error
	if place.Coverage.Newest > 0 && s.Cursor == "" {
		err = v.byNumber(&t, place.Coverage, s)
	} else {
		err = v.byArrival(&t, s)
	}
	if err != nil {
		return t, err
	}
	return t, v.dress(&t, place.Leaders)
}

func (t *thread) path() string { return "/conversations/" + string(t.Conversation.ID) }

// byArrival shows messages in the order in which they were sent, page by page as they came in.
func (v *visit) byArrival(t *thread, s stretch) error {
	found, next, err := v.newestOf(t.Conversation, models.Page{Cursor: s.Cursor, Limit: threadRows})
	if err != nil {
		return err
	}
	slices.Reverse(found)
	slices.SortStableFunc(found, func(a, b models.Message) int { return a.SentAt.Compare(b.SentAt) })
	for _, m := range found {
		t.Rows = append(t.Rows, v.threadMessage(m))
	}
	t.Older, t.Newest = pages(t.path(), s.values(), next)
	return nil
}

func (v *visit) newestOf(c models.Conversation, p models.Page) ([]models.Message, string, error) {
	found, next, err := v.Store.Messages(v.ctx(), v.scope, models.MessageFilter{In: c.ID, Page: p})
	if err != nil {
		return nil, "", fmt.Errorf("messages of conversation %s: %w", c.ID, err)
	}
	return found, next, nil
}

// byNumber shows what ends with a number: its messages, and the holes between them.
func (v *visit) byNumber(t *thread, covered models.Coverage, s stretch) error {
	newest, err := v.newestNumber(t.Conversation, covered)
	if err != nil {
		return err
	}
	to := newest
	if s.To > 0 && s.To < newest {
		to, t.Newest = s.To, t.path()
	}
	r := models.Range{First: max(1, to-threadRows+1), Last: to}
	if r.First > covered.First {
		t.Older = at(t.path(), stretch{To: r.First - 1}.values())
	}
	return v.fill(t, r)
}

// newestNumber is the highest number that is known: coverage counts once a second, and
// what came since then is among the messages.
func (v *visit) newestNumber(c models.Conversation, covered models.Coverage) (int64, error) {
	latest, _, err := v.newestOf(c, models.Page{Limit: 10})
	newest := covered.Newest
	for _, m := range latest {
		if n, ok := v.Chats.Number(c, m.Ref); ok {
			newest = max(newest, n)
		}
	}
	return newest, err
}

func (v *visit) fill(t *thread, r models.Range) error {
	refs := make([]string, 0, r.Len())
	for n := r.First; n <= r.Last; n++ {
		refs = append(refs, v.Chats.Ref(t.Conversation, n))
	}
	found, err := v.Store.MessagesNamed(v.ctx(), v.scope, t.Conversation.ID, refs)
	if err != nil {
		return fmt.Errorf("messages of conversation %s: %w", t.Conversation.ID, err)
	}
	holes, err := v.Store.HolesWithin(v.ctx(), t.Conversation.ID, r)
	if err != nil {
		return fmt.Errorf("holes of conversation %s: %w", t.Conversation.ID, err)
	}
	by := map[int64]models.Message{}
	for _, m := range found {
		if n, ok := v.Chats.Number(t.Conversation, m.Ref); ok {
			by[n] = m
		}
	}
	for n := r.First; n <= r.Last; n++ {
		v.stand(t, n, by, holes)
	}
	return nil
}

// stand puts into the thread what stands at a number.
func (v *visit) stand(t *thread, n int64, by map[int64]models.Message, holes []models.Hole) {
	at := slices.IndexFunc(holes, func(h models.Hole) bool { return h.First <= n && n <= h.Last })
	m, kept := by[n]
	switch {
	case kept:
		row := v.threadMessage(m)
		if at >= 0 {
			row.Message.Late = holes[at].How
		}
		t.Rows = append(t.Rows, row)
	case at >= 0:
		t.gap(n, holes[at])
	}
}

// gap adds a number of a hole to the run before it, or begins one.
func (t *thread) gap(n int64, h models.Hole) {
	if last := len(t.Rows) - 1; last >= 0 {
		if g := t.Rows[last].Gap; g != nil && g.Hole.ID == h.ID && g.Last == n-1 {
			g.Last = n
			return
		}
	}
	g := &threadGap{models.Range{First: n, Last: n}, holeClass(h), h}
	t.Rows = append(t.Rows, threadRow{Key: fmt.Sprintf("g-%d", n), Gap: g})
}

func (v *visit) threadMessage(m models.Message) threadRow {
	row := v.messageRow(m, nil)
	row.Said = v.said(m, threadText)
	return threadRow{Key: "t-" + string(m.ID), Message: &threadMessage{messageRow: row, SentAt: m.SentAt, RemovedBy: m.RemovedBy}}
}

// dress adds what became of the messages, and what their senders are.
func (v *visit) dress(t *thread, leaders leadersBox) error {
	taken, err := v.recallsIn(t)
	if err != nil {
		return err
	}
	roles := map[string]models.Role{}
	for _, s := range leaders.Standings {
		roles[s.Account] = s.Role
	}
	for _, row := range t.Rows {
		if m := row.Message; m != nil {
			m.Role = roles[m.Sender]
			if r, ok := taken[m.ID]; ok {
				m.Taken, m.Recall = &r, pillOf(r)
			}
		}
	}
	return nil
}

// recallsIn finds the latest recall of each message of a thread.
func (v *visit) recallsIn(t *thread) (map[models.MessageID]models.Recall, error) {
	var ids []models.MessageID
	for _, row := range t.Rows {
		if m := row.Message; m != nil {
			ids = append(ids, m.ID)
		}
	}
	taken, err := v.Store.LatestRecalls(v.ctx(), v.scope, ids)
	if err != nil {
		return nil, fmt.Errorf("recalls of conversation %s: %w", t.Conversation.ID, err)
	}
	return taken, nil
}
