package tencentsim

import (
	"cmp"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"sync"
	"time"
)

// Options configures a Sim. SDKAppID, Key and Admin are required.
type Options struct {
	SDKAppID uint32
	Key      string // the application's secret key, used as text, with which UserSigs are signed
	Admin    string // the app administrator: the only identifier that may call the REST API

	WebhookURL   string // empty: no webhooks
	WebhookToken string // empty: webhooks are not signed
	// BeforeSend switches the before-send webhooks on. BlockOnFailure is the console's
	// policy "do not deliver" when one fails or times out (code 80003).
	BeforeSend     bool
	BlockOnFailure bool
	// Retries is how often a failed after-webhook is sent again, RetryAfter apart
	// (default 1 s). The vendor's own count is not published; by default there is none.
	Retries    int
	RetryAfter time.Duration
	Senders    int // after-webhooks under way at once; default 64

	Roaming      time.Duration // how long messages are kept; default 7 days
	RecallWindow time.Duration // how long clients may recall; default 2 minutes
	// RecalledAgain is the RetCode for a message that is already recalled, on which
	// the documentation is silent. Default 10030; -1 means 0.
	RecalledAgain int
	Rate          int // REST calls of one API in any second before code 60007; default 200
	// Ban is how long an API that was called more often answers 60007 to everything.
	// The real service's habits are not published; by default it is only that call.
	Ban time.Duration
	// GroupRate is how many messages a second a group takes before the rest is
	// silently dropped. The real service has 40; 0 means no limit.
	GroupRate int
	Keep      int // messages kept per conversation; default 10000

	Seed    uint64 // of the random numbers that messages carry
	Now     func() time.Time
	HTTP    *http.Client // sends the webhooks; default: keep-alive, one pool
	Journal io.Writer    // gets one JournalEntry as a line of JSON per REST call and per webhook
	Logger  *slog.Logger
}

// Sim is a simulated Tencent Chat. It is safe for concurrent use.
type Sim struct {
	opt     Options
	faults  *dice
	journal *journal
	hooks   *hooks
	calls   *counters
	feed    *feed
	limiter *limiter
	numbers *numbers
	people  *people
	talk    *talk
	mux     *http.ServeMux
	done    chan struct{} // closed by Close
	once    sync.Once

	mu      sync.RWMutex // guards the maps, not what they hold; taken before a group's own
	groups  map[string]*group
	order   []string // group ids in the order of creation
	directs map[pair]*direct
	pairs   []pair

	changed signal // rung when a message changed
}

// New returns a running Sim without groups. Close ends it.
func New(o Options) (*Sim, error) {
	if o.SDKAppID == 0 || o.Key == "" || o.Admin == "" {
		return nil, errors.New("tencentsim: SDKAppID, Key and Admin are required")
	}
	o = withDefaults(o)
	s := &Sim{
		opt: o, faults: newDice(), journal: &journal{w: o.Journal}, calls: newCounters(),
		feed: newFeed(), limiter: newLimiter(o.Rate, o.Ban), numbers: newNumbers(o.Seed), people: newPeople(), talk: newTalk(),
		done: make(chan struct{}), groups: map[string]*group{}, directs: map[pair]*direct{},
	}
	s.hooks = newHooks(s)
	s.people.add(o.Admin, "")
	s.mux = s.routes()
	return s, nil
}

func withDefaults(o Options) Options {
	o.RetryAfter = cmp.Or(o.RetryAfter, time.Second)
	o.Senders = cmp.Or(o.Senders, 64)
	o.Roaming = cmp.Or(o.Roaming, 7*24*time.Hour)
	o.RecallWindow = cmp.Or(o.RecallWindow, 2*time.Minute)
	o.RecalledAgain = cmp.Or(o.RecalledAgain, codeNoMessage)
	o.Rate = cmp.Or(o.Rate, 200)
	o.Keep = cmp.Or(o.Keep, 10000)
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.HTTP == nil {
		o.HTTP = &http.Client{Transport: &http.Transport{
			MaxIdleConnsPerHost: 2 * o.Senders, IdleConnTimeout: time.Minute,
		}}
	}
	return o
}

// Handler serves the REST API under /v4/ and the chat page under /.
func (s *Sim) Handler() http.Handler { return s.mux }

func (s *Sim) routes() *http.ServeMux {
	mux := http.NewServeMux()
	mux.HandleFunc("/v4/", s.serveREST)
	s.pageRoutes(mux)
	return mux
}

// SetWebhook changes where webhooks go and with which token they are signed, at once
// (the real service takes two minutes). An empty url switches them off.
func (s *Sim) SetWebhook(url, token string) { s.hooks.aim(url, token) }

// Close stops the webhooks: what is under way is finished, what waits is
// dropped, and no sender is left running when it returns. Call Flush first to
// have all of them sent.
func (s *Sim) Close() {
	s.once.Do(func() { close(s.done) })
	s.feed.close()
	s.hooks.close()
	if t, ok := s.opt.HTTP.Transport.(*http.Transport); ok {
		t.CloseIdleConnections()
	}
}

func (s *Sim) now() time.Time { return s.opt.Now() }

// signal lets many wait for the next change without polling.
type signal struct {
	mu sync.Mutex
	ch chan struct{}
}

// wait returns a channel that is closed at the next ring.
func (s *signal) wait() <-chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ch == nil {
		s.ch = make(chan struct{})
	}
	return s.ch
}

func (s *signal) ring() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ch != nil {
		close(s.ch)
		s.ch = nil
	}
}
