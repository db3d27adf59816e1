package matchers

import "bytes"

// streetWords end the name of a street. Sources: USPS Publication 28, appendix
// C1; Royal Mail, thoroughfare descriptors.
var streetWords = []string{
	" street", " st", " avenue", " ave", " av", " road", " rd", " boulevard", " blvd", " lane", " ln", " drive", " dr", " court", " ct",
	" place", " pl", " square", " sq", " terrace", " ter", " way", " parkway", " pkwy", " highway", " hwy", " circle", " cir", " crescent",
	" close", " gardens", " mews", " alley", " trail", " grove", " row", " hill", " park", " walk", " green", " broadway", " plaza", " turnpike", " loop",
}

// The parts of an address behind the name of its street are bounded.
const (
	maxNameWords = 4  // Martin Luther King Jr
	maxTail      = 90 // unit, town, state, postcode
)

// streetAddress finds house number, street and, where they follow, unit, town
// and postcode, from the word that ends the street's name.
func streetAddress(text []byte, at int) (start, end int, ok bool) {
	if at <= 0 || at >= len(text) || text[at] != ' ' || !letter(at0(text, at+1)) {
		return 0, 0, false
	}
	end = at + 1
	for end < len(text) && end-at < 12 && letter(text[end]) {
		end++
	}
	if alnum(at0(text, end)) || !isStreetWord(text[at:end]) {
		return 0, 0, false
	}
	if start = houseNumber(text, at, false); start < at {
		end, _ = addressEnd(text, end)
		return start, end, true
	}
	end, whole := addressEnd(text, end)
	start = houseNumber(text, at, true)
	return start, end, whole && start < at
}

// streetsBy are the words by their first letter: most texts have " st" in
// "still" or "stop".
var streetsBy = func() (by [26][]string) {
	for _, w := range streetWords {
		by[w[1]-'a'] = append(by[w[1]-'a'], w)
	}
	return by
}()

func isStreetWord(b []byte) bool {
	for _, w := range streetsBy[low(b[1])-'a'] {
		if equal(b, w) {
			return true
		}
	}
	return false
}

// houseNumber returns where the house number before the name that ends at at
// begins, or at. The words of the name begin with capitals or are ordinals: "at 5
// down the road" is no address; in small letters only an address with a postcode is one.
func houseNumber(text []byte, at int, small bool) int {
	end := at
	for range maxNameWords {
		from := end
		for from > 0 && end-from < 20 && nameByte(text[from-1]) {
			from--
		}
		first := at0(text, from)
		switch {
		case from == end:
			return at
		case digit(first) && end < at && number(text[from:end]):
			if b := at0(text, from-1); b == '.' || b == ',' && digit(at0(text, from-2)) || b == '/' || b == '$' || b == ':' && digit(at0(text, from-2)) {
				return at
			}
			return from
		case digit(first) && !ordinal(text[from:end]), !digit(first) && !small && (first < 'A' || first > 'Z'):
			return at
		}
		if at0(text, from-1) != ' ' {
			return at
		}
		end = from - 1
	}
	from := end
	for from > 0 && end-from < 7 && alnum(text[from-1]) {
		from--
	}
	if from < end && number(text[from:end]) && !alnum(at0(text, from-1)) {
		return from
	}
	return at
}

func nameByte(b byte) bool { return alnum(b) || b == '.' || b == '\'' || b == '-' }

// number reports whether b is a house number: one to six digits, one letter
// perhaps, or a range.
func number(b []byte) bool {
	n := 0
	for n < len(b) && digit(b[n]) {
		n++
	}
	if n == 0 || n > 6 {
		return false
	}
	rest := b[n:]
	switch {
	case len(rest) == 0:
		return true
	case len(rest) == 1:
		return letter(rest[0])
	case rest[0] == '-':
		for _, c := range rest[1:] {
			if !digit(c) {
				return false
			}
		}
		return len(rest) <= 6
	}
	return false
}

// ordinal reports whether b is like 5th, 42nd.
func ordinal(b []byte) bool {
	if len(b) < 3 {
		return false
	}
	tail := b[len(b)-2:]
	return digit(b[len(b)-3]) && (equal(tail, "st") || equal(tail, "nd") || equal(tail, "rd") || equal(tail, "th"))
}

// addressEnd takes in what follows the street: parts with a comma before them
// that begin with a capital or a number, until a ZIP code or a postcode; or the
// end of the street where none follows.
func addressEnd(text []byte, end int) (to int, whole bool) {
	limit := min(len(text), end+maxTail)
	line := text[end:limit]
	if i := bytes.IndexByte(line, '\n'); i >= 0 {
		if j := bytes.IndexByte(line[i+1:], '\n'); j >= 0 {
			line = line[:i+1+j] // the second line may hold the town
		}
	}
	words := 0
	for i := 0; i < len(line); {
		from := i
		for i < len(line) && (alnum(line[i]) || line[i] == '-') {
			i++
		}
		if from == i {
			if !bytes.ContainsRune([]byte(" ,.#\n"), rune(line[i])) {
				break
			}
			i++
			continue
		}
		if words++; words > 12 {
			break
		}
		if endsAddress(line, from, i) && !alnum(at0(text, end+i)) {
			return end + i, true
		}
	}
	return direction(text, end), false
}

// direction takes in the quarter of a town behind a street: Ave NW.
func direction(text []byte, end int) int {
	for _, d := range [...]string{" nw", " ne", " sw", " se", " n", " s", " e", " w"} {
		if to := end + len(d); to <= len(text) && equal(text[end:to], d) && !alnum(at0(text, to)) && text[end+1] < 'a' {
			return to
		}
	}
	return end
}

// endsAddress reports whether the word line[from:to] is a ZIP code behind a
// state, or the second half of a British postcode behind the first.
func endsAddress(line []byte, from, to int) bool {
	word := line[from:to]
	before := bytes.TrimRight(line[:from], " ,.")
	switch {
	case len(word) == 5 || len(word) == 10 && word[5] == '-':
		for i, c := range word {
			if !digit(c) && i != 5 {
				return false
			}
		}
		n := len(before)
		return n >= 2 && letter(before[n-1]) && letter(before[n-2]) && len(before) < from
	case len(word) == 3 && digit(word[0]) && letter(word[1]) && letter(word[2]):
		last := before[bytes.LastIndexAny(before, " ,\n")+1:]
		return len(last) >= 2 && len(last) <= 4 && letter(last[0]) && bytes.ContainsAny(last, "0123456789")
	}
	return false
}
