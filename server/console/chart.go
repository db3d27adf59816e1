package console

import (
	"fmt"
	"math"
	"strconv"
)

// chart is a bar chart as the template draws it: everything is placed here, in the units
// of its view box, so that no style stands in the markup.
type chart struct {
	ID    string
	Title string
	Words string // for those who do not see it
	Bars  []bar
	Lines []tick // across
	Marks []tick // below
	Keys  []legend
}

// bar is one rectangle.
type bar struct {
	X, Y, W, H string
	Class      string // of its series
	Hint       string
}

// tick is a line or a mark, and what stands beside it.
type tick struct{ At, Text string }

// legend names one series.
type legend struct{ Class, Text string }

// The view box of a chart, and the part of it that bars stand in.
const (
	chartWidth, chartHeight         = 720, 200
	chartLeft, chartTop, chartFloor = 44, 10, 172
)

// series is a name with a number for each column.
type series struct {
	Name   string
	Class  string // how the style sheet draws it
	Values []int
}

// stacked draws series on top of each other, a column for each label. Hints say what a
// bar is; every so many labels one is written, so that none covers another.
func stacked(id, title, words string, labels []string, all []series) chart {
	c := chart{ID: id, Title: title, Words: words}
	top := niceTop(tallest(len(labels), all))
	for i := range 3 {
		value := top * i / 2
		c.Lines = append(c.Lines, tick{unit(heightOf(value, top)), strconv.Itoa(value)})
	}
	step := float64(chartWidth-chartLeft) / float64(max(1, len(labels)))
	for i, label := range labels {
		left, under := chartLeft+float64(i)*step, 0
		for _, s := range all {
			if s.Values[i] == 0 {
				continue
			}
			from, to := heightOf(under, top), heightOf(under+s.Values[i], top)
			under += s.Values[i]
			c.Bars = append(c.Bars, bar{
				X: unit(left + step*0.12), Y: unit(to), W: unit(step * 0.76), H: unit(math.Max(1, from-to)),
				Class: s.Class, Hint: fmt.Sprintf("%s, %s: %d", label, s.Name, s.Values[i]),
			})
		}
		if every := (len(labels) + 11) / 12; i%every == 0 {
			c.Marks = append(c.Marks, tick{unit(left + step/2), label})
		}
	}
	for _, s := range all {
		c.Keys = append(c.Keys, legend{s.Class, s.Name})
	}
	return c
}

// shades is how many looks of series the style sheet has, from s0 on.
const shades = 9

func tallest(columns int, all []series) (most int) {
	for i := range columns {
		sum := 0
		for _, s := range all {
			sum += s.Values[i]
		}
		most = max(most, sum)
	}
	return most
}

// niceTop is an even number to which the scale goes: 2, 4, 6, 8, 10, 20, 40, 60, ...
func niceTop(most int) int {
	for scale := 1; ; scale *= 10 {
		for _, n := range []int{2, 4, 6, 8, 10} {
			if n*scale >= most {
				return n * scale
			}
		}
	}
}

func heightOf(value, top int) float64 {
	return chartFloor - float64(value)/float64(top)*(chartFloor-chartTop)
}

func unit(f float64) string { return strconv.FormatFloat(f, 'f', 1, 64) }
