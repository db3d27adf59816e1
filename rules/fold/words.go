package fold

// numberWord is a word for a number, or one that says how often the next
// digit is meant.
type numberWord struct {
	word, digits string
	times        int
}

// numberWords are the English words for numbers, the longer first where one
// begins with another.
var numberWords = []numberWord{
	{"zero", "0", 1},
	{"nought", "0", 1},
	{"naught", "0", 1},
	{"nil", "0", 1},
	{"oh", "0", 1},
	{"one", "1", 1},
	{"o", "0", 1},
	{"two", "2", 1},
	{"three", "3", 1},
	{"fourteen", "14", 1},
	{"forty", "40", 1},
	{"fourty", "40", 1}, //nolint:misspell // as people write it
	{"four", "4", 1},
	{"fifteen", "15", 1},
	{"fifty", "50", 1},
	{"five", "5", 1},
	{"sixteen", "16", 1},
	{"sixty", "60", 1},
	{"six", "6", 1},
	{"seventeen", "17", 1},
	{"seventy", "70", 1},
	{"seven", "7", 1},
	{"eighteen", "18", 1},
	{"eighty", "80", 1},
	{"eight", "8", 1},
	{"nineteen", "19", 1},
	{"ninety", "90", 1},
	{"niner", "9", 1},
	{"nine", "9", 1},
	{"ten", "10", 1},
	{"eleven", "11", 1},
	{"twelve", "12", 1},
	{"thirteen", "13", 1},
	{"thirty", "30", 1},
	{"twenty", "20", 1},
	{"hundred", "00", 1},
	{"double", "", 2},
	{"triple", "", 3},
	{"treble", "", 3},
	{"quadruple", "", 4},
}

// numberWordsBy are the number words that begin with a letter.
var numberWordsBy = func() (t [256][]numberWord) {
	for _, n := range numberWords {
		t[n.word[0]] = append(t[n.word[0]], n)
	}
	return t
}()

// numberHints are the number words that are long enough to be looked for.
var numberHints = func() (hints []string) {
	for _, n := range numberWords {
		if len(n.word) > 2 {
			hints = append(hints, n.word)
		}
	}
	return hints
}()

// wordsForNumbers reads runs of English number words, with or without ASCII
// digits among them, as digits: four one one one, forty-one eleven, double five.
func wordsForNumbers(dst, src *Text) bool {
	b := readable(src)
	w, made, kept := writer{dst, src}, false, 0
	for i := 0; i < len(b); {
		if !alnum(b[i]) {
			i++
			continue
		}
		if !beginsNumber(b, i) || wordEnd(b, i) < 0 {
			i = tokenEnd(b, i)
			continue
		}
		run := measureWords(b, i)
		if run.words >= leastNumerals {
			if !made {
				w, made = newWriter(dst, src), true
			}
			w.keep(kept, i)
			w.words(b, i, run.end)
			kept = run.end
		}
		i = run.end
	}
	if made {
		w.keep(kept, len(b))
	}
	return made
}

// spoken is one step of a number that is said.
type spoken struct {
	digits string
	end    int
	word   bool
	times  int // for a multiplier
}

// numberHeads holds the first three letters of number words, five bits each.
var numberHeads = func() (heads [1 << 9]uint64) {
	for _, n := range numberWords {
		for rest := range 1 << (5 * max(3-len(n.word), 0)) { // whatever is behind one that is shorter
			h := rest
			for i, c := range []byte(n.word[:min(len(n.word), 3)]) {
				h |= int(c&31) << (10 - 5*i)
			}
			heads[h>>6] |= 1 << (h & 63)
		}
	}
	return heads
}()

// beginsNumber reports whether a number word or a digit may stand at i. Most words are dismissed by their first
// three letters.
func beginsNumber(b []byte, i int) bool {
	if i+3 > len(b) || digit(b[i]) {
		return true
	}
	h := int(b[i]&31)<<10 | int(b[i+1]&31)<<5 | int(b[i+2]&31)
	return numberHeads[h>>6]>>(h&63)&1 != 0
}

// spokenAt reads what stands at i: a number word, a multiplier, or one ASCII digit.
func spokenAt(b []byte, i int) (spoken, bool) {
	if digit(b[i]) {
		return spoken{digits: "0123456789"[b[i]-'0' : b[i]-'0'+1], end: i + 1, times: 1}, true
	}
	if !beginsNumber(b, i) {
		return spoken{}, false
	}
	for _, n := range numberWordsBy[lower(b[i])] {
		if foldedPrefix(b[i:], n.word) {
			return spoken{digits: n.digits, end: i + len(n.word), word: true, times: n.times}, true
		}
	}
	return spoken{}, false
}

// foldedPrefix reports whether b begins with the small letters of word, case ignored.
func foldedPrefix(b []byte, word string) bool {
	if len(b) < len(word) {
		return false
	}
	for i := range len(word) {
		if lower(b[i]) != word[i] {
			return false
		}
	}
	return true
}

// wordEnd returns where the token at i ends if it is nothing but number words,
// as in "fouroneone", or nothing but digits; else -1.
func wordEnd(b []byte, i int) int {
	for i < len(b) && alnum(b[i]) {
		s, ok := spokenAt(b, i)
		if !ok {
			return -1
		}
		i = s.end
	}
	return i
}

// spokenRun is a number that is said.
type spokenRun struct{ end, words int }

// measureWords reads the run of tokens that begins at i, the first of which is of numbers.
func measureWords(b []byte, i int) spokenRun {
	var r spokenRun
	for i >= 0 && i < len(b) && alnum(b[i]) {
		end := wordEnd(b, i)
		if end < 0 {
			break
		}
		for i < end {
			s, _ := spokenAt(b, i)
			if s.word {
				r.words++
			}
			i = s.end
		}
		r.end = end
		i = separators(b, end, mostBetween)
	}
	return r
}

// words writes the number from i to end.
func (w writer) words(b []byte, i, end int) {
	from, times := i, 1
	tens := false // the word before was "twenty" or the like, whose zero gives way to a digit
	for i < end {
		if !alnum(b[i]) {
			i++
			continue
		}
		s, _ := spokenAt(b, i)
		if times == 1 {
			from = i
		}
		i = s.end
		if s.digits == "" {
			times, tens = s.times, false
			continue
		}
		if tens && s.word && len(s.digits) == 1 && s.digits != "0" {
			w.cut(len(w.dst.Bytes) - 1)
		}
		for range times {
			w.text(s.digits, from, i)
		}
		times, tens = 1, s.word && len(s.digits) == 2 && s.digits[1] == '0' && s.digits != "10" && s.digits != "00"
	}
}
