package fold

import (
	"encoding/binary"
	"math/bits"
)

const (
	// leastNumerals is the fewest places of a number in words or Han numerals.
	leastNumerals = 4
	// mostBetween is how many separators may stand between two of its places.
	mostBetween = 3
)

// Han numerals are kept as their value and one, the units of a place as these.
const (
	tenPlace = 11 + iota
	hundredPlace
	thousandPlace
)

// numerals is the table of Han numerals, in pages of 64 characters of which the
// first is empty.
var numerals = newNumerals()

type numeralTable struct {
	has   [1 << 10]uint64 // by all but the last six bits of a character: which of the 64 are numerals
	index [1 << 10]uint8  // the same: their page
	pages [][64]uint8
}

// newNumerals knows the common and the financial numerals, traditional and
// simplified, those of Suzhou, and the ones said on the telephone and the radio (幺两洞拐勾).
func newNumerals() *numeralTable {
	t := &numeralTable{pages: make([][64]uint8, 1, 40)}
	for v, all := range []string{
		"〇零○◯洞", "一壹弌壱幺么〡", "二贰貳弍貮两兩〢", "三叁參参叄弎〣", "四肆〤", "五伍〥", "六陆陸〦", "七柒拐〧", "八捌〨", "九玖勾〩",
		"十拾", "百佰", "千仟",
	} {
		for _, r := range all {
			page := &t.index[r>>6]
			if *page == 0 {
				*page = uint8(len(t.pages))
				t.pages = append(t.pages, [64]uint8{})
			}
			t.pages[*page][r&63] = uint8(v + 1)
			t.has[r>>6] |= 1 << (r & 63)
		}
	}
	return t
}

// at returns what numeral stands at i, all of which are three bytes long, or 0.
func (t *numeralTable) at(b []byte, i int) uint8 {
	if b[i] < 0xE2 || b[i] > 0xE9 || i+2 >= len(b) {
		return 0
	}
	high, low := int(b[i]&15)<<6|int(b[i+1]&63), b[i+2]&63
	if t.has[high]>>low&1 == 0 {
		return 0
	}
	return t.pages[t.index[high]][low]
}

// hanNumerals reads runs of Han numerals, with or without ASCII digits among
// them, as digits: 四一一一, 肆壹-壹壹, 四千一百一十一.
func hanNumerals(dst, src *Text) bool {
	b := readable(src)
	if !anyNumerals(b) {
		return false
	}
	w, made, kept := newWriter(dst, src), false, 0
	for i := 0; i < len(b); {
		if !digit(b[i]) {
			if b[i] < 0xE2 {
				i = behindWords(b, i+1)
				continue
			}
			if numerals.at(b, i) == 0 {
				i += 3 // what is longer, or none, goes on with bytes that begin nothing
				continue
			}
		}
		mark := len(dst.Bytes)
		r := w.numeralRun(b, i)
		w.cut(mark)
		if r.reads() {
			w.keep(kept, i)
			w.numeralRun(b, i)
			made, kept = true, r.end
		}
		i = r.end
	}
	if made {
		w.keep(kept, len(b))
	}
	return made
}

// behindWords returns where to go on behind i: ASCII without a digit is passed, eight bytes at a time.
func behindWords(b []byte, i int) int {
	const ones, high = 0x0101010101010101, 0x8080808080808080
	for ; i+8 <= len(b); i += 8 {
		w := binary.LittleEndian.Uint64(b[i:])
		x := w ^ ones*'0' // a digit is now 0 to 9
		if others := (^(x&^high + ones*(0x80-10) | x) | w) & high; others != 0 {
			return i + bits.TrailingZeros64(others)/8
		}
	}
	return i
}

// anyNumerals is what every text pays that is not plain ASCII.
func anyNumerals(b []byte) bool {
	return twoNumerals(b) && enoughNumerals(b)
}

// twoNumerals reports whether two numerals stand near each other, which most texts of Han have not.
func twoNumerals(b []byte) bool {
	for i, last := 0, -numeralsApart-1; i+2 < len(b); {
		switch {
		case b[i] < 0xE2:
			i = behindASCII(b, i+1)
			continue
		case numerals.at(b, i) != 0:
			if i-last <= numeralsApart {
				return true
			}
			last = i
		}
		i += 3
	}
	return false
}

// enoughNumerals reports whether there are numerals near each other that can be a number, with digits among them.
func enoughNumerals(b []byte) bool {
	n, others, last := 0, 0, 0
	for i := 0; i < len(b); {
		switch {
		case b[i] < 0xE2:
			if digit(b[i]) || b[i]|0x20 == 'o' { // 二O二四
				others++
			}
			i++
			continue
		case numerals.at(b, i) != 0:
			if i-last > numeralsApart {
				n, others = 0, 0
			}
			n, last = n+1, i
		}
		if n >= 2 && n+others >= leastNumerals {
			return true
		}
		i += 3
	}
	return n >= 2 && n+others >= leastNumerals
}

// numeralsApart is how many bytes may stand between two numerals of one number.
const numeralsApart = 30

// numeralRun is a number in numerals.
type numeralRun struct{ end, han, places int }

func (r numeralRun) reads() bool { return r.han >= 2 && r.places >= leastNumerals }

// numeralRun writes the number that begins at i as digits.
func (w writer) numeralRun(b []byte, i int) numeralRun {
	var r numeralRun
	before := len(w.dst.Bytes)
	for next := i; next >= 0 && next < len(b); next = separators(b, r.end, mostBetween) {
		switch {
		case digit(b[next]):
			w.keep(next, next+1)
			r.end = next + 1
		case r.han > 0 && next == r.end && b[next]|0x20 == 'o': // 二O二四
			w.put('0', next, next+1)
			r.end = next + 1
		case numerals.at(b, next) == 0:
			r.places = len(w.dst.Bytes) - before
			return r
		default:
			end, n := w.numeralGroup(b, next)
			r.end, r.han = end, r.han+n
		}
	}
	r.places = len(w.dst.Bytes) - before
	return r
}

// numeralGroup writes the numerals that stand at i without anything between
// them, and returns where they end and how many they are. With units of places they are one
// number, if they are a proper one; else every digit stands for itself.
func (w writer) numeralGroup(b []byte, i int) (end, n int) {
	end, units := i, false
	for ; end < len(b) && n < 64 && numerals.at(b, end) != 0; end += 3 {
		units = units || numerals.at(b, end) >= tenPlace
		n++
	}
	if v, ok := positional(b, i, end); units && ok {
		w.number(v, i, end)
		return end, n
	}
	for ; i < end; i += 3 {
		switch v := numerals.at(b, i); {
		case v < tenPlace:
			w.put('0'+v-1, i, i+3)
		case v == tenPlace && units:
			w.text("10", i, i+3)
		}
	}
	return end, n
}

// positional reads 四千一百一十一, 一千零一 and 十二, but nothing whose places do not fall.
func positional(b []byte, i, end int) (value int, ok bool) {
	last, one := 10000, 0
	some := false
	for ; i < end; i += 3 {
		v := int(numerals.at(b, i))
		if v < tenPlace {
			if some && one != 0 {
				return 0, false // two digits for one place
			}
			one, some = v-1, true
			continue
		}
		place := [...]int{10, 100, 1000}[v-tenPlace]
		if place >= last || !some && place != 10 {
			return 0, false
		}
		if !some {
			one = 1
		}
		value, last, one, some = value+one*place, place, 0, false
	}
	return value + one, last < 10000
}

// number writes v for the bytes from i to j.
func (w writer) number(v, i, j int) {
	for place, begun := 1000, false; place > 0; place /= 10 {
		d := v / place % 10
		if begun = begun || d != 0 || place == 1; begun {
			w.put(byte('0'+d), i, j)
		}
	}
}
