package main

import (
	"bufio"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/takeback-chat/takeback/internal/corpus"
)

// texts is a corpus.
type texts struct {
	name  string
	texts []string
	bytes int      // of a text in the mean
	names []string // of the texts, where the slowest matters
}

const (
	chatCorpus    = "chat"
	digitsCorpus  = "digits"
	longCorpus    = "16 KB"
	hostileCorpus = "hostile 16 KB"
)

// corpora makes the texts of the project, and reads those of a directory of
// *.jsonl.gz with objects {"text"}, where one is named.
func corpora(dir string) ([]texts, error) {
	hostile := corpus.Hostile(16 << 10)
	var worst []string
	names := slices.Sorted(maps.Keys(hostile))
	for _, name := range names {
		worst = append(worst, hostile[name])
	}
	out := []texts{
		{name: chatCorpus, texts: corpus.Chat(4000)},
		{name: digitsCorpus, texts: corpus.Numbers(300)},
		{name: longCorpus, texts: corpus.Long(10)},
		{name: hostileCorpus, texts: worst, names: names},
	}
	if dir != "" {
		more, err := shared(dir)
		if err != nil {
			return nil, err
		}
		out = append(out, more...)
	}
	for i := range out {
		out[i].bytes = len(strings.Join(out[i].texts, "")) / len(out[i].texts)
	}
	return out, nil
}

func shared(dir string) ([]texts, error) {
	files, err := filepath.Glob(filepath.Join(dir, "*.jsonl.gz"))
	if err != nil {
		return nil, err
	}
	var out []texts
	for _, file := range files {
		c := texts{name: strings.TrimSuffix(filepath.Base(file), ".jsonl.gz")}
		if c.texts, err = readTexts(file); err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		out = append(out, c)
	}
	return out, nil
}

// mostTexts is enough to measure with.
const mostTexts = 20_000

func readTexts(file string) ([]string, error) {
	f, err := os.Open(filepath.Clean(file))
	if err != nil {
		return nil, err
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		return nil, err
	}
	var out []string
	lines := bufio.NewScanner(z)
	for lines.Scan() && len(out) < mostTexts {
		var row struct{ Text string }
		if err := json.Unmarshal(lines.Bytes(), &row); err != nil {
			return nil, err
		}
		if row.Text != "" && utf8.ValidString(row.Text) {
			out = append(out, row.Text)
		}
	}
	return out, lines.Err()
}
