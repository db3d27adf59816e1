package rules

import (
	"strings"
	"unicode/utf8"

	"github.com/takeback-chat/takeback/rules/validators"
)

// dots stands for what a mask hides. Its length says nothing of the value's.
const dots = "••••"

// masks are how values are shown. Each hides at least half of what it is
// given, whatever it is given.
var masks = map[string]func(string) string{
	"hidden": func(string) string { return dots + dots },
	"last4":  func(v string) string { return tail(validators.Alnum(v), " ", 4) },
	"last2":  func(v string) string { return tail(validators.Alnum(v), "", 2) },
	"token":  maskToken,
	"email":  maskEmail,
	"url":    maskURL,
	"ip":     maskIP,
}

func tail(v, gap string, n int) string {
	if len(v) < 2*n {
		return dots + dots
	}
	return dots + gap + v[len(v)-n:]
}

// maskToken shows the kind of a token, which its issuer writes in front, and
// its last four characters.
func maskToken(v string) string {
	if len(v) < 16 || strings.ContainsFunc(v, func(r rune) bool { return r >= utf8.RuneSelf }) {
		return dots + dots
	}
	return v[:kindLength(v)] + dots + v[len(v)-4:]
}

// kindLength is where the last of the marks stands that end the kind in the
// first characters ("sk_live_", "xoxb-"), else four.
func kindLength(v string) int {
	if i := strings.LastIndexAny(v[:min(len(v)/3, 12)], "_-"); i > 0 {
		return i + 1
	}
	return 4
}

// maskEmail shows the first letter and the domain.
func maskEmail(v string) string {
	at := strings.LastIndexByte(v, '@')
	if at < 1 {
		return dots + dots
	}
	_, first := utf8.DecodeRuneInString(v)
	return v[:first] + dots + v[at:]
}

// maskURL shows the scheme and the host, never the credentials, path or query.
func maskURL(v string) string {
	scheme, rest, ok := strings.Cut(v, "://")
	if !ok {
		return dots + dots
	}
	host := rest[strings.LastIndexByte(rest, '@')+1:]
	if end := strings.IndexAny(host, "/?#;"); end >= 0 {
		host = host[:end]
	}
	return scheme + "://" + dots + "@" + host
}

// maskIP shows the first half of an address.
func maskIP(v string) string {
	if parts := strings.Split(v, "."); len(parts) == 4 && !strings.Contains(v, ":") {
		return parts[0] + "." + parts[1] + ".•.•"
	}
	first, _, ok := strings.Cut(v, ":")
	if !ok {
		return dots + dots
	}
	return first + ":" + dots
}
