package models_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/takeback-chat/takeback/models"
)

func TestNewIDIsUUIDv7AndRises(t *testing.T) {
	shape := regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)
	last := ""
	for range 100_000 {
		id := models.NewID()
		if !shape.MatchString(id) {
			t.Fatalf("%q is not a UUIDv7", id)
		}
		if id <= last {
			t.Fatalf("%q does not come after %q", id, last)
		}
		last = id
	}
}

func TestNewIDIsUniqueAcrossGoroutines(t *testing.T) {
	var mu sync.Mutex
	seen := map[string]bool{}
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 5_000 {
				id := models.NewID()
				mu.Lock()
				if seen[id] {
					t.Errorf("%s twice", id)
				}
				seen[id] = true
				mu.Unlock()
			}
		})
	}
	wg.Wait()
}

func TestIDsSortByTheirMoments(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var c models.IDClock
		base := time.UnixMilli(1_790_000_000_000)
		steps := rapid.SliceOfN(rapid.Int64Range(-5, 5), 2, 50).Draw(t, "steps")
		seen := map[string]bool{}
		last := map[int64]string{}
		for _, ms := range steps {
			at := base.Add(time.Duration(ms) * time.Millisecond)
			id := c.At(at)
			if seen[id] || len(id) != 36 || id[14] != '7' {
				t.Fatalf("id %s is no fresh UUIDv7", id)
			}
			seen[id] = true
			if got := models.IDTime(id); !got.Equal(at) {
				t.Fatalf("id %s is of %s, want %s", id, got, at)
			}
			if id < models.FirstID(at) || id >= models.FirstID(at.Add(time.Millisecond)) {
				t.Fatalf("id %s lies outside its millisecond", id)
			}
			last[ms] = id
		}
		for a, x := range last {
			for b, y := range last {
				if (a < b) != (x < y) {
					t.Fatalf("ids of %d and %d sort wrongly: %s, %s", a, b, x, y)
				}
			}
		}
	})
}

func TestIDsOfOneMomentSortAsMade(t *testing.T) {
	var c models.IDClock
	at, last := time.Now(), ""
	for range 10_000 {
		id := c.At(at)
		if id <= last {
			t.Fatalf("%s after %s", id, last)
		}
		last = id
	}
}

func TestIDTimeOfWhatIsNone(t *testing.T) {
	for _, id := range []string{"", "short", "zzzzzzzz-zzzz-7000-8000-000000000000"} {
		if got := models.IDTime(id); !got.IsZero() {
			t.Errorf("IDTime(%q) = %s, want none", id, got)
		}
	}
}

func TestNothingPrintsMessageText(t *testing.T) {
	text := "the quick brown secret"
	m := models.Message{ID: "m1", Ref: "7", Elements: []models.Element{{Kind: models.TextElement, Text: text}}}
	var log bytes.Buffer
	l := slog.New(slog.NewJSONHandler(&log, nil))
	l.Info("by value", slog.Any("message", m))
	l.Info("by pointer", slog.Any("message", &m), slog.Any("element", m.Elements[0]))
	out := log.String() + fmt.Sprintf("%v %+v %#v %s %q %v %+v", m, m, m, m, &m, m.Elements, m.Elements[0])
	if strings.Contains(out, "secret") {
		t.Errorf("message text was printed: %s", out)
	}
	if !strings.Contains(out, `"bytes":22`) || !strings.Contains(out, `"ref":"7"`) {
		t.Errorf("the log does not show ref and size: %s", log.String())
	}
}

func TestMaskText(t *testing.T) {
	f := func(start, end int, mask string) models.Finding {
		return models.Finding{Start: start, End: end, Mask: mask}
	}
	cases := map[string]struct {
		text     string
		findings []models.Finding
		want     string
	}{
		"none":          {"hello", nil, "hello"},
		"one":           {"card 4111 ok", []models.Finding{f(5, 9, "••••")}, "card •••• ok"},
		"out of order":  {"a bb cc", []models.Finding{f(5, 7, "C"), f(2, 4, "B")}, "a B C"},
		"overlapping":   {"abcdef", []models.Finding{f(0, 4, "X"), f(2, 6, "Y")}, "X"},
		"nested":        {"abcdef", []models.Finding{f(0, 6, "X"), f(2, 3, "Y")}, "X"},
		"out of bounds": {"abc", []models.Finding{f(2, 9, "X"), f(-1, 2, "Y")}, "abc"},
		"whole":         {"密码", []models.Finding{f(0, 6, "••")}, "••"},
	}
	for name, tc := range cases {
		if got := models.MaskText(tc.text, 0, tc.findings); got != tc.want {
			t.Errorf("%s: MaskText = %q, want %q", name, got, tc.want)
		}
	}
}

// No byte that lies in a finding is ever shown.
func TestMaskTextHidesEveryFinding(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := []byte(strings.Repeat(".", rapid.IntRange(0, 60).Draw(t, "length")))
		var findings []models.Finding
		for range rapid.IntRange(0, 6).Draw(t, "findings") {
			start := rapid.IntRange(0, len(text)).Draw(t, "start")
			end := rapid.IntRange(start, len(text)).Draw(t, "end")
			for i := start; i < end; i++ {
				text[i] = 'S'
			}
			findings = append(findings, models.Finding{Start: start, End: end, Mask: "*"})
		}
		if got := models.MaskText(string(text), 0, findings); strings.Contains(got, "S") {
			t.Fatalf("MaskText(%q, %v) = %q", text, findings, got)
		}
	})
}

func TestMaskedLeavesQuietCloudDataOut(t *testing.T) {
	elements := []models.Element{
		{Kind: models.TextElement, Text: "hi"},
		{Kind: models.ImageElement, Opaque: true},
		{Kind: models.CloudElement, Text: "reply-to"},
		{Kind: models.CloudElement, Text: "pin 1234"},
	}
	got := models.Masked(elements, []models.Finding{{Element: 3, Start: 4, End: 8, Mask: "••••"}})
	if diff := cmp.Diff("hi\n[image]\npin ••••", got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestRecallStates(t *testing.T) {
	for _, s := range models.RecallStates {
		for _, next := range models.RecallStates {
			if s.Terminal() && s.CanBecome(next) {
				t.Errorf("%s is an end, yet may become %s", s, next)
			}
			if s.CanBecome(next) && next == models.Requested {
				t.Errorf("%s may become requested again", s)
			}
		}
	}
	if models.Accepted.CanBecome(models.Queued) {
		t.Error("an accepted recall may be sent again")
	}
}

func TestEveryReasonHasWords(t *testing.T) {
	for _, c := range models.ReasonCodes {
		if c.Words() == "" || len(c.Words()) > 100 {
			t.Errorf("%s: words %q must be 1 to 100 bytes", c, c.Words())
		}
	}
	if models.ReasonCode("nope").Valid() {
		t.Error("an unknown code is valid")
	}
}

func TestObstacles(t *testing.T) {
	now := time.Unix(5000, 0)
	base := models.Message{State: models.Visible, SentAt: now.Add(-time.Minute), Deadline: now.Add(time.Second)}
	in := func(c models.Conversation) func(*models.Message) {
		return func(m *models.Message) { m.Conversation = c }
	}
	cases := map[string]struct {
		change func(*models.Message)
		want   models.Obstacle
	}{
		"in time":                {func(*models.Message) {}, ""},
		"no deadline":            {func(m *models.Message) { m.Deadline = time.Time{} }, ""},
		"at deadline":            {func(m *models.Message) { m.Deadline = now }, models.TooOld},
		"at deadline, live":      {func(m *models.Message) { m.Deadline, m.Conversation.Kind = now, models.Live }, models.LiveTooOld},
		"removed":                {func(m *models.Message) { m.State = models.Removed }, models.GoneAlready},
		"a tombstone":            {func(m *models.Message) { m.State = models.Tombstone }, models.GoneAlready},
		"blocked":                {func(m *models.Message) { m.State = models.Blocked }, models.NeverShown},
		"rewritten":              {func(m *models.Message) { m.State = models.Rewritten }, models.ShownMasked},
		"online only":            {func(m *models.Message) { m.Ephemeral = true }, models.OnlineOnly},
		"dissolved since":        {in(models.Conversation{DissolvedAt: now}), models.Dissolved},
		"dissolved and new made": {in(models.Conversation{DissolvedAt: now.Add(-time.Hour)}), ""},
	}
	for name, tc := range cases {
		m := base
		tc.change(&m)
		ok, why := m.Recallable(now)
		if got := m.Obstacle(now); got != tc.want || ok != (got == "") || ok == (why != "") {
			t.Errorf("%s: Obstacle = %q, Recallable = %v, %q; want %q", name, got, ok, why, tc.want)
		}
	}
	for _, o := range models.Obstacles {
		if o.Words() == "" {
			t.Errorf("%s has no words", o)
		}
	}
}

func TestScope(t *testing.T) {
	topic := models.Conversation{App: "main", Kind: models.Topic, Ref: "c@topic", Group: "c"}
	direct := models.Conversation{App: "main", Kind: models.Direct, Ref: "a:b"}
	mine := models.Scope{Groups: []models.Place{{App: "main", Ref: "c"}}}
	if !mine.Shows(topic) {
		t.Error("a community's topics are in its scope")
	}
	topic.App = "other"
	if mine.Shows(topic) || mine.Shows(direct) || (models.Scope{}).Shows(direct) {
		t.Error("a scope shows what it should not")
	}
	if !(models.Scope{All: true}).Shows(direct) {
		t.Error("all shows everything")
	}
}

func TestSeverityRank(t *testing.T) {
	if !slices.IsSortedFunc(models.Severities, func(a, b models.Severity) int { return a.Rank() - b.Rank() }) {
		t.Error("severities do not rise")
	}
	if got := models.Worst([]models.Finding{{Severity: models.Low}, {Severity: models.Critical}, {Severity: models.High}}); got != models.Critical {
		t.Errorf("Worst = %q", got)
	}
}
