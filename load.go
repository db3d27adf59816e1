package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/takeback-chat/takeback/config"
)

type loadCmd struct {
	configFlag
	App         string        `help:"The app to post to (default: the first)." placeholder:"ID"`
	URL         []string      `help:"Where the service is (default: its configured listen address); of several nodes each, separated by commas: they take turns." placeholder:"URL"`
	Rate        int           `default:"200" help:"Messages per second, offered whether or not the service keeps up."`
	Duration    time.Duration `default:"10s" help:"How long."`
	Connections int           `default:"64" help:"HTTP connections."`
	Secrets     float64       `default:"0.1" help:"Share of the messages that hold a card number."`
	Groups      int           `default:"20" help:"Groups that the messages are spread over."`
	Simulator   bool          `help:"Play Tencent Chat at the configured api address, and measure from webhook to recall call."`
}

// Help shows examples.
func (loadCmd) Help() string {
	return `Posts signed webhooks as Tencent Chat would, at a fixed rate, and prints a table. Latencies count
from the moment at which a message was due, so that a service that stalls cannot hide it.

With --simulator the service must be configured with an api on this machine (http://127.0.0.1:PORT):
the simulated platform answers there, and the time from a webhook to the recall call that it caused is
measured too.

  takeback load --config takeback.yaml --rate 500 --duration 30s
  takeback load --config takeback.yaml --simulator --rate 200
  takeback load --config takeback.yaml --url http://10.0.0.1:8080,http://10.0.0.2:8080`
}

// Run drives the load and prints the table.
func (l loadCmd) Run(ctx context.Context, c terminal) error {
	app, bases, err := l.target()
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, l.Duration+30*time.Second)
	defer cancel()
	if l.Simulator {
		return l.simulated(ctx, c, app, bases)
	}
	d := newDriver(app, bases, l)
	d.run(ctx)
	return d.stats.print(c.out)
}

func (l loadCmd) target() (config.App, []*url.URL, error) {
	conf, err := l.load()
	if err != nil {
		return config.App{}, nil, err
	}
	if l.Rate < 1 || l.Connections < 1 || l.Groups < 1 || l.Secrets < 0 || l.Secrets > 1 {
		return config.App{}, nil, usage("--rate, --connections and --groups must be at least 1, --secrets between 0 and 1")
	}
	if len(l.URL) == 0 {
		l.URL = []string{"http://" + conf.Listen}
	}
	bases, err := basesOf(l.URL)
	if err != nil {
		return config.App{}, nil, err
	}
	for _, a := range conf.Apps {
		if l.App == "" || a.ID == l.App {
			return a, bases, nil
		}
	}
	return config.App{}, nil, usage("there is no app %q in the configuration", l.App)
}

// driver posts webhooks at a fixed rate.
type driver struct {
	load   loadCmd
	url    string
	query  func(now time.Time) string
	client *http.Client
	stats  *loadStats
	seqs   []atomic.Uint32
	name   string // of this run, part of its groups' names
}

func newDriver(app config.App, bases []*url.URL, l loadCmd) *driver {
	return &driver{
		load:   l,
		url:    webhookURL(bases, app),
		query:  signedQuery(app),
		client: l.client(bases),
		stats:  &loadStats{},
		seqs:   make([]atomic.Uint32, l.Groups),
		name:   strconv.FormatInt(time.Now().Unix(), 36),
	}
}

// webhookURL is where an app's webhooks go, at the first of the nodes.
func webhookURL(bases []*url.URL, app config.App) string {
	return bases[0].JoinPath("webhooks", app.ID, app.PathSecret.Reveal()).String()
}

// signedQuery makes the query string of a webhook, as the platform signs it.
func signedQuery(app config.App) func(time.Time) string {
	return func(now time.Time) string {
		at := strconv.FormatInt(now.Unix(), 10)
		sum := sha256.Sum256([]byte(app.Tencent.WebhookToken.Reveal() + at))
		return url.Values{
			"SdkAppid":        {strconv.FormatUint(uint64(app.Tencent.SDKAppID), 10)},
			"CallbackCommand": {"Group.CallbackAfterSendMsg"}, "contenttype": {"json"}, "ClientIP": {"127.0.0.1"},
			"OptPlatform": {"RESTAPI"}, "Sign": {hex.EncodeToString(sum[:])}, "RequestTime": {at},
		}.Encode()
	}
}

// run offers messages at the rate until the time is over, and waits for the answers.
func (d *driver) run(ctx context.Context) {
	due := make(chan time.Time, d.load.Rate) // a second's worth waits for a connection; more is counted as not offered
	var wg sync.WaitGroup
	for range d.load.Connections {
		wg.Go(func() {
			for at := range due {
				d.post(ctx, at)
			}
		})
	}
	d.stats.begin = time.Now()
	pace(ctx, d.load.Rate, d.load.Duration, func(at time.Time) {
		select {
		case due <- at:
		default:
			d.stats.fail("no connection free")
		}
	})
	close(due)
	wg.Wait()
	d.stats.took = time.Since(d.stats.begin)
}

// pace calls do once for every moment at which a message is due.
func pace(ctx context.Context, rate int, duration time.Duration, do func(at time.Time)) {
	start := time.Now()
	gap := time.Second / time.Duration(rate)
	for i := range int(duration / gap) {
		at := start.Add(time.Duration(i) * gap)
		if wait := time.Until(at); wait > 0 {
			select {
			case <-ctx.Done():
				return
			case <-time.After(wait):
			}
		}
		do(at)
	}
}

func (d *driver) post(ctx context.Context, due time.Time) {
	d.stats.offered.Add(1)
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, d.url+"?"+d.query(time.Now()), strings.NewReader(d.body()))
	if err != nil {
		d.stats.fail("bad URL")
		return
	}
	resp, err := d.client.Do(req)
	if err != nil {
		d.stats.fail(cause(err))
		return
	}
	_, err = io.Copy(io.Discard, resp.Body)
	_ = resp.Body.Close()
	switch {
	case err != nil:
		d.stats.fail(cause(err))
	case resp.StatusCode != http.StatusOK:
		d.stats.fail("HTTP " + strconv.Itoa(resp.StatusCode))
	default:
		d.stats.answer(time.Since(due))
	}
}

// cause names what went wrong on the wire without the URL, which holds a secret.
func cause(err error) string {
	if ue, ok := errors.AsType[*url.Error](err); ok {
		if ue.Timeout() {
			return "timeout"
		}
		err = ue.Err
	}
	return err.Error()
}

func (d *driver) body() string {
	n := int(d.stats.offered.Load())
	group, sender := d.load.place(n)
	seq := d.seqs[group].Add(1)
	b, err := json.Marshal(map[string]any{
		"CallbackCommand": "Group.CallbackAfterSendMsg", "GroupId": fmt.Sprintf("load-%s-%d", d.name, group), "Type": "Public",
		"From_Account": sender, "Operator_Account": sender, "Random": n, "MsgSeq": seq, "MsgTime": time.Now().Unix(),
		"OnlineOnlyFlag": 0, "EventTime": time.Now().UnixMilli(),
		"MsgBody": []any{map[string]any{"MsgType": "TIMTextElem", "MsgContent": map[string]any{"Text": loadText(n, d.load.Secrets)}}},
	})
	if err != nil {
		panic(err) // plain values always encode
	}
	return string(b)
}

// loadPeople is how many talk in each group.
const loadPeople = 50

// place is where the n-th message is posted, and who does: the groups take turns, and in
// each its people, so that nobody talks in hundreds, or all the time.
func (l loadCmd) place(n int) (group int, sender string) {
	round := n / l.Groups
	// Each round begins one group further: else each secret would be of the same few groups.
	return (n + round) % l.Groups, loadPerson(round % loadPeople)
}

func loadPerson(n int) string { return fmt.Sprintf("jared-%d", n) }

// loadText is the n-th text: every so often one with a public test card number. Of the
// others one in eight ends in a number, as the parts of a split value do: the most work
// that a text without a secret makes.
func loadText(n int, share float64) string {
	if share > 0 && n%max(int(1/share), 1) == 0 {
		return fmt.Sprintf("could you please book table %d on card 4111 1111 1111 %s for all of us, as we said yesterday", n, "1111")
	}
	return fmt.Sprintf(loadTexts[n%len(loadTexts)], n)
}

var loadTexts = [...]string{
	"see you at the venue at half past nine, bring the plan (%d)",
	"who has the slides of meeting %d? I need them at half past nine",
	"I will be ten minutes late, please start with point %d without me as always",
	"I have seen that order %d has arrived, it is at the front desk now",
	"thanks for that, I put it all into folder %d and then told all of the others",
	"can somebody look at ticket %d before lunch? It is the printer again",
	"they say that the train is %d minutes late, so let us begin at ten",
	"it is fine with me to go on with plan %d, thank you for all the work",
}
