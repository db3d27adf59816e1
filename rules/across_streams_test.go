package rules_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strconv"
	"time"
)

// streams are what people and programs post in a row that holds numbers and is no value, by kind.
//
// Left out are rows of bare numbers of four or eight digits that follow no order: a card that is split
// looks like them, and one row in forty passes for one.
var streams = []stream{
	{"counters", counters},
	{"single digits", func(r *rand.Rand, n int) []string {
		return each(n, func(i int) string { return strconv.Itoa(i + 1 + r.IntN(2)) })
	}},
	{"times", times},
	{"prices", func(r *rand.Rand, n int) []string {
		form := oneOf(r, "%d.%02d", "$%d.%02d", "€%d,%02d", "¥%d.%02d", "%d.%02d each", "was %d.%02d", "%d,%02d")
		return each(n, func(int) string { return fmt.Sprintf(form, anySize(r, 4), oneOf(r, 0, 50, 90, 95, 99, r.IntN(100))) })
	}},
	{"order numbers", orders},
	{"amounts", func(r *rand.Rand, n int) []string {
		form, digits := oneOf(r, "%d", "%d pcs", "x%d", "%d kg", "%d", "+%d", "%d left"), 1+r.IntN(4)
		return each(n, func(int) string { return fmt.Sprintf(form, anySize(r, digits)) })
	}},
	{"days", days},
	{"talk", func(r *rand.Rand, n int) []string {
		return each(n, func(int) string { return fmt.Sprintf(oneOf(r, talkForms...), anySize(r, 5)) })
	}},
	{"scores", func(r *rand.Rand, n int) []string {
		form := oneOf(r, "%d-%d", "%d:%d", "%d/%d", "%d x %d", "%d %d", "%d, %d")
		return each(n, func(int) string { return fmt.Sprintf(form, anySize(r, 2), anySize(r, 2)) })
	}},
	{"measures", func(r *rand.Rand, n int) []string {
		form := oneOf(r, "%d.%d", "%d.%d ms", "%d,%d %%", "-%d.%d", "v%d.%d", "%d.%d.0")
		return each(n, func(int) string { return fmt.Sprintf(form, anySize(r, 3), r.IntN(1000)) })
	}},
}

type stream struct {
	kind string
	row  func(r *rand.Rand, n int) []string
}

func each(n int, text func(i int) string) []string {
	out := make([]string, n)
	for i := range out {
		out[i] = text(i)
	}
	return out
}

func oneOf[T any](r *rand.Rand, of ...T) T { return of[r.IntN(len(of))] }

// anySize draws a number up to 10^digits, of each length as often.
func anySize(r *rand.Rand, digits int) int {
	return int(math.Pow(10, r.Float64()*float64(digits)))
}

var countForms = []string{
	"%d", "%04d", "%06d", "#%d", "message %d", "no. %d", "ticket %d", "order %d", "%d done", "line %d ok", "订单%d", "第%d条", "No.%d", "%d.",
}

func counters(r *rand.Rand, n int) []string {
	form, at, step := oneOf(r, countForms...), anySize(r, 6), oneOf(r, 1, 1, 1, 2, 5, 10)
	gaps := r.IntN(3) == 0
	return each(n, func(int) string {
		text := fmt.Sprintf(form, at)
		if at += step; gaps && r.IntN(3) == 0 {
			at += step * (1 + r.IntN(60))
		}
		return text
	})
}

func times(r *rand.Rand, n int) []string {
	form := oneOf(r, "%02d:%02d", "%d:%02d", "at %d:%02d", "%02d%02d", "%d.%02d", "%02d点%02d", "%d:%02d pm")
	minute := r.IntN(24 * 60)
	return each(n, func(int) string {
		text := fmt.Sprintf(form, minute/60, minute%60)
		minute = (minute + oneOf(r, 5, 10, 15, 30, 45, 60, 1+r.IntN(90))) % (24 * 60)
		return text
	})
}

func orders(r *rand.Rand, n int) []string {
	form := oneOf(r, "order %d", "#%d", "order no. %d", "订单 %d", "invoice %d", "ticket %d done", "%d shipped", "tel %d")
	least := int(math.Pow10(4 + r.IntN(6)))
	return each(n, func(int) string { return fmt.Sprintf(form, least+r.IntN(9*least)) })
}

func days(r *rand.Rand, n int) []string {
	form := oneOf(r, "2006-01-02", "02.01.2006", "01/02/2006", "2.1.", "20060102", "0102", "on 2 Jan 2006", "2006")
	day := time.Date(2000+r.IntN(40), 1, 1, 0, 0, 0, 0, time.UTC)
	return each(n, func(int) string {
		day = day.AddDate(0, r.IntN(3)/2, 1+r.IntN(30))
		return day.Format(form)
	})
}

var talkForms = []string{
	"see you at %d", "I am in room %d", "it cost me %d in the end", "page %d of the report", "there were %d of them", "%d people came",
	"call me on ext %d", "bus %d", "my flight is at %d", "score %d", "we sold %d today", "building %d", "%d minutes left", "one more: %d",
	"%d", "%d!", "no, %d", "yes %d", "今天%d个", "房间%d", "大概%d", "还有%d", "%d分钟", "第%d页", "是%d",
}

// mixed are rows in which each message is of any kind.
func mixed(r *rand.Rand, n int) []string {
	var rows [][]string
	for _, s := range streams {
		rows = append(rows, s.row(r, n))
	}
	return each(n, func(i int) string { return rows[r.IntN(len(rows))][i] })
}
