package exact

import "github.com/takeback-chat/takeback/rules/units"

// names gives every run of words, or of characters without spaces, that has the shape of
// the column's values. Known says of a word, and of two characters that follow each other, whether
// any value holds them; nil knows nothing and lets all pass.
func (c *Column) names(text []byte, known func(v []byte) bool, r *reader, found func(start, end int, v []byte)) {
	last := 0
	for u, ok := units.Next(text, 0); ok && r.left > 0; u, ok = units.Next(text, u.End) {
		if last < u.Start && !gap(text[last:u.Start]) {
			r.words.n, r.wides.n = 0, 0
		}
		last = u.End
		if u.Wide {
			r.words.n = 0
			c.wideEnd(text, r, u, known, found)
			continue
		}
		r.wides.n = 0
		c.wordEnd(text, r, u, known, found)
	}
}

// window holds the last units that follow each other.
type window struct {
	units  [maxWide]units.Unit
	begins [maxWide]bool // some value begins with this character and the next
	n      int
}

func (w *window) push(u units.Unit, most int) {
	if w.n == most {
		copy(w.units[:], w.units[1:most])
		copy(w.begins[:], w.begins[1:most])
		w.n--
	}
	w.units[w.n], w.begins[w.n] = u, false
	w.n++
}

// wordEnd gives the names that end with the word u.
func (c *Column) wordEnd(text []byte, r *reader, u units.Unit, known func([]byte) bool, found func(start, end int, v []byte)) {
	w := &r.words
	if u.End-u.Start > maxLength || known != nil && !known(units.Lower(r.value[:0], text[u.Start:u.End])) {
		w.n = 0
		return
	}
	w.push(u, maxWords)
	var words [maxWords][]byte
	for n := 1; n <= w.n; n++ {
		if c.Lengths>>n&1 == 0 || !r.spend() {
			continue
		}
		low := r.parts[:0]
		for i, x := range w.units[w.n-n : w.n] {
			from := len(low)
			low = units.Lower(low, text[x.Start:x.End])
			words[i] = low[from:]
		}
		found(w.units[w.n-n].Start, u.End, joinSorted(r.value[:0], words[:n]))
	}
}

// wideEnd gives the names that end with the character u.
func (c *Column) wideEnd(text []byte, r *reader, u units.Unit, known func([]byte) bool, found func(start, end int, v []byte)) {
	w := &r.wides
	w.push(u, maxWide)
	if w.n > 1 {
		first := w.units[w.n-2]
		pair := append(append(r.value[:0], text[first.Start:first.End]...), text[u.Start:u.End]...)
		w.begins[w.n-2] = known == nil || known(pair)
	}
	for n := 2; n <= w.n; n++ {
		if c.Wide>>n&1 == 0 || !w.begins[w.n-n] || !r.spend() {
			continue
		}
		v := r.value[:0]
		for _, x := range w.units[w.n-n : w.n] {
			v = append(v, text[x.Start:x.End]...)
		}
		found(w.units[w.n-n].Start, u.End, v)
	}
}

// marks gives what [Column.names] asks about a name: its words, or its first two
// characters.
func marks(v []byte, mark func([]byte)) {
	first, ok := units.Next(v, 0)
	if !ok {
		return
	}
	if first.Wide {
		if second, ok := units.Next(v, first.End); ok {
			mark(v[first.Start:second.End])
		}
		return
	}
	for u := first; ok; u, ok = units.Next(v, u.End) {
		mark(v[u.Start:u.End])
	}
}
