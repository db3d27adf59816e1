package webhooks_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/platforms"
	"github.com/takeback-chat/takeback/rules"
	"github.com/takeback-chat/takeback/webhooks"
)

// adapter reads bodies of the form "KIND:TEXT"; "sign=ok" in the query is its signature.
type adapter struct{ platforms.Adapter }

func (adapter) Limits(models.ConversationKind) platforms.Limits {
	return platforms.Limits{Window: time.Hour}
}
func (adapter) Own(account string) bool { return account == "takeback" }

func (adapter) Authenticate(r platforms.Request) error {
	if r.Query.Get("sign") != "ok" {
		return fmt.Errorf("sign: %w", platforms.ErrForged)
	}
	if at := r.Query.Get("at"); at != "" && at != strconv.FormatInt(r.Now.Unix(), 10) {
		return fmt.Errorf("time: %w", platforms.ErrStale)
	}
	return nil
}

func (adapter) Decode(r platforms.Request) platforms.Delivery {
	kind, text, _ := strings.Cut(string(r.Body), ":")
	conversation := models.Conversation{Kind: models.Group, Ref: "g1", Group: "g1"}
	message := &models.Message{
		Ref: "7", Sender: "bob", SentAt: time.Unix(1000, 0),
		Elements: []models.Element{{Kind: models.TextElement, Text: text}},
	}
	switch kind {
	case "post":
		return platforms.Delivery{Events: []models.Event{{Kind: models.EventPosted, Conversation: conversation, Message: message}}}
	case "own":
		message.Sender = "takeback"
		return platforms.Delivery{Events: []models.Event{{Kind: models.EventPosted, Conversation: conversation, Message: message}}}
	case "ask":
		message.Conversation = conversation
		return platforms.Delivery{Proposal: message}
	case "ask?":
		return platforms.Delivery{Asked: true, Unreadable: []models.SetAside{{Reason: "not_json", Body: r.Body}}}
	case "role":
		return platforms.Delivery{Events: []models.Event{{Kind: models.EventStanding, Conversation: conversation}}}
	case "panic":
		panic("the text " + text)
	case "nothing":
		return platforms.Delivery{}
	}
	return platforms.Delivery{Unreadable: []models.SetAside{{Reason: "not_json", Body: r.Body}}}
}

func (adapter) Acknowledge(platforms.Delivery) platforms.Reply {
	return platforms.Reply{Status: 200, ContentType: "application/json", Body: []byte("OK")}
}

func (adapter) Answer(_ platforms.Delivery, a platforms.Answer) platforms.Reply {
	return platforms.Reply{Status: 200, ContentType: "application/json", Body: []byte(string(a.Verdict) + " " + a.Text)}
}

// keeper remembers what it was given; err is its answer, slow how long it takes.
type keeper struct {
	mu        sync.Mutex
	calls     int
	judged    []models.Judged
	proposals []models.Message
	asides    []models.SetAside
	kept      models.Kept
	err       error
	slow      time.Duration
	full      bool
}

func (k *keeper) note(f func()) error {
	time.Sleep(k.slow)
	k.mu.Lock()
	defer k.mu.Unlock()
	k.calls++
	if k.err == nil {
		f()
	}
	return k.err
}

func (k *keeper) Keep(_ context.Context, _ string, events []models.Judged) ([]models.Kept, error) {
	err := k.note(func() { k.judged = append(k.judged, events...) })
	return slices.Repeat([]models.Kept{k.kept}, len(events)), err
}

func (k *keeper) KeepProposal(_ context.Context, _ string, m models.Message, _ models.Decision) error {
	return k.note(func() { k.proposals = append(k.proposals, m) })
}

func (k *keeper) SetAside(_ context.Context, asides []models.SetAside) error {
	return k.note(func() { k.asides = append(k.asides, asides...) })
}

func (k *keeper) Amend(context.Context, string, models.Judged) (models.Kept, error) {
	return models.Kept{}, nil
}

func (k *keeper) Around(context.Context, string, models.Conversation, string, time.Time, time.Duration) ([]models.Message, error) {
	return nil, nil
}

func (k *keeper) Shared() bool { return false }

func (k *keeper) Full() bool { return k.full }

// judge decides by the first word of the text.
type judge struct{}

func (judge) JudgeAfter(m *models.Message, _ models.Role, _ bool, _ []rules.Past, _ ...rules.Past) (own, split models.Decision) {
	verdict, _, _ := strings.Cut(m.Elements[0].Text, " ")
	m.Verdict = models.Verdict(verdict)
	return models.Decision{Verdict: m.Verdict, Text: "because"}, split
}

type standings struct{ dropped []string }

func (s *standings) Drop(app, group string) { s.dropped = append(s.dropped, app+"/"+group) }

type intake struct {
	*webhooks.Handler
	keeper    *keeper
	standings *standings
	rung      []models.ConversationID
	log       *bytes.Buffer
}

const secret = "an-unguessable-part-of-the-url"

func newIntake(change func(*webhooks.Options)) *intake {
	in := &intake{keeper: &keeper{kept: models.Kept{Result: models.KeptNew}}, standings: &standings{}, log: &bytes.Buffer{}}
	o := webhooks.Options{
		Apps:   []webhooks.App{{ID: "main", PathSecret: secret, Adapter: adapter{}, Receiver: adapter{}}},
		Keeper: in.keeper, Standings: in.standings,
		Judge:   func() webhooks.Judge { return judge{} },
		Ring:    func(c models.ConversationID) { in.rung = append(in.rung, c) },
		MaxBody: 100, GateBudget: time.Second, GateLate: webhooks.Deliver,
		Logger: slog.New(slog.NewJSONHandler(in.log, nil)),
	}
	if change != nil {
		change(&o)
	}
	in.Handler = webhooks.New(o)
	return in
}

func (in *intake) post(path string, body io.Reader) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	in.ServeHTTP(w, httptest.NewRequest(http.MethodPost, path, body))
	return w
}

const good = "/webhooks/main/" + secret + "?sign=ok"

func TestStrangersGetOneAnswerAndTouchNothing(t *testing.T) {
	paths := map[string]string{
		"wrong secret":    "/webhooks/main/wrong?sign=ok",
		"unknown app":     "/webhooks/other/" + secret + "?sign=ok",
		"wrong signature": "/webhooks/main/" + secret + "?sign=no",
		"no signature":    "/webhooks/main/" + secret,
	}
	for name, path := range paths {
		t.Run(name, func(t *testing.T) {
			in := newIntake(nil)
			w := in.post(path, strings.NewReader("post:allow"))
			if w.Code != 401 || w.Body.String() != `{"error":"unauthorized"}` {
				t.Errorf("answered %d %q", w.Code, w.Body)
			}
			if in.keeper.calls != 0 {
				t.Errorf("the store was called %d times", in.keeper.calls)
			}
		})
	}
}

// Of two clocks one may be wrong: what is of now by either is taken.
func TestOneOfTwoClocksSuffices(t *testing.T) {
	for at, want := range map[string]int{"1000": 200, "8200": 200, "5000": 401} {
		in := newIntake(func(o *webhooks.Options) {
			o.Now = func() time.Time { return time.Unix(1000, 0) }
			o.Wall = func() time.Time { return time.Unix(8200, 0) }
		})
		if w := in.post(good+"&at="+at, strings.NewReader("post:allow")); w.Code != want {
			t.Errorf("at %s: answered %d, want %d", at, w.Code, want)
		}
	}
}

func TestAnswers(t *testing.T) {
	cases := map[string]struct {
		body   string
		err    error
		status int
		answer string
	}{
		"kept":                {"post:allow hello", nil, 200, "OK"},
		"nothing for us":      {"nothing:", nil, 200, "OK"},
		"unreadable":          {"what?", nil, 200, "OK"},
		"panic":               {"panic:my secret words", nil, 200, "OK"},
		"too large":           {"post:" + strings.Repeat("x", 100), nil, 413, "too large"},
		"busy":                {"post:allow", models.ErrBusy, 503, "not stored"},
		"database down":       {"post:allow", errors.New("disk full"), 503, "not stored"},
		"aside, but disk out": {"what?", errors.New("disk full"), 503, "not stored"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			in := newIntake(nil)
			in.keeper.err = tc.err
			w := in.post(good, strings.NewReader(tc.body))
			if w.Code != tc.status || !strings.Contains(w.Body.String(), tc.answer) {
				t.Errorf("answered %d %q, want %d %q", w.Code, w.Body, tc.status, tc.answer)
			}
			if tc.status == 503 && w.Header().Get("Retry-After") == "" {
				t.Error("a 503 without Retry-After")
			}
			if strings.Contains(in.log.String(), "secret words") || strings.Contains(in.log.String(), "hello") {
				t.Errorf("the log holds message text: %s", in.log)
			}
		})
	}
}

// A platform that gives up waiting is no error of ours: it is told to try again.
func TestNobodyWaitsForTheAnswer(t *testing.T) {
	in := newIntake(nil)
	in.keeper.err = fmt.Errorf("keep: %w", context.Canceled)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	w := httptest.NewRecorder()
	in.ServeHTTP(w, httptest.NewRequestWithContext(ctx, http.MethodPost, good, strings.NewReader("post:allow")))
	if w.Code != http.StatusServiceUnavailable || in.log.Len() != 0 {
		t.Errorf("answered %d, and the log says %q", w.Code, in.log)
	}
}

func TestPanicKeepsTheDeliveryAside(t *testing.T) {
	in := newIntake(nil)
	in.post(good, strings.NewReader("panic:x"))
	if len(in.keeper.asides) != 1 || in.keeper.asides[0].Reason != "panic" || string(in.keeper.asides[0].Body) != "panic:x" {
		t.Errorf("set aside %+v", in.keeper.asides)
	}
}

func TestMessageIsCompletedAndRingsOnlyWhenKept(t *testing.T) {
	in := newIntake(nil)
	in.keeper.kept = models.Kept{Result: models.KeptNew, Conversation: "c1", Ring: true}
	in.post(good, strings.NewReader("post:recall it"))
	m := in.keeper.judged[0].Event.Message
	if m.ID == "" || m.App != "main" || m.ReceivedAt.IsZero() || !m.Deadline.Equal(time.Unix(1000, 0).Add(time.Hour)) {
		t.Errorf("message %+v lacks what only the intake knows (deadline %s)", m, m.Deadline)
	}
	if diff := cmp.Diff([]models.ConversationID{"c1"}, in.rung); diff != "" {
		t.Errorf("rung (-want +got):\n%s", diff)
	}
	in.rung = nil
	in.keeper.err = models.ErrBusy
	in.post(good, strings.NewReader("post:recall it"))
	if in.rung != nil {
		t.Error("rung for a delivery that was not kept")
	}
}

// While too many wait for the store, what would not be kept is not judged either: it is
// told at once, and costs next to nothing. A proposal that is clean needs no store.
func TestAFullStoreCostsNoJudging(t *testing.T) {
	in := newIntake(func(o *webhooks.Options) {
		o.Judge = func() webhooks.Judge { t.Error("judged what cannot be kept"); return judge{} }
	})
	in.keeper.full = true
	if w := in.post(good, strings.NewReader("post:allow")); w.Code != 503 || in.keeper.calls != 0 {
		t.Errorf("answered %d after %d calls of the store", w.Code, in.keeper.calls)
	}
	if w := in.post(good, strings.NewReader("nothing:")); w.Code != 200 {
		t.Errorf("a delivery with nothing to keep was answered %d", w.Code)
	}
	asked := newIntake(nil)
	asked.keeper.full = true
	if w := asked.post(good, strings.NewReader("ask:allow it")); w.Code != 200 || w.Body.String() != "allow " {
		t.Errorf("a proposal was answered %d %q", w.Code, w.Body)
	}
}

func TestOwnMessagesAreNeverActedUpon(t *testing.T) {
	in := newIntake(nil)
	in.post(good, strings.NewReader("own:recall it"))
	if d := in.keeper.judged[0].Decision; d.Verdict != models.VerdictAllow {
		t.Errorf("verdict on an own message = %q", d.Verdict)
	}
}

func TestRoleEventsDropTheGroup(t *testing.T) {
	in := newIntake(nil)
	in.post(good, strings.NewReader("role:"))
	if diff := cmp.Diff([]string{"main/g1"}, in.standings.dropped); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestGate(t *testing.T) {
	cases := map[string]struct {
		text   string
		slow   time.Duration
		err    error
		late   webhooks.Late
		answer string
		states []models.MessageState
	}{
		"allow":                  {"allow it", 0, nil, webhooks.Deliver, "allow ", nil},
		"review passes":          {"review it", 0, nil, webhooks.Deliver, "allow ", nil},
		"block":                  {"block it", 0, nil, webhooks.Deliver, "block because", []models.MessageState{models.Blocked}},
		"mask":                   {"mask it", 0, nil, webhooks.Deliver, "mask because", []models.MessageState{models.Rewritten}},
		"late, deliver":          {"block it", 2 * time.Second, nil, webhooks.Deliver, "allow ", []models.MessageState{models.Blocked}},
		"late, block":            {"block it", 2 * time.Second, nil, webhooks.Block, "block This", []models.MessageState{models.Blocked}},
		"no record, deliver":     {"block it", 0, models.ErrBusy, webhooks.Deliver, "allow ", nil},
		"no record, block":       {"mask it", 0, models.ErrBusy, webhooks.Block, "block This", nil},
		"clean leaves no record": {"allow it", 0, models.ErrBusy, webhooks.Block, "allow ", nil},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				in := newIntake(func(o *webhooks.Options) { o.GateLate = tc.late })
				in.keeper.slow, in.keeper.err = tc.slow, tc.err
				start := time.Now()
				w := in.post(good, strings.NewReader("ask:"+tc.text))
				if got := w.Body.String(); w.Code != 200 || !strings.HasPrefix(got, tc.answer) {
					t.Errorf("answered %d %q, want %q", w.Code, got, tc.answer)
				}
				if took := time.Since(start); took > time.Second {
					t.Errorf("took %s, the budget is 1s", took)
				}
				in.Wait()
				var states []models.MessageState
				for _, m := range in.keeper.proposals {
					states = append(states, m.State)
				}
				if diff := cmp.Diff(tc.states, states); diff != "" {
					t.Errorf("kept (-want +got):\n%s", diff)
				}
			})
		})
	}
}

func TestUnreadableProposalIsAnsweredAsLate(t *testing.T) {
	for late, want := range map[webhooks.Late]string{webhooks.Deliver: "allow ", webhooks.Block: "block This"} {
		in := newIntake(func(o *webhooks.Options) { o.GateLate = late })
		w := in.post(good, strings.NewReader("ask?:garbage"))
		if !strings.HasPrefix(w.Body.String(), want) || len(in.keeper.asides) != 1 {
			t.Errorf("%s: answered %q with %d kept aside, want %q with 1", late, w.Body, len(in.keeper.asides), want)
		}
	}
}

func TestBodyThatEndsEarly(t *testing.T) {
	in := newIntake(nil)
	r := httptest.NewRequest(http.MethodPost, good, strings.NewReader("post"))
	r.ContentLength = 50
	w := httptest.NewRecorder()
	in.ServeHTTP(w, r)
	if w.Code != 400 || in.keeper.calls != 0 {
		t.Errorf("answered %d, store called %d times", w.Code, in.keeper.calls)
	}
}

func TestBodyOfUnknownLengthIsBounded(t *testing.T) {
	in := newIntake(nil)
	r := httptest.NewRequest(http.MethodPost, good, io.NopCloser(strings.NewReader("post:"+strings.Repeat("x", 1000))))
	r.ContentLength = -1
	w := httptest.NewRecorder()
	in.ServeHTTP(w, r)
	if w.Code != 413 {
		t.Errorf("answered %d, want 413", w.Code)
	}
}

// BenchmarkOrdinaryMessage is the way of a message through the intake without
// the store and the rules.
func BenchmarkOrdinaryMessage(b *testing.B) {
	in := newIntake(nil)
	in.keeper.kept.Result = models.KeptNew
	b.ReportAllocs()
	for b.Loop() {
		in.keeper.judged = in.keeper.judged[:0]
		in.post(good, strings.NewReader("post:allow it, we will see each other at the office"))
	}
}
