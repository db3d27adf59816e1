// Command proof runs the large proofs of the product and prints a table of what
// they found; then it breaks the product on purpose, one fault at a time, and
// checks that a proof notices each. It is run by "make proof", beside private
// databases; "make proof PROOFFLAGS=-small" takes minutes instead of an hour.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"regexp"
	"strings"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, os.Args[1:], os.Stdout)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "proof:", err)
		os.Exit(1)
	}
}

var (
	errFailed  = errors.New("not everything held")
	errStopped = errors.New("stopped before the end: what was cut off says nothing")
)

func run(ctx context.Context, args []string, out io.Writer) error {
	flags := flag.NewFlagSet("proof", flag.ContinueOnError)
	small := flags.Bool("small", false, "the sizes of every test run")
	only := flags.String("only", "", "the proofs and faults whose names match this expression")
	if err := flags.Parse(args); err != nil {
		return fmt.Errorf("read the flags: %w", err)
	}
	wanted, err := regexp.Compile(*only)
	if err != nil {
		return fmt.Errorf("read -only: %w", err)
	}
	if flags.NArg() != 1 {
		return errors.New("name the folder of the product")
	}
	r := &runner{root: flags.Arg(0), small: *small, wanted: wanted, out: out}
	held := r.proofs(ctx)
	if errors.Is(held, errStopped) {
		return held
	}
	return errors.Join(held, r.faults(ctx))
}

type runner struct {
	root   string
	small  bool
	wanted *regexp.Regexp
	out    io.Writer
}

func (r *runner) row(cells ...string) {
	_, _ = fmt.Fprintf(r.out, "| %s |\n", strings.Join(cells, " | "))
}

// proofs runs each proof and prints what it said.
func (r *runner) proofs(ctx context.Context) error {
	r.row("proof", "held", "seconds", "what it says")
	r.row("---", "---", "---:", "---")
	failed := 0
	for _, p := range proofs {
		if !r.wanted.MatchString(p.name) {
			continue
		}
		began := time.Now()
		said, err := r.test(ctx, p.pkg, p.run, r.size(p), "")
		if ctx.Err() != nil {
			return errStopped
		}
		held := "yes"
		if err != nil {
			held, failed = "NO", failed+1
		}
		r.row(p.name, held, fmt.Sprintf("%.0f", time.Since(began).Seconds()), strings.Join(proved(said), "<br>"))
		if err != nil {
			_, _ = fmt.Fprintln(r.out, said)
		}
	}
	if failed > 0 {
		return fmt.Errorf("%d proofs failed: %w", failed, errFailed)
	}
	return nil
}

// size is what a proof is run with.
func (r *runner) size(p proof) []string {
	if r.small {
		return nil
	}
	return p.full
}

var said = regexp.MustCompile(`(?m)^ +\S+\.go:\d+: proof: (.*)$`)

// proved are the lines in which tests say what they went through.
func proved(output string) []string {
	var all []string
	for _, m := range said.FindAllStringSubmatch(output, -1) {
		all = append(all, m[1])
	}
	return all
}

// faults breaks the product in one way after another. A fault that no proof
// notices is a failure of the proofs.
func (r *runner) faults(ctx context.Context) error {
	_, _ = fmt.Fprintln(r.out)
	r.row("broken on purpose", "noticed", "by")
	r.row("---", "---", "---")
	unnoticed := 0
	for _, f := range faults {
		if !r.wanted.MatchString(f.name) {
			continue
		}
		overlay, err := f.plant(r.root)
		if err != nil {
			return err
		}
		// One test that fails is enough: others would wait for what does not come.
		output, err := r.test(ctx, f.pkg, f.run, []string{"-failfast"}, overlay)
		_ = os.RemoveAll(overlay)
		if ctx.Err() != nil {
			return errStopped
		}
		noticed := "yes"
		if !noticedBy(output, err) {
			noticed, unnoticed = "NO", unnoticed+1
		}
		r.row(f.name, noticed, f.run)
		if noticed == "NO" {
			_, _ = fmt.Fprintln(r.out, output)
		}
	}
	if unnoticed > 0 {
		return fmt.Errorf("%d faults went unnoticed: %w", unnoticed, errFailed)
	}
	return nil
}

// noticedBy reports whether a test failed, and not the build of it.
func noticedBy(output string, err error) bool {
	return err != nil && strings.Contains(output, "--- FAIL") && !strings.Contains(output, "[build failed]")
}
