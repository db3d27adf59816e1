package fold

import "encoding/binary"

// digitLike says which digit a letter is written for.
var digitLike = func() (t [256]byte) {
	for d, letters := range []string{"OoQD", "lIi|", "Zz", "E", "A", "Ss", "Gb", "T", "B", "gq"} {
		for _, c := range []byte(letters) {
			t[c] = byte('0' + d)
		}
	}
	return t
}()

const (
	// leastLettered is the fewest places of a number that is worth reading.
	leastLettered = 8
	// mostGroups bounds the groups of a number.
	mostGroups = 12
)

// lettersForDigits reads letters as the digits that they look like, in numbers
// most of whose places are digits: 4l11-llll-OO11.
func lettersForDigits(dst, src *Text) bool {
	b := readable(src)
	if !anyLettered(b) {
		return false
	}
	started := false
	w := writer{dst, src}
	kept := 0
	for i := nextDigit(b, 0); i < len(b); i = nextDigit(b, i) {
		for i > kept && place(b, i-1) {
			i--
		}
		n := letteredAt(b, i)
		if n.reads() {
			if !started {
				w, started = newWriter(dst, src), true
			}
			w.keep(kept, i)
			w.lettered(b, i, n.end)
			kept = n.end
		}
		i = n.end
	}
	if started {
		w.keep(kept, len(b))
	}
	return started
}

// anyLettered reports whether somewhere a letter for a digit, or a group of
// three, stands beside digits.
func anyLettered(b []byte) bool {
	if noLetters(b) {
		return false
	}
	for i := nextDigit(b, 0); i < len(b); i = nextDigit(b, i) {
		if i > 0 && digitLike[b[i-1]] != 0 {
			return true
		}
		for i < len(b) && digit(b[i]) {
			i++
		}
		if i < len(b) && digitLike[b[i]] != 0 {
			return true
		}
		if i+3 < len(b) && joint(b[i]) && digitLike[b[i+1]] != 0 && digitLike[b[i+2]] != 0 && digitLike[b[i+3]] != 0 {
			return true
		}
	}
	return false
}

// noLetters reports whether b has nothing that is written for a digit because it has no
// letter nor anything else behind the digits, as long lists of numbers have none.
func noLetters(b []byte) bool {
	const ones, high = 0x0101010101010101, 0x8080808080808080
	i := 0
	for ; i+8 <= len(b); i += 8 {
		if w := binary.LittleEndian.Uint64(b[i:]); (w&^high+ones*(0x80-'A')|w)&high != 0 {
			return false
		}
	}
	for _, c := range b[i:] {
		if c >= 'A' {
			return false
		}
	}
	return true
}

func place(b []byte, i int) bool { return alnum(b[i]) || b[i] == '|' }

// lettered is a number in groups, with letters in it.
type lettered struct {
	end, digits, letters int
	doubles              int  // how many of the letters are a digit's very double: O and l
	sure                 bool // there is one of these, or a letter inside a group
}

// reads reports whether the number is one: most of its places are digits, or
// it is as long as a card's and a third of them, with nothing but doubles for the rest.
func (n lettered) reads() bool {
	places := n.digits + n.letters
	if !n.sure || n.letters == 0 || places < leastLettered {
		return false
	}
	return n.digits > n.letters || n.doubles == n.letters && places >= 12 && 3*n.digits >= places
}

// letteredAt reads the number that begins at i, group after group. Its end is
// always beyond i.
func letteredAt(b []byte, i int) lettered {
	n := groupAt(b, i)
	if n.digits == 0 || n.other {
		return lettered{end: n.end}
	}
	all, size := n.lettered, n.end-i
	for range mostGroups {
		at := all.end + 1
		if at >= len(b) || !joint(b[all.end]) || !place(b, at) {
			break
		}
		next := groupAt(b, at)
		if next.other || next.digits == 0 && next.end-at != size || next.digits == 0 && size < 3 {
			break
		}
		all = lettered{end: next.end, digits: all.digits + next.digits, letters: all.letters + next.letters, doubles: all.doubles + next.doubles, sure: all.sure || next.sure}
		size = next.end - at
	}
	return all
}

func joint(c byte) bool { return c == ' ' || c == '-' || c == '.' || c == '/' }

// group is one group of such a number.
type group struct {
	lettered
	other bool // has a letter that looks like no digit
}

func groupAt(b []byte, i int) group {
	g := group{}
	g.end = i
	for ; g.end < len(b) && place(b, g.end); g.end++ {
		c := b[g.end]
		switch {
		case digit(c):
			g.digits++
		case digitLike[c] == 0:
			g.other = true
		default:
			g.letters++
			inside := g.end > i && g.end+1 < len(b) && place(b, g.end+1)
			if c == 'O' || c == 'o' || c == 'l' || c == 'I' || c == '|' {
				g.doubles++
			}
			g.sure = g.sure || inside || g.doubles > 0
		}
	}
	return g
}

func (w writer) lettered(b []byte, i, end int) {
	for ; i < end; i++ {
		if d := digitLike[b[i]]; d != 0 {
			w.put(d, i, i+1)
		} else {
			w.keep(i, i+1)
		}
	}
}
