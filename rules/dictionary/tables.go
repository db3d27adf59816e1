package dictionary

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/takeback-chat/takeback/models"
)

var errNoTerms = errors.New("the list has no terms")

// columns are where the columns of a table stand, -1 where there is none.
type columns struct{ term, category, severity int }

// The names of the columns, in small letters.
var (
	termNames     = []string{"term", "word", "keyword", "phrase", "词", "词语", "词条", "关键词", "敏感词"}
	categoryNames = []string{"category", "类别", "分类"}
	severityNames = []string{"severity", "级别", "等级", "严重程度"}
)

// header reads the first line of a table; ok is false where it is none. A
// column of terms alone makes no table, or a list that begins with "word" would
// be one.
func header(text string) (c columns, comma rune, ok bool) {
	line, _, _ := strings.Cut(text, "\n")
	for _, comma = range []rune{'\t', ',', ';'} {
		if !strings.ContainsRune(line, comma) {
			continue
		}
		names := strings.Split(strings.ToLower(line), string(comma))
		for i, name := range names {
			names[i] = strings.Trim(strings.TrimSpace(name), `"`)
		}
		c = columns{term: column(names, termNames), category: column(names, categoryNames), severity: column(names, severityNames)}
		if c.term >= 0 {
			return c, comma, true
		}
	}
	return c, 0, false
}

func column(names, known []string) int {
	return slices.IndexFunc(names, func(name string) bool { return slices.Contains(known, name) })
}

// table reads the rows of a table. The error says that the file is cut off.
func (r *reader) table(text string, c columns, comma rune) error {
	in := csv.NewReader(strings.NewReader(text))
	in.Comma, in.FieldsPerRecord, in.ReuseRecord, in.TrimLeadingSpace = comma, -1, true, comma != '\t'
	for first := true; ; first = false {
		row, err := in.Read()
		if err == io.EOF {
			return nil
		}
		if bad, ok := errors.AsType[*csv.ParseError](err); ok {
			if errors.Is(bad, csv.ErrQuote) && in.InputOffset() >= int64(len(text)) {
				return fmt.Errorf("the quote that opens in line %d is never closed; the file seems to be cut off", bad.StartLine)
			}
			r.refuse(Entry{Line: bad.Line}, "the row has a quote in the wrong place; double it and put quotes around the field", false)
			continue
		}
		if err != nil {
			return fmt.Errorf("read row: %w", err) // cannot happen: the text is in memory
		}
		if !first {
			line, _ := in.FieldPos(0)
			r.row(row, c, line)
		}
	}
}

// row takes one row of a table.
func (r *reader) row(row []string, c columns, line int) {
	e := Entry{Term: cell(row, c.term), Line: line}
	if e.Term == "" {
		r.refuse(e, "the row has no term", false)
		return
	}
	if v := cell(row, c.category); v != "" {
		if e.Category = models.Category(strings.ToLower(v)); !slices.Contains(models.Categories, e.Category) {
			e.Category = ""
			r.refuse(e, fmt.Sprintf("the category %q is unknown, the list's own is taken; one of: %s", shorten(v), listed(models.Categories)), true)
		}
	}
	if v := cell(row, c.severity); v != "" {
		if e.Severity = models.Severity(strings.ToLower(v)); !slices.Contains(models.Severities, e.Severity) {
			e.Severity = ""
			r.refuse(e, fmt.Sprintf("the severity %q is unknown, the list's own is taken; one of: %s", shorten(v), listed(models.Severities)), true)
		}
	}
	r.take(e)
}

func cell(row []string, i int) string {
	if i < 0 || i >= len(row) {
		return ""
	}
	return strings.Clone(strings.TrimSpace(row[i]))
}

func listed[S ~string](of []S) string {
	names := make([]string, len(of))
	for i, s := range of {
		names[i] = string(s)
	}
	return strings.Join(names, ", ")
}
