package access

import (
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// WeakPassword is why a password is not taken; empty: it is.
type WeakPassword string

// What is wrong with a password.
const (
	PasswordShort  WeakPassword = "short"
	PasswordLong   WeakPassword = "long"
	PasswordCommon WeakPassword = "common" // among the first that anybody tries
	PasswordName   WeakPassword = "name"   // little more than the login's name
)

// weakWords says it to whoever gives commands.
var weakWords = map[WeakPassword]string{
	PasswordShort:  fmt.Sprintf("A password needs at least %d characters.", MinPassword),
	PasswordLong:   fmt.Sprintf("A password may have at most %d characters.", MaxPassword),
	PasswordCommon: "This password is among the first that anybody tries; three or four words of no sentence make a good one.",
	PasswordName:   "This password is little more than the login's name; three or four words of no sentence make a good one.",
}

// common are pieces of the passwords that are tried first: the top of the published
// lists, and what is at hand here. Those lists hold few with 15 characters; what
// people make of them when that many are asked for is several of these in a row.
var common = strings.Fields(`administrator changeme consectetur dragon football iloveyou letmein
	lorem ipsum dolor login master minecraft moderator monkey operator passphrase passwort password passw0rd p@ssword p@ssw0rd
	pokemon princess qwertyuiop qwertyuio qwertzuiop qwerty qwertz azertyuiop azerty asdfghjkl asdfgh asdf zxcvbnm zxcvbn
	1qaz2wsx3edc4rfv 1qaz2wsx 1q2w3e4r5t6y 1q2w3e4r5t 1q2w3e4r 1q2w3e qazwsxedc qazwsx secret sunshine superman takeback
	tencent trustno1 welcome whatever mima woaini wodemima admin root test user hello love pass baseball shadow michael
	correcthorsebatterystaple correct-horse-battery-staple`)

// leftOver is how many different characters a password must have beside what is
// common or the login's name.
const leftOver = 5

// CheckPassword says what is wrong with a password for a login; nothing rules
// what it is composed of.
func CheckPassword(name, password string) WeakPassword {
	password = norm.NFC.String(password)
	lower := strings.ToLower(password)
	switch n := utf8.RuneCountInString(password); {
	case n < MinPassword:
		return PasswordShort
	case n > MaxPassword || !utf8.ValidString(password):
		return PasswordLong
	case little(lower):
		return PasswordCommon
	}
	if name = strings.ToLower(norm.NFC.String(name)); utf8.RuneCountInString(name) > 2 && little(strings.ReplaceAll(lower, name, "")) {
		return PasswordName
	}
	return ""
}

// little reports whether next to nothing is left of a password without what is common.
func little(lower string) bool {
	for _, piece := range common {
		lower = strings.ReplaceAll(lower, piece, "")
	}
	seen := map[rune]bool{}
	var last rune
	for _, r := range lower {
		if r != last+1 && r != last-1 { // 1234, dcba
			seen[r] = true
		}
		last = r
	}
	return len(seen) < leftOver
}

// loginName is what a login may be called: what is read the same by everybody.
var loginName = regexp.MustCompile(`^[\p{L}\p{N}](?:[\p{L}\p{N}._@+-]{0,62}[\p{L}\p{N}])?$`)

// GoodName reports whether a login may have a name.
func GoodName(name string) bool { return norm.NFC.IsNormalString(name) && loginName.MatchString(name) }
