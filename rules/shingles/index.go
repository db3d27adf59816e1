package shingles

import (
	"encoding/binary"
	"errors"
	"math/bits"
	"sync"

	"github.com/takeback-chat/takeback/rules/keyed"
)

const (
	// kind names the files of this package, and their layout.
	kind = "tb-pages"
	// maxDocuments and maxPrints bound an index.
	maxDocuments = 1 << 16
	maxPrints    = 1 << 26
	// maxSame is how many documents may share a piece; the others do without it.
	maxSame = 16
)

// Options say what the documents of an index are.
type Options struct {
	ID       string `json:"id"` // of the detector
	Title    string `json:"title"`
	Category string `json:"category"`
	Severity string `json:"severity"`
}

// Document is one document, as an index knows it.
type Document struct {
	Name   string `json:"name"`
	Prints int    `json:"prints"` // how many of its pieces are kept
}

// head is what a file says of itself.
type head struct {
	Options
	Documents []Document `json:"documents"`
	Prints    int        `json:"prints"`
}

// Index recognises documents. It never changes, and is safe for concurrent use.
type Index struct {
	head
	keys   keyed.Keys
	prints []fingerprint
	filter []uint64 // bitmap over prints, which says no nearly always
	first  []uint32 // by the highest bits of a hash: its first print
	shift  int

	readers sync.Pool
}

// fingerprint is a piece that is kept of a document.
type fingerprint struct {
	hash     uint64
	document uint32
}

// printSize is how many bytes a fingerprint takes in a file.
const printSize = 12

// Open reads an index that was made with the same secret. The error is one
// sentence; what is refused costs no more memory than the file.
func Open(data, secret []byte) (*Index, error) {
	x := &Index{}
	keys, body, err := keyed.Open(kind, data, secret, &x.head)
	if err != nil {
		return nil, err
	}
	x.keys = keys
	if n := len(x.Documents); n == 0 || n > maxDocuments || x.Prints < 1 || x.Prints > maxPrints || len(body) != x.Prints*printSize {
		return nil, errors.New("the file was made by another version of takeback: build it again")
	}
	x.prints = make([]fingerprint, x.Prints)
	for i := range x.prints {
		at := body[i*printSize:]
		p := fingerprint{binary.LittleEndian.Uint64(at), binary.LittleEndian.Uint32(at[8:])}
		if int(p.document) >= len(x.Documents) {
			return nil, keyed.ErrChanged
		}
		x.prints[i] = p
	}
	x.seal()
	return x, nil
}

// seal makes the tables that are not in the file.
func (x *Index) seal() {
	x.filter = make([]uint64, max(1, pow2(len(x.prints)*8)/64))
	x.shift = 64 - bits.Len(uint(pow2(len(x.prints)/4)-1))
	x.first = make([]uint32, pow2(len(x.prints)/4)+1)
	for _, p := range x.prints {
		bit := p.hash & uint64(len(x.filter)*64-1)
		x.filter[bit>>6] |= 1 << (bit & 63)
		x.first[p.hash>>x.shift+1]++
	}
	for i := 1; i < len(x.first); i++ {
		x.first[i] += x.first[i-1]
	}
}

// pow2 is the power of two that is at least n.
func pow2(n int) int { return 1 << bits.Len(uint(max(n, 1)-1)) }

// same returns the fingerprints of a hash.
func (x *Index) same(h uint64) (from, to int) {
	bit := h & uint64(len(x.filter)*64-1)
	if x.filter[bit>>6]>>(bit&63)&1 == 0 {
		return 0, 0
	}
	from, to = int(x.first[h>>x.shift]), int(x.first[h>>x.shift+1])
	for from < to && x.prints[from].hash != h {
		from++
	}
	for end := from; ; end++ {
		if end == to || x.prints[end].hash != h {
			return from, end
		}
	}
}
