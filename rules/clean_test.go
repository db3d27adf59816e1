package rules

import (
	"bufio"
	"compress/gzip"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/takeback-chat/takeback/models"
)

func TestShippedCleanCorpus(t *testing.T) {
	text, err := os.ReadFile("testdata/clean.txt")
	if err != nil {
		t.Fatal(err)
	}
	set := builtinRuleset(t)
	n := 0
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		n++
		m := textMessage(line)
		set.Judge(m, false)
		for _, f := range m.Findings {
			t.Errorf("%s at %.2f finds %q in %q", f.Detector, f.Confidence, line[f.Start:f.End], line)
		}
	}
	if n < 200 {
		t.Errorf("%d messages, want at least 200", n)
	}
}

// TestCleanCorpus measures how often the built-in packs and policy bother
// people over ordinary chat. TAKEBACK_CLEAN_CORPUS names a directory of
// *.jsonl.gz files with objects {"text"}; the repository ships none.
func TestCleanCorpus(t *testing.T) {
	dir := os.Getenv("TAKEBACK_CLEAN_CORPUS")
	files, err := filepath.Glob(filepath.Join(dir, "*.jsonl.gz"))
	if err != nil {
		t.Fatal(err)
	}
	if dir == "" || len(files) == 0 {
		t.Log("no corpus is named by TAKEBACK_CLEAN_CORPUS; the shipped one is tested apart")
		return
	}
	set := builtinRuleset(t)
	for _, file := range files {
		corpusRates(t, set, file)
	}
}

func corpusRates(t *testing.T, set *Ruleset, file string) {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	n, verdicts, detectors := 0, map[models.Verdict]int{}, map[string]int{}
	for lines := bufio.NewScanner(z); lines.Scan(); n++ {
		var row struct{ Text string }
		if err := json.Unmarshal(lines.Bytes(), &row); err != nil {
			t.Fatalf("%s: line %d: %v", file, n+1, err)
		}
		m := textMessage(row.Text)
		verdicts[set.Judge(m, false).Verdict]++
		for _, x := range m.Findings {
			detectors[x.Detector]++
		}
	}
	t.Logf("%s: %d messages; per 1,000: recall %.2f, review %.2f; findings %v", filepath.Base(file), n,
		per1000(verdicts[models.VerdictRecall], n), per1000(verdicts[models.VerdictReview], n), detectors)
	if asked := n - verdicts[models.VerdictAllow]; per1000(asked, n) > 1 {
		t.Errorf("%s: %d of %d verdicts are review or worse, want at most 1 per 1,000", filepath.Base(file), asked, n)
	}
}

func per1000(n, of int) float64 { return 1000 * float64(n) / float64(of) }

func builtinRuleset(tb testing.TB) *Ruleset {
	tb.Helper()
	e, err := New(Builtin(), Options{})
	if err != nil {
		tb.Fatal(err)
	}
	return &Ruleset{Engine: e, Policy: DefaultPolicy(), Version: 1}
}

func textMessage(text string) *models.Message {
	return &models.Message{Revision: 1, Elements: []models.Element{{Kind: models.TextElement, Text: text}}}
}
