package main

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"time"

	"github.com/takeback-chat/takeback/config"
	"github.com/takeback-chat/takeback/rules"
	"github.com/takeback-chat/takeback/rules/dictionary"
)

// sources are the files that the service's detectors come from, beside those
// that are built in.
type sources struct {
	packs       []config.Pack
	indexes     indexFiles
	fingerprint func(detector, value string) string
	lost        func(file string, terms int) // told how many terms a list lost; may be nil
	loaded      map[string]stamp             // what the files were when they were read last
	seen        map[string]stamp             // what they were at the last look
}

// stamp tells one state of a file from another.
type stamp struct {
	size     int64
	modified time.Time
}

// open reads everything for the first time.
func (s *sources) open() (*rules.Engine, error) {
	s.loaded = s.look()
	s.seen = s.loaded
	return s.engine()
}

// changed returns another engine if a file is not what it was when it was read;
// nil where nothing changed. A file that is still being written is left until two
// looks in a row see the same. The same fault is returned once.
func (s *sources) changed() (*rules.Engine, error) {
	now := s.look()
	settled := maps.Equal(now, s.seen)
	s.seen = now
	if !settled || maps.Equal(now, s.loaded) {
		return nil, nil //nolint:nilnil // nothing changed, which is the rule
	}
	s.loaded = now
	return s.engine()
}

func (s *sources) look() map[string]stamp {
	out := map[string]stamp{}
	files := s.indexes.all()
	for _, p := range s.packs {
		files = append(files, p.File)
	}
	for _, file := range files {
		if i, err := os.Stat(file); err == nil {
			out[file] = stamp{i.Size(), i.ModTime()}
		}
	}
	return out
}

// engine compiles the built-in detectors and those of the files.
func (s *sources) engine() (*rules.Engine, error) {
	lost := map[string]int{}
	own, err := filePacks{refused: func(file string, r dictionary.Refused) {
		if !r.Kept {
			lost[file]++
		}
	}}.read(s.packs)
	if err != nil {
		return nil, err
	}
	for file, terms := range lost {
		if s.lost != nil {
			s.lost(file, terms)
		}
	}
	indexes, err := s.indexes.read()
	if err != nil {
		return nil, err
	}
	return engineOf(rules.Builtin(), append(own, indexes...), rules.Options{Fingerprint: s.fingerprint})
}

// engineOf makes an engine; that two packs have a detector of one name is the
// user's to mend.
func engineOf(builtin, own []rules.Pack, o rules.Options) (*rules.Engine, error) {
	engine, err := rules.New(slices.Concat(builtin, own), o)
	if err != nil && len(own) > 0 {
		return nil, codedError{exitUsage, fmt.Errorf("packs: %w", err)}
	}
	return engine, err
}
