package rules

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/takeback-chat/takeback/rules/validators"
)

// Description is all that a pack says of one detector, for people.
type Description struct {
	Detector
	Levels   []LevelDescription // surest first
	Context  []string           // words that speak for a match
	Against  []string           // words that speak against it
	Near     int                // within how many characters these may stand
	Excluded []ExclusionDescription
	Patterns []PatternCost
	Words    int      // of its list of words
	Match    []string // examples that it finds, as the pack holds them
	Clean    []string // examples that it does not
}

// LevelDescription is one row of a detector's table of confidence.
type LevelDescription struct {
	Name       string // low, medium, high or certain
	Confidence float64
	Evidence   []string // all of it must be there: sentences for people
	Terms      []string // the same as tables of confidence name it; see EvidenceWords
}

// ExclusionDescription says which matches are not what they look like.
type ExclusionDescription struct {
	Reason  string
	Demotes bool // to low confidence; otherwise they are dropped
	Values  int  // how many whole values it names
	Near    []string
}

// BuiltinNames lists the packs that are shipped, in order.
func BuiltinNames() []string { return slices.Clone(builtinOrder) }

// BuiltinSource returns the YAML of a pack that is shipped, and the name of its
// file. ParsePack runs its examples.
func BuiltinSource(name string) (file string, text []byte, ok bool) {
	if !slices.Contains(builtinOrder, name) {
		return "", nil, false
	}
	file = "packs/" + name + ".yaml"
	text, err := packFiles.ReadFile(file)
	return file, text, err == nil
}

// Examples counts the texts with which the detectors of the pack prove
// themselves. Packs that are shipped hold theirs only when they are read anew;
// see BuiltinSource.
func (p Pack) Examples() int {
	n := 0
	for _, d := range p.detectors {
		n += len(d.examples)
	}
	return n
}

// Only returns the pack with none but the named detectors. A list of words stays
// whole: its detectors share it.
func (p Pack) Only(ids ...string) Pack {
	if slices.ContainsFunc(p.detectors, func(d *detector) bool { return d.dict != nil }) {
		return p
	}
	all := p.detectors
	p.detectors = nil
	for _, d := range all {
		if slices.Contains(ids, d.ID) {
			p.detectors = append(p.detectors, d)
		}
	}
	return p
}

// Describe says what the pack says of one of its detectors; ok is false where it
// has none of that name.
func (p Pack) Describe(id string) (_ Description, ok bool) {
	i := slices.IndexFunc(p.detectors, func(d *detector) bool { return d.ID == id })
	if i < 0 {
		return Description{}, false
	}
	d := p.detectors[i]
	out := d.describe()
	if e, err := New([]Pack{p.Only(id)}, Options{Plain: true}); err == nil { // it cannot clash with itself
		out.Patterns = d.patternCosts(e)
	}
	return out, true
}

// Describe says all that is said of a detector in force but what its patterns cost; ok
// is false where there is none of that name. The packs that are shipped are read for
// their examples when somebody first asks.
func (e *Engine) Describe(id string) (_ Description, ok bool) {
	i := slices.IndexFunc(e.detectors, func(d *detector) bool { return d.ID == id })
	if i < 0 {
		return Description{}, false
	}
	out := e.detectors[i].describe()
	if len(out.Match) == 0 {
		out.Match, out.Clean = builtinExamples(out.Pack, id)
	}
	return out, true
}

// exampleTexts are the examples of a pack that is shipped, by detector.
type exampleTexts struct{ match, clean map[string][]string }

var examplesByPack sync.Map // of name to func() exampleTexts

func builtinExamples(pack, id string) (match, clean []string) {
	read, _ := examplesByPack.LoadOrStore(pack, sync.OnceValue(func() exampleTexts { return readExamples(pack) }))
	all := read.(func() exampleTexts)()
	return all.match[id], all.clean[id]
}

func readExamples(name string) exampleTexts {
	all := exampleTexts{match: map[string][]string{}, clean: map[string][]string{}}
	file, text, ok := BuiltinSource(name)
	if !ok {
		return all
	}
	pack, _ := readPack(file, text)
	for _, d := range pack.detectors {
		all.match[d.ID], all.clean[d.ID] = d.describeExamples()
	}
	return all
}

func (d *detector) describe() Description {
	out := Description{Detector: d.Detector, Near: d.near, Words: len(d.words), Context: textsOf(d.context), Against: textsOf(d.against)}
	if d.dict != nil {
		out.Words = d.dict.Len()
	}
	for _, l := range d.levels {
		out.Levels = append(out.Levels, d.describeLevel(l))
	}
	for _, x := range d.exclude {
		out.Excluded = append(out.Excluded, ExclusionDescription{Reason: x.reason, Demotes: x.demote, Values: len(x.values), Near: textsOf(x.near)})
	}
	out.Match, out.Clean = d.describeExamples()
	return out
}

func textsOf(words []word) []string {
	var out []string
	for _, w := range words {
		out = append(out, w.text)
	}
	return out
}

func (d *detector) describeLevel(l level) LevelDescription {
	out := LevelDescription{Name: l.name, Confidence: confidences[l.name]}
	for _, t := range l.terms {
		out.Terms = append(out.Terms, d.terms[t].name)
		out.Evidence = append(out.Evidence, EvidenceWords(d.terms[t].name, d.near))
	}
	return out
}

// describeExamples gives the examples as they are written in the pack.
func (d *detector) describeExamples() (match, clean []string) {
	for _, x := range d.examples {
		if x.made {
			continue
		}
		text := x.at
		if len(text.value.items) > 0 {
			text = x.at.object("text", "value").get("text") // it was read before: no problem is found
		}
		if x.match {
			match = append(match, text.text())
		} else {
			clean = append(clean, text.text())
		}
	}
	return match, clean
}

// measures say what validators with a number ask for.
var measures = map[string]string{
	"entropy": "at least %s bits of entropy a byte", "length": "at least %s characters",
	"classes": "at least %s of small letters, capitals, digits and other signs",
}

// EvidenceWords says a piece of evidence as tables of confidence and Explanation
// name it ("context", "form:grouped", "luhn") in words for people. Near is within
// how many characters the detector's words may stand; 0 leaves that open.
func EvidenceWords(term string, near int) string {
	kind, arg, _ := strings.Cut(term, ":")
	switch kind {
	case termNamed:
		return "a word that names this very kind stands " + distanceWords(near)
	case termContext:
		return "a context word stands " + distanceWords(near)
	case termClear:
		return "no word that speaks against it stands " + distanceWords(near/2)
	case "form":
		return fmt.Sprintf("the pattern %q matched", arg)
	}
	v, known := validators.Lookup(kind)
	switch form, measured := measures[kind]; {
	case measured && arg != "":
		return fmt.Sprintf(form, arg)
	case known && v.Checksum:
		return fmt.Sprintf("the check digits hold (%s)", term)
	}
	return fmt.Sprintf("the check %s holds", term)
}

func distanceWords(near int) string {
	if near == 0 {
		return "near by"
	}
	return fmt.Sprintf("within %d characters", near)
}
