package console

import (
	"cmp"
	"math"
	"slices"
	"strconv"

	"github.com/takeback-chat/takeback/models"
)

// coverageBar is how much of a conversation was seen, as a picture: all of its numbers
// from left to right, and the holes where they lie.
type coverageBar struct {
	Percent string // empty where nobody can tell
	Missing int64
	Parts   []barPart
}

// barPart is a hole in the bar.
type barPart struct {
	models.Range

	Class string // open, or how it was closed
	X, W  string // in thousandths of the bar
}

// barLeast is how wide a hole is shown at least, in thousandths: one number in a
// million is still a hole.
const barLeast = 4

// drawBar draws the holes that are known of a conversation, open ones last, over the others.
func drawBar(c models.Coverage, holes []models.Hole) coverageBar {
	b := coverageBar{Missing: c.Missing}
	if !c.Numbered || c.Newest < c.First {
		return b
	}
	b.Percent = scanned(c.Tally)
	all := float64(c.Newest - c.First + 1)
	for _, h := range holes {
		first, last := max(h.First, c.First), min(h.Last, c.Newest)
		if last < first {
			continue
		}
		w := max(barLeast, 1000*float64(last-first+1)/all)
		x := min(1000-w, 1000*float64(first-c.First)/all)
		b.Parts = append(b.Parts, barPart{models.Range{First: first, Last: last}, holeClass(h), thousandths(x), thousandths(w)})
	}
	slices.SortStableFunc(b.Parts, func(p, q barPart) int { return cmp.Compare(depth(p), depth(q)) })
	return b
}

func depth(p barPart) int {
	if p.Class == holeOpen {
		return 1
	}
	return 0
}

const holeOpen = "open"

func holeClass(h models.Hole) string {
	if h.ClosedAt.IsZero() {
		return holeOpen
	}
	return string(h.How)
}

func thousandths(f float64) string { return strconv.FormatFloat(f, 'f', 1, 64) }

// scanned is how much of what people posted was scanned, rounded down, so that it
// is 100 only where nothing is left.
func scanned(t models.Tally) string {
	return strconv.FormatFloat(math.Floor(t.Percent()*10)/10, 'f', -1, 64)
}
