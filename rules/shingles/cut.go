package shingles

import (
	"unicode/utf8"

	"github.com/takeback-chat/takeback/rules/keyed"
	"github.com/takeback-chat/takeback/rules/units"
)

const (
	// window is of how many neighbours one piece is kept.
	window = 8
	// wordSize and wideSize make five words, or twelve characters, one piece; mixed texts
	// lie between.
	wordSize  = 12
	wideSize  = 5
	pieceSize = 60
	// maxWord bounds what of a word counts, in bytes.
	maxWord = 64
)

// piece is a shingle of a text.
type piece struct {
	hash       uint64
	start, end int // bytes of the text
	from, to   int // where it begins and ends, in sizes of words and characters
}

// cutter cuts a text into pieces. It is the memory of one text, kept for the next one.
type cutter struct {
	normal []byte // the units in their normal form, words with a space behind them
	marks  []mark
	pieces []piece
}

// mark is where a unit begins in the text, in normal and in size, and where it
// ends in the text.
type mark struct{ start, end, normal, size int }

// cut leaves the pieces of a text, which is folded, and returns its size. One that is
// too short has none.
func (c *cutter) cut(text []byte, h keyed.Hash) (size int) {
	c.normal, c.marks, c.pieces = c.normal[:0], c.marks[:0], c.pieces[:0]
	for at := 0; at < len(text); {
		if end := plainWord(text, at); end > at {
			size = c.unit(text, units.Unit{Start: at, End: end}, size)
			at = end + 1 // it is no letter
			continue
		}
		u, ok := units.Next(text, at)
		if !ok {
			break
		}
		size = c.unit(text, u, size)
		at = u.End
	}
	if size < leastText {
		return size
	}
	c.marks = append(c.marks, mark{normal: len(c.normal), size: size})
	for i, j := 0, 0; ; i++ {
		for j < len(c.marks) && c.marks[j].size < c.marks[i].size+pieceSize {
			j++
		}
		if j == len(c.marks) {
			return size
		}
		a, b := c.marks[i], c.marks[j]
		c.pieces = append(c.pieces, piece{
			hash: h.Sum(c.normal[a.normal:b.normal]), start: a.start, end: c.marks[j-1].end, from: a.size, to: b.size,
		})
	}
}

// plainWord returns where the ASCII word ends that begins at at, or at where none
// does or it goes on in other letters: a quicker way for most words.
func plainWord(text []byte, at int) int {
	end := at
	for end < len(text) && units.Alnum(text[end]) {
		end++
	}
	if end < len(text) && text[end] >= utf8.RuneSelf {
		return at
	}
	return end
}

// unit takes a unit in and returns the size with it.
func (c *cutter) unit(text []byte, u units.Unit, size int) int {
	c.marks = append(c.marks, mark{u.Start, u.End, len(c.normal), size})
	c.normal = units.Lower(c.normal, text[u.Start:min(u.End, u.Start+maxWord)])
	if u.Wide {
		return size + wideSize
	}
	c.normal = append(c.normal, ' ')
	return size + wordSize
}

// winnow gives the pieces that are kept: of every window the smallest, and of equal ones
// the last.
func winnow(pieces []piece, keep func(p *piece)) {
	last := -1
	for i := range pieces {
		if i+1 < window && i+1 < len(pieces) {
			continue // the first window is not full yet
		}
		least := max(0, i+1-window)
		for k := least + 1; k <= i; k++ {
			if pieces[k].hash <= pieces[least].hash {
				least = k
			}
		}
		if least != last {
			keep(&pieces[least])
			last = least
		}
	}
}
