package exact

import (
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/takeback-chat/takeback/rules/keyed"
)

const (
	// maxRows bounds a table; a larger one is split over several indexes.
	maxRows  = 16_000_000
	maxMarks = 1 << 28
	// maxTold is how many refused rows a report names; it counts them all.
	maxTold = 1000
	// dense is from which share of all numbers of a length on a number by itself proves nothing.
	dense = 1e-4
)

// Refused is a row, or one value of a row, that was left out.
type Refused struct {
	Line int
	Why  string // a sentence without the value
	Kept bool   // the row is in the index, without the value
}

// Report says what became of a table.
type Report struct {
	Read, Rows int // rows of the table, and of the index
	Refused    []Refused
	Left       int // rows left out, also those that Refused is too short for
	// Warning is what the one who builds the index ought to know of it.
	Warning string
}

// check says what is wrong with options.
func (o *Options) check() error {
	switch {
	case o.Primary.date():
		return errors.New("a date alone says nothing: it cannot be the primary column")
	case len(o.Also) > MaxAlso:
		return fmt.Errorf("there are more than %d other columns", MaxAlso)
	case o.Need < 0 || o.Need > len(o.Also):
		return fmt.Errorf("%d other values are needed, and there are %d other columns", o.Need, len(o.Also))
	case o.Near < 1 || o.Near > maxNear:
		return fmt.Errorf("the others must be near within 1 to %d characters", maxNear)
	case o.Primary.Kind == Words && o.Need == 0:
		return errors.New("many people have one name: a primary column of words needs at least one other value")
	}
	for _, c := range append([]Column{o.Primary}, o.Also...) {
		if !slices.Contains(Kinds, c.Kind) {
			return fmt.Errorf("%q is no kind of values; one of: %s", c.Kind, kindNames())
		}
	}
	return nil
}

// Build reads a table in CSV, whose first row names the columns, and returns the file
// of an index. The secret is the service's, 32 bytes for files of this kind; salt is
// keyed.SaltSize random bytes. The text of the table is read twice and never kept: what is in memory, and in the
// file, are hashes.
func Build(table io.ReadSeeker, o Options, secret, salt []byte) ([]byte, Report, error) {
	if err := o.check(); err != nil {
		return nil, Report{}, err
	}
	keys, err := keyed.NewKeys(secret, salt)
	if err != nil {
		return nil, Report{}, err
	}
	rows, err := readTable(table, o)
	if err != nil {
		return nil, Report{}, err
	}
	b := &builder{o: o, keys: keys, marks: map[uint64]struct{}{}}
	if err := rows.each(b.row); err != nil {
		return nil, b.report, err
	}
	file, err := b.file()
	return file, b.report, err
}

// builder gathers the rows of an index.
type builder struct {
	o      Options
	keys   keyed.Keys
	rows   []row
	tags   []uint32 // by row and other column
	marks  map[uint64]struct{}
	report Report
}

type row struct {
	hash uint64
	line int32
	at   int32 // its tags
}

func (b *builder) refuse(line int, why string) {
	b.report.Left++
	b.tell(Refused{Line: line, Why: why})
}

func (b *builder) tell(r Refused) {
	if len(b.report.Refused) < maxTold {
		b.report.Refused = append(b.report.Refused, r)
	}
}

// row takes one row of the table; values are those of the primary column and the others.
func (b *builder) row(line int, values []string) error {
	b.report.Read++
	if len(b.rows) == maxRows {
		return fmt.Errorf("the table has more than %d rows: split it over several indexes", maxRows)
	}
	v, why := b.o.Primary.normal(values[0])
	if why == "" {
		why = b.o.Primary.unfit(v)
	}
	if why != "" {
		b.refuse(line, fmt.Sprintf("%s %s", b.o.Primary.Name, why))
		return nil
	}
	r := row{hash: primaryHash(b.keys.Hash, v), line: int32(line), at: int32(len(b.rows))}
	tags, others := b.others(line, r.hash, values[1:])
	if others < b.o.Need {
		b.refuse(line, fmt.Sprintf("it has %d other values, and %d are needed", others, b.o.Need))
		return nil
	}
	b.o.Primary.learn(v, len(b.rows) == 0)
	if b.o.Primary.Kind == Words {
		marks(v, func(m []byte) { b.marks[b.keys.Hash.SumOf(placeMark, m)] = struct{}{} })
	}
	b.rows, b.tags = append(b.rows, r), append(b.tags, tags...)
	return nil
}

// others hashes the other values of a row. One without a normal form is left
// out, and told unless it is empty.
func (b *builder) others(line int, primary uint64, values []string) (tags []uint32, n int) {
	tags = make([]uint32, len(values))
	for i, value := range values {
		c := &b.o.Also[i]
		v, why := c.normal(value)
		if why == "" && len(v) < 2 {
			why = "is too short"
		}
		if why != "" {
			if value != "" {
				b.tell(Refused{Line: line, Why: fmt.Sprintf("%s %s", c.Name, why), Kept: true})
			}
			continue
		}
		c.learn(v, c.Lengths == 0 && c.Wide == 0)
		tags[i] = tag(b.keys.Hash, primary, i, v)
		n++
	}
	return tags, n
}

func (b *builder) tagsOf(r row) []uint32 {
	k := len(b.o.Also)
	return b.tags[int(r.at)*k:][:k]
}

// file sorts the rows and writes them.
func (b *builder) file() ([]byte, error) {
	slices.SortFunc(b.rows, func(a, c row) int { return cmp.Or(cmp.Compare(a.hash, c.hash), cmp.Compare(a.at, c.at)) })
	b.thin()
	if len(b.rows) == 0 {
		return nil, errors.New("the table has no row that can be found again: nothing was written")
	}
	h := head{Options: b.o, Rows: len(b.rows)}
	if len(b.marks) > 0 {
		h.Marks = min(max(pow2(16*len(b.marks)), 1024), maxMarks)
	}
	b.report.Rows, b.report.Warning = len(b.rows), b.warning()
	body := make([]byte, 0, len(b.rows)*(8+4*len(b.o.Also))+h.Marks/8)
	for _, r := range b.rows {
		body = binary.LittleEndian.AppendUint64(body, r.hash)
	}
	for _, r := range b.rows {
		for _, t := range b.tagsOf(r) {
			body = binary.LittleEndian.AppendUint32(body, t)
		}
	}
	bits := make([]byte, h.Marks/8)
	for m := range b.marks {
		bit := m & uint64(h.Marks-1)
		bits[bit>>3] |= 1 << (bit & 7)
	}
	return b.keys.Write(kind, h, append(body, bits...))
}

// thin takes out rows that are there twice, and those of a primary value that too
// many have.
func (b *builder) thin() {
	kept := b.rows[:0]
	first := 0 // of the rows with this primary value that are kept
	for _, r := range b.rows {
		if len(kept) == 0 || kept[len(kept)-1].hash != r.hash {
			first = len(kept)
		}
		twin := slices.IndexFunc(kept[first:], func(k row) bool { return slices.Equal(b.tagsOf(k), b.tagsOf(r)) })
		switch {
		case twin >= 0:
			b.refuse(int(r.line), fmt.Sprintf("the same values stand in line %d", kept[first+twin].line))
		case len(kept)-first == maxSame:
			b.refuse(int(r.line), fmt.Sprintf("%d rows have its %s already: it is too common", maxSame, b.o.Primary.Name))
		default:
			kept = append(kept, r)
		}
	}
	b.rows = kept
}

// warning tells of numbers so many that any number is one of them.
func (b *builder) warning() string {
	if b.o.Primary.Kind != Digits || b.o.Need > 0 {
		return ""
	}
	all := 0.0
	for n, size := 0, 1.0; n <= maxLength; n, size = n+1, size*10 {
		if b.o.Primary.Lengths>>n&1 != 0 {
			all += size
		}
	}
	if share := float64(len(b.rows)) / all; share > dense {
		return fmt.Sprintf("one of every %.0f numbers of this length is in the table, so numbers that mean something else will be found: demand another value with --need 1", 1/share)
	}
	return ""
}
