package fold

import "unicode/utf8"

const (
	// leastSpaced is the fewest digits that are put together.
	leastSpaced = 8
	// mostApart is how many separators may stand between two digits.
	mostApart = 4
)

// spaced puts digits together that were pulled apart. Whatever stands between
// them is gone: the gaps of the map tell where, so that a value may begin and end there.
func spaced(dst, src *Text) bool {
	b := readable(src)
	if !anySpaced(b) {
		return false
	}
	w := newWriter(dst, src)
	for i := 0; i < len(b); {
		at := nextDigit(b, i)
		w.keep(i, at)
		if at == len(b) {
			break
		}
		c := clusterAt(b, at)
		if i = c.end; !c.joins() {
			w.keep(at, c.end)
			continue
		}
		w.keepWords(at, c.end)
	}
	return true
}

func anySpaced(b []byte) bool {
	for i := nextDigit(b, 0); i < len(b); {
		c := clusterAt(b, i)
		if c.joins() {
			return true
		}
		i = nextDigit(b, c.end)
	}
	return false
}

// cluster is digits with at most a few separators between any two.
type cluster struct {
	end    int
	digits int
	apart  bool // there are separators
}

func (c cluster) joins() bool { return c.digits >= leastSpaced && c.apart }

// clusterAt reads the cluster that begins at i.
func clusterAt(b []byte, i int) cluster {
	var c cluster
	for next := i; next < len(b) && digit(b[next]); {
		c.apart = c.apart || c.digits > 0 && next > c.end
		c.end = digitsEnd(b, next)
		c.digits += c.end - next
		if next = c.end + 1; next < len(b) && digit(b[next]) && separates(b[c.end]) {
			continue
		}
		if next = separators(b, c.end, mostApart); next < 0 {
			break
		}
		if checkLetter(b, next) && c.digits == 17 {
			c.apart, c.end = c.apart || next > c.end, next+1
			break
		}
	}
	return c
}

// separates reports whether c is a separator by itself, as those between groups of digits mostly are.
func separates(c byte) bool { return c < utf8.RuneSelf && !alnum(c) && c != '%' && c != '&' }

// checkLetter reports whether the X of a Chinese identity number stands at i by itself.
func checkLetter(b []byte, i int) bool {
	return i < len(b) && b[i]|0x20 == 'x' && (i+1 == len(b) || !alnum(b[i+1]))
}
