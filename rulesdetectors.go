package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/rules"
)

// detectorRow is a detector as rules list --detectors --json prints it.
type detectorRow struct {
	ID            string          `json:"id"`
	Pack          string          `json:"pack"`
	Category      models.Category `json:"category"`
	Severity      models.Severity `json:"severity"`
	Title         string          `json:"title"`
	TitleZH       string          `json:"title_zh,omitempty"`
	Description   string          `json:"description"`
	DescriptionZH string          `json:"description_zh,omitempty"`
	Source        string          `json:"source,omitempty"`
}

// detectors lists those that are built in and those of the configured files.
func (r rulesList) detectors(c terminal) error {
	conf, err := r.load()
	if err != nil {
		return err
	}
	own, err := filePacks{}.read(conf.Packs)
	if err != nil {
		return err
	}
	packs := slices.Concat(rules.Builtin(), own)
	if r.Pack != "" {
		packs = slices.DeleteFunc(packs, func(p rules.Pack) bool { return p.Name != r.Pack })
		if len(packs) == 0 {
			return usage("there is no pack %q; the built-in ones are %s", r.Pack, strings.Join(rules.BuiltinNames(), ", "))
		}
	}
	if r.JSON {
		return printDetectorsJSON(c.out, packs)
	}
	w := tabwriter.NewWriter(c.out, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(w, "DETECTOR\tPACK\tCATEGORY\tSEVERITY\tTITLE")
	for _, p := range packs {
		for _, d := range p.Detectors() {
			_, _ = fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", d.ID, d.Pack, d.Category, d.Severity, d.Title)
		}
	}
	return w.Flush()
}

func printDetectorsJSON(w io.Writer, packs []rules.Pack) error {
	out := json.NewEncoder(w)
	out.SetEscapeHTML(false)
	for _, p := range packs {
		for _, d := range p.Detectors() {
			row := detectorRow{d.ID, d.Pack, d.Category, d.Severity, d.Title, d.TitleZH, d.Description, d.DescriptionZH, d.Source}
			if err := out.Encode(row); err != nil {
				return fmt.Errorf("write: %w", err)
			}
		}
	}
	return nil
}

type rulesExplain struct {
	ID  string   `arg:"" help:"The detector."`
	Own []string `name:"pack" help:"Also look in this file. Repeatable." placeholder:"FILE" type:"path" sep:"none"`
}

// Help shows examples.
func (rulesExplain) Help() string {
	return `All that its pack says of it, and what it costs on this machine.

  takeback rules explain credit_card
  takeback rules explain customer_number --pack packs/customers.yaml`
}

// Run explains.
func (r rulesExplain) Run(c terminal) error {
	own, err := filePacks{}.read(packsOf(r.Own))
	if err != nil {
		return err
	}
	for _, p := range slices.Concat(rules.Builtin(), own) {
		if _, there := p.Describe(r.ID); !there {
			continue
		}
		if file, src, builtin := rules.BuiltinSource(p.Name); builtin && p.File == file {
			if p, err = rules.ParsePack(file, src); err != nil { // once more, with its examples
				return err
			}
		}
		return explain(c, p, r.ID)
	}
	return usage("there is no detector %q; takeback rules list --detectors names them", r.ID)
}

// explain prints all about one detector of a pack.
func explain(c terminal, p rules.Pack, id string) error {
	d, _ := p.Describe(id)
	w := &explainer{w: c.out}
	w.head(d)
	w.levels(d)
	w.list(fmt.Sprintf("Words that speak for it, within %d characters", d.Near), d.Context)
	w.list(fmt.Sprintf("Words that speak against it, within %d characters", d.Near/2), d.Against)
	w.excluded(d)
	w.patterns(d)
	if len(d.Patterns) > 0 { // a list always costs the same
		measured, err := costs(p.Only(id))
		if err != nil {
			return err
		}
		w.line("\nCost: at worst %.1f ms on a text of 64 KB (%s)", float64(measured[0].Worst.Microseconds())/1000, measured[0].Text)
	}
	w.examples("Examples that it finds", d.Match)
	w.examples("Examples that it does not", d.Clean)
	return w.err
}

// explainer prints a description, and keeps the first error.
type explainer struct {
	w   io.Writer
	err error
}

func (x *explainer) line(format string, args ...any) {
	if _, err := fmt.Fprintf(x.w, format+"\n", args...); err != nil && x.err == nil {
		x.err = err
	}
}

func (x *explainer) head(d rules.Description) {
	x.line("%s: %s", d.ID, d.Title)
	if d.TitleZH != "" {
		x.line("%s", d.TitleZH)
	}
	x.line("\n%s", strings.TrimSpace(d.Description))
	if d.DescriptionZH != "" {
		x.line("%s", strings.TrimSpace(d.DescriptionZH))
	}
	x.line("\nPack %s, category %s, severity %s", d.Pack, d.Category, d.Severity)
	if d.Source != "" {
		x.line("Source: %s", d.Source)
	}
}

func (x *explainer) levels(d rules.Description) {
	x.line("\nConfidence, surest first:")
	for _, l := range d.Levels {
		x.line("  %-8s %.2f  when %s", l.Name, l.Confidence, cmp.Or(strings.Join(l.Evidence, ", and "), "it is found"))
	}
}

func (x *explainer) list(title string, words []string) {
	if len(words) > 0 {
		x.line("\n%s:\n  %s", title, strings.Join(words, ", "))
	}
}

func (x *explainer) excluded(d rules.Description) {
	if len(d.Excluded) == 0 {
		return
	}
	x.line("\nWhat it is not:")
	for _, e := range d.Excluded {
		then := "dropped"
		if e.Demotes {
			then = "demoted to low"
		}
		x.line("  %s: %s", then, e.Reason)
	}
}

func (x *explainer) patterns(d rules.Description) {
	if d.Words > 0 {
		x.line("\nIt is a list of %d words.", d.Words)
	}
	if len(d.Patterns) == 0 {
		return
	}
	x.line("\nPatterns:")
	for i, p := range d.Patterns {
		x.line("  %s: runs at %s; the longest match has %d bytes", cmp.Or(p.Name, fmt.Sprintf("number %d", i+1)), p.Trigger, p.Longest)
		x.some("begins with", p.Literals)
		x.some("near", p.Keywords)
	}
}

// some prints the first of many words.
func (x *explainer) some(title string, words []string) {
	const most = 12
	switch {
	case len(words) > most:
		x.line("    %s: %s and %d more", title, strings.Join(words[:most], ", "), len(words)-most)
	case len(words) > 0:
		x.line("    %s: %s", title, strings.Join(words, ", "))
	}
}

func (x *explainer) examples(title string, texts []string) {
	if len(texts) == 0 {
		return
	}
	x.line("\n%s ({} is taken out, <<regexp>> is made up):", title)
	for _, t := range texts {
		x.line("  %s", visible(t))
	}
}
