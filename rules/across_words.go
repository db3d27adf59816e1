package rules

import (
	"slices"
	"strings"
	"unicode"
)

// linking are words between the parts of a value that lead from one to the next, or
// beside them, and name no other thing.
var linking = func() map[string]bool {
	all := map[string]bool{}
	for w := range strings.FieldsSeq(`and then the next rest is are first second third fourth last final half part piece digits numbers ` +
		`one two three four it its it's of followed by more here continued cont ok now plus another st nd rd th ` +
		`und dann danach weiter rest ist y luego después sigue et puis ensuite reste e poi depois и потом затем далее en dan ve sonra そして 次 次は 그리고 다음 ` +
		`和 然后 接着 再 后面 后面是 剩下 剩下的 剩下是 接下来 接下来是 最后 最后是 后 前 前半 后半 前半段 后半段 第一段 第二段 第三段 第四段 ` +
		`前四位 后四位 前八位 后八位 前六位 末四位 还有 是 继续 其余 另一半`) {
		all[w] = true
	}
	return all
}()

// wordsOf returns the words of a text without labels of parts, numbers and marks.
func wordsOf(text string) []string {
	return strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return !unicode.IsLetter(r) && r != '\'' })
}

func unlinked(words []string) bool {
	return slices.ContainsFunc(words, func(w string) bool { return !linking[w] })
}

// wordsBetween counts where words stand between parts that do not lead from one to the
// next, behind a part and before one.
func wordsBetween(parts []told) int {
	places := 0
	for n, w := range parts {
		if n > 0 && unlinked(wordsOf(w.before)) {
			places++
		}
		if n < len(parts)-1 && unlinked(wordsOf(w.behind)) {
			places++
		}
	}
	return places
}

// listed reports whether two parts have the same word beside them on the same side, as
// where several things of a kind are told: "order 12345", "order 67890".
func listed(parts []told) bool {
	seen := map[string]bool{}
	for _, w := range parts {
		before, behind := wordsOf(w.before), wordsOf(w.behind)
		for _, key := range []string{frame("<", before, len(before)-1), frame(">", behind, 0)} {
			if key != "" && seen[key] {
				return true
			}
			seen[key] = true
		}
	}
	return false
}

func frame(side string, words []string, at int) string {
	if at < 0 || at >= len(words) || linking[words[at]] {
		return ""
	}
	return side + words[at]
}

// numbersBeside reports whether there are digits in the messages of the parts that
// are neither of them nor label them: "1/2:", "2)".
func numbersBeside(parts []told) bool {
	for _, w := range parts {
		for _, text := range []string{w.before, w.behind} {
			words := strings.Fields(text)
			for k, word := range words {
				if partDigits(word) > 0 && !partLabel(word, strings.Join(words[k+1:], "")+w.part) {
					return true
				}
			}
		}
	}
	return false
}
