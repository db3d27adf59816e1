package dictionary

import (
	_ "embed"
	"fmt"
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
	// mostCombined is the longest word, in characters, of which several change at
	// once, and perCombined is to how many others each.
	mostCombined = 3
	perCombined  = 3
	// maxMade bounds the spellings of a list, which take about 40 bytes each.
	maxMade = 2_000_000
	// mostSpoken is the longest word, in characters, that gets other spellings:
	// nobody disguises a sentence.
	mostSpoken = 8
)

// addHomophones adds, behind the words as they are, the words of two to eight
// Han characters in characters that sound the same. A spelling that is itself
// one of the commonest words is left out.
func addHomophones(words []spelling) ([]spelling, error) {
	out := words
	for _, w := range words {
		for _, text := range homophones(w.text) {
			if !common()[text] {
				out = append(out, spelling{text: text, entry: w.entry, made: true})
			}
		}
		if len(out)-len(words) > maxMade {
			return nil, fmt.Errorf("homophones make more than %d spellings of the list; use them for a shorter one", maxMade)
		}
	}
	return out, nil
}

// homophones returns other spellings of a word: first those that differ in one
// character, then those of short words that differ in more, the commonest
// characters first.
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
	if len(runes) <= mostCombined {
		out = append(out, combined("", runes, choices, 0)...)
	}
	return out[:min(len(out), perWord)]
}

// combined returns the spellings that go on from begun and differ in two
// characters or more, of the few commonest for each.
func combined(begun string, runes []rune, choices [][]rune, changed int) []string {
	if len(runes) == 0 {
		if changed > 1 {
			return []string{begun}
		}
		return nil
	}
	out := combined(begun+string(runes[0]), runes[1:], choices[1:], changed)
	for _, r := range choices[0][:min(len(choices[0]), perCombined)] {
		out = append(out, combined(begun+string(r), runes[1:], choices[1:], changed+1)...)
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
