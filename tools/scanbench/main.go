// Program scanbench measures the detection engine beside others over the same
// patterns and texts, in one run on one processor, and prints tables in Markdown.
//
// What other engines are given is what they can do: the regexps of the packs, with
// the keywords that the packs name. takeback does more in its figures: it reads
// disguises, checks digits, weighs context and settles overlaps.
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"
)

// settings are what the command line says.
type settings struct {
	engines string
	rounds  int
	length  time.Duration // CPU time for one engine and corpus in one round
	words   int           // in the dictionary
	page    string        // to write the tables into
	profile string        // directory for profiles
}

func main() {
	var s settings
	flag.StringVar(&s.engines, "engines", "", "measure only engines whose name has one of these, separated by commas")
	flag.IntVar(&s.rounds, "rounds", 3, "measure each this often, and keep the best")
	flag.DurationVar(&s.length, "length", time.Second, "CPU time for one engine and corpus in a round")
	flag.IntVar(&s.words, "words", 100_000, "words in the dictionary; 0 leaves it out")
	flag.StringVar(&s.page, "page", "", "also write the tables into this page, between its two marks")
	flag.StringVar(&s.profile, "profile", "", "write CPU profiles of takeback by corpus into this directory instead")
	flag.Parse()
	runtime.GOMAXPROCS(1)
	if err := run(s); err != nil {
		fmt.Fprintln(os.Stderr, "scanbench:", err)
		os.Exit(1)
	}
}

func run(s settings) error {
	texts, err := corpora(os.Getenv("TAKEBACK_CLEAN_CORPUS"))
	if err != nil {
		return err
	}
	if s.profile != "" {
		return profiles(s, texts)
	}
	engines, err := build(s.engines)
	if err != nil {
		return err
	}
	for range s.rounds {
		for _, e := range engines {
			for i := range texts {
				e.measure(&texts[i], s.length)
			}
		}
	}
	var b strings.Builder
	about(&b)
	printSpeeds(&b, engines, texts)
	printBuilds(&b, engines)
	if s.words > 0 {
		lists, err := dictionaries(s.words, s.rounds, s.length, texts[0].texts)
		if err != nil {
			return err
		}
		printLists(&b, lists, s.words)
	}
	printTargets(&b, engines, texts)
	fmt.Print(b.String())
	return writePage(s.page, b.String())
}

// The tables stand between these lines of a page.
const (
	pageBegin = "<!-- measured: written by make bench-scan -->\n"
	pageEnd   = "<!-- end of what was measured -->\n"
)

// writePage puts the tables into a page that has the two marks.
func writePage(file, tables string) error {
	if file == "" {
		return nil
	}
	text, err := os.ReadFile(filepath.Clean(file))
	if err != nil {
		return err
	}
	before, rest, ok := strings.Cut(string(text), pageBegin)
	_, after, ended := strings.Cut(rest, pageEnd)
	if !ok || !ended {
		return fmt.Errorf("%s lacks the lines %q and %q", file, pageBegin, pageEnd)
	}
	return os.WriteFile(file, []byte(before+pageBegin+"\n"+tables+"\n"+pageEnd+after), 0o644)
}
