// Package likeness tells whether a message carries what another one says: the
// same text, nearly the same, a quotation of it, or a forward that holds it.
//
// Texts are folded and cut into words, and into characters of scripts that are
// written without spaces; case, width, punctuation and line breaks play no part.
// What two texts have in common is counted in shingles: single words and
// neighbours, or two and three neighbouring characters. Everything is computed
// when it is asked for and forgotten afterwards: nothing is kept beside the sealed
// contents from which a text could be guessed.
package likeness

import (
	"hash/maphash"
	"slices"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/rules/fold"
	"github.com/takeback-chat/takeback/rules/units"
)

const (
	// Near is how like two texts must be to be nearly the same: of all their shingles
	// so many stand in both.
	Near = 0.35
	// Carried is how much of a text another must hold to quote or forward it.
	Carried = 0.5
	// wordSize and wideSize weigh units: 5 words are as much as 12 characters.
	wordSize, wideSize = 12, 5
	// leastNear and leastCarried are how long a text must be to be recognised when it
	// was changed, and inside another: 4 words or 10 characters, 3 words or 8.
	leastNear, leastCarried = 48, 36
	// maxUnits bounds what is compared of one message.
	maxUnits = 4000
)

// Pattern is what a message says, ready to be compared with many. It is for one
// goroutine at a time.
type Pattern struct {
	seed    maphash.Seed
	whole   text // all it says
	scratch [3]text
}

// text is what some elements say.
type text struct {
	words  []uint64 // the units, hashed
	wide   []bool
	size   int
	few    map[uint64]bool // shingles of each unit and its next neighbours
	long   map[uint64]bool // the longer ones of these
	folded fold.Text
	lower  []byte
}

// Of returns the pattern of a message: what it says itself, and then what it
// forwards. Data beside the body is not part of it.
func Of(elements []models.Element) *Pattern {
	p := &Pattern{seed: maphash.MakeSeed()}
	forwarded := models.Forwarded(elements)
	for _, carried := range []bool{false, true} {
		for i, e := range elements {
			if e.Kind != models.CloudElement && forwarded[i] == carried {
				p.read(&p.whole, e.Text)
			}
		}
	}
	p.shingle(&p.whole)
	return p
}

// Empty reports whether the message has no text that could be compared.
func (p *Pattern) Empty() bool { return len(p.whole.words) == 0 }

// Compare tells how other elements carry the pattern; an empty kind: not at all.
func (p *Pattern) Compare(elements []models.Element) (models.CopyKind, float64) {
	own, carried, beside := &p.scratch[0], &p.scratch[1], &p.scratch[2]
	for _, t := range []*text{own, carried, beside} {
		t.clear()
	}
	forwarded := models.Forwarded(elements)
	alone := false // an element of a forward, or a quotation, is just the pattern
	for i, e := range elements {
		t := own
		switch {
		case e.Kind == models.CloudElement:
			t = beside
		case forwarded[i]:
			t = carried
		}
		from := len(t.words)
		p.read(t, e.Text)
		alone = alone || t != own && p.ends(t.words[from:])
	}
	switch {
	case p.same(own, carried):
		return models.CopySame, 1
	case p.carries(carried, alone):
		return models.CopyForward, p.share(carried)
	case p.carries(beside, alone):
		return models.CopyQuote, p.share(beside)
	}
	if like := p.like(own); like >= Near {
		return models.CopyNear, like
	}
	if p.carries(own, false) {
		return models.CopyQuote, p.share(own)
	}
	return "", 0
}

// read adds the units of a text.
func (p *Pattern) read(t *text, s string) {
	if s == "" || len(t.words) >= maxUnits {
		return
	}
	t.folded.Fold(s)
	b := t.folded.Bytes
	for u, ok := units.Next(b, 0); ok && len(t.words) < maxUnits; u, ok = units.Next(b, u.End) {
		t.lower = units.Lower(t.lower[:0], b[u.Start:u.End])
		t.words = append(t.words, maphash.Bytes(p.seed, t.lower))
		t.wide = append(t.wide, u.Wide)
		if t.size += wordSize; u.Wide {
			t.size += wideSize - wordSize
		}
	}
}

func (t *text) clear() {
	t.words, t.wide, t.size = t.words[:0], t.wide[:0], 0
	clear(t.few)
	clear(t.long)
}

// shingle fills the sets of shingles.
func (p *Pattern) shingle(t *text) {
	if t.few == nil {
		t.few, t.long = map[uint64]bool{}, map[uint64]bool{}
	}
	for i := range t.words {
		n := 1
		if t.wide[i] {
			n = 2
		}
		if i+n <= len(t.words) {
			t.few[run(t.words[i:i+n])] = true
		}
		if i+n+1 <= len(t.words) {
			h := run(t.words[i : i+n+1])
			t.few[h], t.long[h] = true, true
		}
	}
}

// run hashes neighbouring units.
func run(words []uint64) uint64 {
	h := uint64(len(words))
	for _, w := range words {
		h = (h ^ w) * 0x9E3779B97F4A7C15
		h ^= h >> 29
	}
	return h
}

// same reports whether two parts of a message together say what the pattern says.
func (p *Pattern) same(own, carried *text) bool {
	n := len(own.words)
	return len(p.whole.words) > 0 && n+len(carried.words) == len(p.whole.words) &&
		slices.Equal(p.whole.words[:n], own.words) && slices.Equal(p.whole.words[n:], carried.words)
}

// ends reports whether an element says the pattern and nothing else, but for a
// word in front that says what it is: the key of a value.
func (p *Pattern) ends(words []uint64) bool {
	n := len(words) - len(p.whole.words)
	return len(p.whole.words) > 0 && (n == 0 || n == 1) && slices.Equal(words[n:], p.whole.words)
}

// like is how many of all shingles of two texts stand in both.
func (p *Pattern) like(t *text) float64 {
	if p.whole.size < leastNear || t.size*5 < p.whole.size || t.size > p.whole.size*5 || !p.meets(t) {
		return 0
	}
	p.shingle(t)
	both := 0
	for h := range t.few {
		if p.whole.few[h] {
			both++
		}
	}
	return float64(both) / float64(len(p.whole.few)+len(t.few)-both)
}

// meets is a quick no for most texts: they have not a single pair of neighbours
// in common with the pattern.
func (p *Pattern) meets(t *text) bool {
	for i := range t.words {
		n := 2
		if t.wide[i] {
			n = 3
		}
		if i+n <= len(t.words) && p.whole.long[run(t.words[i:i+n])] {
			return true
		}
	}
	return false
}

// carries reports whether a text holds the pattern, or an element of it is just that.
func (p *Pattern) carries(t *text, alone bool) bool {
	if len(t.words) == 0 {
		return false
	}
	if alone && p.within(t) {
		return true
	}
	return p.whole.size >= leastCarried && p.share(t) >= Carried
}

// share is how much of the pattern stands in a text, by its longer shingles.
func (p *Pattern) share(t *text) float64 {
	if p.within(t) {
		return 1
	}
	if !p.meets(t) {
		return 0
	}
	if len(t.long) == 0 {
		p.shingle(t)
	}
	both := 0
	for h := range p.whole.long {
		if t.long[h] {
			both++
		}
	}
	return float64(both) / float64(max(len(p.whole.long), 1))
}

// within reports whether a text holds the whole pattern on end.
func (p *Pattern) within(t *text) bool {
	n := len(p.whole.words)
	if n == 0 {
		return false
	}
	for i := 0; i+n <= len(t.words); i++ {
		if t.words[i] == p.whole.words[0] && slices.Equal(t.words[i:i+n], p.whole.words) {
			return true
		}
	}
	return false
}
