package matchers

import (
	"bytes"
	"slices"
)

// codeWords name a one-time code, behind its digits.
var codeWords = []string{
	"code", "otp", "pin", "passcode", "one-time password", "验证码", "驗證碼", "校验码", "校驗碼", "动态码", "动态密码", "确认码", "激活码",
}

// maxBetween is how much may stand between the digits and the word that names them.
const maxBetween = 56

// otpBefore finds a one-time code that stands before its name: "583021 is your
// Google verification code", "284917是您的登录验证码", "739204 (your code)".
func otpBefore(text []byte, at int) (start, end int, ok bool) {
	if at < 0 || at >= len(text) || text[at] < 0x80 && !codeWordEnds(text, at) {
		return 0, 0, false
	}
	for end = at; end > 0 && at-end < maxBetween && !digit(text[end-1]) && text[end-1] != '\n'; {
		end--
	}
	if end == 0 || !digit(text[end-1]) || !says(text[end:at], text[at] >= 0x80) {
		return 0, 0, false
	}
	start = codeStart(text, end)
	return start, end, start < end
}

// codeWordEnds reports whether the English word at at is one by itself: "code"
// also as the end of "passcode".
func codeWordEnds(text []byte, at int) bool {
	if alnum(at0(text, at-1)) && !(at >= 4 && equal(text[at-4:at], "pass")) {
		return false
	}
	return slices.ContainsFunc(codeWords, func(w string) bool {
		return at+len(w) <= len(text) && equal(text[at:at+len(w)], w) && !alnum(at0(text, at+len(w)))
	})
}

// links join a code to its name, at the start of what stands between.
var links = [...]string{" is your ", " is the ", " is ur ", " as your ", " (your ", " (", " - your ", ": your ", " your ", " to verify "}

// says reports whether what stands between digits and a word joins them, as
// in the messages that services send.
func says(between []byte, chinese bool) bool {
	if chinese {
		return len(between) == 0 || bytes.Contains(between, []byte("是")) || bytes.Contains(between, []byte("为")) || bytes.IndexByte(between, '(') >= 0
	}
	for _, l := range links {
		if len(between) >= len(l) && equal(between[:len(l)], l) {
			return !bytes.ContainsAny(between[len(l):], ".!?;")
		}
	}
	return false
}

// codeStart returns where the code that ends at end begins: 4 to 8 digits, two
// groups of three, either with a letter and a dash before them. end: there is none.
func codeStart(text []byte, end int) int {
	start := digitsBefore(text, end)
	if end-start == 3 {
		if b := at0(text, start-1); b != ' ' && b != '-' {
			return end
		}
		if first := digitsBefore(text, start-1); start-1-first == 3 {
			start = first
		}
	}
	if n := end - start; n < 4 || n > 8 {
		return end
	}
	if at0(text, start-1) == '-' && letter(at0(text, start-2)) && !alnum(at0(text, start-3)) {
		return start - 2
	}
	if b := at0(text, start-1); alnum(b) || b == '_' || b == '-' || b == '.' || b == '/' {
		return end
	}
	return start
}

func digitsBefore(text []byte, end int) int {
	start := end
	for start > 0 && end-start < 20 && digit(text[start-1]) {
		start--
	}
	return start
}
