package exact_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/takeback-chat/takeback/rules/exact"
	"github.com/takeback-chat/takeback/rules/fold"
)

// person is a row of a made-up table.
type person struct{ account, name, born string }

// people are rows that have nothing in common.
func people(n int) []person {
	r := rand.New(rand.NewPCG(1, 2))
	syllables := []string{"ka", "lo", "mi", "ren", "to", "su", "van", "der", "bo", "ti"}
	word := func() string {
		return syllables[r.IntN(10)] + syllables[r.IntN(10)] + syllables[r.IntN(10)]
	}
	out := make([]person, n)
	for i := range out {
		out[i] = person{
			fmt.Sprintf("%03d%09d", i, r.IntN(1e9)), word() + " " + word() + "son",
			fmt.Sprintf("%d-%02d-%02d", 1930+r.IntN(80), 1+r.IntN(12), 1+r.IntN(28)),
		}
	}
	return out
}

func tableOf(rows []person) string {
	var b strings.Builder
	b.WriteString("account,name,born\n")
	for _, p := range rows {
		fmt.Fprintf(&b, "%s,%s,%s\n", p.account, p.name, p.born)
	}
	return b.String()
}

// Any row is found in whatever way it is written, and a row of which one value is
// another one is not.
func TestEveryRowIsFound(t *testing.T) {
	rows := people(300)
	x, report := build(t, tableOf(rows), options(t, 2, "account:digits", "name:words", "born:date"))
	if report.Rows != len(rows) {
		t.Fatalf("report %+v", report)
	}
	rapid.Check(t, func(t *rapid.T) {
		p := rapid.SampledFrom(rows).Draw(t, "row")
		other := rapid.SampledFrom(rows).Draw(t, "other")
		account := grouped(t, p.account)
		name := rapid.SampledFrom([]string{p.name, strings.ToUpper(p.name), swapped(p.name)}).Draw(t, "name")
		born := rapid.SampledFrom(written(p.born)).Draw(t, "born")
		write := func(values ...string) string {
			return "see " + strings.Join(rapid.Permutation(values).Draw(t, "values"), rapid.SampledFrom([]string{", ", " is of ", "。", " | and \n"}).Draw(t, "glue")) + "!"
		}
		text := write(account, name, born)
		if got := found(x, text); len(got) != 1 || !strings.HasSuffix(got[0], "+2") {
			t.Errorf("%q: found %q", text, got)
		}
		if other.name == p.name || other.born == p.born {
			return
		}
		for _, text := range []string{write(account, other.name, born), write(account, name, other.born), write(other.account, name, born)} {
			if got := found(x, text); len(got) > 0 {
				t.Errorf("%q: found %q", text, got)
			}
		}
	})
}

// grouped writes a number in groups.
func grouped(t *rapid.T, v string) string {
	sep := rapid.SampledFrom([]string{"", " ", "-", ".", "/", " - ", "\n", "\u00a0", "·"}).Draw(t, "separator")
	size := rapid.IntRange(2, 6).Draw(t, "size")
	var groups []string
	for part := range slices.Chunk([]byte(v), size) {
		groups = append(groups, string(part))
	}
	out := strings.Join(groups, sep)
	if rapid.Bool().Draw(t, "full width") {
		out = strings.Map(func(r rune) rune {
			if r >= '0' && r <= '9' {
				return r - '0' + '０'
			}
			return r
		}, out)
	}
	return out
}

func swapped(name string) string {
	first, last, _ := strings.Cut(name, " ")
	return last + ", " + first
}

// written are ways to write a date.
func written(born string) []string {
	var y, m, d int
	_, _ = fmt.Sscanf(born, "%d-%d-%d", &y, &m, &d)
	month := []string{"January", "Feb", "march", "APR", "May", "Jun.", "July", "Aug", "Sept", "October", "Nov", "Dec"}[m-1]
	return []string{
		born, fmt.Sprintf("%d/%d/%d", y, m, d), fmt.Sprintf("%d.%d.%d", d, m, y), fmt.Sprintf("%02d/%02d/%d", m, d, y),
		fmt.Sprintf("%d%02d%02d", y, m, d), fmt.Sprintf("%d年%d月%d日", y, m, d), fmt.Sprintf("%d %s %d", d, month, y),
		fmt.Sprintf("%s %d, %d", month, d, y), fmt.Sprintf("the %dth of %s %02d", d, month, y%100), fmt.Sprintf("%02d-%02d-%02d", d, m, y%100),
	}
}

// Whatever stands in a text, spans are of it, in order of their ends, and cut no
// run of letters and digits.
func FuzzFind(f *testing.F) {
	for _, s := range []string{customers, "12-34-56-789", "张三 1990.05.17", "1 2 3 4 5 6 7 8 9", "\xff12\xfe3456\x00789"} {
		f.Add(s)
	}
	numbers, _ := build(f, customers, options(f, 0, "account", "born:date"))
	names, _ := build(f, customers, options(f, 1, "name:words", "born:date"))
	f.Fuzz(func(t *testing.T, text string) {
		folded := []byte(fold.Fold(text))
		for _, x := range []*exact.Index{numbers, names} {
			for _, m := range x.Find(folded) {
				if m.Start < 0 || m.End <= m.Start || m.End > len(folded) {
					t.Fatalf("%+v in %d bytes", m, len(folded))
				}
			}
		}
	})
}

// FuzzOpen: a file that anything was done to is refused, and costs no more than its size.
func FuzzOpen(f *testing.F) {
	data, _, err := exact.Build(strings.NewReader(customers), options(f, 1, "name:words", "born:date"), secret(), salt())
	if err != nil {
		f.Fatal(err)
	}
	f.Add(data)
	f.Add(data[:len(data)/2])
	f.Add([]byte("tb-exact"))
	f.Fuzz(func(t *testing.T, in []byte) {
		if _, err := exact.Open(in, secret()); err == nil && !bytes.Equal(in, data) {
			t.Fatal("a file was opened that nobody made")
		}
	})
}

// FuzzBuild: no table makes a panic, and what is built opens.
func FuzzBuild(f *testing.F) {
	f.Add([]byte(customers))
	f.Add([]byte("account;name;born\n\"1234567\";x;1/1/99\n"))
	f.Add([]byte("\xff\xfea\x00\n\x00"))
	f.Fuzz(func(t *testing.T, in []byte) {
		data, report, err := exact.Build(bytes.NewReader(in), options(t, 0, "account", "name:words", "born:date"), secret(), salt())
		if err != nil {
			return
		}
		if _, err := exact.Open(data, secret()); err != nil || report.Rows == 0 || report.Rows+report.Left != report.Read {
			t.Fatalf("%v, report %+v", err, report)
		}
	})
}

func TestAMillionRowsFit(t *testing.T) {
	rows := people(1000)
	x, _ := build(t, tableOf(rows), options(t, 2, "account:digits", "name:words", "born:date"))
	if per := float64(x.Memory()) / 1000; per > 40 {
		t.Errorf("a row takes %.1f bytes, and a million must fit in 40 MB", per)
	}
}

func BenchmarkFind(b *testing.B) {
	rows := tableOf(people(100_000))
	numbers, _ := build(b, rows, options(b, 0, "account:digits", "born:date"))
	names, _ := build(b, rows, options(b, 1, "name:words", "born:date"))
	texts := map[string]string{
		"chat":    "are we still on for lunch tomorrow? I could do 12:30 as well, ok",
		"numbers": "order 4711-0815-2342 of 2024-05-06, invoice 998877665544, call 13800000000",
		"hostile": strings.Repeat("12 ", 16<<10/3),
		"dump":    rows[:16<<10],
	}
	for name, text := range texts {
		for kind, x := range map[string]*exact.Index{"number": numbers, "name": names} {
			b.Run(name+"/"+kind, func(b *testing.B) {
				in := []byte(text)
				b.ReportAllocs()
				for b.Loop() {
					x.Find(in)
				}
			})
		}
	}
}

func BenchmarkBuild(b *testing.B) {
	table := tableOf(people(100_000))
	b.SetBytes(int64(len(table)))
	for b.Loop() {
		if _, _, err := exact.Build(strings.NewReader(table), options(b, 2, "account:digits", "name:words", "born:date"), secret(), salt()); err != nil {
			b.Fatal(err)
		}
	}
}
