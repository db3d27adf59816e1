package tencentsim_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/platforms"
	"github.com/takeback-chat/takeback/platforms/tencent"
	"github.com/takeback-chat/takeback/platforms/tencent/tencentsim"
)

// pair is the simulator and the adapter, two readings of the same documents,
// talking with each other.
type pair struct {
	*bench
	adapter *tencent.Adapter

	mu     sync.Mutex // guards all below
	heard  []models.Event
	wrongs []string
	gate   platforms.Answer
}

func newPair(t *testing.T) *pair {
	t.Helper()
	p := &pair{}
	service := httptest.NewServer(p)
	t.Cleanup(service.Close)
	p.bench = newBench(t, func(o *tencentsim.Options) { o.WebhookURL, o.BeforeSend = service.URL, true })
	var err error
	p.adapter, err = tencent.New(tencent.Config{App: "main", SDKAppID: appID, SecretKey: demoKey, Admin: admin, API: p.api, WebhookToken: token})
	if err != nil {
		t.Fatal(err)
	}
	p.team()
	return p
}

// ServeHTTP takes webhooks in as the service does.
func (p *pair) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	raw, _ := io.ReadAll(r.Body)
	req := platforms.Request{Query: r.URL.Query(), Header: r.Header, Body: raw, Now: time.Now()}
	p.mu.Lock()
	defer p.mu.Unlock()
	if err := p.adapter.Authenticate(req); err != nil {
		p.wrongs = append(p.wrongs, err.Error())
		return
	}
	d := p.adapter.Decode(req)
	for _, u := range d.Unreadable {
		p.wrongs = append(p.wrongs, u.Command+": "+u.Reason)
	}
	p.heard = append(p.heard, d.Events...)
	reply := p.adapter.Acknowledge(d)
	if d.Proposal != nil {
		reply = p.adapter.Answer(d, p.gate)
	}
	w.WriteHeader(reply.Status)
	_, _ = w.Write(reply.Body)
}

// events waits for all webhooks and returns what the adapter heard of a kind.
func (p *pair) events(kind models.EventKind) (out []models.Event) {
	p.t.Helper()
	p.flush("")
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.wrongs) > 0 {
		p.t.Errorf("the adapter could not take in: %q", p.wrongs)
	}
	for _, e := range p.heard {
		if e.Kind == kind {
			out = append(out, e)
		}
	}
	return out
}

func order(reason string, events ...models.Event) platforms.Order {
	o := platforms.Order{Conversation: events[0].Conversation, Reason: reason}
	for _, e := range events {
		o.Items = append(o.Items, platforms.Item{Ref: e.Message.Ref, Sender: e.Message.Sender, SentAt: e.Message.SentAt})
	}
	return o
}

func states(outcomes []platforms.Outcome, err error) string {
	if err != nil {
		return err.Error()
	}
	var out []platforms.State
	for _, o := range outcomes {
		out = append(out, o.State)
	}
	return fmt.Sprint(out)
}

// TestAgreement takes a message of every kind of conversation through its life.
func TestAgreement(t *testing.T) {
	p := newPair(t)
	if _, err := p.sim.PostC2C(t.Context(), "ann", "bob", "secret"); err != nil {
		t.Fatal(err)
	}
	for _, c := range []tencentsim.Post{
		{Group: "work"}, {Group: "public"}, {Group: "meeting"}, {Group: "live"}, {Group: "town", Topic: tencentsim.TopicID("town", "a")},
	} {
		c.From, c.Text, c.Cloud = "cid", "secret", "{}"
		p.postAll(c)
	}
	posted := p.events(models.EventPosted)
	if len(posted) != 6 {
		t.Fatalf("%d messages heard, want 6", len(posted))
	}
	kinds := map[models.ConversationKind]int{}
	for _, e := range posted {
		kinds[e.Conversation.Kind]++
		history := e.Conversation.Kind != models.Live
		if got := states(p.adapter.Verify(t.Context(), order("", e))); history && got != "[present]" {
			t.Errorf("%s: %s before the recall, want present", e.Conversation.Ref, got)
		}
		if got := states(p.adapter.Recall(t.Context(), order("no secrets here", e))); got != "[recalled]" {
			t.Errorf("%s: %s, want recalled", e.Conversation.Ref, got)
		}
		if got := states(p.adapter.Verify(t.Context(), order("", e))); history && got != "[was_gone]" {
			t.Errorf("%s: %s after the recall, want was_gone", e.Conversation.Ref, got)
		}
	}
	equal(t, map[models.ConversationKind]int{models.Direct: 1, models.Group: 3, models.Live: 1, models.Topic: 1}, kinds)
	equal(t, 6, len(p.events(models.EventRemoved)))
	m, _ := p.sim.Message("public", "", 1)
	equal(t, "no secrets here", m.Reason)
}

func TestAgreementOnHistoryAndRoles(t *testing.T) {
	p := newPair(t)
	for range 3 {
		p.post("public", "cid", "x")
	}
	if err := p.sim.SetRole("ann", "public", "dan", tencentsim.Admin); err != nil {
		t.Fatal(err)
	}
	conversation := p.events(models.EventPosted)[0].Conversation
	history, _, err := p.adapter.History(t.Context(), conversation, "", 20)
	if err != nil {
		t.Fatal(err)
	}
	shown := 0
	for _, e := range history {
		if e.Kind == models.EventPosted {
			shown++
		}
	}
	equal(t, 3, shown) // the tip is no message
	for account, want := range map[string]models.Role{
		"ann": models.RoleOwner, "bob": models.RoleAdmin, "dan": models.RoleAdmin, "cid": models.RoleMember, "zoe": models.RoleNone,
	} {
		if got, err := p.adapter.Authority(t.Context(), conversation, account); err != nil || got != want {
			t.Errorf("%s is %q, %v, want %q", account, got, err, want)
		}
	}
	leaders, err := p.adapter.Leaders(t.Context(), conversation)
	if err != nil {
		t.Fatal(err)
	}
	equal(t, []models.Standing{{Account: "ann", Role: models.RoleOwner}, {Account: "bob", Role: models.RoleAdmin}, {Account: "dan", Role: models.RoleAdmin}}, leaders)
	groups, err := p.adapter.Moderates(t.Context(), "bob")
	if err != nil {
		t.Fatal(err)
	}
	equal(t, []string{"public", "meeting", "town"}, groups)
	standings := p.events(models.EventStanding)
	equal(t, []models.Standing{{Account: "dan", Role: models.RoleAdmin}}, standings[0].Standings)
}

func TestAgreementBeforeSending(t *testing.T) {
	p := newPair(t)
	p.gate = platforms.Answer{Verdict: models.VerdictBlock, Text: "not here"}
	sent := p.post("public", "cid", "secret")
	if sent.Delivered() || sent.Info != "not here" {
		t.Errorf("sent = %+v, want it refused with the words", sent)
	}
	p.gate = platforms.Answer{Verdict: models.VerdictMask, Findings: []models.Finding{{Start: 3, End: 9, Mask: "••••"}}}
	if sent := p.post("public", "cid", "my secret"); sent.Text != "my ••••" {
		t.Errorf("delivered %q, want it masked", sent.Text)
	}
	p.gate = platforms.Answer{Verdict: models.VerdictAllow}
	if sent := p.post("public", "cid", "hello"); sent.Text != "hello" {
		t.Errorf("delivered %q", sent.Text)
	}
}

// TestAgreementUnderFaults: whatever happens on the way, the adapter never says
// that a message is gone while people can see it, nor that it is refused for good.
func TestAgreementUnderFaults(t *testing.T) {
	for _, c := range []struct {
		name   string
		faults tencentsim.Faults
		class  platforms.Class // of the error; empty: outcomes
		states string
	}{
		{"throttled", tencentsim.Faults{Throttle: 1}, platforms.RateLimit, ""},
		{"lost", tencentsim.Faults{LostAnswer: 1}, platforms.Lost, ""},
		{"broken", tencentsim.Faults{BrokenJSON: 1}, platforms.Lost, ""},
		{"short", tencentsim.Faults{TruncateRecall: 1}, "", "[recalled unsure]"},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := newPair(t)
			p.post("public", "cid", "x")
			p.post("public", "cid", "y")
			o := order("", p.events(models.EventPosted)...)
			p.sim.SetFaults(c.faults)
			outcomes, err := p.adapter.Recall(t.Context(), o)
			if c.class == "" {
				equal(t, c.states, states(outcomes, err))
			} else if err == nil || platforms.ClassOf(err) != c.class {
				t.Errorf("%v, %v, want an error of class %s", outcomes, err, c.class)
			}
			p.sim.SetFaults(tencentsim.Faults{})
			// The platform does not tell "recalled" from "never was"; history does.
			if got := states(p.adapter.Recall(t.Context(), o)); got != "[recalled recalled]" && got != "[not_found not_found]" {
				t.Errorf("the second try: %s", got)
			}
			equal(t, "[was_gone was_gone]", states(p.adapter.Verify(t.Context(), o)))
		})
	}
}

// TestAgreementOnNumbers: what the platform gave out is asked for and read back,
// in groups and topics, whatever was posted, tipped and taken back.
func TestAgreementOnNumbers(t *testing.T) {
	p := newPair(t)
	topic := tencentsim.TopicID("town", "a")
	for range 22 {
		p.post("public", "cid", "x")
	}
	equal(t, nil, p.sim.Join("zoe", "public", "zoe")) // a tip
	equal(t, nil, p.sim.ClientRecall("cid", "public", "", 22))
	for range 3 {
		p.postAll(tencentsim.Post{Group: "town", Topic: topic, From: "cid", Text: "y"})
	}
	for _, c := range []struct {
		place                               models.Conversation
		newest                              int64
		passages, events, tips, gone, reads int
	}{
		{models.Conversation{Kind: models.Group, Ref: "public", Group: "public"}, 23, 2, 22, 1, 1, 21},
		{models.Conversation{Kind: models.Topic, Ref: topic, Group: "town"}, 3, 1, 3, 0, 0, 3},
	} {
		newest, err := p.adapter.Newest(t.Context(), []models.Conversation{c.place})
		if err != nil || newest[0] != c.newest {
			t.Fatalf("newest of %s = %v, %v, want %d", c.place.Ref, newest, err, c.newest)
		}
		var passages, events, tips, gone, reads int
		for left := (models.Range{First: 1, Last: newest[0]}); left.Len() > 0; passages++ {
			got, err := p.adapter.Passage(t.Context(), c.place, left)
			if err != nil || got.Told.Len() < 1 || got.Told.Last != left.Last || len(got.Unreadable) > 0 {
				t.Fatalf("passage of %v = %+v, %v", left, got, err)
			}
			events, tips, gone, left.Last = events+len(got.Events), tips+len(got.Tips), gone+len(got.Gone), got.Told.First-1
			for _, e := range got.Events {
				if e.Kind == models.EventPosted && e.Message.Sender == "cid" {
					reads++
				}
			}
		}
		equal(t, [5]int{c.passages, c.events, c.tips, c.gone, c.reads}, [5]int{passages, events, tips, gone, reads})
	}
}
