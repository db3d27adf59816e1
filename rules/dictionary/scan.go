package dictionary

import (
	"encoding/binary"
	"math/bits"
	"sync"
	"unicode"
	"unicode/utf8"
)

// Scan calls hit for every entry that stands in text, with its bytes; entries
// may overlap. The text is folded by package fold; capitals of ASCII may have
// stayed. At one place it takes time for the longest spelling that stands there
// at most, however many words begin alike.
func (d *Dictionary) Scan(text []byte, hit func(entry int32, start, end int)) {
	if !d.traditional || ascii(text) {
		d.scan(text, hit)
		return
	}
	buf := buffers.Get().(*[]byte)
	*buf = simplify((*buf)[:0], text)
	d.scan(*buf, hit)
	if cap(*buf) <= maxKept {
		buffers.Put(buf)
	}
}

// buffers hold simplified texts. Large ones are not kept.
var buffers = sync.Pool{New: func() any { return new([]byte) }}

const maxKept = 1 << 20

func (d *Dictionary) scan(text []byte, hit func(entry int32, start, end int)) {
	x := d.words
	stopped := 0 // the furthest end of a stop phrase that has begun
	before := uint8(0)
	for at, b := range text {
		class := x.class[b]
		if d.stops != nil && d.stops.class[b]&starts != 0 {
			stopped = max(stopped, d.stops.longest(text, at))
		}
		if class&starts == 0 || class&before&inWord != 0 {
			before = class
			continue
		}
		before = class
		v := lower(load(text, at))
		for left := class & starts; left != 0; left &= left - 1 {
			size := bits.TrailingZeros8(left)
			if h := hash(v & masks[size&7]); x.may(h) {
				x.report(text, at, stopped, size, h, hit)
			}
		}
	}
}

// longest returns where the longest spelling that stands at a place ends, or 0.
func (x *index) longest(text []byte, at int) int {
	end := 0
	v := lower(load(text, at))
	for left := x.class[text[at]] & starts; left != 0; left &= left - 1 {
		size := bits.TrailingZeros8(left)
		if h := hash(v & masks[size&7]); x.may(h) {
			x.report(text, at, 0, size, h, func(_ int32, _, e int) { end = max(end, e) })
		}
	}
	return end
}

// may reports whether there can be a beginning of that hash.
func (x *index) may(h uint64) bool {
	place := h >> (64 - x.bits)
	return x.bitmap[place>>6]&(1<<(place&63)) != 0
}

// report calls hit for the spellings with the beginning of that hash which stand at text[at:] and
// go on behind stopped.
func (x *index) report(text []byte, at, stopped, size int, h uint64, hit func(entry int32, start, end int)) {
	group, ok := x.group(h, size)
	if !ok {
		return
	}
	last, common := x.find(text[at:], int32(x.begins[group]), int32(x.begins[group+1]))
	for i := last; i >= 0; {
		n := int(x.at[i+1] - x.at[i])
		if n <= common && at+n > stopped && x.whole(text, at, at+n, x.edges[i]) {
			hit(x.entry[i], at, at+n)
		}
		if x.parent == nil {
			return
		}
		i = x.parent[i]
	}
}

// group returns which spellings have the beginning of that hash and length.
func (x *index) group(h uint64, size int) (uint32, bool) {
	want, last := tag(h), uint64(len(x.slots)-1)
	for at := h & last; x.slots[at].tag != 0; at = (at + 1) & last {
		if x.slots[at].tag != want {
			continue
		}
		group := x.slots[at].group
		if n := x.at[x.begins[group]+1] - x.at[x.begins[group]]; min(int(n), most) == size {
			return group, true
		}
	}
	return 0, false
}

// find returns the last of the spellings lo..hi that does not stand behind text
// in their order, or -1, and how many bytes the two have in common. All
// spellings that text begins with are that one, its parent, its parent's
// parent and so on: whatever lies between a beginning of text and text begins
// with it too. The search carries along what is known to be equal on either
// side and so looks at each byte of text about once.
func (x *index) find(text []byte, lo, hi int32) (last int32, common int) {
	last = -1
	below, above := 0, 0
	for lo < hi {
		mid := int32(uint32(lo+hi) >> 1)
		n, order := compare(x.spelled(mid), text, min(below, above))
		if order <= 0 {
			last, common, below = mid, n, n
			lo = mid + 1
		} else {
			hi, above = mid, n
		}
	}
	return last, common
}

// compare compares a spelling with the text of which the first n bytes are
// known to be the same. A spelling that the text begins with stands before it.
func compare(spelled, text []byte, n int) (common, order int) {
	for n < len(spelled) && n < len(text) {
		if b := lowered[text[n]]; spelled[n] != b {
			return n, int(spelled[n]) - int(b)
		}
		n++
	}
	if n == len(spelled) {
		return n, 0
	}
	return n, 1
}

// whole reports whether the word at start..end does not go on where it must
// not.
func (x *index) whole(text []byte, start, end int, edges uint8) bool {
	if edges&edgeLeft != 0 && start > 0 {
		if b := text[start-1]; alnum(b) || b >= utf8.RuneSelf && spacedBefore(text[:start]) {
			return false
		}
	}
	if edges&edgeRight != 0 && end < len(text) {
		if b := text[end]; alnum(b) || b >= utf8.RuneSelf && spacedAfter(text[end:]) {
			return false
		}
	}
	return true
}

func spacedBefore(text []byte) bool {
	r, _ := utf8.DecodeLastRune(text)
	return spaced(r)
}

func spacedAfter(text []byte) bool {
	r, _ := utf8.DecodeRune(text)
	return spaced(r)
}

// unspaced are the scripts that put no spaces between words, or, as Hangul, put
// endings on them.
var unspaced = []*unicode.RangeTable{
	unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul, unicode.Bopomofo, unicode.Yi,
	unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar, unicode.Tibetan,
}

// spaced reports whether r is part of a word of a script with spaces.
func spaced(r rune) bool {
	if r < utf8.RuneSelf {
		return alnum(byte(r))
	}
	return r != utf8.RuneError && (unicode.IsLetter(r) || unicode.IsMark(r)) && !unicode.In(r, unspaced...)
}

// load returns the eight bytes of text at a place, 0 for those past its end.
func load(text []byte, at int) uint64 {
	if at+8 <= len(text) {
		return binary.LittleEndian.Uint64(text[at:])
	}
	var v uint64
	for i := len(text) - 1; i >= at; i-- {
		v = v<<8 | uint64(text[i])
	}
	return v
}

// lower makes small letters of the ASCII capitals among eight bytes.
func lower(v uint64) uint64 {
	const ones = 0x0101010101010101
	low := v &^ (0x80 * ones)
	fromA, pastZ := low+(0x80-'A')*ones, low+(0x7F-'Z')*ones
	capital := (fromA ^ pastZ) & (0x80 * ones) &^ v
	return v | capital>>2
}

// lowered has the small letter for each ASCII capital.
var lowered = func() (t [256]byte) {
	for i := range t {
		t[i] = byte(i)
		if i >= 'A' && i <= 'Z' {
			t[i] |= 0x20
		}
	}
	return t
}()

func upper(b byte) byte {
	if b >= 'a' && b <= 'z' {
		return b &^ 0x20
	}
	return b
}

func alnum(b byte) bool {
	return b >= '0' && b <= '9' || b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z'
}
