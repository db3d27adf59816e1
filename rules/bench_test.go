package rules

import (
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/takeback-chat/takeback/internal/corpus"
	"github.com/takeback-chat/takeback/models"
)

// benchTexts are the kinds of text that cost differently.
var benchTexts = []struct{ name, text string }{
	{"chat65", "ok then, shall we meet at the station at half past ten tomorrow? "},
	{"digits", "ok then, meet at 10:30 on 5/6, platform 4, it costs 12.50 return"},
	{"zh", "那我们明天上午十点半在车站见面吧，别忘了带伞，听说要下雨。"},
	{"keyword", "which access code or password policy do we use for the new token"},
	{"card", "my card is " + "4012 8888" + " 8888 1881 thanks, please book the room for us"},
	{"long16k", strings.Repeat("ok then, shall we meet at the station at half past ten tomorrow? ", 250)},
	{"numbers16k", strings.Repeat("4012 8888 1200 77 13800138000 010-69660398; ", 370)},
	{"hostile16k", strings.Repeat("password password: secret token=eyJ a@b 1 1 1 1 1 1 1 1 1 1 1 1 ://:@ ", 230)},
}

func BenchmarkScan(b *testing.B) {
	e := builtinRuleset(b).Engine
	for _, x := range benchTexts {
		b.Run(x.name, func(b *testing.B) { benchScan(b, e, []string{x.text}) })
	}
}

// BenchmarkCorpus is the engine with all packs over the corpora of the project.
func BenchmarkCorpus(b *testing.B) {
	e := builtinRuleset(b).Engine
	b.Run("chat", func(b *testing.B) { benchScan(b, e, corpus.Chat(4000)) })
	b.Run("digits", func(b *testing.B) { benchScan(b, e, corpus.Numbers(300)) })
	b.Run("long", func(b *testing.B) { benchScan(b, e, corpus.Long(10)) })
	for name, text := range corpus.Hostile(16 << 10) {
		b.Run("hostile/"+name, func(b *testing.B) { benchScan(b, e, []string{text}) })
	}
}

// benchScan scans the texts in turn.
func benchScan(b *testing.B, e *Engine, texts []string) {
	b.Helper()
	messages := make([][]models.Element, len(texts))
	size := 0
	for i, text := range texts {
		messages[i] = []models.Element{{Text: text}}
		size += len(text)
	}
	b.SetBytes(int64(size / len(texts)))
	b.ReportAllocs()
	for _, m := range messages {
		e.Scan(m) // the automata learn the texts
	}
	start := cpuTime(b)
	for i := 0; b.Loop(); i++ {
		e.Scan(messages[i%len(messages)])
	}
	b.ReportMetric(float64(cpuTime(b)-start)/float64(b.N), "cpu-ns/op")
}

func BenchmarkJudge(b *testing.B) {
	set := builtinRuleset(b)
	for _, x := range benchTexts[:5] {
		b.Run(x.name, func(b *testing.B) {
			m := textMessage(x.text)
			b.SetBytes(int64(len(x.text)))
			b.ReportAllocs()
			for b.Loop() {
				set.Judge(m, false)
			}
		})
	}
}

func BenchmarkNew(b *testing.B) {
	packs := Builtin()
	for b.Loop() {
		if _, err := New(packs, Options{}); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkBuild is what a start costs: all packs are read and made an engine.
func BenchmarkBuild(b *testing.B) {
	for b.Loop() {
		packs, err := readBuiltin()
		if err != nil {
			b.Fatal(err)
		}
		if _, err := New(packs, Options{}); err != nil {
			b.Fatal(err)
		}
	}
}

// cpuTime is what the process has used of the processor: it does not count what
// the neighbours of a shared machine use.
func cpuTime(b *testing.B) time.Duration {
	b.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
