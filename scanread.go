package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

const (
	// readSize is how much is read at a time, and so about how large a batch is.
	readSize = 256 << 10
	// stretchWindows is how many windows of a long text one worker takes at once.
	stretchWindows = 16
	// maxHeld is from which size on a line is no more kept whole.
	maxHeld = 1 << 20
	// maxObject bounds one line of JSON Lines, which must be kept whole.
	maxObject = 64 << 20
	// binaryHead is how much of a file is looked at for a NUL.
	binaryHead = 8 << 10
)

// scanReader reads files and directories into batches.
type scanReader struct {
	job   *scanJob
	in    io.Reader // standard input
	files []string
	work  chan *batch   // for whichever worker is free
	order chan *batch   // the same, for the one who writes
	stop  chan struct{} // closed when nobody wants more

	walked, scanned, binary, repositories int // of directories: files scanned, and what was passed over
	faults                                []error
}

// errStopped ends reading when nobody wants more.
var errStopped = errors.New("stopped")

// read reads everything in order. The error is about the input.
func (r *scanReader) read() error {
	defer close(r.work)
	defer close(r.order)
	err := r.all()
	if errors.Is(err, errStopped) {
		err = nil
	}
	return errors.Join(append(r.faults, err)...)
}

func (r *scanReader) all() error {
	if len(r.files) == 0 {
		return r.one("standard input", r.in)
	}
	for _, name := range r.files {
		if err := r.named(name); err != nil {
			return err
		}
	}
	return nil
}

func (r *scanReader) named(name string) error {
	if name == "-" {
		return r.one("standard input", r.in)
	}
	info, err := os.Stat(name)
	if err != nil {
		return err
	}
	if info.IsDir() {
		return r.directory(name)
	}
	return r.file(name, r.job.whole)
}

// directory reads the files of a directory in order, each as one text. A file
// that cannot be read is told at the end, and the others are read.
func (r *scanReader) directory(root string) error {
	if r.job.jsonl {
		return fmt.Errorf("%s is a directory; --jsonl reads files", root)
	}
	r.walked++
	return filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			r.faults = append(r.faults, err)
		case d.IsDir() && d.Name() == ".git":
			r.repositories++
			return filepath.SkipDir
		case d.Type().IsRegular():
			err = r.file(path, true)
			if fault, ok := errors.AsType[*fs.PathError](err); ok {
				r.faults = append(r.faults, fault)
				return nil
			}
			return err
		}
		return nil
	})
}

func (r *scanReader) file(name string, asOne bool) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	if !asOne {
		return r.one(name, f)
	}
	if r.walked > 0 {
		head := make([]byte, binaryHead)
		n, err := io.ReadFull(f, head)
		if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
			return err
		}
		if bytes.IndexByte(head[:n], 0) >= 0 {
			r.binary++
			return nil
		}
		r.scanned++
		return r.asOne(name, io.MultiReader(bytes.NewReader(head[:n]), f))
	}
	return r.asOne(name, f)
}

// one reads a file as the flags say.
func (r *scanReader) one(name string, in io.Reader) error {
	if r.job.whole {
		return r.asOne(name, in)
	}
	l := &lineReader{scanReader: r, feed: feed{in: in}, name: name, line: 1}
	return l.read()
}

// asOne reads a file as one text, whose id is its name.
func (r *scanReader) asOne(name string, in io.Reader) error {
	x := &longText{name: name, id: string(appendString(nil, name)), line: 1}
	_, err := r.long(x, &feed{in: in}, false)
	return err
}

// tell says for people what of directories was passed over.
func (r *scanReader) tell(w io.Writer) {
	if r.walked > 0 {
		_, _ = fmt.Fprintf(w, "takeback: %d files scanned; passed over: %d binary files, %d .git folders\n", r.scanned, r.binary, r.repositories)
	}
}

// send hands a batch to a worker and to the one who writes.
func (r *scanReader) send(b *batch) error {
	b.done = make(chan struct{})
	for _, to := range []chan *batch{r.order, r.work} {
		select {
		case to <- b:
		case <-r.stop:
			return errStopped
		}
	}
	return nil
}

// feed is a reader with what was read and not used.
type feed struct {
	in   io.Reader
	buf  []byte
	done bool // there is no more to read
}

// more reads once.
func (f *feed) more() error {
	if cap(f.buf)-len(f.buf) < readSize {
		f.buf = append(make([]byte, 0, 2*cap(f.buf)+2*readSize), f.buf...)
	}
	n, err := f.in.Read(f.buf[len(f.buf) : len(f.buf)+readSize])
	f.buf = f.buf[:len(f.buf)+n]
	if errors.Is(err, io.EOF) {
		f.done, err = true, nil
	}
	return err
}

// drop forgets the first n bytes.
func (f *feed) drop(n int) { f.buf = f.buf[:copy(f.buf, f.buf[n:])] }

// lineReader reads a file of lines.
type lineReader struct {
	*scanReader
	feed
	name   string
	line   int
	offset int64
}

func (l *lineReader) read() error {
	for !l.done {
		if err := l.more(); err != nil {
			return fmt.Errorf("%s: %w", l.name, err)
		}
		n := bytes.LastIndexByte(l.buf, '\n') + 1
		if l.done {
			n = len(l.buf)
		}
		if n > 0 {
			if err := l.lines(n); err != nil {
				return err
			}
			continue
		}
		if err := l.tooLong(); err != nil {
			return err
		}
	}
	return nil
}

// lines sends the lines in the first n bytes.
func (l *lineReader) lines(n int) error {
	b, _ := batches.Get().(*batch)
	b.source, b.line, b.offset, b.bytes, b.text = l.name, l.line, l.offset, n, string(l.buf[:n])
	l.line += bytes.Count(l.buf[:n], []byte{'\n'})
	l.offset += int64(n)
	l.drop(n)
	return l.send(b)
}

// tooLong reads a line that is not worth keeping whole in pieces.
func (l *lineReader) tooLong() error {
	switch {
	case l.job.jsonl && len(l.buf) > maxObject:
		return fmt.Errorf("%s:%d: the object is longer than %d bytes", l.name, l.line, maxObject)
	case l.job.jsonl || len(l.buf) < maxHeld:
		return nil
	}
	x := &longText{name: l.name, line: l.line, offset: l.offset}
	n, err := l.long(x, &l.feed, true)
	l.line, l.offset = l.line+1, l.offset+int64(n)
	return err
}

// longText is a text that is read in stretches.
type longText struct {
	name   string
	id     string
	line   int
	offset int64 // of the text in its file
	base   int   // where in the text what was read begins
	lineAt int   // where in the text the line of that begins
}

// long sends a text that is read to its end, or to the end of its line, and
// returns how many bytes that took.
func (r *scanReader) long(x *longText, f *feed, toLineEnd bool) (int, error) {
	looked := 0
	for from := 0; ; from += stretchWindows * windowInner {
		want := from + stretchWindows*windowInner + windowBehind - x.base
		end := -1
		for {
			if toLineEnd {
				if i := bytes.IndexByte(f.buf[looked:], '\n'); i >= 0 {
					end = looked + i
				}
			}
			looked = len(f.buf)
			if end >= 0 || f.done || len(f.buf) > want {
				break
			}
			if err := f.more(); err != nil {
				return 0, fmt.Errorf("%s: %w", x.name, err)
			}
		}
		if end < 0 && f.done {
			end = len(f.buf)
		}
		if end >= 0 && end <= want {
			size := x.base + min(end+1, len(f.buf)) // with the end of the line
			return size, r.last(x, f, from, end)
		}
		if err := r.send(x.batch(string(f.buf[:want]), from, false)); err != nil {
			return 0, err
		}
		x.drop(f, from+stretchWindows*windowInner-windowBefore)
		looked = 0
	}
}

// last sends the last stretch of a text, which ends at end of what was read.
func (r *scanReader) last(x *longText, f *feed, from, end int) error {
	text := string(f.buf[:end])
	if end < len(f.buf) {
		end++ // the end of the line
	}
	f.drop(end)
	return r.send(x.batch(text, from, true))
}

func (x *longText) batch(text string, from int, ends bool) *batch {
	b, _ := batches.Get().(*batch)
	b.source, b.id, b.line, b.lineAt, b.offset, b.first = x.name, x.id, x.line, x.lineAt, x.offset, from == 0
	b.stretch = &stretch{text: text, base: x.base, from: from, to: from + stretchWindows*windowInner, ends: ends}
	if b.bytes = stretchWindows * windowInner; ends {
		b.bytes = x.base + len(text) - from
		b.stretch.to = max(x.base+len(text), from)
	}
	return b
}

// drop forgets what stands before to in the text.
func (x *longText) drop(f *feed, to int) {
	gone := f.buf[:to-x.base]
	if n := bytes.Count(gone, []byte{'\n'}); n > 0 {
		x.line += n
		x.lineAt = x.base + bytes.LastIndexByte(gone, '\n') + 1
	}
	x.base = to
	f.drop(len(gone))
}
