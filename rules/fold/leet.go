package fold

import "unicode/utf8"

const (
	// leastLeet and mostLeet bound the words that are read, in characters.
	// Longer ones are keys.
	leastLeet, mostLeet = 4, 24
	// leastChain is the fewest single letters that are put together to a word.
	leastChain = 4
)

// leetLetter says which letter a digit or sign is written for.
var leetLetter = [256]byte{
	'0': 'o', '1': 'i', '3': 'e', '4': 'a', '5': 's', '7': 't', '8': 'b', '9': 'g',
	'@': 'a', '$': 's', '!': 'i',
}

// leet reads words in which digits and signs are written for letters, words
// whose letters stand apart, and Han characters kept apart by signs:
// p4$$w0rd, p.a.s.s.w.o.r.d, 密*码.
func leet(dst, src *Text) bool {
	b := readable(src)
	if other := len(src.From) > 0; !anyLeet(b, other) {
		return false
	}
	w, made := newWriter(dst, src), false
	for i := 0; i < len(b); {
		end, ok := i, false
		switch {
		case b[i] >= utf8.RuneSelf:
			end, ok = w.hanChain(b, i)
		case single(b, i):
			end, ok = w.chain(b, i)
		case leetChar(b, i):
			end = w.leetWord(b, i)
			ok = end > i
		}
		if made = made || ok; !ok {
			end = max(i+1, end, leetEnd(b, i))
			w.keep(i, end)
		}
		i = end
	}
	return made
}

// leetChar reports whether a letter, a digit or a sign for a letter stands at
// i. An exclamation mark is one only inside a word.
func leetChar(b []byte, i int) bool {
	c := b[i]
	return alnum(c) || c == '@' || c == '$' || c == '!' && i+1 < len(b) && alnum(b[i+1])
}

// leetEnd returns where the letters, digits and signs that stand for letters end.
func leetEnd(b []byte, i int) int {
	for i < len(b) && leetChar(b, i) {
		i++
	}
	return i
}

// leetWord writes the word that begins at i and returns where it ends, or i
// when there is nothing written for letters in it.
func (w writer) leetWord(b []byte, i int) int {
	end := leetEnd(b, i)
	if !leeted(b, i, end) {
		return i
	}
	for ; i < end; i++ {
		w.leet(b, i)
	}
	return end
}

func (w writer) leet(b []byte, i int) {
	if c := leetLetter[b[i]]; c != 0 {
		w.put(c, i, i+1)
		return
	}
	w.keep(i, i+1)
}

// leeted reports whether the word from i to end has digits or signs between
// its letters, or one at an end, and is no address.
func leeted(b []byte, i, end int) bool {
	if end-i < leastLeet || end-i > mostLeet {
		return false
	}
	letters, signs, inside, run, edge := 0, 0, false, 0, false
	for j := i; j < end; j++ {
		switch {
		case letter(b[j]):
			inside = inside || run > 0 && run < j-i
			edge = edge || run == 1 && j-i == 1
			letters, run = letters+1, 0
		case leetLetter[b[j]] == 0:
			return false // 2 and 6 are written for nothing
		default:
			signs, run = signs+1, run+1
			if b[j] == '@' && addressed(b, end) {
				return false
			}
		}
	}
	edge = edge || run == 1
	return letters >= 2 && signs <= 2*letters && (inside || edge && letters >= 3)
}

// addressed reports whether a word that ends at i goes on as a host name does.
func addressed(b []byte, i int) bool {
	return i+1 < len(b) && (b[i] == '.' || b[i] == '-') && alnum(b[i+1])
}

// chain writes as one word the single letters that begin at i. It returns
// where the last one ends and whether they are enough. The first gap is what
// stands between letters; a wider one, or a space where that was none, stands between words.
func (w writer) chain(b []byte, i int) (end int, ok bool) {
	mark, n, letters, gap := len(w.dst.Bytes), 0, 0, 0
	end = i
	for at := i; single(b, at); n++ {
		switch wide := at - end; {
		case n == 1:
			gap = wide
		case wide > gap || wide > 0 && b[end] == ' ' && b[i+1] != ' ':
			w.put(' ', end, at)
		}
		if letter(b[at]) {
			letters++
		}
		w.leet(b, at)
		end = at + 1
		at = betweenLetters(b, end)
	}
	if ok = n >= leastChain && letters > n/2; !ok {
		w.cut(mark)
	}
	return end, ok
}

// single reports whether a letter or digit, or a sign for one, stands at i by itself.
func single(b []byte, i int) bool {
	return i < len(b) && leetChar(b, i) && (i == 0 || !leetChar(b, i-1)) && (i+1 == len(b) || !leetChar(b, i+1))
}

// betweenLetters returns where at most a few separators end that stand at i.
func betweenLetters(b []byte, i int) int {
	for range mostBetween {
		if i == len(b) || leetChar(b, i) {
			break
		}
		next := separators(b, i, 1)
		switch {
		case next >= 0:
			i = next
		case b[i] < utf8.RuneSelf:
			i++
		default:
			_, size := utf8.DecodeRune(b[i:])
			i += size
		}
	}
	return i
}
