package main

import (
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// readConfusables returns the characters that look like one ASCII letter or
// digit, each followed by it. Texts are folded before they are compared, so only what
// folding leaves alone is of use, and capitals lend their looks to the small
// letters that they fold to.
func readConfusables(path string) ([]string, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read the confusables: %w", err)
	}
	looks, lent := map[rune]byte{}, map[rune]byte{}
	for line := range strings.Lines(string(text)) {
		from, to, ok := confusable(line)
		if !ok {
			continue
		}
		switch f := folded(from); {
		case f == string(from):
			looks[from] = to
		case len([]rune(f)) == 1 && []rune(f)[0] >= 0x80:
			lent[[]rune(f)[0]] = byte(unicode.ToLower(rune(to)))
		}
	}
	for from, to := range lent {
		if looks[from] == 0 {
			looks[from] = to
		}
	}
	var pairs []string
	for from, to := range looks {
		pairs = append(pairs, string(from)+string(rune(to)))
	}
	slices.Sort(pairs)
	return pairs, nil
}

// confusable reads "0430 ;	0061 ;	MA	# ...".
func confusable(line string) (from rune, to byte, ok bool) {
	fields := strings.SplitN(strings.TrimPrefix(line, "\ufeff"), ";", 3)
	if len(fields) < 3 {
		return 0, 0, false
	}
	f, err := strconv.ParseUint(strings.TrimSpace(fields[0]), 16, 21)
	t, err2 := strconv.ParseUint(strings.TrimSpace(fields[1]), 16, 21)
	if err != nil || err2 != nil || f < 0x80 || t >= 0x80 {
		return 0, 0, false
	}
	to = byte(t)
	return rune(f), to, to >= '0' && to <= '9' || to >= 'A' && to <= 'Z' || to >= 'a' && to <= 'z'
}

// readSimplified returns traditional Han characters, each followed by its
// first simplified form.
func readSimplified(path string) ([]string, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read the simplifications: %w", err)
	}
	var pairs []string
	for line := range strings.Lines(string(text)) {
		from, to, _ := strings.Cut(strings.TrimSpace(line), "\t")
		to, _, _ = strings.Cut(to, " ")
		if len([]rune(from)) == 1 && len([]rune(to)) == 1 && from != to {
			pairs = append(pairs, from+to)
		}
	}
	if len(pairs) < 3000 {
		return nil, fmt.Errorf("%s has only %d simplifications", path, len(pairs))
	}
	slices.Sort(pairs)
	return pairs, nil
}
