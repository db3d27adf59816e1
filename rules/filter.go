package rules

import (
	"slices"

	"github.com/takeback-chat/takeback/rules/dfa"
)

// filter finds, in one pass, every literal that any detector waits for, ASCII
// case ignored. A hash of some of its bytes is looked up in a bitmap that stays in the first-level
// cache, and most places end there. Which bytes these are, sizeOf and rarest say.
type filter struct {
	fours    [1 << 11]uint64 // by four bytes: 16 KB
	threes   [1 << 10]uint64 // by three bytes: 8 KB
	classes  [256]classes    // by byte
	keys     []entry         // open addressing
	mask     uint32
	rest     []rest // of the literals, those that share a key together
	literals []literal
	index    map[string]int32
	short    [256][]rest // by rarest byte: the literals of one byte or two
	watched  int
}

// classes are what is told of the bytes of a text, a bit each.
type classes uint8

const (
	shortLiteral classes = 1 << iota // the rarest byte of a literal that has one or two
	digitByte
	lateByte  // a number whose first digit comes late may begin with it, where no keyword stands
	firstMark // and all behind it: a byte that a view waits for
)

// watch makes the filter tell whether a byte stands in a text, and returns how. There is room for five.
func (f *filter) watch(b byte) classes {
	f.watched++
	c := firstMark << (f.watched - 1)
	f.classes[b] |= c
	return c
}

// tell makes the filter tell whether any of some bytes stands in a text.
func (f *filter) tell(bytes *[256]bool, as classes) {
	for b, is := range bytes {
		if is {
			f.classes[b] |= as
		}
	}
}

// rest is what a place must have, beside the rarest bytes, for a literal to stand there. Its
// bytes are here, and not where the literal is, since most are compared in vain.
type rest struct {
	beside  *[256]bool // what must stand on either side of a literal of one byte; nil: anything
	text    uint64     // the first eight bytes, as small letters
	mask    uint64     // which of them the literal has
	literal int32
	offset  uint8 // of the rarest bytes
	sure    bool  // those of the first eight bytes are letters, which nothing else is taken for
	long    bool  // there are more than eight
}

// literal is a text to look for, and who wants to know.
type literal struct {
	text     []byte // small letters
	begin    dfa.Start
	inside   dfa.Start // of the patterns that may begin inside a word
	begins   bool
	insides  bool
	words    []int32    // detectors that have it as a word
	windows  []int32    // probes that run around it
	opens    []int32    // probes that run only where it stands near
	matchers []int32    // probes that are code
	beside   *[256]bool // what the matchers want to stand on either side of it; nil: they do not say
	anywhere bool       // somebody wants to know of it wherever it stands
	views    []int32    // views that it hints at
	patterns []int32    // probes that begin with it, until they are compiled
}

func newFilter() *filter { return &filter{index: map[string]int32{}} }

// add makes the filter look for text and returns the literal.
func (f *filter) add(text string) *literal {
	low := []byte(text)
	for i, b := range low {
		low[i] = lowerASCII(b)
	}
	if i, ok := f.index[string(low)]; ok {
		return &f.literals[i]
	}
	id := int32(len(f.literals))
	f.index[string(low)] = id
	if len(f.literals) == cap(f.literals) {
		f.literals = slices.Grow(f.literals, len(f.literals)+64)
	}
	f.literals = append(f.literals, literal{text: low})
	return &f.literals[id]
}

// besides returns the bytes one of which must stand on either side for anybody to want the literal.
func (l *literal) besides() *[256]bool {
	if l.anywhere || len(l.words)+len(l.windows)+len(l.opens)+len(l.views)+len(l.patterns) > 0 {
		return nil
	}
	return l.beside
}
