// Package docs holds the documentation, and these tests hold it to the code.
package docs

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/takeback-chat/takeback/models"
)

var code = regexp.MustCompile("`([^`]+)`")

func TestRecallTransitionsAreThoseOfTheCode(t *testing.T) {
	got := map[models.RecallState][]models.RecallState{}
	for _, row := range table(t, "states.md", "### Which state can follow which") {
		from := models.RecallState(words(row[0])[0])
		for _, to := range words(row[1]) {
			got[from] = append(got[from], models.RecallState(to))
		}
		slices.Sort(got[from])
	}
	want := map[models.RecallState][]models.RecallState{}
	for _, from := range models.RecallStates {
		for _, to := range models.RecallStates {
			if from.CanBecome(to) {
				want[from] = append(want[from], to)
			}
		}
		slices.Sort(want[from])
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the transitions in states.md are not those of models (-code +page):\n%s", diff)
	}
}

func TestRecallStatesAreThoseOfTheCode(t *testing.T) {
	var got []models.RecallState
	for _, row := range table(t, "states.md", "## The life of a recall") {
		s := models.RecallState(words(row[0])[0])
		got = append(got, s)
		if over := row[2] == "yes"; over != s.Terminal() {
			t.Errorf("states.md says of %s that it is over: %v, the code says %v", s, over, s.Terminal())
		}
	}
	if diff := cmp.Diff(models.RecallStates, got); diff != "" {
		t.Errorf("the states in states.md are not those of models (-code +page):\n%s", diff)
	}
}

func TestMessageStatesAreThoseOfTheCode(t *testing.T) {
	want := []string{string(models.Visible), string(models.Removed), string(models.Tombstone), string(models.Blocked), string(models.Rewritten)}
	if diff := cmp.Diff(want, firstWords(table(t, "states.md", "## A message"))); diff != "" {
		t.Errorf("the message states in states.md (-code +page):\n%s", diff)
	}
	want = []string{string(models.Clean), string(models.Found), string(models.Unreadable)}
	if diff := cmp.Diff(want, firstWords(table(t, "states.md", "Beside its state a message"))); diff != "" {
		t.Errorf("the ends of a scan in states.md (-code +page):\n%s", diff)
	}
}

func TestPostingStatesAreThoseOfTheCode(t *testing.T) {
	var got []models.PostingState
	for _, row := range table(t, "states.md", "## A posting") {
		got = append(got, models.PostingState(words(row[0])[0]))
	}
	if diff := cmp.Diff(models.PostingStates, got); diff != "" {
		t.Errorf("the states of postings in states.md (-code +page):\n%s", diff)
	}
	edges := 0
	for _, row := range table(t, "states.md", "| `unknown` | a call may or may not have posted it") {
		for _, to := range words(row[1]) {
			if edges++; !models.PostingState(words(row[0])[0]).CanBecome(models.PostingState(to)) {
				t.Errorf("states.md lets a posting go from %s to %s", row[0], to)
			}
		}
	}
	for _, from := range models.PostingStates {
		for _, to := range models.PostingStates {
			if from.CanBecome(to) {
				edges--
			}
		}
	}
	if edges != 0 {
		t.Errorf("states.md has %d transitions more than the code", edges)
	}
}

// table returns the cells of the first table below a line that begins as given.
func table(t *testing.T, file, below string) [][]string {
	t.Helper()
	src, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	_, rest, ok := strings.Cut("\n"+string(src), "\n"+below)
	if !ok {
		t.Fatalf("%s has no line %q", file, below)
	}
	var rows [][]string // of lines that begin with a bar: a drawing's are indented
	for line := range strings.Lines(rest) {
		if !strings.HasPrefix(line, "|") {
			if len(rows) > 0 {
				break
			}
			continue
		}
		var cells []string
		for cell := range strings.SplitSeq(strings.Trim(line, "|\n"), "|") {
			cells = append(cells, strings.TrimSpace(cell))
		}
		rows = append(rows, cells)
	}
	if len(rows) < 3 {
		t.Fatalf("%s has no table below %q", file, below)
	}
	return rows[2:] // without the heading and the rule below it
}

// words are the words of a cell that are written as code.
func words(cell string) []string {
	var all []string
	for _, m := range code.FindAllStringSubmatch(cell, -1) {
		all = append(all, m[1])
	}
	return all
}

func firstWords(rows [][]string) []string {
	var all []string
	for _, row := range rows {
		all = append(all, words(row[0])[0])
	}
	return all
}
