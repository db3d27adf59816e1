package exact

import (
	"encoding/binary"
	"errors"
	"math/bits"
	"slices"
	"sync"

	"github.com/takeback-chat/takeback/rules/keyed"
)

const (
	// kind names the files of this package, and their layout.
	kind = "tb-exact"
	// MaxAlso is how many other columns a table can have.
	MaxAlso = 6
	// maxNear bounds how far the other values may stand, in characters.
	maxNear = 2000
	// maxSame is how many rows may have one primary value.
	maxSame = 16
)

// Options say what an index is of, and what its rows need to be found.
type Options struct {
	ID       string   `json:"id"` // of the detector
	Title    string   `json:"title"`
	Category string   `json:"category"`
	Severity string   `json:"severity"`
	Primary  Column   `json:"primary"`
	Also     []Column `json:"also"`
	Need     int      `json:"need"` // how many of the others must stand near the primary value
	Near     int      `json:"near"` // how near, in characters
}

// head is what a file says of itself. Nothing in it is a value of the table.
type head struct {
	Options
	Rows  int `json:"rows"`
	Marks int `json:"marks"` // bits of the table of words and beginnings of names
}

// Index finds the rows of one table. It never changes, and is safe for
// concurrent use.
type Index struct {
	head
	hash   keyed.Hash
	rows   []uint64 // the primary values, hashed, in order
	tags   []uint32 // by row and other column; 0 where the row has no value
	marks  []byte   // bitmap over words and beginnings of names
	filter []uint64 // bitmap over rows, which says no nearly always
	first  []uint32 // by the highest bits of a hash: its first row
	shift  int
	least  int // how many digits a text must have that holds a row

	readers sync.Pool
}

// Open reads an index that was made with the same secret. The error is one
// sentence; what is refused costs no more memory than the file.
func Open(data, secret []byte) (*Index, error) {
	x := &Index{}
	keys, body, err := keyed.Open(kind, data, secret, &x.head)
	if err != nil {
		return nil, err
	}
	x.hash = keys.Hash
	if !x.head.sound() || len(body) != x.Rows*8+x.Rows*4*len(x.Also)+x.Marks/8 {
		return nil, errors.New("the file was made by another version of takeback: build it again")
	}
	x.rows = make([]uint64, x.Rows)
	for i := range x.rows {
		x.rows[i] = binary.LittleEndian.Uint64(body[8*i:])
	}
	body = body[8*x.Rows:]
	x.tags = make([]uint32, x.Rows*len(x.Also))
	for i := range x.tags {
		x.tags[i] = binary.LittleEndian.Uint32(body[4*i:])
	}
	x.marks = slices.Clone(body[4*len(x.tags):])
	x.seal()
	return x, nil
}

func (h *head) sound() bool {
	return h.Options.check() == nil && h.Rows > 0 && h.Rows <= maxRows &&
		h.Marks >= 0 && h.Marks <= maxMarks && h.Marks&(h.Marks-1) == 0 && h.Marks%8 == 0
}

// seal makes the tables that are not in the file.
func (x *Index) seal() {
	x.filter = make([]uint64, max(1, pow2(x.Rows*8)/64))
	x.shift = 64 - bits.Len(uint(pow2(x.Rows/4)-1))
	x.first = make([]uint32, pow2(x.Rows/4)+1)
	for _, h := range x.rows {
		bit := h & uint64(len(x.filter)*64-1)
		x.filter[bit>>6] |= 1 << (bit & 63)
		x.first[h>>x.shift+1]++
	}
	for i := 1; i < len(x.first); i++ {
		x.first[i] += x.first[i-1]
	}
	x.least = x.Primary.Digits
	also := make([]int, len(x.Also))
	for i := range x.Also {
		also[i] = x.Also[i].Digits
	}
	slices.Sort(also)
	for _, n := range also[:x.Need] {
		x.least += n
	}
}

// pow2 is the power of two that is at least n.
func pow2(n int) int { return 1 << bits.Len(uint(max(n, 1)-1)) }

// same returns the rows of a primary value.
func (x *Index) same(h uint64) (from, to int) {
	bit := h & uint64(len(x.filter)*64-1)
	if x.filter[bit>>6]>>(bit&63)&1 == 0 {
		return 0, 0
	}
	from, to = int(x.first[h>>x.shift]), int(x.first[h>>x.shift+1])
	for from < to && x.rows[from] != h {
		from++
	}
	for end := from; ; end++ {
		if end == to || x.rows[end] != h {
			return from, end
		}
	}
}

// The places that hashes are made in, so that a primary value, a word of a name and
// another value of a row have nothing in common. The others are hashed in the place of
// their row's primary value and column: equal dates of birth in two rows look different.
const (
	placePrimary = 0
	placeMark    = 1
)

func primaryHash(h keyed.Hash, v []byte) uint64 { return h.SumOf(placePrimary, v) }

func tag(h keyed.Hash, primary uint64, column int, v []byte) uint32 {
	return max(1, uint32(h.SumOf(primary+uint64(column), v)))
}

func markBit(h keyed.Hash, v []byte, size int) uint64 {
	return h.SumOf(placeMark, v) & uint64(size-1)
}

func (x *Index) known(v []byte) bool {
	bit := markBit(x.hash, v, x.Marks)
	return x.marks[bit>>3]>>(bit&7)&1 != 0
}
