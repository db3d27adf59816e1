package console

import (
	"io/fs"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/server/report"
)

var verb = regexp.MustCompile(`%[^\s%]*?[a-z%]`)

func TestEveryLanguageHasTheSameWords(t *testing.T) {
	first := catalogues[0]
	for _, w := range catalogues[1:] {
		for key, text := range first.text {
			other, ok := w.text[key]
			if !ok {
				t.Errorf("%s has no %q", w.Lang, key)
				continue
			}
			if want, got := verb.FindAllString(text, -1), verb.FindAllString(other, -1); !slices.Equal(want, got) {
				t.Errorf("%s %q takes %v, %s takes %v", w.Lang, key, got, first.Lang, want)
			}
		}
		if len(w.text) != len(first.text) {
			t.Errorf("%s has %d words, %s has %d", w.Lang, len(w.text), first.Lang, len(first.text))
		}
	}
}

// made lists the keys that are put together from words of the model.
func made() map[string]bool {
	keys := map[string]bool{}
	for prefix, ends := range map[string][]string{
		"verdict.":         append(list(verdicts), ""),
		"verdict.words.":   list(verdicts),
		"state.":           list(messageStates),
		"recall.state.":    list(models.RecallStates),
		"recall.head.":     list(models.RecallStates),
		"reason.":          append(list(models.ReasonCodes), ""),
		"severity.":        append(list(models.Severities), ""),
		"category.":        list(models.Categories),
		"grant.":           list(models.Grants),
		"kind.":            list(models.ConversationKinds),
		"uncounted.":       {"live", "direct"},
		"uncounted.words.": {"live", "direct"},
		"role.":            {"owner", "admin", "member"},
		"policy.rules.":    {"one", "other"},
		"policy.problems.": {"one", "other"},
		"policy.skipped.":  {"one", "other"},
		"policy.stopped.":  {"one", "other"},
		"detectors.words.": {"one", "other"},
		"evidence.":        {"named", "context", "entropy", "length", "classes"},
		"evidence.near.":   {"named", "context", "clear"},
		"evidence.is.":     namedChecks,
		"breakers.kind.":   {"rule", "all", "stop"},
		"breakers.state.":  {"open", "reset_asked"},
		"hole.":            append(list(models.Closings), "open"),
		"gap.":             append(list(models.Closings), "open"),
		"thread.came.":     list(models.Closings),
		"thread.state.":    {"removed", "tombstone", "blocked", "rewritten"},
		"inspection.":      {"", "clean", "findings", "unreadable"},
		"confidence.":      {"certain", "high", "medium", "low"},
		"authority.":       {"policy", "owner", "admin", "sender", "operator"},
		"trigger.":         {"policy", "api", "console", "cli"},
		"now.":             {"closing", "mine", "escalated", "returning", "holds"},
		"now.recall.":      {"unknown", "failed", "refused", "expired", "accepted"},
		"now.breaker.":     {"rule", "all", "stop"},
		"now.holes.":       {"one", "other"},
		"sender.role.":     {"owner", "admin", "member", "none"},
		"sender.messages.": {"one", "other"},
		"sender.findings.": {"one", "other"},
		"sender.recalls.":  {"one", "other"},
		"reveal.count.":    {"one", "other"},
		"told.":            {"sender", "group", "moderators", "nobody"},
		"strip.":           {"requested", "sent", "accepted", "confirmed", "already_gone", "expired", "refused", "failed", "unknown", "cancelled"},
		"obstacle.":        list(models.Obstacles),
		"own.replacement.": list(models.PostingStates),
		"own.words.":       {"declined", "gone", "cannot"},
		"own.people.":      list(models.ConversationKinds),
		"result.":          list(report.Results),
		"step.":            {"posted", "seen", "decided", "sent", "accepted", "confirmed", "already_gone", "expired", "refused", "failed", "cancelled", "legal_hold_placed", "legal_hold_lifted", "legal_hold_over"},
		"deadline.":        {"met", "missed", "open", "no_matter"},
		"since.":           {"1h", "24h", "168h"},
		"queue.decided.":   {"allow", "recall"},
		"queue.did.":       {"skip", "park", "escalate"},
		"score.":           {"escalated", "severity", "window", "unread", "waiting"},
		"queue.tab.":       {"waiting", "closing", "mine", "escalated", "parked", "skipped"},
		"queue.alike.":     {"one", "other"},
		"bulk.alike.":      {"one", "other"},
		"bulk.recall.":     {"one", "other"},
		"bulk.keep.":       {"one", "other"},
		"audit.preset.":    auditPresets,
		"holds.kind.":      list(models.LegalHoldKinds),
		"holds.state.":     list(models.LegalHoldStates),
		"kept.":            typed,
		"signin.why.":      {"over", "groups"},
		"sweep.kind.":      list(models.SweepKinds),
		"sweep.state.":     list(models.SweepStates),
		"sweep.why.":       list(models.SweepWhys),
		"sweep.include.":   list(models.Spares),
		"sweep.step.":      {"waiting", "under_way", "gone", "unknown", "failed", "passed"},
		"sweep.count.":     {"one", "other"},
		"sweep.run.":       {"one", "other"},
		"sweep.agree.":     {"one", "other"},
		"sweep.places.":    {"one", "other"},
		"hooks.state.":     list(models.HookStates),
		"window.":          windowNames,
		"reads.":           list(models.ReadsBefore),
		"numbers.":         {"outcomes", "reasons", "rules", "outcomes.words", "reasons.words", "rules.words", "outcomes.head", "reasons.head", "rules.head"},
		"fares.":           {fareWell, fareSilent, fareClock, fareBad},
		"endpoint.":        EndpointStates[:],
		"number.":          {"waiting", "queued", "accepted", "unknown", "failed"},
		"element.":         {"text", "custom", "file", "image", "sound", "video", "location", "face", "merged-forward", "cloud-custom", "unknown"},
		"sentence.read.":   {"one", "other"},
		"sentence.":        {"sure", "likely", "partly"},
		"audit.entries.":   {"one", "other"},
		"audit.chains.":    {"one", "other"},
		"span.days.":       {"one", "other"},
		"span.whole.":      {"one", "other"},
		"holds.count.":     {"one", "other"},
		"settings.slowed.": {"one", "other"},
		"text.more.":       {"one", "other"},
		"signin.wait.":     {"one", "other"},
		"code.wrong.":      {"one", "other"},
		"groups.waiting.":  {"one", "other"},
		"rules.detectors.": {"one", "other"},
	} {
		for _, end := range ends {
			keys[prefix+end] = true
		}
	}
	for prefix, ends := range madeOfLogins {
		for _, end := range ends {
			keys[prefix+end] = true
		}
	}
	for _, kind := range models.ConversationKinds {
		keys["kind."+string(kind)+".message"] = true
	}
	for _, r := range refusals {
		keys[r.key] = true
	}
	for _, a := range answers {
		keys[a.title], keys[a.title+".words"] = true, true
	}
	return keys
}

func list[S ~string](values []S) (texts []string) {
	for _, v := range values {
		texts = append(texts, string(v))
	}
	return texts
}

func TestNoWordIsMissingOrUnused(t *testing.T) {
	used := made()
	for _, use := range []struct {
		files fs.FS
		words *regexp.Regexp
	}{
		{templateFiles, regexp.MustCompile(`[{( ]t "([a-z_.]+)"`)},
		{sources, regexp.MustCompile(`\.T\("([a-z_.]+)"`)},
	} {
		_ = fs.WalkDir(use.files, ".", func(name string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || strings.HasSuffix(name, "_test.go") {
				return err
			}
			body, _ := fs.ReadFile(use.files, name)
			for _, m := range use.words.FindAllSubmatch(body, -1) {
				used[string(m[1])] = true
			}
			return nil
		})
	}
	var missing, unused []string
	for key := range used {
		if _, ok := catalogues[0].text[key]; !ok && !strings.HasSuffix(key, ".") {
			missing = append(missing, key)
		}
	}
	for key := range catalogues[0].text {
		if !used[key] {
			unused = append(unused, key)
		}
	}
	if len(missing)+len(unused) > 0 {
		slices.Sort(missing)
		slices.Sort(unused)
		t.Errorf("missing %v, unused %v", missing, unused)
	}
	if len(used) < 200 {
		t.Errorf("only %d words were looked for", len(used))
	}
}

func TestSpansSayTheTwoLargestUnits(t *testing.T) {
	got := map[time.Duration]string{}
	for _, d := range []time.Duration{-time.Second, 60 * time.Millisecond, 41 * time.Second, 61 * time.Minute, 12 * time.Hour, 25 * time.Hour, 167 * time.Hour, 168 * time.Hour} {
		got[d] = catalogues[0].Span(d)
	}
	want := map[time.Duration]string{
		-time.Second: "0.00 s", 60 * time.Millisecond: "0.06 s", 41 * time.Second: "41 s",
		61 * time.Minute: "1 h 1 min", 12 * time.Hour: "12 h", 25 * time.Hour: "1 day 1 h", 167 * time.Hour: "6 days 23 h", 168 * time.Hour: "7 days",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestLanguageFollowsTheBrowser(t *testing.T) {
	for header, want := range map[string]string{
		"": "en", "en-GB,en;q=0.9": "en", "zh-CN,zh;q=0.9,en;q=0.8": "zh-CN", "zh": "zh-CN", "de": "en", ";;;": "en",
	} {
		if got := wordsFor(header).Lang; got != want {
			t.Errorf("wordsFor(%q) = %s, want %s", header, got, want)
		}
	}
}
