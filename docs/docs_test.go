// Package docs holds the documentation, and these tests hold it to the code.
package docs

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/takeback-chat/takeback/models"
)

var code = regexp.MustCompile("`([^`]+)`")

func TestRecallTransitionsAreThoseOfTheCode(t *testing.T) {
	var got []models.RecallEdge
	for _, row := range table(t, "states.md", "### Which state can follow which") {
		e := models.RecallEdge{From: models.RecallState(words(row[0])[0]), To: models.RecallState(words(row[1])[0])}
		for by := range strings.SplitSeq(row[2], ", ") {
			e.By = append(e.By, models.Cause(by))
		}
		got = append(got, e)
	}
	if diff := cmp.Diff(models.RecallEdges, got); diff != "" || len(got) < 27 {
		t.Errorf("the %d transitions in states.md are not those of models (-code +page):\n%s", len(got), diff)
	}
}

func TestWhatAStateWritesIsThatOfTheCode(t *testing.T) {
	got := map[models.RecallState][]string{}
	for _, row := range table(t, "states.md", "What coming to a state writes") {
		for _, state := range words(row[0]) {
			got[models.RecallState(state)] = words(row[1])
		}
	}
	want := map[models.RecallState][]string{}
	for _, s := range models.RecallStates {
		if writes := s.Writes(); len(writes) > 0 {
			want[s] = writes
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("what is written, in states.md (-code +page):\n%s", diff)
	}
}

// Every arrow of the drawing is a transition of the table, as far as one line of it
// shows both ends.
func TestTheDrawingShowsEveryState(t *testing.T) {
	src, err := os.ReadFile("states.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(src), "```\n")
	drawing, _, _ := strings.Cut(rest, "```")
	for _, s := range models.RecallStates {
		if !strings.Contains(drawing, string(s)) {
			t.Errorf("the drawing lacks %s", s)
		}
	}
	arrow := regexp.MustCompile(`([a-z_]+) -+> ([a-z_]+)`)
	arrows := 0
	for line := range strings.Lines(drawing) {
		for rest := line; ; {
			m := arrow.FindStringSubmatchIndex(rest)
			if m == nil {
				break
			}
			arrows++
			from, to := models.RecallState(rest[m[2]:m[3]]), models.RecallState(rest[m[4]:m[5]])
			if !from.CanBecome(to) {
				t.Errorf("the drawing shows %s becoming %s", from, to)
			}
			rest = rest[m[4]:]
		}
	}
	if arrows < 5 {
		t.Errorf("%d arrows in the drawing", arrows)
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

func TestLegalHoldsAreThoseOfTheCode(t *testing.T) {
	var got []models.LegalHoldState
	for _, row := range table(t, "states.md", "## A legal hold") {
		got = append(got, models.LegalHoldState(words(row[0])[0]))
	}
	if diff := cmp.Diff(models.LegalHoldStates, got); diff != "" {
		t.Errorf("the states of a legal hold in states.md (-code +page):\n%s", diff)
	}
}

func TestSweepsAreThoseOfTheCode(t *testing.T) {
	var states []models.SweepState
	for _, row := range table(t, "states.md", "## A sweep") {
		s := models.SweepState(words(row[0])[0])
		states = append(states, s)
		if over := row[2] == "yes"; over != s.Terminal() {
			t.Errorf("states.md says of a sweep that is %s that it is over: %v, the code says %v", s, over, s.Terminal())
		}
	}
	if diff := cmp.Diff(models.SweepStates, states); diff != "" {
		t.Errorf("the states of a sweep in states.md (-code +page):\n%s", diff)
	}
	got, want := map[string][]string{}, map[string][]string{}
	for _, row := range table(t, "states.md", "### Which state of a sweep can follow which") {
		got[words(row[0])[0]] = words(row[1])
	}
	for _, from := range models.SweepStates {
		for _, to := range models.SweepStates {
			if from.CanBecome(to) {
				want[string(from)] = append(want[string(from)], string(to))
			}
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the transitions of a sweep in states.md (-code +page):\n%s", diff)
	}
	var why []models.SweepWhy
	for _, row := range table(t, "states.md", "Why a message is left alone:") {
		for _, w := range words(row[0]) {
			why = append(why, models.SweepWhy(w))
		}
	}
	if diff := cmp.Diff(models.SweepWhys, why); diff != "" {
		t.Errorf("why a sweep leaves messages alone in states.md (-code +page):\n%s", diff)
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
