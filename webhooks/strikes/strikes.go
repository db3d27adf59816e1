// Package strikes remembers what was being read when the process died.
//
// A text can make its reader die in a way that no code survives: a stack that
// overflows, memory without end, a loop. Whatever is about to be read is therefore
// noted in a small file first and struck out afterwards. The file is mapped into memory,
// so that a note costs no call of the system: it is made four times for each message. It
// is not synced, and need not be: it outlives the process, and a machine that loses its
// power says nothing about a text. What still stands in the file at the start has a strike; with two it is
// out, and is not read again.
//
// The file holds keyed hashes and nothing else.
package strikes

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"hash"
	"os"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

// Out is how many strikes put a text out.
const Out = 2

const (
	places = 512                 // readings that are noted at once; more are read without a note
	struck = 1024                // strikes that are remembered, the newest
	forget = 30 * 24 * time.Hour // a strike that old counts no more
	files  = 64                  // processes that may share one path
	half   = sha256.Size / 2
	record = half + 16 // a hash, its strikes, and when in Unix milliseconds
)

// key tells texts apart without saying what they are.
type key [half]byte

// Strikes is one process' file. It is safe for concurrent use; a nil one notes nothing.
type Strikes struct {
	file   *os.File
	notes  *notes    // what the file says
	hashes sync.Pool // of hash.Hash, keyed
	now    func() time.Time
	free   chan int
	since  [places]atomic.Int64 // Unix milliseconds; 0: nothing is being read

	mu    sync.RWMutex // guards what follows
	known map[key]strike
	any   atomic.Bool // whether known has something
}

type strike struct {
	count int64
	at    time.Time
	slot  int
}

// Open reads the file at a path, or makes it, and gives a strike to whatever was being
// read when its last process died. Where another process holds the file, one beside it
// is taken, with a number at its end. The secret keys the hashes.
func Open(path string, secret []byte, now func() time.Time) (*Strikes, error) {
	f, err := hold(path)
	if err != nil {
		return nil, err
	}
	s := &Strikes{file: f, now: now, free: make(chan int, places), known: map[key]strike{}}
	s.hashes.New = func() any { return hmac.New(sha256.New, secret) }
	for i := range places {
		s.free <- i
	}
	if err := s.load(); err != nil {
		_ = f.Close()
		return nil, fmt.Errorf("read %s: %w", f.Name(), err)
	}
	if s.notes, err = mapNotes(f); err != nil {
		_ = f.Close()
		return nil, fmt.Errorf("map %s: %w", f.Name(), err)
	}
	return s, nil
}

// hold opens the first of the files that no other process has.
func hold(path string) (*os.File, error) {
	for n := 1; n <= files; n++ {
		name := path
		if n > 1 {
			name += "." + strconv.Itoa(n)
		}
		f, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE, 0o600) //nolint:gosec // the operator names it
		if err != nil {
			return nil, fmt.Errorf("open the file of strikes: %w", err)
		}
		if err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err == nil {
			return f, nil
		}
		_ = f.Close()
	}
	return nil, fmt.Errorf("open the file of strikes: %d processes hold %s and the files beside it", files, path)
}

// key is the keyed hash of what a text is known by.
func (s *Strikes) key(parts [][]byte) (k key) {
	h, _ := s.hashes.Get().(hash.Hash)
	defer s.hashes.Put(h)
	h.Reset()
	var size [8]byte
	for _, p := range parts {
		binary.LittleEndian.PutUint64(size[:], uint64(len(p)))
		_, _ = h.Write(size[:]) // a hash takes everything
		_, _ = h.Write(p)
	}
	var sum [sha256.Size]byte
	copy(k[:], h.Sum(sum[:0]))
	return k
}

// Out reports whether what is known by these parts was being read at so many deaths
// that it is not to be read again.
func (s *Strikes) Out(parts ...[]byte) bool {
	if s == nil || !s.any.Load() {
		return false
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.known[s.key(parts)].count >= Out
}

// Read notes that something is being read, and returns what is to be called once it was.
// Whoever survives it loses its strikes.
func (s *Strikes) Read(parts ...[]byte) (done func()) {
	if s == nil {
		return func() {}
	}
	select {
	case at := <-s.free:
		k := s.key(parts)
		s.note(at, k)
		return func() { s.clear(at, k) }
	default:
		return func() {}
	}
}

func (s *Strikes) note(at int, k key) {
	now := s.now()
	s.since[at].Store(now.UnixMilli())
	s.notes.put(at, k, strike{count: 1, at: now})
}

func (s *Strikes) clear(at int, k key) {
	s.notes.strike(at)
	s.since[at].Store(0)
	s.free <- at
	if s.any.Load() {
		s.absolve(k)
	}
}

func (s *Strikes) absolve(k key) {
	s.mu.Lock()
	defer s.mu.Unlock()
	st, ok := s.known[k]
	if !ok {
		return
	}
	delete(s.known, k)
	s.any.Store(len(s.known) > 0)
	s.notes.strike(st.slot)
}

// ErrStuck is that something is being read for too long: the process must end.
var ErrStuck = errors.New("a message is being read and does not come to an end; the process ends, and it will not be read again")

// Stuck returns ErrStuck when something is being read for longer than a limit.
func (s *Strikes) Stuck(limit time.Duration) error {
	if s == nil {
		return nil
	}
	before := s.now().Add(-limit).UnixMilli()
	for i := range s.since {
		if at := s.since[i].Load(); at != 0 && at < before {
			return ErrStuck
		}
	}
	return nil
}

// Close lets go of the file. What is being read then is as good as read: the process
// ends in order.
func (s *Strikes) Close() error {
	if s == nil {
		return nil
	}
	if err := errors.Join(s.notes.close(), s.file.Close()); err != nil {
		return fmt.Errorf("close the file of strikes: %w", err)
	}
	return nil
}
