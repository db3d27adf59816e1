package fold

import "strings"

// leastReversed is the shortest piece that is turned round, in bytes.
const leastReversed = 6

// reversedHints are how people say that something is written backwards.
var reversedHints = []string{
	"revers", "backward", "back to front", "right to left",
	"反过来", "反過來", "倒过来", "倒過來", "反着", "反著", "倒着", "倒著", "倒序", "逆序", "反向", "逆向", "反写", "反寫", "倒写", "倒寫", "颠倒", "顛倒", "从后往前", "從後往前",
}

// reversedStarts are the first bytes of the hints.
var reversedStarts = func() (t [256]bool) {
	for _, h := range reversedHints {
		t[h[0]] = true
	}
	return t
}()

// reversed turns round the numbers and whatever else is more than a word, in
// a text that says that something in it is written backwards.
func reversed(dst, src *Text) bool {
	b := readable(src)
	if !saysReversed(b) {
		return false
	}
	w := newWriter(dst, src)
	made := false
	for i := 0; i < len(b); {
		p := pieceAt(b, i)
		if p.turns(i) {
			made = true
			for j := p.end - 1; j >= i; j-- {
				w.keep(j, j+1)
			}
			i = p.end
		}
		if i < len(b) {
			rest := max(i+1, p.whole)
			w.keep(i, rest)
			i = rest
		}
	}
	return made
}

func saysReversed(b []byte) bool {
	for i := range b {
		if !reversedStarts[lower(b[i])] {
			continue
		}
		for _, h := range reversedHints {
			if foldedPrefix(b[i:], h) {
				return true
			}
		}
	}
	return false
}

// piece is what is turned round as one.
type piece struct {
	end    int
	whole  int // where it ends with what was trimmed
	digits int
	at     bool // has an @
	number bool // is nothing but digits, with dashes and dots between them
}

func (p piece) turns(i int) bool { return p.end-i >= leastReversed && (p.digits > 0 || p.at) }

// pieceAt reads the piece that begins at i: a token, or the groups of a number.
func pieceAt(b []byte, i int) piece {
	all := tokenPiece(b, i)
	for all.number && all.end > i && all.end+1 < len(b) && b[all.end] == ' ' {
		next := tokenPiece(b, all.end+1)
		if !next.number || next.end == all.end+1 {
			break
		}
		next.digits += all.digits
		all = next
	}
	return all
}

func tokenPiece(b []byte, i int) piece {
	p := piece{end: i, number: true}
	for ; p.end < len(b); p.end++ {
		c := b[p.end]
		switch {
		case digit(c):
			p.digits++
		case !letter(c) && !strings.ContainsRune("@._-+/%#$&~", rune(c)):
			return p.trimmed(b, i)
		default:
			p.number = p.number && (c == '-' || c == '.')
			p.at = p.at || c == '@'
		}
	}
	return p.trimmed(b, i)
}

// trimmed leaves the full stop of a sentence to the sentence.
func (p piece) trimmed(b []byte, i int) piece {
	for p.whole = p.end; p.end > i+1 && (b[p.end-1] == '.' || b[p.end-1] == '-'); {
		p.end--
	}
	return p
}
