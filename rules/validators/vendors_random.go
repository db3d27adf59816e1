package validators

import (
	"crypto/sha256"
	"math"
	"math/big"
	"regexp"
	"strings"
)

// leastRandom is the share of the most entropy that their number and alphabet
// allow which random characters have: few of them repeat. Sixteen hexadecimal
// digits, the hardest case, have more than this in 999 cases of 1,000.
const leastRandom = 0.65

// looksRandom reports whether v may have been made by a machine: its characters
// are spread over their alphabet, it is no word or phrase, and no run of one
// character fills a third of it.
func looksRandom(v string) bool {
	body := strings.Map(func(r rune) rune {
		if r < 0x80 && alnum(byte(r)) {
			return r
		}
		return -1
	}, v)
	if len(body) < 8 || longestRepeat(body) > len(body)/3 {
		return false
	}
	most := min(math.Log2(float64(len(body))), math.Log2(alphabetOf(body)))
	return entropy(body) >= leastRandom*most && (mixed(body) || !wordlike(body))
}

// alphabetOf is how many characters there are of the kinds that v has.
func alphabetOf(v string) float64 {
	if strings.Trim(strings.ToLower(v), "0123456789abcdef") == "" {
		return 16
	}
	n := 0.0
	for _, class := range []struct {
		from, to byte
	}{{'0', '9'}, {'a', 'z'}, {'A', 'Z'}} {
		for i := range len(v) {
			if v[i] >= class.from && v[i] <= class.to {
				n += float64(class.to-class.from) + 1
				break
			}
		}
	}
	return n
}

// mixed reports whether digits stand between letters, or capitals between small
// letters, oftener than in names that people give.
func mixed(v string) bool {
	changes := 0
	for i := 1; i < len(v); i++ {
		if kindOf(v[i-1]) != kindOf(v[i]) {
			changes++
		}
	}
	return changes*5 >= len(v)
}

func kindOf(b byte) int {
	switch {
	case digit(b):
		return 0
	case b >= 'a':
		return 1
	}
	return 2
}

// wordlike reports whether v reads like words: letters, vowels among them as
// people use them, and digits at the end if at all.
func wordlike(v string) bool {
	words := strings.ToLower(strings.TrimRight(v, "0123456789"))
	vowels := 0
	for i := range len(words) {
		switch {
		case digit(words[i]):
			return false
		case strings.IndexByte("aeiouy", words[i]) >= 0:
			vowels++
		}
	}
	return vowels*20 >= len(words)*7
}

func longestRepeat(v string) int {
	longest, n := 0, 0
	for i := range len(v) {
		if i > 0 && v[i] == v[i-1] {
			n++
		} else {
			n = 1
		}
		longest = max(longest, n)
	}
	return longest
}

// base58Sum checks the last four bytes of a text in base 58, which are from a
// double SHA-256 of the rest: private keys for import and extended keys of
// Bitcoin and its kin. Sources: Bitcoin wiki, "Wallet import format"; BIP 32.
func base58Sum(v string) bool {
	if len(v) < 20 || len(v) > 120 {
		return false
	}
	n := new(big.Int)
	for i := range len(v) {
		d := strings.IndexByte(base58, v[i])
		if d < 0 {
			return false
		}
		n.Add(n.Mul(n, big.NewInt(58)), big.NewInt(int64(d)))
	}
	raw := n.Bytes()
	if len(raw) < 30 {
		return false
	}
	once := sha256.Sum256(raw[:len(raw)-4])
	twice := sha256.Sum256(once[:])
	return string(twice[:4]) == string(raw[len(raw)-4:])
}

// template reports whether v is filled in later, as a whole: ${NAME},
// {{ name }}, <name>, %NAME%, $(command), [name], NAME alone behind a dollar.
func template(v string) bool {
	for _, ends := range [][2]string{{"${", "}"}, {"{{", "}}"}, {"<", ">"}, {"%", "%"}, {"$(", ")"}, {"[", "]"}, {"#{", "}"}, {"@", "@"}, {"{", "}"}} {
		inside, opens := strings.CutPrefix(v, ends[0])
		inside, closes := strings.CutSuffix(inside, ends[1])
		if opens && closes && !strings.ContainsAny(inside, "{}<>%") {
			return true
		}
	}
	name, dollar := strings.CutPrefix(v, "$")
	return dollar && name != "" && strings.Trim(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_0123456789") == "" && !digit(name[0])
}

// codeWords stand in programs and descriptions of data where a value would.
var codeWords = map[string]bool{
	"string": true, "str": true, "text": true, "varchar": true, "char": true, "bytes": true, "bool": true, "boolean": true, "int": true, "integer": true,
	"number": true, "object": true, "any": true, "true": true, "false": true, "null": true, "nil": true, "none": true, "undefined": true, "void": true,
	"self": true, "this": true, "optional": true, "required": true, "password": true, "passwd": true, "secret": true, "token": true, "hidden": true,
}

var codeShape = regexp.MustCompile(`^(?:` + strings.Join([]string{
	`[A-Za-z_]\w*(?:(?:\.|->|::)[A-Za-z_]\w*)+(?:[\[({].*)?`, // request.form["x"], getpass.getpass(
	`[A-Za-z_]\w*[\[(].*`,                      // get("x"), args[0
	`[\^~<>=]{0,2}\d+(?:\.\d+){1,3}`,           // ^5.3.0
	`.*</.*|.*/>.*`,                            // the end of an element
	`\w+Exception|[A-Z][a-z]+(?:[A-Z][a-z]+)+`, // a class
}, `|`) + `)$`)

// code reports whether v is a word or an expression of a program.
func code(v string) bool {
	return codeWords[strings.ToLower(strings.Trim(v, `.,;:?"'()[]{}`))] || codeShape.MatchString(v)
}
