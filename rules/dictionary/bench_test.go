package dictionary

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// wordList makes n terms as lists have them: half English, of one to three words,
// half of two to five Han characters.
func wordList(n int) []string {
	rnd := rand.New(rand.NewPCG(1, 2))
	han, syllables := []rune(firstLevel()), strings.Fields("ba con der zu mi pel fal gri hol in jun kel lor mer no or pra qui ren sta tor un ver wil ex yor zan")
	var out []string
	for range n / 2 {
		var b strings.Builder
		for w := range 1 + rnd.IntN(3) {
			if w > 0 {
				b.WriteByte(' ')
			}
			for range 2 + rnd.IntN(3) {
				b.WriteString(syllables[rnd.IntN(len(syllables))])
			}
		}
		out = append(out, b.String())
		b.Reset()
		for range 2 + rnd.IntN(4) {
			b.WriteRune(han[rnd.IntN(len(han))])
		}
		out = append(out, b.String())
	}
	return out
}

// chat is messages of 65 bytes in the mean, half in English, half in Chinese.
func chat() [][]byte {
	rnd := rand.New(rand.NewPCG(3, 4))
	words := strings.Fields(commonWords)
	english, chinese := words[:300], words[320:]
	var out [][]byte
	for i := range 2000 {
		var b bytes.Buffer
		for want := 25 + rnd.IntN(72); b.Len() < want; {
			if i%2 == 0 {
				fmt.Fprintf(&b, "%s ", english[rnd.IntN(len(english))])
			} else {
				b.WriteString(chinese[rnd.IntN(len(chinese))])
			}
		}
		out = append(out, b.Bytes())
	}
	return out
}

func benchmarkScan(b *testing.B, terms int, o Options) {
	b.Helper()
	d := build(b, o, wordList(terms)...)
	messages := chat()
	size := 0
	for _, m := range messages {
		size += len(m)
	}
	hits, n := 0, 0
	for b.Loop() {
		for _, m := range messages {
			d.Scan(m, func(int32, int, int) { hits++ })
		}
		n += len(messages)
	}
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "msg/s")
	b.ReportMetric(float64(size)/float64(len(messages)), "bytes/msg")
	b.ReportMetric(float64(hits)/float64(n), "hits/msg")
	b.ReportMetric(float64(d.Bytes())/1e6, "MB")
}

func BenchmarkScan10k(b *testing.B)  { benchmarkScan(b, 10_000, Options{}) }
func BenchmarkScan100k(b *testing.B) { benchmarkScan(b, 100_000, Options{}) }

func BenchmarkScan100kSubstring(b *testing.B) {
	benchmarkScan(b, 100_000, Options{Substring: true})
}

func BenchmarkScan100kTraditional(b *testing.B) {
	benchmarkScan(b, 100_000, Options{Traditional: true})
}

func BenchmarkScan100kStop(b *testing.B) {
	benchmarkScan(b, 100_000, Options{Stop: []string{"open secret", "公开的秘密"}})
}

func BenchmarkBuild100k(b *testing.B) {
	entries := list(wordList(100_000)...)
	for b.Loop() {
		if _, err := Build(entries, Options{}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkRead100k(b *testing.B) {
	data := []byte(strings.Join(wordList(100_000), "\n"))
	for b.Loop() {
		if _, _, err := Read("words.txt", data); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkMap is the plain way: every piece of the text is looked up in a map.
func BenchmarkMap(b *testing.B) {
	words, longest := map[string]bool{}, 0
	for _, w := range wordList(100_000) {
		words[w] = true
		longest = max(longest, len(w))
	}
	messages := chat()
	hits, n := 0, 0
	for b.Loop() {
		for _, m := range messages {
			for at := range m {
				for end := at + 2; end <= min(len(m), at+longest); end++ {
					if words[string(m[at:end])] {
						hits++
					}
				}
			}
		}
		n += len(messages)
	}
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "msg/s")
}
