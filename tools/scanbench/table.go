package main

import (
	"fmt"
	"io"
	"os"
	"runtime"
	"slices"
	"strings"
	"time"
)

// about says on what and when the tables were measured.
func about(w io.Writer) {
	fmt.Fprintf(w, "Measured %s with %s on one core of %s (%s/%s), CPU time of the process. Only ratios within the tables carry over to another machine.\n\n",
		time.Now().UTC().Format("2006-01-02"), runtime.Version(), processor(), runtime.GOOS, runtime.GOARCH)
}

// processor is the name of the machine's processor, where Linux tells it.
func processor() string {
	text, err := os.ReadFile("/proc/cpuinfo")
	if err == nil {
		for line := range strings.Lines(string(text)) {
			if name, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(name) == "model name" {
				return strings.TrimSpace(value)
			}
		}
	}
	return "an unknown processor"
}

// printSpeeds prints texts per second and how many times the first peer that is.
func printSpeeds(w io.Writer, engines []*engine, corpora []texts) {
	loop := find(engines, loopEngine)
	fmt.Fprint(w, "Texts per second; in brackets, how many times the stdlib loop. `~`: measured on a part of the corpus, as it takes too long.\n\n| engine | reports |")
	for _, c := range corpora {
		fmt.Fprintf(w, " %s (%s) |", c.name, size(int64(c.bytes)))
	}
	fmt.Fprintf(w, "\n|---|---|%s\n", strings.Repeat("---:|", len(corpora)))
	for _, e := range engines {
		fmt.Fprintf(w, "| %s | %s |", e.name, e.what)
		for _, c := range corpora {
			s := e.speeds[c.name]
			fmt.Fprintf(w, " %s%s", map[bool]string{true: "~"}[s.partly], number(perSecond(s)))
			if loop != nil {
				fmt.Fprintf(w, " (%s)", number(ratio(loop, e, c.name)))
			}
			fmt.Fprint(w, " |")
		}
		fmt.Fprintln(w)
	}
	fmt.Fprintln(w)
}

// printBuilds prints what it takes until an engine can scan.
func printBuilds(w io.Writer, engines []*engine) {
	fmt.Fprint(w, "| engine | built in | memory | patterns left out |\n|---|---:|---:|---:|\n")
	for _, e := range engines {
		fmt.Fprintf(w, "| %s | %d ms | %s | %d |\n", e.name, e.built.Milliseconds(), size(e.heap), e.left)
	}
	fmt.Fprintln(w)
}

// printTargets holds takeback against what the project wants of it.
func printTargets(w io.Writer, engines []*engine, corpora []texts) {
	e := find(engines, takebackEngine)
	if e == nil {
		return
	}
	fmt.Fprint(w, "| target | wanted | measured |\n|---|---:|---:|\n")
	row := func(what, wanted, measured string) { fmt.Fprintf(w, "| %s | %s | %s |\n", what, wanted, measured) }
	row("chat, texts a second", "1,500,000", number(perSecond(e.speeds[chatCorpus])))
	if loop := find(engines, loopEngine); loop != nil {
		row("chat, times the stdlib loop", "800", number(ratio(loop, e, chatCorpus)))
	}
	if spans := find(engines, spansEngine); spans != nil {
		row("chat, times Hyperscan with spans", "3", number(ratio(spans, e, chatCorpus)))
	}
	row("digits, texts a second", "70,000", number(perSecond(e.speeds[digitsCorpus])))
	row("16 KB, MB a second", "90", number(perSecond(e.speeds[longCorpus])*float64(bytesOf(corpora, longCorpus))/1e6))
	row("hostile 16 KB, the slowest, ms", "2", fmt.Sprintf("%s (%s)", number(e.speeds[hostileCorpus].worst.Seconds()*1000), e.speeds[hostileCorpus].slowest))
	row("all packs built, ms", "150", number(e.built.Seconds()*1000))
	fmt.Fprintln(w)
}

func find(engines []*engine, name string) *engine {
	i := slices.IndexFunc(engines, func(e *engine) bool { return e.name == name })
	if i < 0 {
		return nil
	}
	return engines[i]
}

func bytesOf(corpora []texts, name string) int {
	return corpora[slices.IndexFunc(corpora, func(c texts) bool { return c.name == name })].bytes
}

func perSecond(s speed) float64 { return 1 / s.perText.Seconds() }

// ratio is how many times as fast as the first the second is.
func ratio(slow, fast *engine, corpus string) float64 {
	return slow.speeds[corpus].perText.Seconds() / fast.speeds[corpus].perText.Seconds()
}

// number writes about three digits, with commas.
func number(x float64) string {
	switch {
	case x < 10:
		return fmt.Sprintf("%.2g", x)
	case x < 1000:
		return fmt.Sprintf("%.0f", x)
	}
	digits := fmt.Sprintf("%.0f", x)
	for n := 1; n <= len(digits)-3; n++ { // below the first three
		if n+3 <= len(digits) {
			digits = digits[:n+2] + strings.Repeat("0", len(digits)-n-2)
			break
		}
	}
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}

func size(n int64) string {
	switch {
	case n < 1000:
		return fmt.Sprintf("%d bytes", max(n, 0))
	case n < 1e6:
		return fmt.Sprintf("%.1f KB", float64(n)/1e3)
	}
	return fmt.Sprintf("%.1f MB", float64(n)/1e6)
}
