package dictionary

import (
	"errors"
	"fmt"
	"slices"

	"github.com/takeback-chat/takeback/models"
)

// Entry is one term of a list.
type Entry struct {
	Term     string
	Category models.Category // of the list when empty
	Severity models.Severity // of the list when empty
	Line     int             // in the file; 0 when there is none
}

// Kind is what a list says of an entry. Entries without either have the zero
// value.
type Kind struct {
	Category models.Category
	Severity models.Severity
}

// Options say how the words of a list are looked for. The zero value finds
// words of scripts that put spaces between words as whole words, those of Han, Kana, Hangul,
// Thai and the like anywhere.
type Options struct {
	Substring   bool     // every word anywhere: "ass" in "class"
	Homophones  bool     // words of Han also in the commonest characters that sound the same
	Traditional bool     // simplified and traditional characters are the same
	Stop        []string // phrases inside which nothing is found
}

// Dictionary is a built list. It does not change, and many may scan with it at
// once.
type Dictionary struct {
	words       *index
	stops       *index // nil without stop phrases
	kinds       []Kind
	kind        []uint8 // of each entry; nil when there is one kind only
	entries     int
	traditional bool
}

// maxKinds is more than there are pairs of category and severity.
const maxKinds = 256

// Build makes a dictionary of entries, which keep their numbers: entries[2] is
// the 2 that Scan reports. Of two entries that are the same once folded the
// first is reported.
func Build(entries []Entry, o Options) (*Dictionary, error) {
	if len(entries) > maxTerms {
		return nil, fmt.Errorf("the list has %d terms, at most %d are allowed", len(entries), maxTerms)
	}
	d := &Dictionary{entries: len(entries), traditional: o.Traditional}
	if err := d.sortKinds(entries); err != nil {
		return nil, err
	}
	spellings := make([]spelling, 0, len(entries))
	for i, e := range entries {
		spellings = append(spellings, spelling{text: d.folded(e.Term), entry: int32(i)})
	}
	if o.Homophones {
		var err error
		if spellings, err = addHomophones(spellings); err != nil {
			return nil, err
		}
	}
	d.words = newIndex(spellings, o.Substring)
	if len(o.Stop) > 0 {
		d.stops = newIndex(d.stopPhrases(o.Stop), o.Substring)
	}
	if len(d.words.entry) == 0 {
		return nil, errors.New("the list has no terms")
	}
	return d, nil
}

func (d *Dictionary) stopPhrases(stop []string) []spelling {
	var out []spelling
	for i, s := range stop {
		out = append(out, spelling{text: d.folded(s), entry: int32(i)})
	}
	return out
}

// sortKinds numbers the kinds in the order in which they appear.
func (d *Dictionary) sortKinds(entries []Entry) error {
	numbers := make([]uint8, len(entries))
	for i, e := range entries {
		k := Kind{e.Category, e.Severity}
		n := slices.Index(d.kinds, k)
		if n < 0 {
			if n = len(d.kinds); n == maxKinds {
				return fmt.Errorf("the list has more than %d kinds of category and severity", maxKinds)
			}
			d.kinds = append(d.kinds, k)
		}
		numbers[i] = uint8(n)
	}
	if len(d.kinds) > 1 {
		d.kind = numbers
	}
	return nil
}

// folded is a term as texts are compared: folded, ASCII in small letters, and
// simplified where the dictionary takes both ways of writing for one.
func (d *Dictionary) folded(term string) string {
	text := normal(term)
	if d.traditional {
		text = string(simplify(nil, []byte(text)))
	}
	return text
}

// Len is how many entries there are.
func (d *Dictionary) Len() int { return d.entries }

// Kinds lists the kinds of the entries, in the order in which the list names
// them first.
func (d *Dictionary) Kinds() []Kind { return d.kinds }

// Kind returns which of Kinds an entry is of.
func (d *Dictionary) Kind(entry int32) int {
	if d.kind == nil {
		return 0
	}
	return int(d.kind[entry])
}

// Bytes is how much memory the dictionary takes.
func (d *Dictionary) Bytes() int {
	n := d.words.bytes() + len(d.kind)
	if d.stops != nil {
		n += d.stops.bytes()
	}
	return n
}
