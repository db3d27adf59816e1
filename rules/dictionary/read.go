package dictionary

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	// maxTerms bounds a list. Two million take about 150 MB once built.
	maxTerms = 5_000_000
	// maxCharacters bounds a term.
	maxCharacters = 200
	// maxRefused bounds how many refusals are told one by one.
	maxRefused = 1000
)

// Refused is a term of a file that was not taken as it stands, and why, in one
// sentence.
type Refused struct {
	Line int
	Term string // shortened
	Why  string
	Kept bool // it is in the list all the same, the sentence is a warning
}

// Read reads a list: a term a line, with empty lines and lines that begin with #
// passed over, or CSV or TSV whose first line names the columns, of which "term"
// must be one and "category" and "severity" may. UTF-8, UTF-16, GBK and GB 18030
// are told apart by their bytes. A file that is larger than a list may be, or was cut
// off, is refused as a whole; that is the error, which names the file. The file is
// only named; nothing is opened.
func Read(name string, data []byte) ([]Entry, []Refused, error) {
	if n := rows(data); n > maxTerms {
		return nil, nil, fmt.Errorf("%s has %d rows, at most %d are allowed", name, n, maxTerms)
	}
	text, err := decode(data)
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", name, err)
	}
	r := reader{seen: map[string]int{}}
	if columns, comma, ok := header(text); ok {
		err = r.table(text, columns, comma)
	} else {
		r.lines(text)
	}
	if err == nil && len(r.entries) == 0 {
		err = errNoTerms
	}
	if r.more > 0 {
		r.refused = append(r.refused, Refused{Why: fmt.Sprintf("another %d terms were refused, which are not listed", r.more)})
	}
	if err != nil {
		return nil, r.refused, fmt.Errorf("%s: %w", name, err)
	}
	return r.entries, r.refused, nil
}

// rows counts the rows of a file in any of the encodings, before any memory is
// spent on it.
func rows(data []byte) int {
	if order := utf16Order(data); order != nil {
		n := 0
		for i := 0; i+1 < len(data); i += 2 {
			if order.Uint16(data[i:]) == '\n' {
				n++
			}
		}
		return n
	}
	return bytes.Count(data, []byte{'\n'})
}

// reader gathers what a file has.
type reader struct {
	entries []Entry
	refused []Refused
	more    int            // refusals beyond the bound
	seen    map[string]int // the line of each folded term
}

func (r *reader) lines(text string) {
	n := 0
	for line := range strings.Lines(text) {
		n++
		e := Entry{Term: strings.TrimSpace(line), Line: n}
		switch {
		case e.Term == "" || strings.HasPrefix(e.Term, "#"):
		case n == 1 && slices.Contains(termNames, strings.ToLower(e.Term)):
			r.refuse(e, "as the first line it is taken for the name of the column; put it further down if it is a word to look for", false)
		default:
			r.take(e)
		}
	}
}

// take keeps the entry or says why not.
func (r *reader) take(e Entry) {
	folded := normal(e.Term)
	why := unfit(e.Term, folded)
	if first, twice := r.seen[folded]; why == "" && twice {
		why = fmt.Sprintf("the same word stands in line %d", first)
	}
	if why != "" {
		r.refuse(e, why, false)
		return
	}
	if utf8.RuneCountInString(folded) == 1 {
		r.refuse(e, "a single character is found in many words that have nothing to do with it", true)
	}
	r.seen[folded] = e.Line
	r.entries = append(r.entries, e)
}

// unfit says what is wrong with a term by itself.
func unfit(term, folded string) string {
	switch n := utf8.RuneCountInString(term); {
	case folded == "":
		return "nothing is left of the term once it is folded"
	case n > maxCharacters:
		return fmt.Sprintf("the term has %d characters, at most %d are allowed", n, maxCharacters)
	case strings.ContainsRune(term, '\t'):
		return "the term has a tab in it; a table needs a first line with the names of its columns, one of them term"
	case strings.ContainsFunc(term, unicode.IsControl):
		return "the term has a control character in it"
	case strings.ContainsRune(term, utf8.RuneError):
		return "the term has a character in it that stands for one that could not be read"
	case single(folded):
		return "a single letter, digit or sign would be found in nearly every message"
	case common()[folded]:
		return "it is one of the commonest words and would be found in every other message"
	}
	return ""
}

// single reports whether a term is one character, and not one that is a word by
// itself.
func single(folded string) bool {
	r, size := utf8.DecodeRuneInString(folded)
	return size == len(folded) && !unicode.Is(unicode.Han, r)
}

func (r *reader) refuse(e Entry, why string, kept bool) {
	if len(r.refused) == maxRefused {
		r.more++
		return
	}
	r.refused = append(r.refused, Refused{Line: e.Line, Term: shorten(e.Term), Why: why, Kept: kept})
}

// shorten keeps a stranger's text out of the reader's way.
func shorten(s string) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, s)
	if r := []rune(s); len(r) > 40 {
		return string(r[:40]) + "…"
	}
	return s
}
