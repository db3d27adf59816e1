package fold

import "unicode/utf8"

// form is a way of writing a sign of an address out.
type form struct {
	text string // in small letters
	char byte
	word bool // an ordinary word or sign too: it counts between spaces, and where an address makes sense
}

// forms are the signs of addresses as people write them out.
var forms = []form{
	{"(at)", '@', false},
	{"[at]", '@', false},
	{"{at}", '@', false},
	{"<at>", '@', false},
	{"(a)", '@', false},
	{"[a]", '@', false},
	{"(@)", '@', false},
	{"[@]", '@', false},
	{"(dot)", '.', false},
	{"[dot]", '.', false},
	{"{dot}", '.', false},
	{"<dot>", '.', false},
	{"(.)", '.', false},
	{"[.]", '.', false},
	{"{.}", '.', false},
	{"(dash)", '-', false},
	{"(underscore)", '_', false},
	{"艾特", '@', false},
	{"圈a", '@', false},
	{"小老鼠", '@', false},
	{"点", '.', true},
	{"點", '.', true},
	{"下划线", '_', false},
	{"下劃線", '_', false},
	{"#", '@', true},
	{"@", '@', true},
	{"at", '@', true},
	{"arroba", '@', true},
	{"arobase", '@', true},
	{".", '.', true},
	{"dot", '.', true},
	{"punkt", '.', true},
	{"punto", '.', true},
	{"ponto", '.', true},
	{"underscore", '_', false},
	{"hyphen", '-', false},
	{"dash", '-', false},
}

// formsBy are the forms by their first byte, in the same order.
var formsBy = func() (by [256][]*form) {
	for i := range forms {
		by[forms[i].text[0]] = append(by[forms[i].text[0]], &forms[i])
	}
	return by
}()

// spelling says of each byte whether it is a letter or digit, and whether a form begins with it.
var spelling = func() (t [256]uint8) {
	for b := range 256 {
		if alnum(byte(b)) {
			t[b] |= inWord
		}
		if len(formsBy[lower(byte(b))]) > 0 {
			t[b] |= beginsForm
		}
	}
	return t
}()

const (
	inWord = 1 << iota
	beginsForm
)

// providers are the mail hosts that make an address of "name at host.com",
// which else may be said of any place.
var providers = []string{
	"gmail.com", "googlemail.com", "hotmail.com", "outlook.com", "live.com", "msn.com", "yahoo.com", "icloud.com", "me.com", "aol.com", "gmx.de", "gmx.net", "web.de",
	"proton.me", "protonmail.com", "mail.ru", "yandex.ru", "naver.com", "qq.com", "163.com", "126.com", "139.com", "189.cn", "sina.com", "sina.cn", "sohu.com", "foxmail.com", "aliyun.com", "yeah.net",
}

// zones are the ends of host names that make one of "host dot com".
var zones = []string{
	"com", "net", "org", "edu", "gov", "info", "biz", "io", "ai", "me", "dev", "app", "xyz", "top", "cn", "hk", "tw", "mo", "sg", "jp", "kr", "in", "my", "th", "id", "ph", "vn",
	"au", "nz", "uk", "ie", "de", "fr", "es", "it", "pt", "nl", "be", "ch", "at", "se", "no", "dk", "fi", "pl", "cz", "ru", "ua", "tr", "gr", "us", "ca", "mx", "br", "ar", "eu", "co", "cc", "tv",
}

// spelledHints are what a text with such an address has: a form that is no
// ordinary word, or a provider's name.
var spelledHints = append([]string{
	"dot", "(at)", "[at]", "{at}", "<at>", "(a)", "[a]", "(@)", "[@]", "(.)", "[.]", "{.}", "艾特", "圈a", "小老鼠", "点", "點", "underscore", "下划线", "下劃線",
	" . ", " @ ", "dash", "hyphen", "arroba", "arobase", "punkt", "punto", "ponto",
}, providers...)

// spelledOut reads addresses whose signs are written out: name at host dot com.
func spelledOut(dst, src *Text) bool {
	x := speller{b: readable(src), writer: writer{dst, src}, next: 1}
	x.until(len(x.b))
	return x.done()
}

// spelledNear is spelledOut where it is known where the hints stand.
func spelledNear(dst, src *Text, hints []int32) bool {
	x := speller{b: readable(src), writer: writer{dst, src}, next: 1}
	for _, h := range hints {
		at := min(int(h), len(x.b))
		x.next = max(x.next, x.reach(at))
		x.until(min(at+2, len(x.b))) // a hint may begin with the space before its sign
	}
	return x.done()
}

// speller is a text whose signs are being read.
type speller struct {
	writer
	b    []byte
	next int // where the next sign can stand
	kept int // what is before it is written
	made bool
}

// until reads the signs that stand before stop.
func (x *speller) until(stop int) {
	b, i := x.b, x.next
	for ; i < stop; i++ {
		if spelling[b[i-1]]&inWord == 0 || spelling[b[i]]&inWord != 0 {
			continue
		}
		if at := skipSpaces(b, i); at == len(b) || spelling[b[at]]&beginsForm == 0 {
			continue
		}
		if s := signAt(b, i); s.char != 0 {
			x.sign(i, s)
			i = s.end
		}
	}
	x.next = i
}

// sign writes what stands before a sign, and the sign.
func (x *speller) sign(i int, s sign) {
	if !x.made {
		x.writer, x.made = newWriter(x.dst, x.src), true
	}
	x.keep(x.kept, i)
	x.put(s.char, s.at, s.at+s.size)
	x.kept = s.end
}

// done writes the rest, and reports whether there was any sign.
func (x *speller) done() bool {
	if x.made {
		x.keep(x.kept, len(x.b))
	}
	return x.made
}

// reach returns where the first sign can stand for which a hint at at is a reason: it is one itself, or
// it is "at" or "#" before a host, which is a hint or a label before one.
func (x *speller) reach(at int) int {
	const longest = len("at") + 2*mostSpaces
	i := at
	for n := 0; n < mostSpaces && i > x.next && x.b[i-1] == ' '; n++ {
		i--
	}
	for i > x.next && (alnum(x.b[i-1]) || x.b[i-1] == '-') {
		i--
	}
	return i - longest
}

// sign is a sign written out, with the spaces around it.
type sign struct {
	char          byte
	at, size, end int // where the form stands, and where the spaces behind it end
}

// signAt reads the sign that stands at i, behind a letter or digit.
func signAt(b []byte, i int) sign {
	at := skipSpaces(b, i)
	f := formAt(b, at)
	if f == nil {
		return sign{}
	}
	s := sign{char: f.char, at: at, size: len(f.text)}
	behind := at + s.size
	s.end = skipSpaces(b, behind)
	if s.end >= len(b) || !alnum(b[s.end]) {
		return sign{}
	}
	if latin := letter(f.text[0]); latin && (at == i || behind == s.end) || !f.makesSense(b, s.end) {
		return sign{}
	}
	return s
}

// formAt returns the form that stands at i. One that an address has anyway only
// counts between spaces.
func formAt(b []byte, i int) *form {
	if i >= len(b) {
		return nil
	}
	for _, f := range formsBy[lower(b[i])] {
		if !foldedPrefix(b[i:], f.text) {
			continue
		}
		if f.text[0] == f.char && (b[i-1] != ' ' || i+1 >= len(b) || b[i+1] != ' ') {
			return nil
		}
		return f
	}
	return nil
}

// makesSense reports whether an address goes on at next, behind the form, or a
// number behind a dash.
func (f *form) makesSense(b []byte, next int) bool {
	switch {
	case f.char == '-':
		return digit(b[next])
	case !f.word:
		return true
	case f.text == "@":
		return host(b, next) || zone(b, next)
	case f.char == '@':
		return host(b, next)
	case f.text[0] < utf8.RuneSelf:
		return zone(b, next)
	}
	return letter(b[next]) && zone(b, next) // 点 is said of the time too
}

// host reports whether a host name begins at i, either one with a sign written
// out or a mail provider's.
func host(b []byte, i int) bool {
	for _, p := range providers {
		if foldedPrefix(b[i:], p) && (i+len(p) == len(b) || !alnum(b[i+len(p)])) {
			return true
		}
	}
	end := labelEnd(b, i)
	if s := skipSpaces(b, end); s < len(b) {
		if f := formAt(b, s); f != nil && f.char == '.' {
			behind := skipSpaces(b, s+len(f.text))
			return behind < len(b) && (!f.word || zone(b, behind))
		}
	}
	return false
}

// zone reports whether the label at i is one that host names end with, or is
// one of a few that lead to it, or to the sign of an address.
func zone(b []byte, i int) bool {
	for range 4 {
		end := labelEnd(b, i)
		if zoneAt(b, i, end) {
			return true
		}
		s := skipSpaces(b, end)
		switch f := formAt(b, s); {
		case end == i:
			return false
		case s == end && s < len(b) && b[s] == '.':
			i = s + 1
		case f != nil && f.char == '.':
			i = skipSpaces(b, s+len(f.text))
		case f != nil && f.char == '@': // jane dot doe at
			return !f.word || host(b, skipSpaces(b, s+len(f.text)))
		default:
			return false
		}
	}
	return false
}

func zoneAt(b []byte, i, end int) bool {
	for _, z := range zones {
		if end-i == len(z) && foldedPrefix(b[i:], z) {
			return true
		}
	}
	return false
}

// labelEnd returns where the label of a host name ends that begins at i.
func labelEnd(b []byte, i int) int {
	for i < len(b) && (alnum(b[i]) || b[i] == '-') {
		i++
	}
	return i
}

// mostSpaces is how many spaces may stand on either side of a sign.
const mostSpaces = 3

// skipSpaces returns where up to three spaces end that stand at i.
func skipSpaces(b []byte, i int) int {
	for n := 0; n < mostSpaces && i < len(b) && b[i] == ' '; n++ {
		i++
	}
	return i
}
