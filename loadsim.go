package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/takeback-chat/takeback/config"
	"github.com/takeback-chat/takeback/platforms/tencent/tencentsim"
	"github.com/takeback-chat/takeback/server"
)

// drainTime is how long the last recalls are waited for.
const drainTime = 5 * time.Second

// simulated plays the platform: people post through it, it calls the service,
// and the service's recall calls come back to it.
func (l loadCmd) simulated(ctx context.Context, c terminal, app config.App, bases []*url.URL) error {
	api, err := url.Parse(app.Tencent.API)
	if err != nil || api.Scheme != "http" || api.Hostname() != "127.0.0.1" {
		return usage("--simulator needs the app's api on this machine, such as http://127.0.0.1:8081, but it is %s", app.Tencent.API)
	}
	meter := &recallMeter{stats: &loadStats{}, seen: map[messageKey]journey{}}
	sim, err := tencentsim.New(tencentsim.Options{
		SDKAppID: app.Tencent.SDKAppID, Key: app.Tencent.SecretKey.Reveal(), Admin: app.Tencent.Admin,
		WebhookURL: webhookURL(bases, app), WebhookToken: app.Tencent.WebhookToken.Reveal(), HTTP: l.client(bases),
		Senders: l.Connections, Journal: meter, GroupRate: l.Rate,
	})
	if err != nil {
		return fmt.Errorf("start the simulator: %w", err)
	}
	defer sim.Close()
	listener, err := listen(ctx, api.Host, "the app's api")
	if err != nil {
		return err
	}
	hs := server.NewHTTP(sim.Handler())
	go func() { _ = hs.Serve(listener) }() // ends with Close
	defer func() { _ = hs.Close() }()
	if err := l.talk(ctx, sim, meter); err != nil {
		return err
	}
	return meter.stats.print(c.out)
}

// talk posts at the rate and waits for the recalls of what held a secret.
func (l loadCmd) talk(ctx context.Context, sim *tencentsim.Sim, meter *recallMeter) error {
	run := fmt.Sprintf("load-%x", time.Now().Unix())
	people := map[string]tencentsim.Role{}
	for i := range loadPeople {
		people[loadPerson(i)] = ""
	}
	for g := range l.Groups {
		spec := tencentsim.GroupSpec{ID: fmt.Sprintf("%s-%d", run, g), Name: "Load", Type: tencentsim.Meeting, Owner: "owner", Members: maps.Clone(people)}
		if err := sim.CreateGroup(spec); err != nil {
			return fmt.Errorf("make a group: %w", err)
		}
	}
	meter.stats.begin = time.Now()
	n := 0
	var posts sync.WaitGroup
	pace(ctx, l.Rate, l.Duration, func(time.Time) {
		n++
		group, sender := l.place(n)
		post := tencentsim.Post{Group: fmt.Sprintf("%s-%d", run, group), From: sender, Text: loadText(n, l.Secrets)}
		if post.Text != loadText(n, 0) {
			meter.want()
		}
		meter.stats.offered.Add(1)
		posts.Go(func() {
			if _, err := sim.Post(ctx, post); err != nil {
				meter.stats.fail(err.Error())
			}
		})
	})
	posts.Wait()
	meter.stats.took = time.Since(meter.stats.begin)
	meter.wait(ctx)
	return nil
}

type messageKey struct {
	group string
	seq   uint32
}

// recallMeter reads the simulator's journal as it is written: it matches recall
// calls to the webhooks that caused them.
type recallMeter struct {
	stats *loadStats
	mu    sync.Mutex // guards seen
	seen  map[messageKey]journey
}

// journey is what the journal said of one message so far.
type journey struct {
	webhook, call time.Time // when each began; zero: not seen yet
	counted       bool
}

// Write takes one line of the journal.
func (m *recallMeter) Write(line []byte) (int, error) {
	var e tencentsim.JournalEntry
	if err := json.Unmarshal(bytes.TrimSpace(line), &e); err != nil {
		return 0, fmt.Errorf("read the journal: %w", err)
	}
	switch e.Command {
	case "Group.CallbackAfterSendMsg":
		m.webhook(e)
	case "group_open_http_svc/group_msg_recall":
		m.recall(e)
	}
	return len(line), nil
}

func (m *recallMeter) webhook(e tencentsim.JournalEntry) {
	if e.Status != http.StatusOK {
		m.stats.fail(fmt.Sprintf("HTTP %d", e.Status))
		return
	}
	m.stats.answer(time.Duration(e.Micros) * time.Microsecond)
	m.note(e, func(j *journey, at time.Time) { j.webhook = at })
}

// recall notes a call; of a repeated one the first counts.
func (m *recallMeter) recall(e tencentsim.JournalEntry) {
	m.note(e, func(j *journey, at time.Time) {
		if j.call.IsZero() {
			j.call = at
		}
	})
}

// note adds a line to the journeys of its messages. Whichever of the two lines
// is written last completes one: a webhook is journaled when it was answered,
// which may be after the recall call. Calls for what was posted before this run
// have no webhook here and are not counted.
func (m *recallMeter) note(e tencentsim.JournalEntry, set func(*journey, time.Time)) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, seq := range e.Seqs {
		key := messageKey{e.Group, seq}
		j := m.seen[key]
		set(&j, time.Unix(0, e.At))
		if !j.counted && !j.webhook.IsZero() && !j.call.IsZero() {
			j.counted = true
			m.stats.recalled(j.call.Sub(j.webhook))
		}
		m.seen[key] = j
	}
}

func (m *recallMeter) want() {
	m.stats.mu.Lock()
	defer m.stats.mu.Unlock()
	m.stats.wantRecalls++
}

// wait returns when every recall has been called for, or drainTime is over.
func (m *recallMeter) wait(ctx context.Context) {
	end := time.After(drainTime)
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		m.stats.mu.Lock()
		done := len(m.stats.recalls) >= m.stats.wantRecalls
		m.stats.mu.Unlock()
		select {
		case <-ctx.Done():
			return
		case <-end:
			return
		case <-tick.C:
			if done {
				return
			}
		}
	}
}
