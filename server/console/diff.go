package console

import "strings"

// diffLine is one line of two texts that are compared.
type diffLine struct {
	Kind     string // same, gone, new, or skip for lines left out
	Old, New int    // its number in either text, from 1; 0: it is not there
	Text     string
	Skipped  int
}

const (
	diffAround = 3         // lines shown around what differs
	diffCells  = 4_000_000 // how much is compared exactly; what is larger shows as gone and new as a whole
)

// diff compares two texts line by line and leaves out what is the same far from any difference.
func diff(before, after string) []diffLine {
	a, b := strings.Split(before, "\n"), strings.Split(after, "\n")
	head := 0
	for head < len(a) && head < len(b) && a[head] == b[head] {
		head++
	}
	tail := 0
	for tail < len(a)-head && tail < len(b)-head && a[len(a)-1-tail] == b[len(b)-1-tail] {
		tail++
	}
	d := &differ{a: a, b: b}
	d.same(head)
	d.middle(len(a)-tail, len(b)-tail)
	d.same(tail)
	return around(d.lines)
}

// differ walks two texts side by side.
type differ struct {
	a, b  []string
	i, j  int // where it stands
	lines []diffLine
}

func (d *differ) same(n int) {
	for range n {
		d.lines = append(d.lines, diffLine{Kind: "same", Old: d.i + 1, New: d.j + 1, Text: d.a[d.i]})
		d.i, d.j = d.i+1, d.j+1
	}
}

func (d *differ) gone() {
	d.lines = append(d.lines, diffLine{Kind: "gone", Old: d.i + 1, Text: d.a[d.i]})
	d.i++
}

func (d *differ) added() {
	d.lines = append(d.lines, diffLine{Kind: "new", New: d.j + 1, Text: d.b[d.j]})
	d.j++
}

// middle walks on to two places, along the longest common lines.
func (d *differ) middle(toA, toB int) {
	common := d.common(toA, toB)
	for d.i < toA || d.j < toB {
		switch {
		case d.i < toA && d.j < toB && common != nil && d.a[d.i] == d.b[d.j]:
			d.same(1)
		case d.j == toB || d.i < toA && (common == nil || common(d.i+1, d.j) >= common(d.i, d.j+1)):
			d.gone()
		default:
			d.added()
		}
	}
}

// common says how many lines are common from two places on; nil where the texts are too
// large to tell.
func (d *differ) common(toA, toB int) func(i, j int) int32 {
	rows, columns := toA-d.i+1, toB-d.j+1
	if rows*columns > diffCells {
		return nil
	}
	cells, i0, j0 := make([]int32, rows*columns), d.i, d.j
	at := func(i, j int) *int32 { return &cells[(i-i0)*columns+j-j0] }
	for i := toA - 1; i >= i0; i-- {
		for j := toB - 1; j >= j0; j-- {
			if d.a[i] == d.b[j] {
				*at(i, j) = *at(i+1, j+1) + 1
			} else {
				*at(i, j) = max(*at(i+1, j), *at(i, j+1))
			}
		}
	}
	return func(i, j int) int32 { return *at(i, j) }
}

// around keeps what differs and a few lines on either side of it.
func around(all []diffLine) []diffLine {
	keep := make([]bool, len(all))
	for i, l := range all {
		if l.Kind == "same" {
			continue
		}
		for n := max(0, i-diffAround); n <= min(len(all)-1, i+diffAround); n++ {
			keep[n] = true
		}
	}
	var out []diffLine
	for i, l := range all {
		last := len(out) - 1
		switch {
		case keep[i]:
			out = append(out, l)
		case last >= 0 && out[last].Kind == "skip":
			out[last].Skipped++
		default:
			out = append(out, diffLine{Kind: "skip", Skipped: 1})
		}
	}
	return out
}

// differs reports whether any line is not the same.
func differs(lines []diffLine) bool {
	for _, l := range lines {
		if l.Kind == "gone" || l.Kind == "new" {
			return true
		}
	}
	return false
}
