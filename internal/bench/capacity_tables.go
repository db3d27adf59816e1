package main

import (
	"fmt"
	"io"
	"math"
	"strconv"
	"time"
)

// digits writes two digits that count, or the whole part.
func digits(x float64) string {
	if x >= 100 || x == 0 {
		return fmt.Sprintf("%.0f", x)
	}
	places := max(1-int(math.Floor(math.Log10(x))), 0)
	return strconv.FormatFloat(x, 'f', places, 64)
}

func micros(d time.Duration) string { return fmt.Sprintf("%.0f", float64(d.Nanoseconds())/1000) }

func line(w io.Writer, cells ...string) {
	for _, c := range cells {
		_, _ = fmt.Fprintf(w, "| %s ", c)
	}
	_, _ = fmt.Fprintln(w, "|")
}

func head(w io.Writer, cells ...string) {
	line(w, cells...)
	_, _ = fmt.Fprint(w, "|---|")
	for range cells[1:] {
		_, _ = fmt.Fprint(w, "---:|")
	}
	_, _ = fmt.Fprintln(w)
}

func printCosts(w io.Writer, all ...costs) {
	_, _ = fmt.Fprintf(w, "Microseconds of a core, beyond what a service without work uses. A recall is what it adds to its message.\n\n")
	head(w, "", "node", "PostgreSQL", "Redis", "the load itself")
	for _, c := range all {
		for _, run := range []cost{c.quiet, c.busy} {
			u := run.each()
			line(w, fmt.Sprintf("%s: a message, at %d a second", c.name, run.offer.rate), micros(u.nodes), micros(u.postgres), micros(u.redis), micros(run.loadEach()))
		}
		u := c.recalls.eachRecall(c.busy)
		line(w, c.name+": a recall", micros(u.nodes), micros(u.postgres), micros(u.redis), "")
		u = c.busy.idle
		second := time.Duration(c.busy.offer.length.Seconds())
		line(w, c.name+": a second without work", micros(u.nodes/second), micros(u.postgres/second), micros(u.redis/second), "")
		if t := c.recalls.old; t.removed > 0 {
			n, e := time.Duration(t.removed), time.Duration(max(t.entries, 1))
			line(w, c.name+": a message removed by retention", micros(t.removing.nodes/n), micros(t.removing.postgres/n), "", "")
			line(w, fmt.Sprintf("%s: an entry of the audit verified (of %d)", c.name, t.entries), micros(t.verifying.nodes/e), micros(t.verifying.postgres/e), "", "")
		}
	}
	_, _ = fmt.Fprintf(w, "\nA node has %d MB resident with SQLite after %d messages, and %d MB with PostgreSQL.\n\n",
		all[0].busy.memory>>20, all[0].busy.answer.answered+all[0].busy.warm, all[len(all)-1].busy.memory>>20)
}

// printStations shares the nodes' time out, of the run with recalls.
func printStations(w io.Writer, all ...costs) {
	_, _ = fmt.Fprintf(w, "Where a node's part of that goes, from profiles at %s:\n\n", all[0].recalls.offer)
	cells := []string{"station", "for each"}
	for _, c := range all {
		cells = append(cells, c.name)
	}
	head(w, cells...)
	for _, s := range stations {
		if s.name == "retention" {
			continue // nothing is old yet; it is measured by itself
		}
		cells := []string{s.name, s.each}
		for _, c := range all {
			cells = append(cells, micros(c.recalls.at(s)))
		}
		line(w, cells...)
	}
	_, _ = fmt.Fprintln(w)
}

func printBytes(w io.Writer, sqlite, postgres costs) {
	head(w, "", "bytes of rows", "bytes of indexes", "bytes written to disk", "statements", "commits")
	messages := func(c cost) float64 { return float64(max(c.answer.answered, 1)) }
	file := float64(sqlite.busy.stored.rows-sqlite.quiet.stored.rows) / (messages(sqlite.busy) + float64(sqlite.busy.warm) - messages(sqlite.quiet) - float64(sqlite.quiet.warm))
	line(w, "SQLite: a message", fmt.Sprintf("%.0f, with indexes", file), "", fmt.Sprintf("%.0f", float64(sqlite.busy.stored.log)/messages(sqlite.busy)), "", "")
	for _, run := range []cost{postgres.quiet, postgres.busy} {
		s, n := run.stored, messages(run)
		line(w, fmt.Sprintf("PostgreSQL: a message, at %d a second", run.offer.rate), fmt.Sprintf("%.0f", float64(s.rows)/n), fmt.Sprintf("%.0f", float64(s.indexes)/n),
			fmt.Sprintf("%.0f (WAL)", float64(s.log)/n), fmt.Sprintf("%.1f", float64(s.statements)/n), fmt.Sprintf("%.2f", float64(s.commits)/n))
	}
	a, b, n := postgres.recalls, postgres.busy, float64(max(postgres.recalls.answer.recalls, 1))
	more := func(a, b int64) float64 {
		return max(float64(a)-float64(b)*messages(postgres.recalls)/messages(postgres.busy), 0) / n
	}
	line(w, "PostgreSQL: a recall", fmt.Sprintf("%.0f", more(a.stored.rows, b.stored.rows)), fmt.Sprintf("%.0f", more(a.stored.indexes, b.stored.indexes)),
		fmt.Sprintf("%.0f (WAL)", more(a.stored.log, b.stored.log)), fmt.Sprintf("%.1f", more(a.stored.statements, b.stored.statements)), fmt.Sprintf("%.2f", more(a.stored.commits, b.stored.commits)))
	_, _ = fmt.Fprintln(w)
}

func printHeld(w io.Writer, all []held) {
	_, _ = fmt.Fprintf(w, "What nodes take, with all answered and 99 of 100 webhooks within %d ms, one message in a hundred recalled, found by `takeback load`, beside what the costs predict: cores, less what idle nodes use, by all that a message costs on this machine.\n\n", bound.Milliseconds())
	head(w, "", "predicted a second", "held a second", "ratio", "p99 ms", "to the recall call, p99 ms", "rates tried")
	for _, h := range all {
		took := "none"
		if h.best.answered > 0 {
			took = fmt.Sprintf("%.0f", h.best.perSecond)
		}
		line(w, fmt.Sprintf("%s, %d %s", h.name, h.nodes, plural(h.nodes, "process", "processes")), fmt.Sprintf("%.0f", h.predicted), took,
			fmt.Sprintf("%.2f", h.best.perSecond/h.predicted), micros(h.best.p99*1000/1e6), micros(h.best.recallP99*1000/1e6), strconv.Itoa(h.tried))
	}
	_, _ = fmt.Fprintln(w)
}

func plural(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}

// The load that docs/capacity.md speaks of.
const (
	baseAverage, basePeak = 50.0, 300.0 // messages a second
	keptDays              = 30.0
	grownShare            = 0.001 // taken back
	callsOfAnApp          = 160.0 // a second, the default of tencent.rate
)

// printGrowth is the model with the measured costs put in.
func printGrowth(w io.Writer, c costs) {
	_, _ = fmt.Fprintf(w, "The model with these figures, PostgreSQL, %.0f messages a second on average and %.0f at peak, one in a thousand recalled, clean messages kept for %.0f days:\n\n", baseAverage, basePeak, keptDays)
	head(w, "load", "x1", "x10", "x100", "x1000")
	each, recall, old := c.busy.each(), c.recalls.eachRecall(c.busy), c.recalls.old
	s, n := c.busy.stored, float64(max(c.busy.answer.answered, 1))
	cores := func(of, r, removal time.Duration) float64 {
		return basePeak*(of.Seconds()+grownShare*r.Seconds()) + baseAverage*removal.Seconds()/float64(max(old.removed, 1))
	}
	grow := func(name string, one float64) {
		cells := []string{name}
		for _, by := range []float64{1, 10, 100, 1000} {
			cells = append(cells, digits(one*by))
		}
		line(w, cells...)
	}
	grow("messages a second at peak", basePeak)
	grow("cores of nodes at peak", cores(each.nodes, recall.nodes, old.removing.nodes))
	grow("cores of PostgreSQL at peak", cores(each.postgres, recall.postgres, old.removing.postgres))
	grow("cores of Redis at peak", cores(each.redis, recall.redis, 0))
	grow("MB of WAL a second at peak", basePeak*float64(s.log)/n/1e6)
	grow("GB kept in PostgreSQL", baseAverage*86400*keptDays*float64(s.rows+s.indexes)/n/1e9)
	grow("recall calls a second at peak, one message each", basePeak*grownShare)
	grow("automatic recalls a minute at peak (`caps.all` is 50)", basePeak*grownShare*60)
	grow("parts of one app's rate", basePeak*grownShare/callsOfAnApp)
	_, _ = fmt.Fprintln(w)
}
