package webhooks_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/models/store"
	"github.com/takeback-chat/takeback/models/store/storetest"
	"github.com/takeback-chat/takeback/platforms"
	"github.com/takeback-chat/takeback/rules"
	"github.com/takeback-chat/takeback/webhooks"
)

// line is one event as the bodies of these tests name it: posted, edited, removed or asked.
type line struct {
	Kind, Ref, Sender, Group, Text string
	At                             time.Time
}

// script reads bodies that are a list of lines.
type script struct{ adapter }

func (script) Decode(r platforms.Request) platforms.Delivery {
	var lines []line
	if err := json.Unmarshal(r.Body, &lines); err != nil {
		return platforms.Delivery{Unreadable: []models.SetAside{{Reason: "not_json"}}}
	}
	var d platforms.Delivery
	for _, l := range lines {
		c := models.Conversation{Kind: models.Group, Ref: l.Group, Group: l.Group}
		m := &models.Message{
			Ref: l.Ref, Sender: l.Sender, SentAt: l.At, Revision: 1,
			Elements: []models.Element{{Kind: models.TextElement, Path: "Text", Text: l.Text}},
		}
		switch l.Kind {
		case "removed":
			d.Events = append(d.Events, models.Event{Kind: models.EventRemoved, Conversation: c, Refs: []string{l.Ref}})
		case "asked":
			m.Conversation = c
			d.Proposal = m
		case "edited":
			m.EditedAt = l.At.Add(time.Second)
			d.Events = append(d.Events, models.Event{Kind: models.EventEdited, Conversation: c, Message: m})
		default:
			d.Events = append(d.Events, models.Event{Kind: models.EventPosted, Conversation: c, Message: m})
		}
	}
	return d
}

// room is a group with a service behind it: real rules and a real store.
type room struct {
	*testing.T
	store   *store.Store
	options webhooks.Options
	nodes   []*webhooks.Handler
	start   time.Time
}

var inForce = sync.OnceValues(func() (*rules.Ruleset, error) {
	engine, err := rules.New(rules.Builtin(), rules.Options{})
	return &rules.Ruleset{Engine: engine, Policy: rules.DefaultPolicy(), Version: 1}, err
})

func newRoom(t *testing.T, database string, nodes int) *room {
	t.Helper()
	set, err := inForce()
	if err != nil {
		t.Fatal(err)
	}
	r := &room{T: t, start: time.Now().Truncate(time.Second).UTC()}
	keys := storetest.Keys(t)
	for n := range nodes {
		s, err := store.Open(t.Context(), store.Options{Database: database, Keys: keys, Node: fmt.Sprintf("node%d", n), Migrate: true})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = s.Close() })
		r.store = s
		r.options = webhooks.Options{
			Apps:   []webhooks.App{{ID: "main", PathSecret: secret, Adapter: script{}, Receiver: script{}}},
			Keeper: s, Standings: &standings{}, Judge: func() webhooks.Judge { return set },
			Ring: func(models.ConversationID) {}, MaxBody: 1 << 20, GateBudget: 10 * time.Second, GateLate: webhooks.Deliver,
		}
		r.nodes = append(r.nodes, webhooks.New(r.options))
	}
	return r
}

// say makes lines of texts that alice posted one second after another.
func (r *room) say(texts ...string) []line {
	var lines []line
	for i, text := range texts {
		lines = append(lines, line{
			Ref: strconv.Itoa(i + 1), Sender: "alice", Group: "g1", Text: text, At: r.start.Add(time.Duration(i-len(texts)) * time.Second),
		})
	}
	return lines
}

// deliver posts lines in one delivery to a node and wants a status.
func (r *room) deliver(node, want int, lines ...line) *httptest.ResponseRecorder {
	r.Helper()
	body, err := json.Marshal(lines)
	if err != nil {
		r.Fatal(err)
	}
	w := httptest.NewRecorder()
	r.nodes[node].ServeHTTP(w, httptest.NewRequestWithContext(r.Context(), "POST", good, strings.NewReader(string(body))))
	if w.Code != want {
		r.Errorf("answered %d %s, want %d", w.Code, w.Body, want)
	}
	return w
}

// split returns the refs of the messages that hold a part of a split value, in
// order of ref, and checks that each says so once, and has one recall.
func (r *room) split(group string) string {
	r.Helper()
	found, _, err := r.store.Messages(r.Context(), models.Scope{All: true}, models.MessageFilter{App: "main", Conversation: group})
	if err != nil {
		r.Fatal(err)
	}
	refs := map[string]bool{}
	for _, m := range found {
		shared := 0
		for _, f := range m.Findings {
			if len(f.Parts) > 0 {
				shared++
			}
		}
		if shared == 0 {
			continue
		}
		rs, _, err := r.store.Recalls(r.Context(), models.Scope{All: true}, models.RecallFilter{Message: m.ID})
		if err != nil || shared != 1 || len(rs) != 1 {
			r.Errorf("message %s holds parts of %d values and has %d recalls (%v), want one of each", m.Ref, shared, len(rs), err)
		}
		refs[m.Ref] = true
	}
	var out []string
	for i := range 100 {
		if refs[strconv.Itoa(i)] {
			out = append(out, strconv.Itoa(i))
		}
	}
	return strings.Join(out, " ")
}

// The parts of a payment card.
var card = []string{"45" + "39", "14" + "88", "03" + "43", "64" + "67"}

func TestACardInFourMessagesIsRecalledInAll(t *testing.T) {
	r := newRoom(t, storetest.SQLite(t), 1)
	for _, l := range r.say("card is "+card[0], card[1], "wait", card[2], card[3]) {
		r.deliver(0, 200, l)
	}
	if got := r.split("g1"); got != "1 2 4 5" {
		t.Errorf("parts in %q, want all four", got)
	}
}

func TestWhatCountsAsAPart(t *testing.T) {
	cases := map[string]struct {
		change func([]line) [][]line // deliveries
		want   string
	}{
		"one delivery":      {func(l []line) [][]line { return [][]line{l} }, "1 2 3 4"},
		"delivered twice":   {func(l []line) [][]line { return [][]line{l[:3], l[:3], l[3:], l[3:]} }, "1 2 3 4"},
		"in another order":  {func(l []line) [][]line { return [][]line{l[3:], l[1:2], l[:1], l[2:3]} }, "1 2 3 4"},
		"within one second": {within, "1 2 3 4"},
		"of another sender": {func(l []line) [][]line { l[1].Sender = "bob"; return [][]line{l} }, ""},
		"in another group":  {func(l []line) [][]line { l[1].Group = "g2"; return [][]line{l} }, ""},
		"too early":         {func(l []line) [][]line { l[0].At = l[0].At.Add(-2 * time.Minute); return [][]line{l} }, ""},
		"long ago":          {func(l []line) [][]line { return before(l, 30*time.Minute) }, "1 2 3 4"},
		"removed":           {func(l []line) [][]line { return [][]line{l[:3], {gone(l[1])}, l[3:]} }, ""},
		"edited away":       {func(l []line) [][]line { return [][]line{l[:3], {edit(l[1], "sorry")}, l[3:]} }, ""},
		"edited into place": {func(l []line) [][]line {
			return [][]line{{with(l[1], "99")}, {l[0], l[2], l[3]}, {edit(l[1], l[1].Text)}}
		}, "1 2 3 4"},
		"more than eight back": {chatter, ""},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			r := newRoom(t, storetest.SQLite(t), 1)
			for _, d := range tc.change(r.say(card...)) {
				r.deliver(0, 200, d...)
			}
			if got := r.split("g1"); got != tc.want {
				t.Errorf("parts in %q, want %q", got, tc.want)
			}
		})
	}
}

func within(l []line) [][]line {
	for i := range l {
		l[i].At = l[0].At
	}
	return [][]line{l[2:], l[:2]}
}

func before(l []line, d time.Duration) (one [][]line) {
	for i := range l {
		l[i].At = l[i].At.Add(-d)
		one = append(one, l[i:i+1])
	}
	return one
}

func gone(l line) line              { l.Kind = "removed"; return l }
func edit(l line, text string) line { l.Kind, l.Text = "edited", text; return l }
func with(l line, text string) line { l.Text = text; return l }

// chatter puts eight messages between the parts.
func chatter(l []line) [][]line {
	all := l[:2:2]
	for i := range 8 {
		all = append(all, line{Ref: strconv.Itoa(50 + i), Sender: "alice", Group: "g1", Text: "hm", At: l[1].At})
	}
	return [][]line{all, l[2:]}
}

// TestNumbersThatArriveInDisorder delivers what people count, price and time in whatever order; digits
// of each row make up a card or an account number.
func TestNumbersThatArriveInDisorder(t *testing.T) {
	rows := []struct {
		texts []string
		order []int
	}{
		{[]string{"line 829 ok", "line 830 ok", "line 831 ok", "line 832 ok", "line 833 ok"}, []int{4, 0, 1, 2, 3}},
		{[]string{"订单 78992892", "订单 41803973", "订单 44141534", "订单 13742866", "订单 13728954"}, []int{4, 1, 2, 0, 3}},
		{[]string{"at 4:47", "at 4:52", "at 5:07", "at 5:12", "at 5:57", "at 6:33", "at 7:33", "at 8:33"}, []int{1, 4, 0, 6, 7, 2, 5, 3}},
		{[]string{"434.95 each", "6503.50 each", "135.50 each", "11.90 each"}, []int{0, 1, 2, 3}},
		{[]string{"22.02.2023", "25.01.2023", "08.01.2023", "22.03.2023", "02.02.2023"}, []int{0, 1, 2, 3, 4}},
		{[]string{"6.748 ms", "233.56 ms", "32.260 ms", "221.264 ms", "94.563 ms", "8.832 ms", "1.528 ms"}, []int{5, 6, 0, 1, 4, 2, 3}},
		{[]string{"3:22", "tel 770795", "17点00", "20320330", "3395.99 each"}, []int{0, 1, 3, 2, 4}},
	}
	r := newRoom(t, storetest.SQLite(t), 1)
	for n, row := range rows {
		lines := r.say(row.texts...)
		for _, at := range row.order {
			lines[at].Group = fmt.Sprintf("g%d", n)
			r.deliver(0, 200, lines[at])
		}
		if got := r.split(fmt.Sprintf("g%d", n)); got != "" {
			t.Errorf("%q in order %v: messages %s hold parts of a value", row.texts, row.order, got)
		}
	}
}

// TestPartsAtTheSameTime delivers the parts of many cards at once.
func TestPartsAtTheSameTime(t *testing.T) {
	databases := map[string]struct {
		address string
		nodes   int
		rounds  int
	}{
		"one node":  {storetest.SQLite(t), 1, 40},
		"two nodes": {storetest.Postgres(t), 2, 40},
	}
	for name, db := range databases {
		t.Run(name, func(t *testing.T) {
			r := newRoom(t, db.address, db.nodes)
			var wg sync.WaitGroup
			for round := range db.rounds {
				for i, l := range r.say(card...) {
					l.Group = fmt.Sprintf("g%d", round)
					wg.Go(func() { r.deliver(i%db.nodes, 200, l) })
				}
				if round%4 == 0 {
					wg.Wait()
				}
			}
			wg.Wait()
			for round := range db.rounds {
				if got := r.split(fmt.Sprintf("g%d", round)); got != "1 2 3 4" {
					t.Errorf("round %d: parts in %q, want all four", round, got)
				}
			}
		})
	}
}

func TestMessagesAlternateBetweenNodes(t *testing.T) {
	r := newRoom(t, storetest.Postgres(t), 2)
	for i, l := range r.say("card is "+card[0], card[1], card[2], card[3]) {
		r.deliver(i%2, 200, l)
	}
	if got := r.split("g1"); got != "1 2 3 4" {
		t.Errorf("parts in %q, want all four", got)
	}
	lines := r.say(card...)
	for i := range lines {
		lines[i].Group = "g2"
	}
	r.deliver(0, 200, lines[:3]...)
	r.deliver(1, 200, gone(lines[0])) // told to the other node than the one that took it in
	r.deliver(0, 200, lines[3])
	if got := r.split("g2"); got != "" {
		t.Errorf("parts in %q although the first is gone", got)
	}
}

func TestPartsBeforeARestart(t *testing.T) {
	r := newRoom(t, storetest.SQLite(t), 1)
	lines := r.say(card...)
	r.deliver(0, 200, lines[:2]...)
	counted := &counting{Store: r.store}
	r.restart(counted)
	for _, l := range lines[2:] {
		r.deliver(0, 200, l)
	}
	if got := r.split("g1"); got != "1 2 3 4" {
		t.Errorf("parts in %q, want all four", got)
	}
	if n := counted.reads.Load(); n != 1 {
		t.Errorf("the store was read %d times, want once", n)
	}
}

// TestAnOldTextAfterARestart has the platform deliver once more, after a restart, what a
// message said before it was edited: what stands counts, not what came last.
func TestAnOldTextAfterARestart(t *testing.T) {
	for name, tc := range map[string]struct{ first, edited, want string }{
		"part into part":   {"99", card[1], "1 2 3 4"},
		"words into part":  {"what I wanted to say is this", card[1], "1 2 3 4"},
		"part into words":  {card[1], "what I wanted to say is this", ""},
		"part into no one": {card[1], "99", ""},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRoom(t, storetest.SQLite(t), 1)
			lines := r.say(card...)
			original := with(lines[1], tc.first)
			r.deliver(0, 200, lines[0])
			r.deliver(0, 200, original)
			r.deliver(0, 200, edit(original, tc.edited))
			r.restart(r.store)
			r.deliver(0, 200, original)
			for _, l := range append(lines[2:], original) {
				r.deliver(0, 200, l)
			}
			if got := r.split("g1"); got != tc.want {
				t.Errorf("parts in %q, want %q", got, tc.want)
			}
		})
	}
}

// counting counts what is asked of a store, and can fail or see nothing.
type counting struct {
	*store.Store
	reads  atomic.Int64
	shared bool
	blind  bool
	fails  bool
	looked func() // called once, after the store was read
}

func (c *counting) Around(ctx context.Context, app string, in models.Conversation, sender string, at time.Time, within time.Duration) ([]models.Message, error) {
	c.reads.Add(1)
	if c.blind {
		return nil, nil
	}
	found, err := c.Store.Around(ctx, app, in, sender, at, within)
	if looked := c.looked; looked != nil {
		c.looked = nil
		looked()
	}
	return found, err
}

func (c *counting) Shared() bool { return c.shared }

func (c *counting) Amend(ctx context.Context, app string, in models.Judged) (models.Kept, error) {
	if c.fails {
		return models.Kept{}, errors.New("the database is gone")
	}
	return c.Store.Amend(ctx, app, in)
}

// restart puts a new intake in the place of the first node.
func (r *room) restart(k webhooks.Keeper) {
	r.options.Keeper = k
	r.nodes[0] = webhooks.New(r.options)
}

func TestOrdinaryMessagesCostNoQuery(t *testing.T) {
	r := newRoom(t, storetest.SQLite(t), 1)
	counted := &counting{Store: r.store, shared: true}
	r.restart(counted)
	for i, text := range []string{"hello there", "how are you", "it costs 12 euros in the shop around the corner", "好的，谢谢", "see you"} {
		r.deliver(0, 200, line{Ref: strconv.Itoa(i), Sender: "alice", Group: "g1", Text: text, At: r.start})
	}
	if n := counted.reads.Load(); n != 0 {
		t.Errorf("the store was read %d times", n)
	}
	r.deliver(0, 200, line{Ref: "9", Sender: "alice", Group: "g1", Text: "1234", At: r.start})
	if n := counted.reads.Load(); n != 2 {
		t.Errorf("a fragment had the store read %d times, want before and after", n)
	}
}

// TestADeliveryThatWasNotAnswered has a part kept without the others being seen,
// as when a node dies before it looks again; the platform delivers again.
func TestADeliveryThatWasNotAnswered(t *testing.T) {
	r := newRoom(t, storetest.SQLite(t), 1)
	lines := r.say(card...)
	r.deliver(0, 200, lines[:3]...)
	real := r.options.Keeper
	r.restart(&counting{Store: r.store, blind: true})
	r.deliver(0, 200, lines[3])
	if got := r.split("g1"); got != "" {
		t.Fatalf("parts in %q, seen by nobody", got)
	}
	r.restart(real)
	r.deliver(0, 200, lines[3])
	if got := r.split("g1"); got != "1 2 3 4" {
		t.Errorf("parts in %q, want all four", got)
	}
}

// TestARecordThatFailsIsNoYes has the store fail when it is told what a kept
// message completes.
func TestARecordThatFailsIsNoYes(t *testing.T) {
	r := newRoom(t, storetest.Postgres(t), 2)
	lines := r.say(card...)
	r.deliver(0, 200, lines[:2]...)
	// The third is kept by the other node just after this one has looked.
	k := &counting{Store: r.store, shared: true, fails: true}
	k.looked = func() { r.deliver(1, 200, lines[2]) }
	r.restart(k)
	r.deliver(0, 503, lines[3])
	if got := r.split("g1"); got != "" {
		t.Fatalf("parts in %q before the store could say so", got)
	}
	k.fails = false
	r.deliver(0, 200, lines[3])
	if got := r.split("g1"); got != "1 2 3 4" {
		t.Errorf("parts in %q, want all four", got)
	}
}

func TestAProposalThatCompletesAValueIsBlocked(t *testing.T) {
	r := newRoom(t, storetest.SQLite(t), 1)
	policy, err := rules.ParsePolicy("policy.yaml", []byte(`policy: gate
title: Cards are blocked.
mode: enforce
rules:
  - name: cards
    when: findings.exists(f, f.detector == "credit_card" && f.confidence >= 0.85)
    verdict: block
    reason: {code: sensitive_information}
`))
	if err != nil {
		t.Fatal(err)
	}
	set, _ := inForce()
	r.options.Judge = func() webhooks.Judge { return &rules.Ruleset{Engine: set.Engine, Policy: policy} }
	r.nodes[0] = webhooks.New(r.options)
	lines := r.say(card...)
	r.deliver(0, 200, lines[:3]...)
	ask := lines[3]
	ask.Kind, ask.Ref = "asked", "before:4"
	if got := r.deliver(0, 200, ask).Body.String(); !strings.HasPrefix(got, "block") {
		t.Errorf("answered %q, want block", got)
	}
	ask.Text, ask.Ref = "1234", "before:5"
	if got := r.deliver(0, 200, ask).Body.String(); !strings.HasPrefix(got, "allow") {
		t.Errorf("answered %q to what completes nothing, want allow", got)
	}
	r.nodes[0].Wait()
}
