package matchers

// upi finds name@bank around an @: what looks like an e-mail address whose
// domain is one word. Source: NPCI, virtual payment addresses.
func upi(text []byte, at int) (start, end int, ok bool) {
	if at0(text, at) != '@' {
		return 0, 0, false
	}
	end = at + 1
	for end < len(text) && end-at <= 65 && alnum(text[end]) {
		end++
	}
	if end-at < 3 || end-at > 65 || !letter(text[at+1]) || joined(text, end) {
		return 0, 0, false
	}
	start = at
	for start > 0 && at-start < 256 && upiByte(text[start-1]) {
		start--
	}
	for start < at && !alnum(text[start]) {
		start++
	}
	if start == at || !alnum(text[at-1]) || at0(text, start-1) == '@' {
		return 0, 0, false
	}
	return start, end, true
}

func upiByte(b byte) bool { return alnum(b) || b == '.' || b == '-' || b == '_' }

// joined reports whether the word goes on behind end: a domain, an address, a path.
func joined(text []byte, end int) bool {
	switch at0(text, end) {
	case '.', '-', ':':
		return alnum(at0(text, end+1))
	case '_', '@', '/':
		return true
	}
	return false
}

// Lengths of names on Telegram, X, Instagram and the like.
const (
	shortHandle = 4
	longHandle  = 32
)

// handle finds @name: a letter, then letters, digits and _. What stands in an
// e-mail address or in a path is none.
func handle(text []byte, at int) (start, end int, ok bool) {
	if at0(text, at) != '@' || !letter(at0(text, at+1)) {
		return 0, 0, false
	}
	if b := at0(text, at-1); alnum(b) || b == '_' || b == '.' || b == '/' || b == '@' || b == '-' {
		return 0, 0, false
	}
	end = at + 1
	for end < len(text) && end-at <= longHandle+1 && (alnum(text[end]) || text[end] == '_') {
		end++
	}
	if n := end - at - 1; n < shortHandle || n > longHandle || text[end-1] == '_' || joined(text, end) {
		return 0, 0, false
	}
	return at, end, true
}
