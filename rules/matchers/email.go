package matchers

import "bytes"

// Lengths of RFC 5321, 4.5.3.1, and RFC 1035, 2.3.4.
const (
	maxLocal  = 64
	maxDomain = 253
	maxLabel  = 63
)

// email finds the addr-spec (RFC 5322, RFC 6531) around an @: dot-atoms of any
// script that has word spaces, quoted local parts, domains and address literals.
// What is the user of a URL, a package with its version, or a remote path of git
// is none.
func email(text []byte, at int) (start, end int, ok bool) {
	if at0(text, at) != '@' {
		return 0, 0, false
	}
	start = localPart(text, at)
	if start == at {
		return 0, 0, false
	}
	end = domain(text, at+1)
	if end == at+1 || inAuthority(text, start) || remotePath(text, start, at, end) {
		return 0, 0, false
	}
	return start, end, true
}

// localPart returns where the local part that ends at at begins; at itself
// where there is none.
func localPart(text []byte, at int) int {
	if at0(text, at-1) == '"' {
		return quotedLocal(text, at)
	}
	start := at
	for start > 0 && at-start < maxLocal {
		n := atomBefore(text[:start])
		if n == 0 {
			break
		}
		start -= n
	}
	for start < at && !beginsAtom(text[start:]) {
		start++
	}
	before := at0(text, start-1)
	if start == at || before == '@' || at-start >= maxLocal && alnum(before) || !endsAtom(text[at-1]) {
		return at
	}
	return start
}

// atomBefore returns how many bytes of a local part end text; 0: none. Signs
// that RFC 5322 allows but that people put beside an address count only between
// two letters or digits; those of paths, queries and tables never.
func atomBefore(text []byte) int {
	b := text[len(text)-1]
	switch {
	case alnum(b), b == '_', b == '+', b == '-', b == '%':
		return 1
	case b == '.':
		if at0(text, len(text)-2) != '.' {
			return 1
		}
	case b == '\'', b == '!', b == '#', b == '$', b == '&', b == '*', b == '^', b == '~':
		if alnum(at0(text, len(text)-2)) {
			return 1
		}
	case b >= 0x80:
		if n, ok := nativeLetterBefore(text); ok {
			return n
		}
	}
	return 0
}

func beginsAtom(text []byte) bool { return alnum(text[0]) || text[0] == '_' || text[0] >= 0x80 }

func endsAtom(b byte) bool { return alnum(b) || b == '_' || b == '-' || b == '+' || b >= 0x80 }

// quotedLocal finds the opening quote of "a local part with spaces"@host.
func quotedLocal(text []byte, at int) int {
	for i := at - 2; i >= 0 && at-i <= maxLocal; i-- {
		switch {
		case text[i] == '\n':
			return at
		case text[i] == '"' && i < at-2 && at0(text, i-1) != '\\':
			return i
		}
	}
	return at
}

// domain returns where the domain or address literal at from ends; from itself
// where there is none.
func domain(text []byte, from int) int {
	if at0(text, from) == '[' {
		return literal(text, from)
	}
	end, labels := from, 0
	good := from
	var beforeLast, last []byte
	for end < len(text) && end-from < maxDomain {
		n := label(text[end:])
		if n == 0 {
			break
		}
		beforeLast, last = last, text[end:end+n]
		labels++
		end += n
		if labels > 1 && topLevel(last) && !nextSentence(beforeLast, last) && !continues(text, end) {
			good = end
		}
		if at0(text, end) != '.' {
			break
		}
		end++
	}
	return good
}

// label returns the length of the label at the start of text.
func label(text []byte) int {
	n := 0
	for n < len(text) && n <= maxLabel {
		size := 1
		if b := text[n]; b >= 0x80 {
			var ok bool
			if size, ok = nativeLetter(text[n:]); !ok {
				break
			}
		} else if !alnum(b) && (b != '-' || n == 0) {
			break
		}
		n += size
	}
	for n > 0 && text[n-1] == '-' {
		n--
	}
	if n > maxLabel {
		return 0
	}
	return n
}

// continues reports whether what stands at end belongs to the same word: then
// the domain does not end there.
func continues(text []byte, end int) bool {
	b := at0(text, end)
	return alnum(b) || b == '_' || b == '@' || b == '-' && alnum(at0(text, end+1))
}

// fileEndings are what stands behind the dot of icon@2x.png and in names of
// hosts that no mail reaches.
var fileEndings = [...]string{"png", "jpg", "jpeg", "gif", "webp", "svg", "pdf", "js", "css", "ts", "json", "html", "local", "invalid", "localhost"}

// topLevel reports whether a label can end a domain: letters alone, two at
// least, or the ASCII form of one in another script.
func topLevel(l []byte) bool {
	if len(l) > 4 && equal(l[:4], "xn--") {
		return true
	}
	if len(l) < 2 || len(l) > 48 {
		return false
	}
	for _, b := range l {
		if !letter(b) && b < 0x80 {
			return false
		}
	}
	for _, f := range fileEndings {
		if equal(l, f) {
			return false
		}
	}
	return true
}

// nextSentence reports whether last begins a sentence whose space was left out:
// "jane@example.com.Thanks", "ticket@kiosk.Valid till Monday".
func nextSentence(before, last []byte) bool {
	if last[0] >= 'A' && last[0] <= 'Z' && len(last) > 2 && last[1] >= 'a' && !equal(last, "com") && !equal(last, "net") && !equal(last, "org") {
		return true
	}
	switch {
	case equal(before, "com"), equal(before, "net"), equal(before, "org"), equal(before, "edu"), equal(before, "gov"):
		return len(last) > 2 && last[0] < 0x80
	}
	return false
}

// literal returns the end of an address literal: [192.0.2.1] or [IPv6:2001:db8::1].
func literal(text []byte, from int) int {
	n := bytes.IndexByte(text[from:min(len(text), from+64)], ']')
	if n < 0 {
		return from
	}
	inner := text[from+1 : from+n]
	if len(inner) > 5 && equal(inner[:5], "ipv6:") {
		inner = inner[5:]
	}
	for _, b := range inner {
		if !hex(b) && b != '.' && b != ':' {
			return from
		}
	}
	if len(inner) < 3 || bytes.IndexByte(inner, '.') < 0 && bytes.IndexByte(inner, ':') < 0 {
		return from
	}
	return from + n + 1
}

// inAuthority reports whether start stands in the host part of a URL.
func inAuthority(text []byte, start int) bool {
	for i := start - 1; i >= 2 && start-i < 512; i-- {
		switch b := text[i]; {
		case b <= ' ', b >= 0x7F, b == '?', b == '#':
			return false
		case b == '/':
			return text[i-1] == '/' && text[i-2] == ':'
		}
	}
	return false
}

// remotePath reports whether an address is the remote of a version control
// system or of scp: git@host:team/app, jane@host:~/notes.
func remotePath(text []byte, start, at, end int) bool {
	if at0(text, end) != ':' {
		return false
	}
	user := text[start:at]
	if equal(user, "git") || equal(user, "hg") || equal(user, "svn") {
		return true
	}
	for i := end + 1; i < len(text) && i-end < 256 && text[i] > ' ' && text[i] < 0x7F; i++ {
		if text[i] == '/' {
			return at0(text, i+1) != '/' // jane@example.com:https://... is a line of a list
		}
	}
	return false
}
