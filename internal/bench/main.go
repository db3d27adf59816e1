// Command bench measures the whole program beside a bare gin endpoint, in one
// run on one machine, and prints a table with the ratios. Absolute figures move
// with the machine; the ratios are what to read.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"text/tabwriter"
	"time"

	"github.com/takeback-chat/takeback/internal/testservers"
)

func main() {
	binary := flag.String("takeback", "dist/takeback", "the program to measure")
	connections := flag.Int("connections", 64, "HTTP connections")
	rounds := flag.Int("rounds", 3, "interleaved rounds; the median counts")
	length := flag.Duration("length", 4*time.Second, "length of one measurement")
	messages := flag.Int("messages", 10_000, "messages that the demo takes in before its memory is read")
	only := flag.Bool("throughput", false, "measure durable webhooks only")
	whole := flag.Bool("capacity", false, "measure what a message costs at each station, and what some nodes hold")
	small := flag.Bool("small", false, "with -capacity: for a moment only")
	page := flag.String("page", "", "with -capacity: also write the tables into this page, between its two marks")
	bare := flag.String("bare", "", "be the bare endpoint at this address (used by bench itself)")
	flag.Parse()
	if *bare != "" {
		exitOn(serveBare(*bare))
		return
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	b := bench{*binary, *connections, *rounds, *length, *messages, *only}
	if *whole {
		exitOn(b.capacity(ctx, *page, *small))
		return
	}
	exitOn(run(ctx, b))
}

func exitOn(err error) {
	if err != nil {
		_, _ = fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

type bench struct {
	binary      string
	connections int
	rounds      int
	length      time.Duration
	messages    int
	only        bool // throughput
}

func run(ctx context.Context, b bench) error {
	postgres, err := testservers.StartPostgres() //nolint:contextcheck // it outlives any one measurement
	if err != nil {
		return err
	}
	defer postgres.Close()
	databases := []database{{"SQLite FULL", ""}, {"PostgreSQL", postgres.URL()}}
	if err := b.throughput(ctx, databases); err != nil {
		return fmt.Errorf("throughput: %w", err)
	}
	if b.only {
		return nil
	}
	if err := b.recallTime(ctx, databases); err != nil {
		return fmt.Errorf("time to recall: %w", err)
	}
	return b.rest(ctx)
}

// database is where a service keeps things: a cluster's address, or a file of its own.
type database struct{ name, cluster string }

// measurement is one round against one server.
type measurement struct {
	perSecond float64
	cpu       time.Duration // of the server, per request
	p50, p99  time.Duration
	failed    int
}

// throughput compares durable webhooks with a bare endpoint, round by round.
func (b bench) throughput(ctx context.Context, databases []database) error {
	bare, err := startBare(ctx)
	if err != nil {
		return err
	}
	defer bare.stop()
	names, targets := []string{"bare gin"}, []*target{bare}
	for _, d := range databases {
		s, err := b.startService(ctx, d.cluster)
		if err != nil {
			return err
		}
		defer s.stop()
		names, targets = append(names, d.name), append(targets, s)
	}
	rows := make([][]measurement, len(targets))
	for range b.rounds {
		for i, t := range targets {
			m, err := t.measure(ctx, b.connections, b.length)
			if err != nil {
				return fmt.Errorf("%s: %w", names[i], err)
			}
			rows[i] = append(rows[i], m)
		}
	}
	printThroughput(names, rows, b.connections)
	return nil
}

func printThroughput(names []string, rows [][]measurement, connections int) {
	fmt.Printf("Durable webhooks, answered after commit, %d connections\n\n", connections)
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	_, _ = fmt.Fprintln(w, "\tper second\tratio to gin\tCPU us each\tp50 ms\tp99 ms\tfailed\t")
	for i, ms := range rows {
		ratios := make([]float64, len(ms))
		failed := 0
		for r, m := range ms {
			ratios[r] = m.perSecond / rows[0][r].perSecond
			failed += m.failed
		}
		_, _ = fmt.Fprintf(w, "%s\t%.0f\t%.2f\t%.0f\t%.1f\t%.1f\t%d\t\n", names[i],
			median(pick(ms, func(m measurement) float64 { return m.perSecond })), median(ratios),
			median(pick(ms, func(m measurement) float64 { return float64(m.cpu.Nanoseconds()) / 1000 })),
			median(pick(ms, func(m measurement) float64 { return m.p50.Seconds() * 1000 })),
			median(pick(ms, func(m measurement) float64 { return m.p99.Seconds() * 1000 })), failed)
	}
	_ = w.Flush()
}

func pick(ms []measurement, f func(measurement) float64) []float64 {
	out := make([]float64, len(ms))
	for i, m := range ms {
		out[i] = f(m)
	}
	return out
}

func median(v []float64) float64 {
	v = slices.Sorted(slices.Values(v))
	return v[len(v)/2]
}
