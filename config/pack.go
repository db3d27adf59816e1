package config

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
)

// Pack names a file with detectors of one's own: a pack (.yaml) or a list of
// words (.txt, .csv, .tsv). In the file it may be the path alone. All but File
// is for lists of words, which cannot say it themselves.
type Pack struct {
	File string `koanf:"file" validate:"required" short:"true"`
	// ID names the pack and its detector; default: the file's name.
	ID       string `koanf:"id" validate:"omitempty,pack_id"`
	Title    string `koanf:"title" validate:"max=200"` // default: the file's name
	Category string `koanf:"category" validate:"omitempty,oneof=contact financial government_id health location secrets keyword custom"`
	Severity string `koanf:"severity" validate:"omitempty,oneof=low medium high critical"`
	// Homophones finds Chinese words also in characters that sound the same.
	Homophones bool `koanf:"homophones"`
	// Substring finds words also inside others.
	Substring bool `koanf:"substring"`
	// Stop are phrases inside which no word is found.
	Stop []string `koanf:"stop"`
}

var (
	packEndings = []string{".yaml", ".yml"}
	listEndings = []string{".txt", ".csv", ".tsv"}
)

// IsList reports whether the file is a list of words, by the ending of its name.
func (p Pack) IsList() bool { return slices.Contains(listEndings, ending(p.File)) }

func ending(file string) string { return strings.ToLower(filepath.Ext(file)) }

// pack refuses files of unknown kind, and what only a list of words can be told.
func (l *loader) pack(path string, p Pack) {
	switch {
	case p.File == "" || p.IsList():
		return
	case !slices.Contains(packEndings, ending(p.File)):
		l.fault(path+".file", "must be a pack (.yaml) or a list of words (.txt, .csv, .tsv)")
		return
	}
	for _, f := range []struct {
		key string
		set bool
	}{
		{"id", p.ID != ""},
		{"title", p.Title != ""},
		{"category", p.Category != ""},
		{"severity", p.Severity != ""},
		{"homophones", p.Homophones},
		{"substring", p.Substring},
		{"stop", len(p.Stop) > 0},
	} {
		if f.set {
			l.fault(fmt.Sprintf("%s.%s", path, f.key), "is for lists of words (.txt, .csv, .tsv); a pack says it itself")
		}
	}
}
