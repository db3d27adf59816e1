package main

import (
	"context"
	"fmt"
	"io"
	"strings"
	"syscall"
	"testing"

	"github.com/takeback-chat/takeback/internal/corpus"
	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/rules"
)

// BenchmarkScanLines is the inner loop of takeback scan over 100,000 messages of
// chat on one worker, beside the engine alone on the same texts: what the
// command itself costs is the difference.
func BenchmarkScanLines(b *testing.B) {
	engine, err := rules.New(rules.Builtin(), rules.Options{})
	if err != nil {
		b.Fatal(err)
	}
	texts := corpus.Chat(100_000)
	var lines, objects strings.Builder
	for i, text := range texts {
		fmt.Fprintln(&lines, text)
		fmt.Fprintf(&objects, "{\"id\": %d, \"text\": %s}\n", i, appendString(nil, text))
	}
	b.Run("engine", func(b *testing.B) {
		elements := make([]models.Element, 1)
		measure(b, len(texts), func() {
			for _, text := range texts {
				elements[0].Text = text
				engine.Scan(elements)
			}
		})
	})
	for name, in := range map[string]string{"lines": lines.String(), "objects": objects.String()} {
		b.Run(name, func(b *testing.B) {
			measure(b, len(texts), func() {
				job := &scanJob{set: &rules.Ruleset{Engine: engine, Policy: rules.DefaultPolicy()}, jsonl: name == "objects", workers: 1, format: jsonFormat{}, out: io.Discard}
				if err := job.run(context.Background(), &scanReader{job: job, in: strings.NewReader(in)}); err != nil {
					b.Fatal(err)
				}
			})
		})
	}
}

// measure reports the time of the processor, which the neighbours on a shared
// machine change less.
func measure(b *testing.B, messages int, run func()) {
	b.Helper()
	run() // the automata learn the texts
	start := processorTime(b)
	for b.Loop() {
		run()
	}
	b.ReportMetric(float64(processorTime(b)-start)/float64(b.N)/float64(messages), "cpu-ns/message")
}

func processorTime(b *testing.B) int64 {
	b.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return u.Utime.Nano() + u.Stime.Nano()
}
