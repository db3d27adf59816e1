package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/takeback-chat/takeback/rules"
)

func TestProgressSaysBytesRateAndFindings(t *testing.T) {
	var out bytes.Buffer
	now := time.Unix(0, 0)
	p := progress{out: &out, on: true, now: func() time.Time { return now }}
	p.add(1_000_000, 1)
	now = now.Add(100 * time.Millisecond)
	p.add(1_000_000, 2)
	if out.Len() > 0 {
		t.Errorf("within a moment it shows %q", out.String())
	}
	now = now.Add(900 * time.Millisecond)
	p.add(1_500_000, 17)
	p.clear()
	if want := "\r\x1b[K3.5 MB, 3.5 MB/s, 17 findings\r\x1b[K"; out.String() != want {
		t.Errorf("it shows %q, want %q", out.String(), want)
	}
}

func TestNoProgressWhereNobodyWatches(t *testing.T) {
	var out bytes.Buffer
	p := progress{out: &out}
	p.add(1<<30, 0)
	p.clear()
	if out.Len() > 0 {
		t.Errorf("it shows %q", out.String())
	}
}

func TestSizesForPeople(t *testing.T) {
	for n, want := range map[float64]string{0: "0 bytes", 999: "999 bytes", 1000: "1 KB", 12_345: "12.3 KB", 7.77e9: "7.77 GB", 5e13: "50 TB"} {
		if got := sizeWords(n); got != want {
			t.Errorf("sizeWords(%g) = %q, want %q", n, got, want)
		}
	}
}

// What comes in slowly is answered at once, line by line, and a scan that is
// stopped while nobody types ends.
func TestScanAnswersWhileItReads(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, stop := context.WithCancel(t.Context())
		typed, keyboard := io.Pipe()
		answers, screen := io.Pipe()
		engine, err := rules.New(nil, rules.Options{})
		if err != nil {
			t.Fatal(err)
		}
		job := &scanJob{set: &rules.Ruleset{Engine: engine, Policy: rules.DefaultPolicy()}, workers: 2, format: jsonFormat{}, out: screen}
		ended := make(chan error, 1)
		go func() { ended <- job.run(ctx, &scanReader{job: job, in: typed}) }()
		if _, err := io.WriteString(keyboard, "hello\n"); err != nil {
			t.Fatal(err)
		}
		buf := make([]byte, 100)
		n, err := answers.Read(buf)
		if want := `{"id":1,"findings":[],"verdict":"allow"}` + "\n"; err != nil || string(buf[:n]) != want {
			t.Errorf("the answer is %q, %v, want %q", buf[:n], err, want)
		}
		stop()
		if err := <-ended; !errors.Is(err, errInterrupted) {
			t.Errorf("a stopped scan ends with %v", err)
		}
		_ = keyboard.Close() // the reader ends too
	})
}

// A write that fails ends the scan.
func TestScanEndsWhenNobodyListens(t *testing.T) {
	var errs bytes.Buffer
	code := run([]string{"scan", "--packs", "financial"}, strings.NewReader(strings.Repeat("hello\n", 1<<20)), deaf{}, &errs)
	if code != 2 || !strings.Contains(errs.String(), "write: nobody listens") {
		t.Errorf("exit code %d, %q", code, errs.String())
	}
}

type deaf struct{}

func (deaf) Write([]byte) (int, error) { return 0, errors.New("nobody listens") }
