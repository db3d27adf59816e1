package rules

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/rules/exact"
	"github.com/takeback-chat/takeback/rules/shingles"
)

// The purposes that the secrets of indexes are derived for.
const (
	ExactPurpose     = "exact"
	DocumentsPurpose = "documents"
)

// finder finds what no pack can say: the rows of a table, the documents of a
// collection. What it is given is folded.
type finder interface {
	find(text []byte) []sighting
}

// sighting is what a finder found.
type sighting struct {
	start, end int
	form       *pattern // which names the level
	alone      bool     // it counts only where it stands by itself, as a number does
	share      string   // how much of what was found, in words
}

// readFinders asks the finders. What they find counts like any other match.
func (e *Engine) readFinders(s *scratch) {
	for _, id := range e.finders {
		d := e.detectors[id]
		for _, f := range d.find.find(s.text) {
			if f.alone && !d.edge.clean(s, f.start, f.end) {
				continue
			}
			s.share = f.share
			if e.weighValue(s, id, f.form, f.start, f.end, nil) {
				s.found[len(s.found)-1].around = d.around
			}
		}
		s.share = ""
	}
}

// ParseExact makes a pack of an index of an organisation's own records. The
// secret is the one that the index was made with, 32 bytes for [ExactPurpose]. The error is a
// *SourceErrors; the file is only named in it.
func ParseExact(file string, data, secret []byte) (Pack, error) {
	x, err := exact.Open(data, secret)
	if err != nil {
		return Pack{}, refusedIndex(file, err)
	}
	d := &detector{
		Detector: Detector{
			ID: x.ID, Title: x.Title, Description: exactWords(x),
			Category: models.Category(x.Category), Severity: models.Severity(x.Severity), Source: file,
		},
		find: exactFinder{x}, edge: edgeNumber, mask: masks["last2"], same: normalForms["alnum"],
	}
	if x.Primary.Kind == exact.Words {
		d.mask, d.same = masks["hidden"], normalForms["lower"]
	}
	d.read(exactForms[:])
	return finderPack(file, d)
}

// exactWords describes an index, for lists.
func exactWords(x *exact.Index) string {
	words := fmt.Sprintf("One of %d rows of a table, by its %s", x.Rows, x.Primary.Name)
	if len(x.Also) == 0 {
		return words + "."
	}
	names := make([]string, len(x.Also))
	for i, c := range x.Also {
		names[i] = c.Name
	}
	return fmt.Sprintf("%s with at least %d of %s within %d characters.", words, x.Need, strings.Join(names, ", "), x.Near)
}

// exactForms are how well a row can be seen, surest first, and the levels of that.
var exactForms = [...]form{
	{"certain", &pattern{name: "with_others"}},
	{"high", &pattern{name: "long_value_alone"}},
	{"medium", &pattern{name: "value_alone"}},
}

// longValue is how many letters and digits a value has that means nothing else.
const longValue = 9

type exactFinder struct{ *exact.Index }

func (f exactFinder) find(text []byte) []sighting {
	matches := f.Find(text)
	if len(matches) == 0 {
		return nil
	}
	out := make([]sighting, len(matches))
	for i, m := range matches {
		s := sighting{start: m.Start, end: m.End, form: exactForms[0].pattern}
		switch {
		case m.Others > 0:
			s.share = fmt.Sprintf("%d of %d other values", m.Others, len(f.Also))
		case m.Chars >= longValue:
			s.form, s.alone = exactForms[1].pattern, true
		default:
			s.form, s.alone = exactForms[2].pattern, true
		}
		out[i] = s
	}
	return out
}

// ParseDocuments makes a pack of an index of documents. The secret is the one that
// the index was made with, 32 bytes for [DocumentsPurpose]. The error is a
// *SourceErrors; the file is only named in it.
//
// What is found covers the text from the first copied passage to the last, and takes
// nothing from what other detectors find in it.
func ParseDocuments(file string, data, secret []byte) (Pack, error) {
	x, err := shingles.Open(data, secret)
	if err != nil {
		return Pack{}, refusedIndex(file, err)
	}
	d := &detector{
		Detector: Detector{
			ID: x.ID, Title: x.Title, Description: fmt.Sprintf("A passage of one of %d documents.", len(x.Documents)),
			Category: models.Category(x.Category), Severity: models.Severity(x.Severity), Source: file,
		},
		find: documentFinder{x}, around: true, edge: edgeNone, mask: masks["hidden"], same: normalForms["lower"],
	}
	d.read(documentForms[:])
	return finderPack(file, d)
}

// documentForms are in the order of the levels of package shingles.
var documentForms = [...]form{
	shingles.Certain: {"certain", &pattern{name: "most_of_a_document"}},
	shingles.High:    {"high", &pattern{name: "large_part_of_a_document"}},
	shingles.Medium:  {"medium", &pattern{name: "part_of_a_document"}},
	shingles.Low:     {"low", &pattern{name: "passage_of_a_document"}},
}

type documentFinder struct{ *shingles.Index }

func (f documentFinder) find(text []byte) []sighting {
	matches := f.Find(text)
	if len(matches) == 0 {
		return nil
	}
	out := make([]sighting, len(matches))
	for i, m := range matches {
		out[i] = sighting{
			start: m.Start, end: m.End, form: documentForms[m.Level].pattern,
			share: fmt.Sprintf("%.0f %% of %s, %.0f %% of the text", math.Ceil(100*m.Share), m.Document, math.Ceil(100*m.Message)),
		}
	}
	return out
}

// form is a way in which a finder can see something, and its level.
type form struct {
	level   string
	pattern *pattern
}

// read gives the detector of a finder its levels.
func (d *detector) read(forms []form) {
	for i, f := range forms {
		d.terms = append(d.terms, term{name: "form:" + f.pattern.name, kind: isForm, form: f.pattern.name, checksum: true})
		d.levels = append(d.levels, level{name: f.level, terms: []int{i}})
	}
}

// finderPack makes a pack of one detector, whose words come from a file.
func finderPack(file string, d *detector) (Pack, error) {
	src := &source{file: file}
	if !identifier.MatchString(d.ID) {
		src.add(0, "id", "it must be small letters, digits, _ or -, and begin with a letter")
	}
	if !slices.Contains(models.Categories, d.Category) || !slices.Contains(models.Severities, d.Severity) {
		src.add(0, "", "its category or severity is none that this version knows: build it again")
	}
	d.Pack, d.near = d.ID, defaultNear
	return Pack{Name: d.ID, Title: d.Title, File: file, detectors: []*detector{d}}, src.err()
}

func refusedIndex(file string, err error) error {
	src := &source{file: file}
	src.add(0, "", err.Error())
	return src.err()
}
