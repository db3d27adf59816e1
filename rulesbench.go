package main

import (
	"bufio"
	"cmp"
	"fmt"
	"math"
	"os"
	"slices"
	"text/tabwriter"
	"time"

	"github.com/takeback-chat/takeback/internal/corpus"
	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/rules"
)

const (
	// benchTexts is how many made-up messages the detectors are measured on.
	benchTexts = 2000
	// benchRuns is how often; the fastest counts, since a busy machine only slows.
	benchRuns = 7
)

type rulesBench struct {
	Files  []string `arg:"" optional:"" name:"file" help:"Packs (default: all that are built in)." type:"path"`
	Corpus string   `help:"Measure on the lines of this file instead of made-up chat." placeholder:"FILE" type:"path"`
	Worst  bool     `help:"Also measure each on texts of 64 KB made to be slow for it; takes a minute for the built-in packs."`
}

// Help shows examples.
func (rulesBench) Help() string {
	return `The cost of a detector is what it costs by itself, above an engine with none, in nanoseconds a message. In an engine of
many they share most of that.

  takeback rules bench
  takeback rules bench --corpus chat.txt --worst packs/customers.yaml`
}

// benchRow is what was measured of one detector.
type benchRow struct {
	detector, pack string
	each           time.Duration // a message, above an engine with no detector
	found          int
	worst          time.Duration
	text           string
}

// Run measures and prints, the costliest first.
func (r rulesBench) Run(c terminal) error {
	texts, err := r.texts()
	if err != nil {
		return err
	}
	packs := rules.Builtin()
	if len(r.Files) > 0 {
		if packs, err = (filePacks{lenient: true}).read(packsOf(r.Files)); err != nil {
			return err
		}
	}
	var rows []benchRow
	for _, p := range packs {
		more, err := r.pack(p, texts, c.now)
		if err != nil {
			return err
		}
		rows = append(rows, more...)
	}
	slices.SortStableFunc(rows, func(a, b benchRow) int {
		return cmp.Or(cmp.Compare(b.each, a.each), cmp.Compare(b.worst, a.worst))
	})
	return r.print(c, rows, len(texts))
}

// texts is what the detectors are measured on.
func (r rulesBench) texts() ([]string, error) {
	if r.Corpus == "" {
		return corpus.Chat(benchTexts), nil
	}
	f, err := os.Open(r.Corpus)
	if err != nil {
		return nil, usage("corpus: %w", err)
	}
	defer f.Close()
	var texts []string
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, maxHeld)
	for lines.Scan() {
		texts = append(texts, lines.Text())
	}
	if err := lines.Err(); err != nil {
		return nil, usage("corpus: %s: %w", r.Corpus, err)
	}
	if len(texts) == 0 {
		return nil, usage("corpus: %s has no lines", r.Corpus)
	}
	return texts, nil
}

// pack measures each detector of a pack by itself; a list of words is measured whole.
func (r rulesBench) pack(p rules.Pack, texts []string, now func() time.Time) ([]benchRow, error) {
	var rows []benchRow
	for _, d := range p.Detectors() {
		only := p.Only(d.ID)
		each, found, err := benchPack(only, texts, now)
		if err != nil {
			return nil, err
		}
		row := benchRow{detector: d.ID, pack: p.Name, each: each, found: found}
		isList := len(only.Detectors()) > 1 // of more than one kind of word
		if x, _ := p.Describe(d.ID); r.Worst && len(x.Patterns) > 0 {
			measured, err := costs(only)
			if err != nil {
				return nil, err
			}
			row.worst, row.text = measured[0].Worst, measured[0].Text
		}
		if rows = append(rows, row); isList {
			break
		}
	}
	return rows, nil
}

// benchPack scans the texts with one pack, and with none in turn, and returns
// what the pack costs on one of them above that, and how much it found.
func benchPack(p rules.Pack, texts []string, now func() time.Time) (each time.Duration, found int, err error) {
	engine, err := rules.New([]rules.Pack{p}, rules.Options{})
	if err != nil {
		return 0, 0, err
	}
	empty, err := rules.New(nil, rules.Options{})
	if err != nil {
		return 0, 0, err
	}
	with, without := time.Duration(math.MaxInt64), time.Duration(math.MaxInt64)
	for range benchRuns {
		var took time.Duration
		took, found = benchRun(engine, texts, now)
		with = min(with, took)
		took, _ = benchRun(empty, texts, now)
		without = min(without, took)
	}
	return max(with-without, 0) / time.Duration(len(texts)), found, nil
}

func benchRun(e *rules.Engine, texts []string, now func() time.Time) (took time.Duration, found int) {
	elements := make([]models.Element, 1)
	start := now()
	for _, text := range texts {
		elements[0].Text = text
		found += len(e.Scan(elements))
	}
	return now().Sub(start), found
}

func (r rulesBench) print(c terminal, rows []benchRow, texts int) error {
	w := tabwriter.NewWriter(c.out, 0, 0, 2, ' ', tabwriter.AlignRight)
	head := "NS/MESSAGE\tFOUND\tDETECTOR\tPACK\t"
	if r.Worst {
		head = "NS/MESSAGE\tFOUND\tWORST MS\tON\tDETECTOR\tPACK\t"
	}
	_, _ = fmt.Fprintln(w, head)
	for _, x := range rows {
		_, _ = fmt.Fprintf(w, "%d\t%d\t", x.each.Nanoseconds(), x.found)
		if r.Worst {
			_, _ = fmt.Fprintf(w, "%.1f\t%s\t", float64(x.worst.Microseconds())/1000, visible(x.text))
		}
		_, _ = fmt.Fprintf(w, "%s\t%s\t\n", x.detector, x.pack)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	_, err := fmt.Fprintf(c.out, "%d detectors, each by itself, on %d messages\n", len(rows), texts)
	return err
}
