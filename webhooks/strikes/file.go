package strikes

import (
	"encoding/binary"
	"fmt"
	"time"
)

// The file is a row of records: the places for what is being read, then the strikes.
// Each record is a hash, a count and a time in Unix milliseconds; zeros are none.

// load reads the strikes, adds those of the last life, and writes the file anew.
func (s *Strikes) load() error {
	b := make([]byte, (places+struck)*record)
	if n, err := s.file.ReadAt(b, 0); n < len(b) {
		clear(b[n-n%record:]) // a new file, or one cut short
		_ = err               // what cannot be read is no strike
	}
	for at := places * record; at < len(b); at += record {
		if k, st := decode(b[at:]); st.count > 0 && s.now().Sub(st.at) < forget {
			s.known[k] = st
		}
	}
	last := map[key]bool{} // one strike for one death, however often it was being read
	for at := range places {
		if k, st := decode(b[at*record:]); st.count > 0 && !last[k] {
			last[k] = true
			s.known[k] = strike{s.known[k].count + 1, s.now(), 0}
		}
	}
	return s.rewrite()
}

func (s *Strikes) rewrite() error {
	b := make([]byte, (places+struck)*record)
	for len(s.known) > struck {
		s.drop()
	}
	slot := places
	for k, st := range s.known {
		st.slot = slot
		s.known[k] = st
		encode(b[slot*record:], k, st)
		slot++
	}
	s.any.Store(len(s.known) > 0)
	if _, err := s.file.WriteAt(b, 0); err != nil {
		return fmt.Errorf("write: %w", err)
	}
	return nil
}

// drop forgets the oldest.
func (s *Strikes) drop() {
	var oldest key
	for k, st := range s.known {
		if at, ok := s.known[oldest]; !ok || st.at.Before(at.at) {
			oldest = k
		}
	}
	delete(s.known, oldest)
}

func encode(b []byte, k key, st strike) {
	copy(b, k[:])
	binary.LittleEndian.PutUint64(b[half:], uint64(st.count))            //nolint:gosec // a small number
	binary.LittleEndian.PutUint64(b[half+8:], uint64(st.at.UnixMilli())) //nolint:gosec // after 1970
}

func decode(b []byte) (k key, st strike) {
	copy(k[:], b)
	st.count = int64(binary.LittleEndian.Uint64(b[half:]))                        //nolint:gosec // as it was written
	st.at = time.UnixMilli(int64(binary.LittleEndian.Uint64(b[half+8 : record]))) //nolint:gosec // as it was written
	return k, st
}
