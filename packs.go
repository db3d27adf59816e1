package main

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"

	"github.com/takeback-chat/takeback/config"
	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/rules"
	"github.com/takeback-chat/takeback/rules/dictionary"
)

// filePacks are detectors from files of one's own: packs, which are measured,
// and lists of words, which always cost the same.
type filePacks struct {
	costs   func(rules.Pack) ([]rules.Cost, error)  // nil: costs
	refused func(file string, r dictionary.Refused) // told of each term that a list lost; may be nil
	lenient bool                                    // packs that cost too much are read all the same
}

// read reads the files in order. The first that is refused ends it.
func (f filePacks) read(files []config.Pack) ([]rules.Pack, error) {
	var packs []rules.Pack
	for _, file := range files {
		pack, err := f.readOne(file)
		if err != nil {
			return nil, err
		}
		packs = append(packs, pack)
	}
	return packs, nil
}

func (f filePacks) readOne(file config.Pack) (rules.Pack, error) {
	src, err := os.ReadFile(file.File)
	if err != nil {
		return rules.Pack{}, usage("pack: %w", err)
	}
	if file.IsList() {
		return f.list(file, src)
	}
	pack, err := rules.ParsePack(file.File, src)
	if err != nil {
		return rules.Pack{}, err
	}
	if f.lenient {
		return pack, nil
	}
	measure := f.costs
	if measure == nil {
		measure = costs
	}
	measured, err := measure(pack)
	if err != nil {
		return rules.Pack{}, err
	}
	return pack, pack.TooCostly(measured)
}

// costs measures the detectors of a pack by the time that a processor works on each:
// on a busy machine the clock on the wall would refuse what is cheap.
func costs(p rules.Pack) ([]rules.Cost, error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	return p.Costs(threadTime)
}

func (f filePacks) list(file config.Pack, src []byte) (rules.Pack, error) {
	name := listName(file.File)
	pack, refused, err := rules.ParseDictionary(file.File, src, rules.WordList{
		ID: cmp.Or(file.ID, name), Title: cmp.Or(file.Title, name),
		Category: models.Category(file.Category), Severity: models.Severity(file.Severity),
		Substring: file.Substring, Homophones: file.Homophones, Stop: file.Stop,
	})
	for _, r := range refused {
		if f.refused != nil {
			f.refused(file.File, r)
		}
	}
	return pack, err
}

var notInName = regexp.MustCompile(`[^a-z0-9_-]+`)

// listName is the name of a list's file as packs are named.
func listName(file string) string {
	name := strings.ToLower(strings.TrimSuffix(filepath.Base(file), filepath.Ext(file)))
	name = strings.TrimLeft(notInName.ReplaceAllString(name, "-"), "-_0123456789")
	return cmp.Or(strings.TrimRight(name[:min(len(name), 40)], "-_"), "words")
}

// refusedWords says what a list lost, for people.
func refusedWords(file string, r dictionary.Refused) string {
	what := "is left out"
	if r.Kept {
		what = "is kept"
	}
	if r.Line == 0 {
		return fmt.Sprintf("%s: %s", file, r.Why)
	}
	return fmt.Sprintf("%s:%d: %q %s: %s", file, r.Line, r.Term, what, r.Why)
}

// builtinPacks returns the named packs that are shipped, all where none is named.
func builtinPacks(names []string) ([]rules.Pack, error) {
	if len(names) == 0 {
		return rules.Builtin(), nil
	}
	var out []rules.Pack
	for _, p := range rules.Builtin() {
		if slices.Contains(names, p.Name) {
			out = append(out, p)
		}
	}
	for _, name := range names {
		if !slices.Contains(rules.BuiltinNames(), name) {
			return nil, usage("there is no pack %q; the built-in ones are %s", name, strings.Join(rules.BuiltinNames(), ", "))
		}
	}
	return out, nil
}
