package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/rules"
)

// testCard is what the tests of windows look for; its parts are joined here so that
// no scanner takes this file for a leak.
const testCard = "4111 1111 " + "1111 1111"

// prose is n bytes of text in which nothing is found.
func prose(n int) string {
	const line = "ok then, shall we meet at the station tomorrow? 那我们明天见\n"
	return strings.ToValidUTF8(strings.Repeat(line, n/len(line)+1)[:n], ".")
}

// longTextOf is a text with the value at each of the places.
func longTextOf(size int, at []int) string {
	text := []byte(prose(size))
	for _, i := range at {
		copy(text[i:], " card "+testCard+" ")
	}
	return strings.ToValidUTF8(string(text), "?")
}

// At whatever place a value stands, the windows find what one scan finds.
func TestWindowsFindWhatOneScanFinds(t *testing.T) {
	e, err := rules.New(rules.Builtin(), rules.Options{})
	if err != nil {
		t.Fatal(err)
	}
	borders := 0
	rapid.Check(t, func(t *rapid.T) {
		size := rapid.IntRange(1, 4*windowInner).Draw(t, "size") + 200
		var at []int
		for range rapid.IntRange(1, 4).Draw(t, "values") {
			i := rapid.IntRange(0, size-60).Draw(t, "anywhere")
			if rapid.Bool().Draw(t, "at a border") {
				k := rapid.IntRange(1, 4).Draw(t, "window")
				i = k*windowInner + rapid.SampledFrom([]int{-windowBefore, 0, windowBehind}).Draw(t, "border") + rapid.IntRange(-40, 10).Draw(t, "beside")
				borders++
			}
			if i+60 < size {
				at = append(at, i)
			}
		}
		text := longTextOf(size, at)
		want := e.Scan([]models.Element{{Text: text}})
		s := searcher{engine: e}
		s.search(whole(text))
		if diff := cmp.Diff(want, append([]models.Finding(nil), s.found...)); diff != "" {
			t.Fatalf("(-one scan +windows):\n%s", diff)
		}
	})
	if borders < 50 {
		t.Errorf("%d values at borders, want at least 50", borders)
	}
}

// A value is found at every place around the first border of windows, and of
// the stretches that files are read in.
func TestEveryPlaceAroundABorder(t *testing.T) {
	packs, err := builtinPacks([]string{"financial"})
	if err != nil {
		t.Fatal(err)
	}
	e, err := rules.New(packs, rules.Options{})
	if err != nil {
		t.Fatal(err)
	}
	s := searcher{engine: e}
	n := 0
	for _, border := range []int{windowInner - windowBefore, windowInner, windowInner + windowBehind} {
		for at := border - 40; at < border+10; at++ {
			text := longTextOf(2*windowInner, []int{at})
			s.search(whole(text))
			if len(s.found) != 1 || text[s.found[0].Start:s.found[0].End] != testCard {
				t.Errorf("at %d: found %+v", at, s.found)
			}
			n++
		}
	}
	if n != 150 {
		t.Errorf("%d places", n)
	}
}

// However a file comes in, what is found in it is the same.
func TestStretchesFindWhatOneScanFinds(t *testing.T) {
	const stretchSize = stretchWindows * windowInner
	text := longTextOf(3*stretchSize+5000, []int{
		10, stretchSize - 30, stretchSize + 10, 2*stretchSize - 10, 2*stretchSize + windowBehind - 5, 3*stretchSize + 4900,
	})
	e, err := rules.New(rules.Builtin(), rules.Options{})
	if err != nil {
		t.Fatal(err)
	}
	want := e.Scan([]models.Element{{Text: text}})
	if len(want) != 6 {
		t.Fatalf("one scan finds %d", len(want))
	}
	for name, in := range map[string]struct {
		text   string
		reader io.Reader
		whole  bool
	}{
		"whole":       {text, strings.NewReader(text), true},
		"halves":      {text, iotest.HalfReader(strings.NewReader(text)), true},
		"end at once": {text, iotest.DataErrReader(strings.NewReader(text)), true},
		"one line":    {strings.ReplaceAll(text, "\n", " "), strings.NewReader(strings.ReplaceAll(text, "\n", " ") + "\nnext " + testCard), false},
	} {
		t.Run(name, func(t *testing.T) {
			var out bytes.Buffer
			job := &scanJob{set: &rules.Ruleset{Engine: e, Policy: rules.DefaultPolicy()}, whole: in.whole, explain: name == "halves", workers: 3, format: jsonFormat{}, out: &out}
			if err := job.run(context.Background(), &scanReader{job: job, in: in.reader}); err != nil {
				t.Fatal(err)
			}
			got := parseScanned(t, out.String())
			var spans []string
			for _, f := range got[0].Findings {
				spans = append(spans, fmt.Sprint(f.Start, in.text[f.Start:f.End]))
				if explained := f.Why != nil && f.Why.Level == "certain"; explained != (name == "halves") {
					t.Errorf("why = %+v", f.Why)
				}
			}
			var wanted []string
			for _, f := range want {
				wanted = append(wanted, fmt.Sprint(f.Start, testCard))
			}
			if diff := cmp.Diff(wanted, spans); diff != "" {
				t.Errorf("(-one scan +stretches):\n%s", diff)
			}
			if !in.whole && (len(got) != 2 || len(got[1].Findings) != 1 || fmt.Sprint(got[1].ID) != "2") {
				t.Errorf("the line behind the long one: %+v", got[1:])
			}
		})
	}
}

// Lines and columns count from the beginning of the file, in whatever stretch.
func TestSpotsInLongFiles(t *testing.T) {
	text := longTextOf(stretchWindows*windowInner*2+9000, []int{100, stretchWindows*windowInner - 7, stretchWindows*windowInner + 20000})
	file := write(t, "long.txt", text)
	_, out, _ := takeback(t, "", "scan", "--whole", "--format", "text", file)
	var want strings.Builder
	for rest, at := text, 0; ; {
		i := strings.Index(rest, testCard)
		if i < 0 {
			break
		}
		before := text[:at+i]
		fmt.Fprintf(&want, "%s:%d:%d: credit_card 1.00 •••• 1111\n", file, strings.Count(before, "\n")+1, len(before)-strings.LastIndexByte(before, '\n'))
		at += i + len(testCard)
		rest = text[at:]
	}
	if diff := cmp.Diff(want.String(), out); diff != "" || strings.Count(out, "\n") != 3 {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
