package rules

import (
	"fmt"
	"strings"

	"github.com/takeback-chat/takeback/models"
)

// WordList says what the detector made of a list of words is.
type WordList struct {
	ID       string // of the detector, and of its pack
	Title    string
	Category models.Category // Keyword when empty
	Severity models.Severity // Medium when empty
}

// ParseWords makes a pack with one detector of a plain list: a word or phrase a
// line, empty lines and lines beginning with # passed over. Case and width are
// ignored; words of Latin letters are found as whole words, others anywhere. The
// error is a *SourceErrors; the file is only named in problems.
func ParseWords(file string, text []byte, list WordList) (Pack, error) {
	src := &source{file: file}
	if len(text) > maxSource {
		src.add(0, "", fmt.Sprintf("the file is larger than %d bytes", maxSource))
		return Pack{}, src.err()
	}
	d := &detector{
		Detector: Detector{
			ID: list.ID, Title: list.Title, Description: "Words of the list " + file + ".", Pack: list.ID, Source: file,
			Category: list.Category, Severity: list.Severity,
		},
		levels: []level{{name: "medium"}},
		near:   defaultNear, edge: edgeWord, mask: masks["hidden"], same: normalForms["lower"],
	}
	if d.Category == "" {
		d.Category = models.Keyword
	}
	if d.Severity == "" {
		d.Severity = models.Medium
	}
	if !identifier.MatchString(list.ID) {
		src.add(0, "id", "it must be small letters, digits, _ or -, and begin with a letter")
	}
	d.words = readWordLines(src, text)
	if err := src.err(); err != nil {
		return Pack{}, err
	}
	return Pack{Name: list.ID, Title: list.Title, File: file, detectors: []*detector{d}}, nil
}

func readWordLines(src *source, text []byte) []word {
	var words []word
	n := 0
	for line := range strings.Lines(string(text)) {
		n++
		line = strings.TrimSpace(strings.TrimPrefix(line, "\uFEFF"))
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		w := newWord(line)
		switch {
		case w.text == "":
			src.add(n, "", "nothing is left of the word once it is folded")
		case len(words) == maxWords:
			src.add(n, "", fmt.Sprintf("there are more than %d words", maxWords))
			return words
		default:
			words = append(words, w)
		}
	}
	if len(words) == 0 && len(src.problems) == 0 {
		src.add(0, "", "the list has no words")
	}
	return words
}
