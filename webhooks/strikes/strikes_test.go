package strikes

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"
)

var noon = time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)

func open(tb testing.TB, path string, now time.Time) *Strikes {
	tb.Helper()
	s, err := Open(path, []byte("secret"), func() time.Time { return now })
	if err != nil {
		tb.Fatal(err)
	}
	return s
}

// by is what something is known by.
func by(words ...string) (parts [][]byte) {
	for _, w := range words {
		parts = append(parts, []byte(w))
	}
	return parts
}

// die lets go of the file as the end of a process does.
func (s *Strikes) die(tb testing.TB) {
	tb.Helper()
	if err := s.Close(); err != nil {
		tb.Fatal(err)
	}
}

func TestTwoDeathsPutATextOut(t *testing.T) {
	path := filepath.Join(t.TempDir(), "strikes")
	for death := range Out {
		s := open(t, path, noon)
		if s.Out(by("main", "poison")...) {
			t.Fatalf("out after %d deaths", death)
		}
		s.Read(by("main", "bystander")...)() // read to its end
		s.Read(by("main", "poison")...)
		s.Read(by("main", "poison")...) // twice at once is one death
		s.die(t)
	}
	s := open(t, path, noon)
	if !s.Out(by("main", "poison")...) || s.Out(by("main", "bystander")...) || s.Out(by("mainp", "oison")...) || s.Out(by("other", "poison")...) {
		t.Error("the wrong ones are out")
	}
	s.die(t)
	if s = open(t, path, noon.Add(forget)); s.Out(by("main", "poison")...) {
		t.Error("a strike of long ago counts")
	}
	s.die(t)
}

func TestWhoeverSurvivesHasNoStrikes(t *testing.T) {
	path := filepath.Join(t.TempDir(), "strikes")
	for range 2 * Out {
		s := open(t, path, noon)
		s.Read(by("unlucky")...)
		s.die(t)
		s = open(t, path, noon)
		s.Read(by("unlucky")...)()
		s.die(t)
	}
	if s := open(t, path, noon); s.Out(by("unlucky")...) {
		t.Error("out, though it was read each time after")
	}
}

func TestMoreThanCanBeNotedIsReadAllTheSame(t *testing.T) {
	s := open(t, filepath.Join(t.TempDir(), "strikes"), noon)
	var all []func()
	for i := range places + 10 {
		all = append(all, s.Read(by(strconv.Itoa(i))...))
	}
	for _, done := range all {
		done()
	}
	if len(s.free) != places {
		t.Errorf("%d places are free, want %d", len(s.free), places)
	}
}

func TestTheNewestStrikesAreRemembered(t *testing.T) {
	path := filepath.Join(t.TempDir(), "strikes")
	for life := range 4 {
		s := open(t, path, noon.Add(time.Duration(life)*time.Hour))
		for i := range places {
			s.Read(by(strconv.Itoa(life), strconv.Itoa(i))...)
		}
		s.die(t)
	}
	s := open(t, path, noon.Add(4*time.Hour))
	if len(s.known) != struck {
		t.Fatalf("%d strikes, want %d", len(s.known), struck)
	}
	if _, ok := s.known[s.key(by("0", "1"))]; ok {
		t.Error("an old one is remembered")
	}
	if _, ok := s.known[s.key(by("3", "1"))]; !ok {
		t.Error("a new one is forgotten")
	}
}

func TestProcessesHaveFilesOfTheirOwn(t *testing.T) {
	path := filepath.Join(t.TempDir(), "strikes")
	one, two := open(t, path, noon), open(t, path, noon)
	one.Read(by("poison")...)
	if one.file.Name() == two.file.Name() {
		t.Error("two processes write into one file")
	}
	two.die(t)
	if again := open(t, path, noon); len(again.known) != 0 {
		t.Error("a strike for what another process reads")
	}
}

func TestStuck(t *testing.T) {
	now := noon
	s, err := Open(filepath.Join(t.TempDir(), "strikes"), nil, func() time.Time { return now })
	if err != nil {
		t.Fatal(err)
	}
	done := s.Read(by("a loop")...)
	now = now.Add(time.Minute)
	if err := s.Stuck(2 * time.Minute); err != nil {
		t.Errorf("after a minute: %v", err)
	}
	if err := s.Stuck(30 * time.Second); !errors.Is(err, ErrStuck) {
		t.Errorf("past the limit: %v", err)
	}
	if done(); s.Stuck(0) != nil {
		t.Error("stuck with what was read")
	}
}

func TestNoneNotesNothing(t *testing.T) {
	var s *Strikes
	s.Read(by("x")...)()
	if s.Out(by("x")...) || s.Stuck(0) != nil || s.Close() != nil {
		t.Error("none does something")
	}
}

func TestAFileThatCannotBeIsSaid(t *testing.T) {
	if _, err := Open(filepath.Join(t.TempDir(), "no", "folder"), nil, time.Now); err == nil {
		t.Error("no error")
	}
}

func TestReadingIsSafeForConcurrentUse(t *testing.T) {
	s := open(t, filepath.Join(t.TempDir(), "strikes"), noon)
	var work sync.WaitGroup
	for g := range 8 {
		work.Go(func() {
			for i := range 200 {
				done := s.Read(by(strconv.Itoa(g), strconv.Itoa(i%7))...)
				s.Out(by(strconv.Itoa(i % 7))...)
				done()
			}
		})
	}
	work.Wait()
	if len(s.free) != places || s.any.Load() {
		t.Error("something is left")
	}
}

// Whatever stands in the file, it opens, and holds no text.
func TestAnyFileOpens(t *testing.T) {
	path := filepath.Join(t.TempDir(), "strikes")
	rapid.Check(t, func(rt *rapid.T) {
		junk := rapid.SliceOfN(rapid.Byte(), 0, 3*record).Draw(rt, "junk")
		if err := os.WriteFile(path, bytes.Repeat(junk, rapid.IntRange(0, 900).Draw(rt, "times")), 0o600); err != nil {
			rt.Fatal(err)
		}
		s := open(t, path, noon)
		s.Read(by("a very private text")...)
		s.die(t)
		b, err := os.ReadFile(path) //nolint:gosec // of this test
		if err != nil || len(b) < (places+struck)*record || bytes.Contains(b, []byte("private")) {
			rt.Fatalf("%d bytes, %v", len(b), err)
		}
	})
}

// A page of memory without a file behind it kills whoever writes there, if nothing is done.
func TestAFileCutShortKillsNobody(t *testing.T) {
	path := filepath.Join(t.TempDir(), "strikes")
	s := open(t, path, noon)
	if err := os.Truncate(path, 0); err != nil {
		t.Fatal(err)
	}
	s.Read(by("x")...)()
	if len(s.free) != places {
		t.Errorf("%d places are free, want %d", len(s.free), places)
	}
	s.die(t)
}

// Whoever was left behind by a stop must not write into what is another process' file now.
func TestNothingIsNotedAfterTheEnd(t *testing.T) {
	path := filepath.Join(t.TempDir(), "strikes")
	old := open(t, path, noon)
	done := old.Read(by("late")...)
	old.die(t)
	next := open(t, path, noon)
	next.Read(by("now")...)
	done()
	old.Read(by("later")...)
	next.die(t)
	if last := open(t, path, noon); len(last.known) != 2 { // what each was reading when it ended
		t.Errorf("%d strikes, want 2", len(last.known))
	}
}

func BenchmarkRead(b *testing.B) {
	s := open(b, filepath.Join(b.TempDir(), "strikes"), noon)
	for b.Loop() {
		s.Read(by("main", "@TGS#group", "12345")...)()
	}
}
