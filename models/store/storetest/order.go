package storetest

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/models/store"
)

var orderTests = []test{
	{"every order ends the same", everyOrderEndsTheSame},
	{"so does every order of copies", everyOrderOfCopiesEndsTheSame},
	{"and every shuffle of a log", everyShuffleEndsTheSame},
}

// life is what can be heard of one message, and done about it, in one conversation.
type life struct {
	b    *bench
	room models.Conversation
	at   time.Time
}

// steps are all of it. Each may come at any time, and more than once.
var steps = []func(*life){
	func(l *life) { l.keep(l.send()) },
	func(l *life) { l.keep(l.edit()) },
	func(l *life) { l.keep(l.remove("alice", 3*time.Second)) },         // by the sender
	func(l *life) { l.keep(l.remove("adam", 4*time.Second)) },          // by an admin
	func(l *life) { l.keep(l.remove("administrator", 5*time.Second)) }, // the echo of our recall
	(*life).result,
}

func (l *life) in(j models.Judged) models.Judged {
	j.Event.Conversation = l.room
	return j
}

func (l *life) send() models.Judged {
	j := found(posted("1", "4000 0000 0000 0002"), models.VerdictRecall)
	j.Event.At, j.Event.Message.SentAt, j.Event.Message.Deadline = l.at, l.at, l.at.Add(time.Hour)
	return l.in(j)
}

// edit is as a platform tells it: neither who wrote the message nor when.
func (l *life) edit() models.Judged {
	j := edited(posted("1", ""), "nothing to see", l.at.Add(2*time.Second))
	j.Event.At, j.Event.Message.Sender = j.Event.Message.EditedAt, ""
	return l.in(j)
}

func (l *life) remove(by string, after time.Duration) models.Judged {
	j := removed("1")
	j.Event.At, j.Event.Operator = l.at.Add(after), by
	return l.in(j)
}

func (l *life) keep(j models.Judged) {
	if _, err := l.b.store.Keep(l.b.Context(), app, []models.Judged{j}); err != nil {
		l.b.Errorf("%s: %v", l.room.Ref, err)
	}
}

// result is the platform's yes to a call of ours, where one was to be made.
func (l *life) result() {
	c, err := l.conversation()
	if err != nil {
		return // nothing was heard of it yet
	}
	claims, err := l.b.store.ClaimRecalls(l.b.Context(), c, 10, time.Minute)
	if err != nil {
		l.b.Errorf("%s: %v", l.room.Ref, err)
	}
	for _, claim := range claims {
		_, err := l.b.store.Settle(l.b.Context(), []models.Settlement{{
			Recall: claim.ID, Fence: claim.Fence, State: models.Accepted, Code: "0", Called: true, DueAt: time.Now().Add(time.Hour),
		}})
		if err != nil {
			l.b.Errorf("%s: %v", l.room.Ref, err)
		}
	}
}

func (l *life) conversation() (models.ConversationID, error) {
	ms, err := l.b.store.FindMessages(l.b.Context(), everything, app, l.room.Ref, []string{"1"})
	if err != nil || len(ms) == 0 {
		return "", models.ErrNotFound
	}
	return ms[0].Conversation.ID, nil
}

// end is what is known in the end: it must not tell in which order it was heard.
func (l *life) end() string {
	ms, err := l.b.store.FindMessages(l.b.Context(), everything, app, l.room.Ref, []string{"1"})
	if err != nil || len(ms) != 1 {
		l.b.Fatalf("%s: %d messages, %v", l.room.Ref, len(ms), err)
	}
	rs, _, err := l.b.store.Recalls(l.b.Context(), everything, models.RecallFilter{Message: ms[0].ID})
	if err != nil {
		l.b.Fatal(err)
	}
	for _, r := range rs {
		if r.State != models.Confirmed && r.State != models.AlreadyGone || r.Attempts > 1 {
			l.b.Errorf("%s: a recall is %s after %d calls", l.room.Ref, r.State, r.Attempts)
		}
	}
	if len(rs) > 1 {
		l.b.Errorf("%s: %d recalls", l.room.Ref, len(rs))
	}
	return describe(ms[0])
}

// describe is all that a message is, apart from our own ids and times.
func describe(m models.Message) string {
	var text []string
	for _, e := range m.Elements {
		text = append(text, e.Text)
	}
	return fmt.Sprintf("%s/%s from %q at %d, until %d: %s %s %s %d findings %q, edited %d, gone %d by %q",
		"room", m.Ref, m.Sender, m.SentAt.UnixMilli(), m.Deadline.UnixMilli(), m.State, m.Inspection, m.Verdict,
		len(m.Findings), text, m.EditedAt.UnixMilli(), m.RemovedAt.UnixMilli(), m.RemovedBy)
}

// endings lets each order have a conversation of its own, many at once, and counts
// how the lives ended.
func endings(b *bench, orders [][]int) map[string]int {
	b.Helper()
	at := time.Now().Add(-time.Minute).Truncate(time.Second)
	ends := map[string]int{}
	var mu sync.Mutex
	var all sync.WaitGroup
	places := make(chan struct{}, 32)
	for i, order := range orders {
		places <- struct{}{}
		all.Go(func() {
			defer func() { <-places }()
			name := "life" + strconv.Itoa(i)
			l := &life{b, models.Conversation{Kind: models.Group, Ref: name, Group: name, Type: "Public"}, at}
			for _, step := range order {
				steps[step](l)
			}
			end := l.end()
			mu.Lock()
			defer mu.Unlock()
			ends[end]++
		})
	}
	all.Wait()
	return ends
}

func oneEnding(b *bench, orders [][]int, want int) {
	b.Helper()
	ends := endings(b, orders)
	b.Logf("proof: %d orders end in %d way", len(orders), len(ends))
	if len(orders) != want || len(ends) != 1 {
		b.Errorf("%d orders, want %d, end in %d ways:", len(orders), want, len(ends))
		for end, n := range ends {
			b.Errorf("%d times: %s", n, end)
		}
	}
	b.verify()
}

func everyOrderEndsTheSame(b *bench) { oneEnding(b, permutations(len(steps)), 720) }

// permutations are all orders of the numbers below n.
func permutations(n int) [][]int {
	if n == 0 {
		return [][]int{nil}
	}
	var all [][]int
	for _, p := range permutations(n - 1) {
		for i := range n {
			all = append(all, slices.Insert(slices.Clone(p), i, n-1))
		}
	}
	return all
}

// everyOrderOfCopiesEndsTheSame has each step come up to three times, in orders
// drawn by lot: there are more than anybody can go through.
func everyOrderOfCopiesEndsTheSame(b *bench) {
	seed := rand.Uint64()
	b.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0)) //nolint:gosec // to be repeated, not to be secret
	orders := make([][]int, 300)
	for i := range orders {
		for step := range steps {
			for range 1 + random.IntN(3) {
				orders[i] = append(orders[i], step)
			}
		}
		random.Shuffle(len(orders[i]), func(x, y int) { orders[i][x], orders[i][y] = orders[i][y], orders[i][x] })
	}
	oneEnding(b, orders, 300)
}

// shuffles says how many shuffles of how many events are tried: SHUFFLES=1000 and
// 10,000 events for a proof.
func shuffles(b *bench) (shuffles, events int) {
	b.Helper()
	asked := os.Getenv("SHUFFLES")
	if asked == "" {
		return 3, 1000
	}
	n, err := strconv.Atoi(asked)
	if err != nil || n < 1 {
		b.Fatalf("SHUFFLES=%s is not a number of shuffles", asked)
	}
	return n, 10_000
}

// everyShuffleEndsTheSame gives every shuffle a conversation of its own, eight of them
// a database: in one for all, a proof would measure how large it has grown.
func everyShuffleEndsTheSame(b *bench) {
	rounds, events := shuffles(b)
	seed := rand.Uint64()
	random := rand.New(rand.NewPCG(seed, 0)) //nolint:gosec // to be repeated, not to be secret
	log := logOf(random, events)
	hashes, ran := map[string]int{}, 0
	for ran < rounds {
		logs := make([][]models.Judged, min(8, rounds-ran))
		for i := range logs {
			logs[i] = slices.Clone(log)
			random.Shuffle(len(log), func(x, y int) { log[x], log[y] = log[y], log[x] })
		}
		b.Run(strconv.Itoa(ran), func(t *testing.T) {
			for _, hash := range replays(newBench(t, b.fresh), logs) {
				hashes[hash]++
			}
		})
		ran += len(logs)
	}
	b.Logf("proof: %d shuffles of %d events, seed %d: %d state", ran, events, seed, len(hashes))
	if len(hashes) != 1 {
		b.Errorf("%d shuffles of one log end in %d states: %v", ran, len(hashes), hashes)
	}
}

// replays replays logs beside each other and returns the hash of each.
func replays(b *bench, logs [][]models.Judged) []string {
	b.Helper()
	hashes := make([]string, len(logs))
	var all sync.WaitGroup
	for i, log := range logs {
		all.Go(func() { hashes[i] = replay(b, "shuffle"+strconv.Itoa(i), log) })
	}
	all.Wait()
	return hashes
}

// logOf makes a log of what is heard of many messages: each is posted, and some are
// edited, removed, or told of twice.
func logOf(random *rand.Rand, events int) []models.Judged {
	at := time.Now().Add(-time.Hour).Truncate(time.Second)
	verdicts := []models.Verdict{models.VerdictAllow, models.VerdictReview, models.VerdictRecall}
	var log []models.Judged
	for n := 1; len(log) < events; n++ {
		l := &life{at: at.Add(time.Duration(n) * time.Second)}
		send, edit, remove := l.send(), l.edit(), l.remove("alice", 3*time.Second)
		send.Decision.Verdict = verdicts[random.IntN(len(verdicts))]
		for _, j := range []*models.Judged{&send, &edit} {
			j.Event.Message.Ref = ref(n)
		}
		remove.Event.Refs = []string{ref(n)}
		log = append(log, send)
		for _, j := range []models.Judged{send, edit, edit, remove, remove} {
			if random.IntN(3) == 0 {
				log = append(log, j)
			}
		}
	}
	return log[:events]
}

// replay keeps a log, some events at a time as webhooks come, and returns a hash of
// all that is known afterwards.
func replay(b *bench, name string, log []models.Judged) string {
	b.Helper()
	place := models.Conversation{Kind: models.Group, Ref: name, Group: name, Type: "Public"}
	for part := range slices.Chunk(log, 50) {
		events := slices.Clone(part)
		for i := range events {
			events[i].Event.Conversation = place
		}
		if _, err := b.store.Keep(b.Context(), app, events); err != nil {
			b.Error(err)
			return ""
		}
	}
	return hashOf(b, b.store, name)
}

func hashOf(b *bench, s *store.Store, name string) string {
	b.Helper()
	var lines []string
	page := models.Page{Limit: models.MaxLimit}
	for {
		ms, next, err := s.Messages(b.Context(), everything, models.MessageFilter{App: app, Conversation: name, Page: page})
		if err != nil {
			b.Error(err)
			return ""
		}
		for _, m := range ms {
			lines = append(lines, describe(m))
		}
		if page.Cursor = next; next == "" {
			break
		}
	}
	slices.Sort(lines)
	h := sha256.Sum256([]byte(strings.Join(lines, "\n")))
	return fmt.Sprintf("%d messages %s", len(lines), hex.EncodeToString(h[:8]))
}
