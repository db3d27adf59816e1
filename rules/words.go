package rules

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/rules/dictionary"
)

// maxList bounds the file of a list of words.
const maxList = 128 << 20

// WordList says what the detectors made of a list of words are.
type WordList struct {
	ID       string // of the pack, and of the detector of entries that say no more
	Title    string
	Category models.Category // Keyword when empty
	Severity models.Severity // Medium when empty

	Substring  bool     // Latin words too are found inside other words
	Homophones bool     // Chinese words are also found in characters that sound the same
	Stop       []string // phrases inside which no word is found
}

// ParseWords reads a list of words as ParseDictionary does, and takes it whole
// or not at all: each term that is refused is a problem of the error, which is a
// *SourceErrors.
func ParseWords(file string, text []byte, list WordList) (Pack, error) {
	p, refused, src := list.read(file, text)
	for _, r := range refused {
		if !r.Kept {
			src.add(r.Line, "", r.Why)
		}
	}
	if err := src.err(); err != nil {
		return Pack{}, err
	}
	return p, nil
}

// ParseDictionary makes a pack of a list of words: a term a line, or a table with
// category and severity; dictionary.Read says which files it takes. Case, width
// and the two ways of writing Chinese are ignored; words of Latin letters are
// found as whole words, those of Han anywhere. The pack has a detector for every pair
// of category and severity that the list names.
//
// The terms that were left out, or kept with a warning, are reported; the error,
// a *SourceErrors, says why there is no pack. The file is only named in both.
func ParseDictionary(file string, data []byte, list WordList) (Pack, []dictionary.Refused, error) {
	p, refused, src := list.read(file, data)
	if err := src.err(); err != nil {
		return Pack{}, refused, err
	}
	return p, refused, nil
}

// read makes the pack; what is wrong with the file as a whole stands in the
// source.
func (l WordList) read(file string, data []byte) (Pack, []dictionary.Refused, *source) {
	src := &source{file: file}
	if !identifier.MatchString(l.ID) {
		src.add(0, "id", "it must be small letters, digits, _ or -, and begin with a letter")
	}
	if len(data) > maxList {
		src.add(0, "", fmt.Sprintf("the file is larger than %d bytes", maxList))
		return Pack{}, nil, src
	}
	entries, refused, err := dictionary.Read(file, data)
	if err != nil {
		src.add(0, "", strings.TrimPrefix(err.Error(), file+": "))
		return Pack{}, refused, src
	}
	dict, err := dictionary.Build(entries, dictionary.Options{
		Substring: l.Substring, Homophones: l.Homophones, Traditional: true, Stop: l.Stop,
	})
	if err != nil {
		src.add(0, "", err.Error())
		return Pack{}, refused, src
	}
	return l.pack(file, dict), refused, src
}

// pack makes a detector of each kind of entry, in the order of the dictionary's
// kinds. The first holds the dictionary and finds for all of them.
func (l WordList) pack(file string, dict *dictionary.Dictionary) Pack {
	p := Pack{Name: l.ID, Title: l.Title, File: file}
	for _, kind := range dict.Kinds() {
		p.detectors = append(p.detectors, l.detector(file, kind))
	}
	p.detectors[0].dict = dict
	return p
}

// detector is what finds the entries of one kind; its id says which, where the
// list does.
func (l WordList) detector(file string, kind dictionary.Kind) *detector {
	parts := []string{l.ID, string(kind.Category), string(kind.Severity)}
	id := strings.Join(slices.DeleteFunc(parts, func(s string) bool { return s == "" }), "-")
	return &detector{
		Detector: Detector{
			ID: id, Title: l.Title, Description: "Words of the list " + file + ".", Pack: l.ID, Source: file,
			Category: cmp.Or(kind.Category, l.Category, models.Keyword), Severity: cmp.Or(kind.Severity, l.Severity, models.Medium),
		},
		levels: []level{{name: "medium"}},
		near:   defaultNear, edge: edgeWord, mask: masks["hidden"], same: normalForms["lower"],
	}
}
