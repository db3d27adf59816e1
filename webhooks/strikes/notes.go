package strikes

import (
	"fmt"
	"os"
	"runtime/debug"
	"sync"
	"syscall"
)

// notes are the records of the file as they lie in memory. The system writes to the file
// what stands there, also after the death of the process.
type notes struct {
	gate    sync.RWMutex // guards records
	records []byte       // nil: the file is not ours any more
}

func mapNotes(f *os.File) (*notes, error) {
	b, err := syscall.Mmap(int(f.Fd()), 0, (places+struck)*record, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_SHARED)
	if err != nil {
		return nil, fmt.Errorf("mmap: %w", err)
	}
	return &notes{records: b}, nil
}

// put writes a record into a place that has none. The count is what makes it one and comes
// last, since the process may die in between.
func (n *notes) put(at int, k key, st strike) {
	n.change(at, func(r []byte) {
		var b [record]byte
		encode(b[:], k, st)
		copy(r[:half], b[:half])
		copy(r[half+8:], b[half+8:])
		copy(r[half:half+8], b[half:half+8])
	})
}

// strike clears a place.
func (n *notes) strike(at int) {
	n.change(at, func(r []byte) {
		clear(r[half : half+8])
		clear(r)
	})
}

// change writes into one record. Where the memory has no file behind it any more, as
// where somebody cut it short or its disk is full, nothing is noted: what is about to be
// read is read all the same.
func (n *notes) change(at int, write func(r []byte)) {
	n.gate.RLock()
	defer n.gate.RUnlock()
	if n.records == nil {
		return
	}
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() { _ = recover() }()
	write(n.records[at*record : (at+1)*record])
}

func (n *notes) close() error {
	n.gate.Lock()
	defer n.gate.Unlock()
	b := n.records
	n.records = nil
	if err := syscall.Munmap(b); err != nil {
		return fmt.Errorf("munmap: %w", err)
	}
	return nil
}
