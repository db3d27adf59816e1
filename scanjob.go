package main

import (
	"context"
	"fmt"
	"io"
	"strconv"
	"strings"
	"sync"

	"github.com/takeback-chat/takeback/models"
	"github.com/takeback-chat/takeback/rules"
)

// scanJob reads texts, scans them on many workers, and writes what was found in
// the order of the input.
type scanJob struct {
	set      *rules.Ruleset
	jsonl    bool
	whole    bool
	explain  bool
	workers  int
	format   scanFormat
	out      io.Writer
	progress progress
	found    int // findings
}

// scannedText is one text with what was found in it.
type scannedText struct {
	source  string // the file's name
	id      string // JSON; empty: the number of its line
	line    int    // where it begins in the file
	offset  int64  // where it begins in the file, in bytes; -1 where its bytes are not the file's
	found   []models.Finding
	why     []rules.Explanation // of each finding, where somebody asked
	spots   []spot              // of each finding, where the text has many lines
	verdict models.Verdict
	rule    string
}

// spot is a place in a file, counted from 1; columns are bytes.
type spot struct{ line, column int }

func (t *scannedText) appendID(b []byte) []byte {
	if t.id == "" {
		return strconv.AppendInt(b, int64(t.line), 10)
	}
	return append(b, t.id...)
}

func (t *scannedText) whyOf(i int) *rules.Explanation {
	if t.why == nil {
		return nil
	}
	return &t.why[i]
}

func (t *scannedText) spotOf(i int) spot {
	if t.spots == nil {
		return spot{t.line, t.found[i].Start + 1}
	}
	return t.spots[i]
}

// batch is a piece of work: many short texts, or a stretch of a long one.
type batch struct {
	source  string
	line    int // of its first byte
	offset  int64
	bytes   int
	text    string   // lines
	stretch *stretch // where it is of one long text
	id      string   // of that text
	first   bool     // it is its first stretch
	lineAt  int      // where in that text the line of the stretch's first byte begins

	done  chan struct{}
	out   []byte
	found int
	part  *scannedText // what was found in the stretch, where there are more
	err   error
}

// batches keeps the memory of batches that were written.
var batches = sync.Pool{New: func() any { return &batch{} }}

// run scans all that the reader brings. What is wrong in the input ends it, and
// what stands before that is written all the same.
func (j *scanJob) run(ctx context.Context, in *scanReader) error {
	stop := make(chan struct{})
	in.work, in.order, in.stop = make(chan *batch), make(chan *batch, 4*j.workers), stop
	ended := make(chan error, 1)
	go func() { ended <- in.read() }()
	var workers sync.WaitGroup
	for range j.workers {
		workers.Go(func() {
			w := newScanWorker(j)
			for b := range in.work {
				w.do(b)
				close(b.done)
			}
		})
	}
	err := j.write(ctx, in.order, ended)
	close(stop)
	if err == nil {
		workers.Wait()
	} // otherwise the reader may wait for somebody to type; it ends with the process
	return err
}

// write writes the batches in the order in which they were read.
func (j *scanJob) write(ctx context.Context, order <-chan *batch, ended <-chan error) error {
	p := &scanPrinter{job: j}
	if err := p.begin(); err != nil {
		return err
	}
	for {
		select {
		case <-ctx.Done():
			return p.end(errInterrupted)
		case b, more := <-order:
			if !more {
				return p.end(<-ended)
			}
			select {
			case <-ctx.Done():
				return p.end(errInterrupted)
			case <-b.done:
			}
			if err := p.batch(b); err != nil {
				return p.end(err)
			}
		}
	}
}

// scanPrinter writes what the workers found, and puts together what was found in
// the stretches of one text.
type scanPrinter struct {
	job   *scanJob
	judge *scanWorker
	long  *scannedText
	wrote bool
	lost  error // a write that failed
}

func (p *scanPrinter) begin() error {
	p.judge = newScanWorker(p.job)
	return p.print(p.job.format.begin())
}

func (p *scanPrinter) end(err error) error {
	p.job.progress.clear()
	if p.lost != nil {
		return p.lost
	}
	if wrote := p.print(p.job.format.end(err)); err == nil {
		err = wrote
	}
	return err
}

func (p *scanPrinter) print(out []byte) error {
	if len(out) == 0 {
		return nil
	}
	if _, err := p.job.out.Write(out); err != nil {
		p.lost = fmt.Errorf("write: %w", err)
	}
	return p.lost
}

func (p *scanPrinter) batch(b *batch) error {
	p.job.found += b.found
	if b.part != nil {
		p.join(b)
	}
	if !p.wrote && len(b.out) > 0 {
		p.wrote, b.out = true, p.job.format.first(b.out)
	}
	if err := p.print(b.out); err != nil {
		return err
	}
	p.job.progress.add(b.bytes, p.job.found)
	err := b.err
	out := b.out[:0]
	*b = batch{out: out}
	batches.Put(b)
	return err
}

// join adds the findings of a stretch to those of its text, and closes the text
// with its last.
func (p *scanPrinter) join(b *batch) {
	if b.first {
		p.long = &scannedText{source: b.source, id: b.id, line: b.part.line, offset: b.part.offset}
	}
	t := p.long
	for i, f := range b.part.found {
		if overlaps(t.found, f) {
			continue
		}
		t.found = append(t.found, f)
		if b.part.why != nil {
			t.why = append(t.why, b.part.why[i])
		}
		t.spots = append(t.spots, b.part.spots[i])
	}
	if b.stretch.ends {
		p.job.found += len(t.found)
		p.judge.judge(t, b.stretch.text)
		b.out = p.job.format.text(b.out, t)
		p.long = nil
	}
}

// scanWorker scans batches.
type scanWorker struct {
	job *scanJob
	searcher
	text    scannedText // that is scanned
	message models.Message
}

func newScanWorker(j *scanJob) *scanWorker {
	return &scanWorker{job: j, searcher: searcher{engine: j.set.Engine, explain: j.explain}, message: models.Message{
		Conversation: models.Conversation{Kind: models.Group}, Elements: []models.Element{{Kind: models.TextElement}},
	}}
}

func (w *scanWorker) do(b *batch) {
	if b.stretch != nil {
		w.stretch(b)
		return
	}
	line, at := b.line, b.offset
	for text := range strings.Lines(b.text) {
		if b.err = w.line(b, text, line, at); b.err != nil {
			return
		}
		line, at = line+1, at+int64(len(text))
	}
}

func (w *scanWorker) line(b *batch, text string, line int, at int64) error {
	text = strings.TrimSuffix(strings.TrimSuffix(text, "\n"), "\r")
	t := &w.text
	*t = scannedText{source: b.source, line: line, offset: at}
	if w.job.jsonl {
		if space(text) == "" {
			return nil
		}
		if at == 0 {
			text = strings.TrimPrefix(text, "\ufeff") // some programs begin files with it
		}
		in, err := readObject(text)
		if err != nil {
			return fmt.Errorf("%s:%d: %w", b.source, line, err)
		}
		t.id, text, t.offset = in.ID, in.Text, -1
	}
	w.search(whole(text))
	t.found, t.why = w.searcher.found, w.searcher.why
	if !w.explain {
		t.why = nil
	}
	w.judge(t, text)
	b.found += len(t.found)
	b.out = w.job.format.text(b.out, t)
	return nil
}

// judge writes on t what the policy says to it. Of a text that was read in
// stretches the policy sees the size of the last.
func (w *scanWorker) judge(t *scannedText, text string) {
	m := &w.message
	m.Elements[0].Text, m.Findings, m.Inspection = text, t.found, models.Clean
	if len(t.found) > 0 {
		m.Inspection = models.Found
	}
	d := w.job.set.Policy.Decide(rules.Subject{Message: m, Findings: t.found})
	t.verdict, t.rule = d.Verdict, d.Rule
}

// stretch finds in a piece of a long text, and writes it where it is all of it.
func (w *scanWorker) stretch(b *batch) {
	w.search(*b.stretch)
	t := &scannedText{source: b.source, id: b.id, line: b.line, offset: b.offset}
	t.found = append(t.found, w.searcher.found...)
	if w.explain {
		t.why = append([]rules.Explanation{}, w.searcher.why...)
	}
	t.spots = spots(b, t.found)
	if !b.first || !b.stretch.ends {
		b.part = t
		return
	}
	w.judge(t, b.stretch.text)
	b.found += len(t.found)
	b.out = w.job.format.text(b.out, t)
}

// spots says in which line and column the findings of a stretch begin.
func spots(b *batch, found []models.Finding) []spot {
	out := make([]spot, 0, len(found))
	x, line, lineAt := b.stretch, b.line, b.lineAt
	at := x.base
	for _, f := range found {
		between := x.text[at-x.base : f.Start-x.base]
		if n := strings.Count(between, "\n"); n > 0 {
			line += n
			lineAt = at + strings.LastIndexByte(between, '\n') + 1
		}
		at = f.Start
		out = append(out, spot{line, f.Start - lineAt + 1})
	}
	return out
}
