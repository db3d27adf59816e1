package rules

// filter finds, in one pass, whatever can make a pattern worth running:
// literals (ASCII case ignored), runs of digits, and long unbroken words.
type filter struct {
	lower    [256]byte
	class    [256]uint8
	bitmap   [1 << 10]uint64 // 64 Ki bits, 8 KB: stays in the first-level cache
	threes   map[uint32][]int32
	pairs    map[uint16][]int32
	singles  [256][]int32
	literals []literal
	index    map[string]int32

	digits   int32 // the shortest run of digits any pattern asks for; 0: none does
	unbroken int32 // the shortest unbroken word any pattern asks for; 0: none does
}

const (
	isDigit uint8 = 1 << iota
	isBreak       // neither ASCII letter nor digit
	isSingle
	isPair // first byte of a literal of two bytes
)

// digitGap is how many bytes may stand between two digits of one run.
const digitGap = 3

// literal is a text to look for, and who wants to know.
type literal struct {
	text   []byte // lower case
	probes []int32
	words  []int32 // detectors that have it as a word
}

// run is a stretch of text with n digits or bytes.
type run struct{ start, end, n int32 }

// hit is a place where a literal stands.
type hit struct{ literal, at int32 }

func newFilter() *filter {
	f := &filter{threes: map[uint32][]int32{}, pairs: map[uint16][]int32{}, index: map[string]int32{}}
	for i := range 256 {
		b := byte(i)
		f.lower[i] = b
		switch {
		case b >= '0' && b <= '9':
			f.class[i] = isDigit
		case b >= 'A' && b <= 'Z':
			f.lower[i] = b | 0x20
		case b < 'a' || b > 'z':
			f.class[i] = isBreak
		}
	}
	return f
}

// add makes the filter look for text and returns the literal.
func (f *filter) add(text string) *literal {
	low := f.toLower([]byte(text))
	if i, ok := f.index[string(low)]; ok {
		return &f.literals[i]
	}
	id := int32(len(f.literals))
	f.index[string(low)] = id
	f.literals = append(f.literals, literal{text: low})
	switch len(low) {
	case 1:
		f.class[low[0]] |= isSingle
		f.singles[low[0]] = append(f.singles[low[0]], id)
	case 2:
		f.class[low[0]] |= isPair
		f.class[upper(low[0])] |= isPair
		key := uint16(low[0])<<8 | uint16(low[1])
		f.pairs[key] = append(f.pairs[key], id)
	default:
		key := uint32(low[0])<<16 | uint32(low[1])<<8 | uint32(low[2])
		f.threes[key] = append(f.threes[key], id)
		h := hash(key)
		f.bitmap[h>>6] |= 1 << (h & 63)
	}
	return &f.literals[id]
}

func (f *filter) toLower(text []byte) []byte {
	low := make([]byte, len(text))
	for i, b := range text {
		low[i] = f.lower[b]
	}
	return low
}

func upper(b byte) byte {
	if b >= 'a' && b <= 'z' {
		return b &^ 0x20
	}
	return b
}

func hash(key uint32) uint32 { return key * 0x9E3779B1 >> 16 }

// pass walks the text once and leaves what it saw in s.
func (f *filter) pass(text []byte, s *scratch) {
	w, lastBreak := uint32(0), int32(-1)
	for i, b := range text {
		at := int32(i)
		if c := f.class[b]; c != 0 {
			if c&isDigit != 0 {
				s.digit(at, f.digits)
			}
			if c&isBreak != 0 {
				if f.unbroken > 0 && at-lastBreak > f.unbroken {
					s.unbroken = append(s.unbroken, run{lastBreak + 1, at, at - lastBreak - 1})
				}
				lastBreak = at
			}
			if c&(isSingle|isPair) != 0 {
				f.short(text, at, s)
			}
		}
		w = (w<<8 | uint32(f.lower[b])) & 0xFFFFFF
		if h := hash(w); f.bitmap[h>>6]&(1<<(h&63)) != 0 && i >= 2 {
			f.long(text, at-2, w, s)
		}
	}
	if n := int32(len(text)); f.unbroken > 0 && n-lastBreak > f.unbroken {
		s.unbroken = append(s.unbroken, run{lastBreak + 1, n, n - lastBreak - 1})
	}
	s.endDigits(f.digits)
}

func (f *filter) short(text []byte, at int32, s *scratch) {
	for _, id := range f.singles[text[at]] {
		s.hits = append(s.hits, hit{id, at})
	}
	if int(at)+1 >= len(text) {
		return
	}
	for _, id := range f.pairs[uint16(f.lower[text[at]])<<8|uint16(f.lower[text[at+1]])] {
		s.hits = append(s.hits, hit{id, at})
	}
}

func (f *filter) long(text []byte, at int32, key uint32, s *scratch) {
	for _, id := range f.threes[key] {
		if f.stands(text[at:], f.literals[id].text) {
			s.hits = append(s.hits, hit{id, at})
		}
	}
}

func (f *filter) stands(text, lit []byte) bool {
	if len(text) < len(lit) {
		return false
	}
	for i := 3; i < len(lit); i++ {
		if f.lower[text[i]] != lit[i] {
			return false
		}
	}
	return true
}
