package exact

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/simplifiedchinese"
	utf16 "golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

// table reads the columns of a CSV file that an index is made of.
type table struct {
	csv     *csv.Reader
	columns []int // where they stand in a row
}

// readTable finds out how a file is written and reads its first row.
func readTable(file io.ReadSeeker, o Options) (*table, error) {
	text, err := decoded(file)
	if err != nil {
		return nil, err
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

// decoded reads a file of UTF-8, UTF-16 with a byte order mark, or GB 18030, of
// which GBK is a part, as UTF-8.
func decoded(file io.ReadSeeker) (io.Reader, error) {
	from, err := encodingOf(file)
	if err != nil {
		return nil, fmt.Errorf("read the table: %w", err)
	}
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return nil, fmt.Errorf("read the table: %w", err)
	}
	return transform.NewReader(file, from.NewDecoder()), nil
}

// encodingOf reads a file to its end, for only that says whether it is UTF-8.
func encodingOf(file io.Reader) (encoding.Encoding, error) {
	buf := make([]byte, 64<<10)
	kept, first, valid := 0, true, true
	for {
		n, err := file.Read(buf[kept:])
		b := buf[:kept+n]
		if first && len(b) >= 2 {
			if bytes.HasPrefix(b, []byte{0xFF, 0xFE}) || bytes.HasPrefix(b, []byte{0xFE, 0xFF}) {
				return utf16.UTF16(utf16.LittleEndian, utf16.UseBOM), nil
			}
			first = false
		}
		whole := wholeRunes(b, err != nil)
		valid = valid && utf8.Valid(b[:whole])
		kept = copy(buf, b[whole:])
		switch {
		case errors.Is(err, io.EOF) && valid:
			return utf16.UTF8BOM, nil
		case errors.Is(err, io.EOF) || !valid:
			return simplifiedchinese.GB18030, nil
		case err != nil:
			return nil, err
		}
	}
}

// wholeRunes returns how much of b are whole characters; at the end of the file
// all counts.
func wholeRunes(b []byte, end bool) int {
	for n := 1; n < utf8.UTFMax && n <= len(b) && !end; n++ {
		if tail := b[len(b)-n:]; utf8.RuneStart(tail[0]) {
			if !utf8.FullRune(tail) {
				return len(b) - n
			}
			break
		}
	}
	return len(b)
}
