package shingles_test

import (
	"bytes"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/takeback-chat/takeback/rules/fold"
	"github.com/takeback-chat/takeback/rules/keyed"
	"github.com/takeback-chat/takeback/rules/shingles"
)

func secret() []byte { return bytes.Repeat([]byte{7}, 32) }

// vocabulary are made-up words, and characters.
var vocabulary, characters = func() (words, chars []string) {
	r := rand.New(rand.NewPCG(3, 4))
	for range 3000 {
		var w strings.Builder
		for range 1 + r.IntN(4) {
			w.WriteString([]string{"ka", "lo", "mi", "ren", "to", "su", "van", "der", "bo", "ti"}[r.IntN(10)])
		}
		words = append(words, w.String())
	}
	for i := range 2000 {
		chars = append(chars, string(rune(0x4E00+i*7)))
	}
	return words, chars
}()

// prose writes n words, or characters of Han.
func prose(seed uint64, n int, han bool) []string {
	r := rand.New(rand.NewPCG(seed, 5))
	from := vocabulary
	if han {
		from = characters
	}
	out := make([]string, n)
	for i := range out {
		out[i] = from[r.IntN(len(from))]
	}
	return out
}

func build(tb rapid.TB, docs map[string]string) (*shingles.Index, []byte) {
	tb.Helper()
	b, err := shingles.New(shingles.Options{ID: "papers", Title: "Papers", Category: "custom", Severity: "high"}, secret(), make([]byte, keyed.SaltSize))
	if err != nil {
		tb.Fatal(err)
	}
	for name, text := range docs {
		if _, err := b.Add(name, text); err != nil {
			tb.Fatal(err)
		}
	}
	return open(tb, b)
}

func open(tb rapid.TB, b *shingles.Builder) (*shingles.Index, []byte) {
	tb.Helper()
	data, err := b.File()
	if err != nil {
		tb.Fatal(err)
	}
	x, err := shingles.Open(data, secret())
	if err != nil {
		tb.Fatal(err)
	}
	return x, data
}

func find(x *shingles.Index, text string) []shingles.Match { return x.Find([]byte(fold.Fold(text))) }

func TestLevels(t *testing.T) {
	doc := prose(1, 400, false)
	zh := prose(2, 1000, true)
	x, _ := build(t, map[string]string{"plan.txt": strings.Join(doc, " "), "计划.txt": strings.Join(zh, "")})
	words := func(from, to int) string { return strings.Join(doc[from:to], " ") }
	changed := append([]string{}, doc[:200]...)
	for i := 15; i < len(changed); i += 20 {
		changed[i] = "something"
	}
	cases := map[string]struct {
		text  string
		name  string // empty: nothing is found
		level shingles.Level
	}{
		"all":                    {words(0, 400), "plan.txt", shingles.Certain},
		"all in capitals":        {strings.ToUpper(words(0, 400)), "plan.txt", shingles.Certain},
		"all in lines":           {strings.Join(doc, ",\r\n> "), "plan.txt", shingles.Certain},
		"a hundred words":        {"look at this: " + words(50, 150) + " what do you say?", "plan.txt", shingles.Certain},
		"changed now and then":   {strings.Join(changed, " "), "plan.txt", shingles.Certain},
		"fifty words":            {"hello, " + words(100, 150), "plan.txt", shingles.High},
		"twenty-five words":      {"hello, " + words(200, 225) + " and so on and so on", "plan.txt", shingles.Medium},
		"a word in between":      {strings.Join(doc[:60], " um "), "", 0},
		"other words":            {strings.Join(prose(9, 400, false), " "), "", 0},
		"too short":              {words(0, 5), "", 0},
		"all in Chinese":         {strings.Join(zh, ""), "计划.txt", shingles.Certain},
		"Chinese, cut":           {strings.Join(zh[100:350], "，\n"), "计划.txt", shingles.Certain},
		"a hundred characters":   {"你看看：" + strings.Join(zh[300:410], ""), "计划.txt", shingles.High},
		"sixty characters":       {"你看看：" + strings.Join(zh[300:360], ""), "计划.txt", shingles.Medium},
		"other characters":       {strings.Join(prose(8, 400, true), ""), "", 0},
		"the same word for ever": {strings.Repeat(doc[0]+" ", 500), "", 0},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			got := find(x, tc.text)
			if tc.name == "" {
				if len(got) > 0 {
					t.Errorf("found %+v", got)
				}
				return
			}
			if len(got) != 1 || got[0].Document != tc.name || got[0].Level != tc.level {
				t.Errorf("found %+v, want %s at level %d", got, tc.name, tc.level)
			}
		})
	}
}

func TestShares(t *testing.T) {
	doc := prose(1, 400, false)
	x, _ := build(t, map[string]string{"plan": strings.Join(doc, " ")})
	got := find(x, strings.Join(prose(7, 100, false), " ")+" "+strings.Join(doc[100:200], " "))
	if len(got) != 1 || got[0].Share < 0.18 || got[0].Share > 0.32 || got[0].Message < 0.4 || got[0].Message > 0.55 || got[0].Words < 85 || got[0].Words > 100 {
		t.Errorf("a quarter of the document, half of the message: %+v", got)
	}
	if got := find(x, strings.Join(doc, " ")); got[0].Share != 1 || got[0].Message < 0.97 {
		t.Errorf("all of it: %+v", got)
	}
}

// Every copied passage of 27 words is found, and the span lies within what was copied.
func TestEveryPassageIsFound(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		han := rapid.Bool().Draw(t, "han")
		doc := prose(rapid.Uint64Range(1000, 1<<60).Draw(t, "document"), 400, han) // not what stands beside it: 77 and 78
		glue := " "
		least := 27
		if han {
			glue, least = "", 40
		}
		x, _ := build(t, map[string]string{"d": strings.Join(doc, glue)})
		from := rapid.IntRange(0, 400-least).Draw(t, "from")
		to := rapid.IntRange(from+least, 400).Draw(t, "to")
		front := strings.Join(prose(77, rapid.IntRange(0, 60).Draw(t, "front"), han), glue) + "\n"
		copied := strings.Join(doc[from:to], rapid.SampledFrom([]string{glue, ", ", "\n"}).Draw(t, "glue"))
		text := front + copied + "\n" + strings.Join(prose(78, 30, han), glue)
		got := find(x, text)
		if len(got) != 1 {
			t.Fatalf("words %d to %d: found %+v", from, to, got)
		}
		const chance = 30 // bytes beside it that happen to go on as the document does
		if m := got[0]; m.Start < len(front)-chance || m.End > len(front)+len(copied)+chance || m.End <= m.Start {
			t.Errorf("found bytes %d to %d, copied were %d to %d", m.Start, m.End, len(front), len(front)+len(copied))
		}
	})
}

func TestAddAndReplace(t *testing.T) {
	one, two, three := strings.Join(prose(1, 100, false), " "), strings.Join(prose(2, 100, false), " "), strings.Join(prose(3, 100, false), " ")
	_, data := build(t, map[string]string{"one": one, "two": two})
	b, o, err := shingles.Reopen(data, secret())
	if err != nil || o.ID != "papers" {
		t.Fatalf("Reopen: %v, %+v", err, o)
	}
	if _, err := b.Add("one", three); err != nil {
		t.Fatal(err)
	}
	if _, err := b.Add("short", "a few words"); err == nil {
		t.Error("a short text was taken")
	}
	if _, err := b.Add("one", strings.Repeat("na ", 500)); err == nil {
		t.Error("a text of one word was taken")
	}
	x, _ := open(t, b)
	for name, tc := range map[string]struct{ text, want string }{"replaced": {one, ""}, "kept": {two, "two"}, "new": {three, "one"}} {
		got := ""
		for _, m := range find(x, tc.text) {
			got = m.Document
		}
		if got != tc.want {
			t.Errorf("%s: found %q, want %q", name, got, tc.want)
		}
	}
}

// TestManyLikeEachOther: of a text that many documents share, some still know it.
func TestManyLikeEachOther(t *testing.T) {
	docs := map[string]string{}
	text := strings.Join(prose(1, 200, false), " ")
	for i := range 40 {
		docs[strconv.Itoa(i)] = text
	}
	x, _ := build(t, docs)
	if got := find(x, text); len(got) != 8 || got[0].Level != shingles.Certain {
		t.Errorf("found %+v", got)
	}
}

func TestFileHoldsNoText(t *testing.T) {
	doc := prose(1, 100, false)
	_, data := build(t, map[string]string{"plan": strings.Join(doc, " ")})
	for _, w := range doc {
		if len(w) > 4 && bytes.Contains(data, []byte(w)) {
			t.Errorf("the file holds %q", w)
		}
	}
}

func TestAThousandDocumentsFit(t *testing.T) {
	docs := map[string]string{}
	size := 0
	for i := range 200 {
		text := strings.Join(prose(uint64(i), 3400, true), "") // Chinese has the most pieces by byte
		size += len(text)
		docs[strconv.Itoa(i)] = text
	}
	x, _ := build(t, docs)
	if per := float64(x.Memory()) / float64(size); per*10e6 > 20e6 {
		t.Errorf("%.2f bytes for each byte of a document; ten million must fit in 20 MB", per)
	}
}

func FuzzFind(f *testing.F) {
	text := strings.Join(prose(1, 60, false), " ") + strings.Join(prose(2, 100, true), "")
	x, _ := build(f, map[string]string{"d": text})
	f.Add(text)
	f.Add("\xff\xfe" + text[3:400])
	f.Fuzz(func(t *testing.T, in string) {
		folded := []byte(fold.Fold(in))
		for _, m := range x.Find(folded) {
			if m.Start < 0 || m.End <= m.Start || m.End > len(folded) || m.Share <= 0 || m.Share > 1 || m.Message <= 0 || m.Message > 1 {
				t.Fatalf("%+v in %d bytes", m, len(folded))
			}
		}
	})
}

func FuzzOpen(f *testing.F) {
	_, data := build(f, map[string]string{"d": strings.Join(prose(1, 60, false), " ")})
	f.Add(data)
	f.Add(data[:len(data)-3])
	f.Add([]byte("tb-pages"))
	f.Fuzz(func(t *testing.T, in []byte) {
		if _, err := shingles.Open(in, secret()); err == nil && !bytes.Equal(in, data) {
			t.Fatal("a file was opened that nobody made")
		}
	})
}

func BenchmarkFind(b *testing.B) {
	docs := map[string]string{}
	for i := range 300 {
		docs[strconv.Itoa(i)] = strings.Join(prose(uint64(i), 1800, i%2 == 0), []string{"", " "}[i%2])
	}
	x, _ := build(b, docs)
	texts := map[string]string{
		"chat":         "are we still on for lunch tomorrow? I could do half past twelve",
		"16KB":         strings.Join(prose(999, 2700, false), " ")[:16<<10],
		"16KB Chinese": strings.Join(prose(999, 5400, true), ""),
		"16KB copied":  docs["1"] + " " + docs["3"],
	}
	for name, text := range texts {
		b.Run(name, func(b *testing.B) {
			in := []byte(text)
			b.SetBytes(int64(len(in)))
			b.ReportAllocs()
			for b.Loop() {
				x.Find(in)
			}
		})
	}
}
