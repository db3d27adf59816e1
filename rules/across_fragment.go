package rules

import (
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/takeback-chat/takeback/models"
)

// fragment is a message that may hold a part of a value: at its end, at its
// beginning, or both.
type fragment struct {
	message  models.MessageID
	sentAt   time.Time
	self     bool // the message that is scanned
	elements int  // with text

	head, tail               string // the first and the last of these texts
	headElement, tailElement int
	begins, ends             bool // a part of a value stands at the beginning, at the end
	headStart, headTo        int  // head[headStart:headTo] is hard
	tailFrom, tailEnd        int  // tail[tailFrom:tailEnd] is hard
	digits                   bool
	bare                     bool // a number and nothing else
	random                   bool // a word made by a machine and nothing else
}

// maxLabel is how many characters may stand between a part and the edge of its
// message that looks to the next part: "second half:", "接着", "and then".
const maxLabel = 16

// Fragment reports whether a message may hold a part of a value that is split
// over several: it begins or ends with digits or with a word that is no plain
// one. It is cheap, and false for ordinary chat.
func Fragment(elements []models.Element) bool {
	_, ok := fragmentOf(Past{Elements: elements})
	return ok
}

func fragmentOf(p Past) (fragment, bool) {
	f := fragment{message: p.Message, sentAt: p.SentAt}
	for i := range p.Elements {
		e := &p.Elements[i]
		if e.Kind != models.TextElement || e.Text == "" {
			continue
		}
		if f.elements == 0 {
			f.head, f.headElement = e.Text, i
		}
		f.tail, f.tailElement = e.Text, i
		f.elements++
	}
	if f.elements == 0 || len(f.head) > MaxPartText || len(f.tail) > MaxPartText {
		return f, false
	}
	if !unusualText(f.head) && (f.elements == 1 || !unusualText(f.tail)) {
		return f, false
	}
	f.headStart, f.headTo, f.begins = headOf(f.head)
	f.tailFrom, f.tailEnd, f.ends = tailOf(f.tail)
	f.digits = f.begins && partDigits(f.head[f.headStart:f.headTo]) > 0 || f.ends && partDigits(f.tail[f.tailFrom:f.tailEnd]) > 0
	f.random = f.elements == 1 && random(strings.TrimFunc(f.head, softMark))
	f.bare = f.digits && f.elements == 1 && f.begins && f.ends && wordsIn(f.head[:f.headStart])+wordsIn(f.head[f.headTo:]) == 0
	return f, f.begins || f.ends
}

// unusualText reports whether a text has a digit of any script or a word that is no
// plain one. It may say yes too often, never no.
func unusualText(text string) bool {
	run, upper, lower := 0, 0, false
	for i := range len(text) {
		b := text[i]
		switch {
		case b >= '0' && b <= '9', b == '_', b == '=':
			return true
		case b >= 'a' && b <= 'z':
			run, lower, upper = run+1, true, 0
		case b >= 'A' && b <= 'Z':
			if run, upper = run+1, upper+1; lower || upper >= 4 {
				return true
			}
		case b >= utf8.RuneSelf:
			if maybeDigit(text[i:]) {
				return true
			}
			run, upper, lower = 0, 0, false
		case b == '-' || b == '/' || b == '+':
			if run++; i+1 == len(text) || text[i+1] <= ' ' {
				return true
			}
		default:
			run, upper, lower = 0, 0, false
		}
		if run >= 16 {
			return true
		}
	}
	return false
}

// maybeDigit reports whether a character that is not ASCII may be a digit, by
// its first bytes: the blocks of the scripts that have digits of their own,
// full-width and circled ones.
func maybeDigit(s string) bool {
	switch s[0] {
	case 0xD9, 0xDB, 0xDF, 0xE0, 0xE1, 0xEA, 0xF0:
		return true
	case 0xE2:
		return len(s) > 1 && (s[1] == 0x91 || s[1] == 0x92 || s[1] == 0x93 || s[1] == 0x9D)
	case 0xEF:
		return len(s) > 2 && s[1] == 0xBC && s[2] >= 0x90 && s[2] <= 0x99
	}
	return false
}

// headOf says where, behind a short label, a text begins with something hard,
// and how far that goes.
func headOf(text string) (start, to int, ok bool) {
	for at, budget := 0, maxLabel; ; {
		at = skipSoft(text, at)
		end := partWordEnd(text, at)
		if end == at {
			return 0, 0, false
		}
		word := text[at:end]
		if !partLabel(word, text[end:]) && hardWord(word) {
			start = at
			break
		}
		if budget -= utf8.RuneCountInString(word); budget < 0 {
			return 0, 0, false
		}
		at = end
	}
	for at := start; ; {
		end := partWordEnd(text, at)
		if end == at || !hardWord(text[at:end]) {
			break
		}
		to = at + len(strings.TrimRightFunc(text[at:end], softMark))
		at = skipSoft(text, end)
	}
	return start, to, start < to && !counted(text[to:]) && tellingPart(text[start:to], text[to:], text[:start])
}

// counted reports whether a number is followed by what it counts: 1983年, 20元.
func counted(rest string) bool {
	r, _ := utf8.DecodeRuneInString(rest)
	return strings.ContainsRune("年月日号点时分秒周天岁代世元块角钱毛美人个只首部集张条次届名位家座楼层路米公里度倍万亿千百十几多余左%％", r)
}

// tailOf says where something hard begins with which a text ends, but for a
// short filler.
func tailOf(text string) (from, end int, ok bool) {
	end = len(text)
	for budget := maxLabel; ; {
		end = partTail(text[:end])
		at := partWordStart(text, end)
		if at == end {
			return 0, 0, false
		}
		if hardWord(text[at:end]) {
			from = at
			break
		}
		if budget -= utf8.RuneCountInString(text[at:end]); budget < 0 {
			return 0, 0, false
		}
		end = at
	}
	for at := from; ; {
		to := len(strings.TrimRightFunc(text[:at], softMark))
		at = partWordStart(text, to)
		if at == to || !hardWord(text[at:to]) || partLabel(text[at:to], text[to:]) {
			break
		}
		from = at
	}
	return from, end, from < end && tellingPart(text[from:end], text[:from], text[end:])
}

// tellingPart reports whether what stands at an edge, with the words on its
// outer and its inner side, is enough to be a part: a word or number of some
// length, fewer digits only with fewer words, and a single one only by itself.
func tellingPart(part, outer, inner string) bool {
	words, digits := wordsIn(outer), partDigits(part)
	switch {
	case part == "" || words > fewWords:
		return false
	case len(part) >= 4 || digits >= 3:
		return true
	case digits >= 2, digits == 1 && part[0] >= 'A' && part[0] <= 'Z':
		return words <= maxLabel
	}
	return words == 0 && wordsIn(inner) == 0
}

// wordsIn measures the words beside a part in letters, a Han character, which
// says as much as a short word, as three.
func wordsIn(text string) int {
	n := 0
	for _, r := range strings.TrimFunc(text, softMark) {
		if n++; unspaced(r) {
			n += 2
		}
	}
	return n
}

// softMark reports whether a character is a space, or a mark that belongs to the
// sentence rather than to a value.
func softMark(r rune) bool {
	if r < utf8.RuneSelf {
		return softASCII[r&0x7F]
	}
	return unicode.IsSpace(r) || strings.ContainsRune("…、，。；：！？（）「」『』【】《》“”‘’", r)
}

var softASCII = func() (soft [utf8.RuneSelf]bool) {
	for _, b := range []byte("\t\n\v\f\r ,;:!?~\"'()[]{}<>|*`") {
		soft[b] = true
	}
	return soft
}()

func skipSoft(text string, at int) int {
	return len(text) - len(strings.TrimLeftFunc(text[at:], softMark))
}

// partTail returns where a text ends without spaces and marks. A full stop ends
// a sentence behind digits and short words; behind a long one it may be part of
// a token.
func partTail(text string) int {
	end := len(strings.TrimRightFunc(text, softMark))
	bare := strings.TrimRight(text[:end], ".")
	switch dots := end - len(bare); {
	case dots == 0:
		return end
	case dots == 1 && end-partWordStart(text, end) > 16:
		return end
	}
	return len(strings.TrimRightFunc(bare, softMark))
}

// partWordEnd returns where the word at a place ends: at a space, or where Han and
// other scripts without spaces meet those with them.
func partWordEnd(text string, at int) int {
	wide, first := false, true
	for i, r := range text[at:] {
		w := unspaced(r)
		if unicode.IsSpace(r) || !first && w != wide {
			return at + i
		}
		wide, first = w, false
	}
	return len(text)
}

// partWordStart returns where the word before a place starts.
func partWordStart(text string, end int) int {
	wide, first := false, true
	for at := end; at > 0; {
		r, size := utf8.DecodeLastRuneInString(text[:at])
		w := unspaced(r)
		if unicode.IsSpace(r) || !first && w != wide {
			return at
		}
		wide, first = w, false
		at -= size
	}
	return 0
}

// unspaced reports whether a character is of a script that is written without
// spaces, or one of its marks; full-width digits and letters are not.
func unspaced(r rune) bool {
	return r >= 0x2E80 && r < 0xA000 || r >= 0xAC00 && r < 0xD800 ||
		r >= 0xFF00 && r < 0xFF66 && !unicode.IsDigit(r) && !unicode.IsLetter(r)
}

// partLabel reports whether a word only says which part follows, such as "2/2:".
func partLabel(word, rest string) bool {
	return len(word) <= 8 && strings.HasSuffix(word, ":") && rest != "" ||
		len(word) <= 4 && (strings.HasSuffix(word, ")") || strings.HasSuffix(word, ".")) && rest != ""
}

// hardWord reports whether a word can be a part of a value: it has a digit, or does
// not look like a word of a language.
func hardWord(word string) bool {
	upper, lower, ascii, mixed := 0, 0, true, false
	for _, r := range word {
		switch {
		case partDigit(r), r == '_', r == '=':
			return true
		case r >= 'A' && r <= 'Z':
			mixed = mixed || lower > 0
			upper++
		case r >= 'a' && r <= 'z':
			lower++
		case r >= utf8.RuneSelf:
			ascii = false
		}
	}
	letters := upper + lower
	return ascii && letters > 0 && (mixed || upper >= 4 && lower == 0 || len(word) >= 16 ||
		strings.HasSuffix(word, "-") || strings.HasSuffix(word, "/") || strings.HasSuffix(word, "+"))
}

// random reports whether a text is one word with digits and letters of both
// cases, or hexadecimal, and of some length.
func random(text string) bool {
	digits, upper, lower, hex := 0, 0, 0, 0
	for i := range len(text) {
		b := text[i]
		switch {
		case b >= '0' && b <= '9':
			digits++
		case b >= 'A' && b <= 'Z':
			upper++
		case b >= 'a' && b <= 'z':
			lower++
		case !strings.ContainsRune("-_+/=.", rune(b)):
			return false
		}
		if b >= '0' && b <= '9' || b >= 'a' && b <= 'f' {
			hex++
		}
	}
	return digits > 0 && len(text) >= 8 && (upper > 0 && lower > 0 || hex == len(text) && len(text) >= 16 && hex > digits)
}

// partDigit reports whether a character is a digit of any script, or a circled one.
func partDigit(r rune) bool {
	if r < utf8.RuneSelf {
		return r >= '0' && r <= '9'
	}
	return unicode.IsDigit(r) || r >= 0x2460 && r <= 0x24FF || r >= 0x2776 && r <= 0x2793
}

func partDigits(s string) int {
	n := 0
	for _, r := range s {
		if partDigit(r) {
			n++
		}
	}
	return n
}
