package fold

import (
	"bytes"
	"slices"
	"unicode/utf16"
	"unicode/utf8"
)

// percent decodes %41 and the UTF-8 that is written so.
func percent(dst, src *Text) bool {
	return decoded(dst, src, '%', func(b []byte, i int) (rune, int) { return hexRune(b, i, "%") })
}

// html decodes character references such as &#52; &#x34; and &commat; of HTML.
func html(dst, src *Text) bool { return decoded(dst, src, '&', reference) }

// escaped decodes the escapes of programming languages: \u0034, \u{34}, \x34.
func escaped(dst, src *Text) bool { return decoded(dst, src, '\\', escape) }

// decoded writes what decode reads wherever the byte mark stands. decode
// returns the character that is written there and where its code ends, or 0.
func decoded(dst, src *Text, mark byte, decode func([]byte, int) (rune, int)) bool {
	b := readable(src)
	first := bytes.IndexByte(b, mark)
	if first < 0 {
		return false
	}
	var w writer
	kept := 0
	for i := first; i < len(b); {
		if r, end := decode(b, i); shows(r) {
			if w.dst == nil {
				w = newWriter(dst, src)
			}
			w.keep(kept, i)
			w.rune(r, i, end)
			i, kept = end, end
		} else {
			i++
		}
		next := bytes.IndexByte(b[i:], mark)
		if next < 0 {
			break
		}
		i += next
	}
	if w.dst != nil {
		w.keep(kept, len(b))
	}
	return w.dst != nil
}

// shows reports whether r is a character that may stand in a text.
func shows(r rune) bool {
	return (r >= ' ' || r == '\n' || r == '\t') && r != 0x7F && utf8.ValidRune(r)
}

// hexRune reads one character of UTF-8, each byte of which is the prefix and two digits.
func hexRune(b []byte, i int, prefix string) (rune, int) {
	var code [utf8.UTFMax]byte
	n := 0
	for ; n < len(code); n++ {
		at := i + n*(len(prefix)+2)
		if !bytes.HasPrefix(b[min(at, len(b)):], []byte(prefix)) {
			break
		}
		v, digits := hexNumber(b, at+len(prefix), 2)
		if digits < 2 {
			break
		}
		code[n] = byte(v)
	}
	r, size := utf8.DecodeRune(code[:n])
	if r == utf8.RuneError {
		return 0, i
	}
	return r, i + size*(len(prefix)+2)
}

// hexNumber reads at most so many hexadecimal digits.
func hexNumber(b []byte, i, most int) (v rune, digits int) {
	for ; digits < most && i < len(b); digits, i = digits+1, i+1 {
		switch c := b[i] | 0x20; {
		case digit(b[i]):
			v = v<<4 | rune(b[i]-'0')
		case c >= 'a' && c <= 'f':
			v = v<<4 | rune(c-'a'+10)
		default:
			return v, digits
		}
	}
	return v, digits
}

// references are the named ones that disguise something: what addresses, keys
// and numbers are written with. (HTML Standard, named character references.)
var references = []struct {
	name string
	r    rune
}{
	{"amp;", '&'},
	{"lt;", '<'},
	{"gt;", '>'},
	{"quot;", '"'},
	{"apos;", '\''},
	{"nbsp;", ' '},
	{"commat;", '@'},
	{"period;", '.'},
	{"colon;", ':'},
	{"sol;", '/'},
	{"bsol;", '\\'},
	{"num;", '#'},
	{"dollar;", '$'},
	{"percnt;", '%'},
	{"lowbar;", '_'},
	{"hyphen;", '-'},
	{"dash;", '-'},
	{"excl;", '!'},
	{"quest;", '?'},
	{"equals;", '='},
	{"plus;", '+'},
	{"ast;", '*'},
	{"comma;", ','},
	{"semi;", ';'},
	{"lpar;", '('},
	{"rpar;", ')'},
	{"lsqb;", '['},
	{"rsqb;", ']'},
	{"lbrace;", '{'},
	{"rbrace;", '}'},
	{"vert;", '|'},
	{"Tab;", '\t'},
	{"NewLine;", '\n'},
	{"ensp;", ' '},
	{"emsp;", ' '},
	{"thinsp;", ' '},
	{"ndash;", '-'},
	{"mdash;", '-'},
	{"shy;", 0xAD},
	{"zwj;", 0x200D},
	{"zwnj;", 0x200C},
}

func reference(b []byte, i int) (rune, int) {
	i++
	if i < len(b) && b[i] == '#' {
		return numbered(b, i+1)
	}
	if i == len(b) || !letter(b[i]) {
		return 0, i
	}
	for _, e := range references {
		if bytes.HasPrefix(b[i:], []byte(e.name)) {
			return e.r, i + len(e.name)
		}
	}
	return 0, i
}

// numbered reads the number of a reference and the semicolon, if it has one.
func numbered(b []byte, i int) (r rune, end int) {
	if i < len(b) && b[i]|0x20 == 'x' {
		v, digits := hexNumber(b, i+1, 6)
		r, end = v, i+1+digits
		if digits == 0 {
			return 0, end
		}
	} else {
		for end = i; end < min(len(b), i+7) && digit(b[end]); end++ {
			r = r*10 + rune(b[end]-'0')
		}
	}
	if end < len(b) && b[end] == ';' {
		end++
	}
	return r, end
}

func escape(b []byte, i int) (rune, int) {
	if i+1 >= len(b) {
		return 0, i
	}
	switch b[i+1] {
	case 'x':
		return hexRune(b, i, `\x`)
	case 'U':
		if v, digits := hexNumber(b, i+2, 8); digits == 8 {
			return v, i + 10
		}
	case 'u':
		return escapedU(b, i+2)
	}
	return 0, i
}

// escapedU reads what follows \u: four digits, a pair of surrogates, or braces.
func escapedU(b []byte, i int) (rune, int) {
	if i < len(b) && b[i] == '{' {
		if v, digits := hexNumber(b, i+1, 6); digits > 0 && i+1+digits < len(b) && b[i+1+digits] == '}' {
			return v, i + 2 + digits
		}
		return 0, i
	}
	v, digits := hexNumber(b, i, 4)
	if digits < 4 {
		return 0, i
	}
	if utf16.IsSurrogate(v) && slices.Equal(b[min(len(b), i+4):min(len(b), i+6)], []byte(`\u`)) {
		low, n := hexNumber(b, i+6, 4)
		if r := utf16.DecodeRune(v, low); n == 4 && r != utf8.RuneError {
			return r, i + 10
		}
	}
	return v, i + 4
}
