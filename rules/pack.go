package rules

import (
	"embed"
	"fmt"
	"io/fs"
	"slices"
	"sync"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/rules/dictionary"
)

// Detector describes one detector for lists.
type Detector struct {
	ID            string
	Title         string
	TitleZH       string // in Chinese; empty when the pack does not give it
	Description   string
	DescriptionZH string
	Pack          string
	Category      models.Category
	Severity      models.Severity
	Source        string // where the format is published
}

// Pack is detectors shipped together, read from one YAML file. The zero value
// holds none.
type Pack struct {
	Name        string
	Title       string
	Description string
	File        string
	detectors   []*detector
	exclusions  []exclusionFor
}

// Detectors describes the detectors of the pack, in the order of the file.
func (p Pack) Detectors() []Detector {
	out := make([]Detector, len(p.detectors))
	for i, d := range p.detectors {
		out[i] = d.Detector
	}
	return out
}

//go:embed packs/*.yaml
var packFiles embed.FS

//go:embed packs/compiled.bin
var compiledPacks string

// builtinOrder is the order of the packs that are shipped. Of two equally good
// findings on one span the detector that stands first wins, so the packs that
// know a country stand before the general one.
var builtinOrder = []string{"pii-americas", "pii-middle-east-africa", "pii-asia-pacific", "health", "pii-europe", "financial", "pii-contact", "secrets-cloud", "secrets-dev", "secrets-business", "secrets", "gitleaks", "keywords"}

// Builtin returns the packs that are shipped, in order. Their examples are run
// by the tests, not here.
func Builtin() []Pack { return slices.Clone(builtin()) }

var builtin = sync.OnceValue(func() []Pack {
	packs, err := readBuiltin()
	if err != nil {
		panic("reading the built-in packs: " + err.Error()) // cannot happen: a test loads them
	}
	return packs
})

// readBuiltin reads the packs from their compiled form.
func readBuiltin() ([]Pack, error) {
	packs := make([]Pack, len(builtinOrder))
	r := treeReader{data: compiledPacks}
	for i, name := range builtinOrder {
		src := &source{file: packFile(name), compiled: &r}
		tree, err := r.next()
		if err != nil {
			return nil, err
		}
		packs[i] = readRoot(node{src: src, value: tree})
		if err := src.err(); err != nil {
			return nil, err
		}
	}
	if r.short {
		return nil, errTree
	}
	return packs, nil
}

func packFile(name string) string { return "packs/" + name + ".yaml" }

// BuiltinSources returns the YAML of the packs that are shipped, in order.
func BuiltinSources() []PackSource {
	out := make([]PackSource, len(builtinOrder))
	for i, name := range builtinOrder {
		text, err := fs.ReadFile(packFiles, packFile(name))
		if err != nil {
			panic(fmt.Sprintf("reading the built-in pack %s: %v", name, err)) // cannot happen: embedded
		}
		out[i] = PackSource{File: packFile(name), Text: text}
	}
	return out
}

// PackSource is a pack as it is written.
type PackSource struct {
	File string
	Text []byte
}

// ParsePack reads a pack strictly and runs the examples of its detectors. The
// error is a *SourceErrors with every problem at once: unknown fields, regexps
// that do not compile or cost too much, unknown validators, failing examples.
// The file is only named in problems; nothing is opened.
func ParsePack(file string, text []byte) (Pack, error) {
	pack, src := readPack(file, text)
	if len(src.problems) == 0 {
		runExamples(pack)
	}
	if err := src.err(); err != nil {
		return Pack{}, err
	}
	return pack, nil
}

// detector is a detector as the engine uses it.
type detector struct {
	Detector
	patterns []*pattern
	words    []word
	dict     *dictionary.Dictionary // finds for this detector and those behind it, one of each of its kinds
	find     finder                 // finds of itself what no pattern can
	around   bool                   // what it finds stands beside what lies within
	levels   []level
	terms    []term // the evidence that the levels ask for
	context  []contextWord
	names    []contextWord // words that, beside one of context, name this kind and no like one
	against  []contextWord
	near     int // how far context words may stand, in characters
	edge     edge
	exclude  []exclusion
	mask     func(string) string
	same     func(string) string // the normal form of a value
	examples []example
	at       node // where it stands in its file
}

// example is a text with which a detector proves itself.
type example struct {
	at    node
	text  string
	value string // the value that must be found; empty: any
	match bool
	made  bool // another text of the example before it
}
