package shingles

import (
	"cmp"
	"slices"
)

// Match is a document in a text.
type Match struct {
	Start, End int     // from the first piece that was copied to the last
	Document   string  // its name
	Share      float64 // of the document that stands in the text, 0 to 1
	Message    float64 // of the text that is of the document, 0 to 1
	Words      int     // of the longest passage; two and a half characters count as one
	Level      Level
}

// Level is how sure it is that the text was copied.
type Level uint8

// The levels, surest first.
const (
	Certain Level = iota // 60 % of the document, or 80 words on end
	High                 // 30 %, or 40 words
	Medium               // 10 %, or 20 words
	Low                  // two fingerprints close together
)

// levels are what a level demands: a share of the document, or a passage of so many words. A share
// counts only together with a passage of 8 words, so that short documents are
// not seen everywhere.
var levels = [...]struct {
	share float64
	words int
}{Certain: {0.6, 80}, High: {0.3, 40}, Medium: {0.1, 20}, Low: {0, 0}}

const (
	// leastPrints is how many fingerprints of one document must stand close together.
	leastPrints = 2
	// leastBytes and leastText, 12 words, are how long a text must be.
	leastBytes = 40
	leastText  = 12 * wordSize
	// leastPassage is how many words a passage must have for its share to count.
	leastPassage = 8
	// near is how far apart two pieces of one passage may be: 24 words.
	near = 24 * wordSize
	// maxMatches bounds how many documents are found in one text.
	maxMatches = 8
	// maxHits bounds how many pieces of a text are looked at that stand in
	// documents.
	maxHits = 1 << 14
)

// reader is the memory of one text.
type reader struct {
	cutter
	hits []hit
}

// hit is a piece of the text that stands in a document.
type hit struct{ document, piece, print int }

// Find returns the documents that parts of text, which is folded, were copied
// from, the surest first. Nil when there are none; that costs no allocation.
func (x *Index) Find(text []byte) []Match {
	if len(text) < leastBytes {
		return nil
	}
	r, ok := x.readers.Get().(*reader)
	if !ok {
		r = &reader{}
	}
	defer x.readers.Put(r)
	size := r.cut(text, x.keys.Hash)
	r.hits = r.hits[:0]
	for i := range r.pieces {
		from, to := x.same(r.pieces[i].hash)
		for ; from < to && len(r.hits) < maxHits; from++ {
			r.hits = append(r.hits, hit{int(x.prints[from].document), i, from})
		}
	}
	if len(r.hits) < leastPrints {
		return nil
	}
	return x.matches(r, size)
}

// matches weighs the hits, document by document.
func (x *Index) matches(r *reader, size int) []Match {
	slices.SortFunc(r.hits, func(a, b hit) int {
		return cmp.Or(cmp.Compare(a.document, b.document), cmp.Compare(a.piece, b.piece))
	})
	var found []Match
	for rest := r.hits; len(rest) > 0; {
		n := 1
		for n < len(rest) && rest[n].document == rest[0].document {
			n++
		}
		if m, ok := x.match(r, rest[:n], size); ok {
			found = append(found, m)
		}
		rest = rest[n:]
	}
	slices.SortStableFunc(found, func(a, b Match) int {
		return cmp.Or(cmp.Compare(a.Level, b.Level), -cmp.Compare(a.Share, b.Share))
	})
	return found[:min(len(found), maxMatches)]
}

// passage is a run of hits that are close together.
type passage struct{ first, last, hits, prints, size int }

// match weighs the hits of one document.
func (x *Index) match(r *reader, hits []hit, size int) (Match, bool) {
	d := x.Documents[hits[0].document]
	m := Match{Document: d.Name, Level: Low, Start: -1}
	covered := 0
	for rest := hits; len(rest) > 0; {
		p := r.passage(rest)
		rest = rest[p.hits:]
		if p.prints < leastPrints {
			continue
		}
		if m.Start < 0 {
			m.Start = r.pieces[p.first].start
		}
		m.End = r.pieces[p.last].end
		m.Words = max(m.Words, p.size/wordSize)
		covered += p.size
	}
	if m.Start < 0 {
		return m, false
	}
	m.Share = float64(distinct(hits)) / float64(max(d.Prints, 1))
	m.Message = min(1, float64(covered)/float64(size))
	for m.Level > Certain {
		next := levels[m.Level-1]
		if m.Words < next.words && (m.Share < next.share || m.Words < leastPassage) {
			break
		}
		m.Level--
	}
	return m, true
}

// passage returns the hits at the beginning that are close together. Its size is
// what lies between the first and the last, but no more than a window for each of them: a word
// that is common to both every now and then is no copy.
func (r *reader) passage(hits []hit) passage {
	p := passage{first: hits[0].piece, last: hits[0].piece, hits: 1}
	for p.hits < len(hits) && r.pieces[hits[p.hits].piece].from <= r.pieces[p.last].to+near {
		p.last = hits[p.hits].piece
		p.hits++
	}
	span := r.pieces[p.last].to - r.pieces[p.first].from
	p.prints = distinct(hits[:p.hits])
	p.size = min(span, pieceSize+p.prints*window*wordSize)
	return p
}

// distinct counts the different fingerprints of hits.
func distinct(hits []hit) int {
	if len(hits) == 1 {
		return 1
	}
	seen := make(map[int]struct{}, len(hits))
	for _, h := range hits {
		seen[h.print] = struct{}{}
	}
	return len(seen)
}
