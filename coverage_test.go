package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/takeback-chat/takeback/config"
	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/platforms/tencent/tencentsim"
)

// run is how much passes in the test of coverage. With PROOF=1 it has its full size.
type coverageRun struct {
	groups, messages, down int
	drop                   float64
	seed                   uint64
}

func coverageSize() coverageRun {
	r := coverageRun{groups: 3, messages: 1500, down: 600, drop: 0.03, seed: 11}
	if os.Getenv("PROOF") != "" {
		r = coverageRun{groups: 12, messages: 100_000, down: 30_000, drop: 0.01, seed: 11}
	}
	return r
}

// talk posts to the conversations of a world in turn.
type talk struct {
	*world
	run    coverageRun
	groups []string
	topic  string
	n      int
}

// place returns where the n-th message goes; the last place is the topic.
func (k *talk) place() (group, topic string) {
	if i := k.n % (len(k.groups) + 1); i < len(k.groups) {
		return k.groups[i], ""
	}
	return "town", k.topic
}

// say posts n messages; every fortieth holds a card, and now and then the
// platform says something itself.
func (k *talk) say(t *testing.T, n int) {
	t.Helper()
	for range n {
		k.n++
		group, topic := k.place()
		text := "message " + letters(k.n)
		if k.n%40 < 2 {
			text = card() + " " + text
		}
		if _, err := k.sim.Post(t.Context(), tencentsim.Post{Group: group, Topic: topic, From: "bob", Text: text}); err != nil {
			t.Fatal(err)
		}
		if k.n%75 == 0 {
			k.tip(t, k.groups[k.n/75%len(k.groups)])
		}
		if k.n%500 == 0 {
			k.flush(t)
		}
	}
	k.flush(t)
}

// letters writes a number without digits, of which a few messages together could
// look like a card.
func letters(n int) string {
	return strings.Map(func(r rune) rune { return 'a' + r - '0' }, strconv.Itoa(n))
}

func (k *talk) tip(t *testing.T, group string) {
	t.Helper()
	name := "guest" + strconv.Itoa(k.n)
	for _, err := range []error{
		k.sim.Join(name, group, name), k.sim.Rename("olga", group, "Sales "+name), k.sim.Leave(group, name),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
}

func (k *talk) flush(t *testing.T) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*patience)
	defer cancel()
	if err := k.sim.Flush(ctx); err != nil {
		t.Fatal(err)
	}
}

// restart opens the service anew on the same database.
func (w *world) restart(t *testing.T, conf config.Config) {
	t.Helper()
	var err error
	if w.app, err = newApp(t.Context(), conf, slog.New(slog.NewJSONHandler(&w.log, nil))); err != nil {
		t.Fatal(err)
	}
	w.start(t)
	w.sim.SetWebhook(w.URL()+"/webhooks/"+conf.Apps[0].ID+"/"+conf.Apps[0].PathSecret.Reveal(), conf.Apps[0].Tencent.WebhookToken.Reveal())
}

// Nothing slips past unseen: with webhooks lost, and a time in which nobody
// listened, every message is found in history and scanned, once, and what the
// platform said itself alarms nobody.
func TestNothingSlipsPastUnseen(t *testing.T) {
	run := coverageSize()
	onBoth(t, func(t *testing.T, database string) {
		t.Helper()
		var conf config.Config
		w := newWorld(t, database, func(c *config.Config, o *tencentsim.Options) {
			c.Backfill.Grace, c.Backfill.Ask = time.Second, 2*time.Second
			if os.Getenv("PROOF") != "" {
				c.Backfill = config.Default().Backfill
			}
			o.BeforeSend, o.Keep = false, 1_000_000
			conf = *c
		})
		k := &talk{world: w, run: run, topic: tencentsim.TopicID("town", "a")}
		for i := range run.groups {
			k.groups = append(k.groups, "sales"+strconv.Itoa(i))
			w.group(t, k.groups[i])
		}
		err := w.sim.CreateGroup(tencentsim.GroupSpec{
			ID: "town", Name: "Town", Type: tencentsim.Community, Owner: "olga", Topics: []tencentsim.TopicSpec{{ID: "a", Name: "First"}},
			Members: map[string]tencentsim.Role{"bob": tencentsim.Member},
		})
		if err != nil {
			t.Fatal(err)
		}
		w.sim.SetFaults(tencentsim.Faults{Seed: run.seed, DropWebhook: run.drop})
		k.say(t, run.messages*9/10)
		w.stop()
		k.say(t, run.down)
		w.restart(t, conf)
		up := time.Now()
		noticed := k.noticed(t, up)
		k.say(t, run.messages/10)
		scanned := k.scanned(t, up)
		violations := append(k.violations(t), k.told(t, conf)...)
		t.Logf("proof: %d messages, seed %d, %d violations; after the start noticed in %.1f s, scanned in %.1f s",
			k.n, run.seed, len(violations), noticed.Seconds(), scanned.Seconds())
		for _, v := range violations {
			t.Error(v)
		}
	})
}

// told checks what people are told of it: the API, the figures, the command.
func (k *talk) told(t *testing.T, conf config.Config) []string {
	t.Helper()
	var wrong []string
	token := k.operator(t)
	_, days := k.call(t, token, http.MethodGet, "/api/v1/coverage?app="+conf.Apps[0].ID, nil)
	posted := 0.0
	for _, d := range items(days) {
		seen, _ := d["seen"].(float64)
		backfilled, _ := d["backfilled"].(float64)
		posted += seen + backfilled
		if d["percent"] != 100.0 || d["missing"] != 0.0 {
			wrong = append(wrong, fmt.Sprintf("the API tells of %v", d))
		}
	}
	if posted != float64(k.n) {
		wrong = append(wrong, fmt.Sprintf("the API tells of %v messages, want %d", posted, k.n))
	}
	w := httptest.NewRecorder()
	k.metricsHTTP.Handler.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	for _, figure := range []string{`takeback_backfill_numbers_total{app="demo",how="history"}`, `takeback_backfill_numbers_total{app="demo",how="system_tip"}`} {
		if !strings.Contains(w.Body.String(), figure) {
			wrong = append(wrong, "no figure "+figure)
		}
	}
	var out bytes.Buffer
	v := coverageCmd{Days: 2}
	covered, err := k.store.CoverageDays(t.Context(), v.App, time.Now().AddDate(0, 0, -1))
	if err := errors.Join(err, printDays(&out, covered), v.conversations(t.Context(), &out, k.store)); err != nil {
		t.Fatal(err)
	}
	if s := out.String(); !strings.Contains(s, "100.00") || !strings.Contains(s, k.topic) || !strings.Contains(s, "READ BACK") {
		wrong = append(wrong, "takeback coverage says:\n"+s)
	}
	return wrong
}

// covered returns the coverage of every conversation by its ref.
func (k *talk) covered(t *testing.T) map[string]models.Coverage {
	t.Helper()
	all, _, err := k.store.Conversations(t.Context(), models.Scope{All: true}, models.ConversationFilter{Page: models.Page{Limit: models.MaxLimit}})
	if err != nil {
		t.Fatal(err)
	}
	var ids []models.ConversationID
	refs := map[models.ConversationID]string{}
	for _, c := range all {
		ids, refs[c.ID] = append(ids, c.ID), c.Ref
	}
	by, err := k.store.Coverages(t.Context(), ids)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]models.Coverage{}
	for id, c := range by {
		out[refs[id]] = c
	}
	return out
}

// posted returns what the platform holds of each conversation.
func (k *talk) posted() map[string][]tencentsim.Message {
	all := map[string][]tencentsim.Message{k.topic: k.sim.Messages("town", k.topic)}
	for _, g := range k.groups {
		all[g] = k.sim.Messages(g, "")
	}
	return all
}

// noticed waits until it is known how much passed while nobody listened, and
// says how long after the start that was.
func (k *talk) noticed(t *testing.T, up time.Time) time.Duration {
	t.Helper()
	posted := k.posted()
	eventually(t, func() string {
		covered := k.covered(t)
		for ref, all := range posted {
			if newest := covered[ref].Newest; newest < int64(len(all)) {
				return fmt.Sprintf("%s is known up to %d of %d", ref, newest, len(all))
			}
		}
		return ""
	})
	return time.Since(up)
}

// scanned waits until nothing is missing and says how long after the start that was.
func (k *talk) scanned(t *testing.T, up time.Time) time.Duration {
	t.Helper()
	posted, end := k.posted(), time.Now().Add(2*time.Minute)
	for {
		missing := int64(0)
		covered := k.covered(t)
		for ref, all := range posted {
			missing += covered[ref].Missing + int64(len(all)) - covered[ref].Newest
		}
		if missing == 0 {
			return time.Since(up)
		}
		if time.Now().After(end) {
			t.Fatalf("%d messages are still missing", missing)
		}
		time.Sleep(50 * time.Millisecond)
	}
}

// violations compares what is kept with what was posted.
func (k *talk) violations(t *testing.T) []string {
	t.Helper()
	var wrong []string
	covered := k.covered(t)
	for ref, all := range k.posted() {
		var want []string
		tips := int64(0)
		for _, m := range all {
			if m.System {
				tips++
				continue
			}
			want = append(want, itoa(m.Seq))
			if strings.HasPrefix(m.Text, card()) {
				ctx, cancel := context.WithTimeout(t.Context(), patience)
				if _, err := k.sim.AwaitRecall(ctx, m.Group, m.Topic, m.Seq); err != nil {
					wrong = append(wrong, fmt.Sprintf("message %d of %s was not taken back", m.Seq, ref))
				}
				cancel()
			}
		}
		got := k.kept(t, ref)
		slices.Sort(want)
		if diff := cmp.Diff(want, got); diff != "" {
			wrong = append(wrong, fmt.Sprintf("messages of %s (-posted +kept):\n%s", ref, diff))
		}
		c := covered[ref]
		if c.Tips != tips || c.Gone != 0 || c.Seen+c.Backfilled != int64(len(want)) || c.Percent() != 100 || c.First != 1 {
			wrong = append(wrong, fmt.Sprintf("coverage of %s with %d messages and %d tips: %+v", ref, len(want), tips, c))
		}
		if c.Backfilled == 0 {
			wrong = append(wrong, "nothing of "+ref+" was read back: the test shows nothing")
		}
	}
	for line := range strings.Lines(k.log.String()) {
		if strings.Contains(line, `"level":"ERROR"`) {
			wrong = append(wrong, line)
		}
	}
	k.auditHolds(t)
	return wrong
}

// kept lists the refs of the messages kept of a conversation, each as often as
// it has findings where it has some.
func (k *talk) kept(t *testing.T, ref string) []string {
	t.Helper()
	found := map[string]int{}
	var refs []string
	f := models.MessageFilter{Conversation: ref, Page: models.Page{Limit: models.MaxLimit}}
	for {
		page, next, err := k.store.Messages(t.Context(), models.Scope{All: true}, f)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range page {
			refs = append(refs, m.Ref)
			found[m.Ref] += len(m.Findings)
			if m.Inspection == "" || m.Revision != 1 {
				t.Errorf("message %s of %s: inspection %q, revision %d", m.Ref, ref, m.Inspection, m.Revision)
			}
		}
		if f.Cursor = next; next == "" {
			break
		}
	}
	for _, ref := range slices.Sorted(maps.Keys(found)) {
		if found[ref] > 1 {
			t.Errorf("message %s has %d findings, want one", ref, found[ref])
		}
	}
	slices.Sort(refs)
	return refs
}

// A one-to-one chat has no numbers, so it is read back while it is in use.
func TestAChatIsReadBack(t *testing.T) {
	onBoth(t, func(t *testing.T, database string) {
		t.Helper()
		w := newWorld(t, database, func(c *config.Config, o *tencentsim.Options) {
			c.Backfill.Direct, o.BeforeSend = 500*time.Millisecond, false
		})
		say := func(text string) tencentsim.Sent {
			t.Helper()
			sent, err := w.sim.PostC2C(t.Context(), "bob", "mia", text)
			if err != nil {
				t.Fatal(err)
			}
			return sent
		}
		say("hello")
		if err := w.sim.Flush(t.Context()); err != nil {
			t.Fatal(err)
		}
		w.sim.SetFaults(tencentsim.Faults{DropWebhook: 1})
		lost := say(card())
		say("did you get it?")
		if _, err := w.sim.AwaitRecallC2C(t.Context(), "bob", "mia", lost.Key); err != nil {
			t.Fatal(err)
		}
		token := w.operator(t)
		eventually(t, func() string {
			_, list := w.call(t, token, http.MethodGet, "/api/v1/conversations?kind=direct", nil)
			if len(items(list)) != 1 {
				return fmt.Sprintf("%d conversations", len(items(list)))
			}
			covered, _ := items(list)[0]["coverage"].(map[string]any)
			if covered["seen"] != 3.0 || covered["backfilled"] != 2.0 || covered["why_not"] != models.Direct.Uncounted() {
				return fmt.Sprintf("coverage %v", covered)
			}
			return ""
		})
		w.auditHolds(t)
	})
}
