package exact

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/takeback-chat/takeback/rules/plain"
)

// table reads the columns of a CSV file that an index is made of.
type table struct {
	csv     *csv.Reader
	columns []int // where they stand in a row
}

// readTable finds out how a file is written and reads its first row.
func readTable(file io.ReadSeeker, o Options) (*table, error) {
	text, err := plain.Reader(file)
	if err != nil {
		return nil, fmt.Errorf("read the table: %w", err)
	}
	in := bufio.NewReaderSize(text, 64<<10)
	first, _ := in.Peek(64 << 10)
	if len(first) == 0 {
		return nil, errors.New("the table is empty")
	}
	t := &table{csv: csv.NewReader(in)}
	t.csv.Comma, t.csv.FieldsPerRecord, t.csv.ReuseRecord = comma(first), -1, true
	names, err := t.csv.Read()
	if err != nil {
		return nil, fmt.Errorf("the first row of the table: %w", err)
	}
	for _, c := range append([]Column{o.Primary}, o.Also...) {
		at, err := columnOf(names, c.Name)
		if err != nil {
			return nil, err
		}
		t.columns = append(t.columns, at)
	}
	return t, nil
}

// columnOf finds a column by its name, case ignored.
func columnOf(names []string, name string) (int, error) {
	at := -1
	for i, n := range names {
		if !strings.EqualFold(strings.TrimSpace(n), name) {
			continue
		}
		if at >= 0 {
			return 0, fmt.Errorf("the table has two columns %q", name)
		}
		at = i
	}
	if at < 0 {
		return 0, fmt.Errorf("the table has no column %q; its first row names %d columns", name, len(names))
	}
	return at, nil
}

// comma is what parts the columns of the first row.
func comma(text []byte) rune {
	line, _, _ := bytes.Cut(text, []byte("\n"))
	best, most := ',', 0
	for _, c := range ",;\t" {
		if n := bytes.Count(line, []byte(string(c))); n > most {
			best, most = c, n
		}
	}
	return best
}

// each gives the values of the columns in every row. A row that is not well
// formed ends the reading: what follows a quotation mark that is never closed
// cannot be told from what it quotes.
func (t *table) each(do func(line int, values []string) error) error {
	values := make([]string, len(t.columns))
	for {
		record, err := t.csv.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if bad, ok := errors.AsType[*csv.ParseError](err); ok {
			return fmt.Errorf("line %d of the table: its quotation marks do not fit; nothing was written", bad.StartLine)
		}
		if err != nil {
			return fmt.Errorf("read the table: %w", err)
		}
		line, _ := t.csv.FieldPos(0)
		for i, at := range t.columns {
			values[i] = ""
			if at < len(record) {
				values[i] = record[at]
			}
		}
		if err := do(line, values); err != nil {
			return err
		}
	}
}
