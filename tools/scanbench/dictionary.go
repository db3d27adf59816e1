package main

import (
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/rrethy/ahocorasick"

	"github.com/takeback-chat/takeback/rules/dictionary"
)

// dictionaries measures long lists of words over texts of chat.
func dictionaries(words, rounds int, length time.Duration, chat []string) ([]*engine, error) {
	list := wordList(words)
	own := &engine{name: "takeback, dictionary", what: "whole words, folded", speeds: map[string]speed{}}
	peer := &engine{name: "rrethy/ahocorasick", what: "any position, small letters", speeds: map[string]speed{}}
	var err error
	if own.built, own.heap, err = made(func() (err error) { own.scan, err = prefixHash(list); return err }); err != nil {
		return nil, err
	}
	peer.built, peer.heap, _ = made(func() error { peer.scan = automaton(list); return nil })
	c := &texts{name: chatCorpus, texts: chat}
	for range rounds {
		own.measure(c, length)
		peer.measure(c, length)
	}
	return []*engine{own, peer}, nil
}

func prefixHash(list []string) (scanner, error) {
	entries := make([]dictionary.Entry, len(list))
	for i, w := range list {
		entries[i].Term = w
	}
	d, err := dictionary.Build(entries, dictionary.Options{})
	if err != nil {
		return nil, err
	}
	n := 0
	hit := func(int32, int, int) { n++ }
	var text []byte
	return func(s string) int {
		n, text = 0, append(text[:0], s...)
		d.Scan(text, hit)
		return n
	}, nil
}

func automaton(list []string) scanner {
	m := ahocorasick.CompileStrings(list)
	return func(s string) int { return len(m.FindAllString(strings.ToLower(s))) }
}

// wordList makes words as lists have them: half of them English looking, of one to
// three words, half of two to five Han characters.
func wordList(n int) []string {
	g := rand.New(rand.NewPCG(1, 2))
	syllables := strings.Fields("ba con der zu mi pel fal gri hol in jun kel lor mer no or pra qui ren sta tor un ver wil ex yor zan")
	seen := map[string]bool{}
	var out []string
	for len(out) < n {
		var b strings.Builder
		if len(out)%2 == 0 {
			for w := range 1 + g.IntN(3) {
				if w > 0 {
					b.WriteByte(' ')
				}
				for range 2 + g.IntN(3) {
					b.WriteString(syllables[g.IntN(len(syllables))])
				}
			}
		} else {
			for range 2 + g.IntN(4) {
				b.WriteRune('\u4E00' + g.Int32N(3000))
			}
		}
		if !seen[b.String()] {
			seen[b.String()] = true
			out = append(out, b.String())
		}
	}
	return out
}

func printLists(w io.Writer, lists []*engine, words int) {
	fmt.Fprintf(w, "A list of %s words over the chat:\n\n| list | finds | texts a second | built in | memory |\n|---|---|---:|---:|---:|\n", number(float64(words)))
	for _, e := range lists {
		fmt.Fprintf(w, "| %s | %s | %s | %d ms | %s |\n", e.name, e.what, number(perSecond(e.speeds[chatCorpus])), e.built.Milliseconds(), size(e.heap))
	}
	fmt.Fprintln(w)
}
