package dictionary

import (
	_ "embed"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"github.com/mozillazg/go-pinyin"
	"golang.org/x/text/encoding/simplifiedchinese"
)

const (
	// perCharacter is how many characters that sound alike stand in for one.
	perCharacter = 6
	// perWord bounds the spellings of one word.
	perWord = 64
	// mostSpoken is the longest word, in characters, that gets other spellings:
	// nobody disguises a sentence.
	mostSpoken = 8
)

// addHomophones adds, behind the words as they are, the words of two to eight
// Han characters in characters that sound the same. A spelling that is itself
// one of the commonest words is left out.
func (d *Dictionary) addHomophones(words []spelling) []spelling {
	out := words
	for _, w := range words {
		for _, text := range homophones(w.text) {
			if !common()[text] {
				out = append(out, spelling{text: text, entry: w.entry, made: true})
			}
		}
	}
	return out
}

// homophones returns other spellings of a word: first those that differ in one
// character, then those that differ in more, the commonest characters first.
func homophones(word string) []string {
	runes := []rune(word)
	if len(runes) < 2 || len(runes) > mostSpoken {
		return nil
	}
	choices := make([][]rune, len(runes))
	for i, r := range runes {
		choices[i] = soundsLike(r)
	}
	var out []string
	for i, others := range choices {
		for _, r := range others {
			out = append(out, string(runes[:i])+string(r)+string(runes[i+1:]))
		}
	}
	return combine(out, runes, choices)[:min(len(out), perWord)]
}

// combine appends spellings in which every character is another one, the n-th
// commonest for all of them.
func combine(out []string, runes []rune, choices [][]rune) []string {
	for n := range perCharacter {
		var b strings.Builder
		changed := 0
		for i, r := range runes {
			if n < len(choices[i]) {
				r = choices[i][n]
				changed++
			}
			b.WriteRune(r)
		}
		if changed > 1 {
			out = append(out, b.String())
		}
	}
	return out
}

// soundsLike lists the commonest characters with the syllable of r, tones
// ignored, without r.
func soundsLike(r rune) []rune {
	var out []rune
	for _, other := range bySound()[sound(r)] {
		if other != r && len(out) < perCharacter {
			out = append(out, other)
		}
	}
	return out
}

// sound is the commonest reading of a Han character without its tone, or "".
func sound(r rune) string {
	if !unicode.Is(unicode.Han, r) {
		return ""
	}
	if readings := pinyin.SinglePinyin(r, plainPinyin); len(readings) > 0 {
		return readings[0]
	}
	return ""
}

var plainPinyin = pinyin.NewArgs()

//go:embed characters.txt
var commonCharacters string

// bySound groups characters by their syllable, the commonest first: those of the
// list, then the rest of the first level of GB 2312, which are the 3,755 in
// daily use.
var bySound = sync.OnceValue(func() map[string][]rune {
	groups, seen := map[string][]rune{}, map[rune]bool{}
	add := func(r rune) {
		if s := sound(r); s != "" && !seen[r] {
			seen[r] = true
			groups[s] = append(groups[s], r)
		}
	}
	for _, r := range commonCharacters {
		add(r)
	}
	for _, r := range firstLevel() {
		add(r)
	}
	return groups
})

// firstLevel is rows 16 to 55 of GB 2312.
func firstLevel() string {
	var codes []byte
	for row := byte(0xB0); row <= 0xD7; row++ {
		for cell := byte(0xA1); cell <= 0xFE; cell++ {
			if row < 0xD7 || cell <= 0xF9 {
				codes = append(codes, row, cell)
			}
		}
	}
	text, err := simplifiedchinese.GBK.NewDecoder().Bytes(codes)
	if err != nil || !utf8.Valid(text) {
		return "" // cannot happen: every one of these codes has a character
	}
	return string(text)
}
