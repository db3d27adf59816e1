package main

import "testing"

func TestGarbageGrowsWithThePaceAtWhichItIsMade(t *testing.T) {
	for _, x := range []struct {
		name    string
		percent int
		made    uint64
		want    int
	}{
		{"at rest", leastGarbage, 0, leastGarbage},
		{"an ordinary day", leastGarbage, 14 << 20, leastGarbage},
		{"a busy one, at once", leastGarbage, 60 << 20, 72},
		{"a flood, as far as it goes", leastGarbage, 1 << 30, mostGarbage},
		{"after it, slowly", mostGarbage, 0, 284},
		{"after it, in the end", leastGarbage + 1, 0, leastGarbage},
	} {
		t.Run(x.name, func(t *testing.T) {
			if got := nextGarbage(x.percent, x.made); got != x.want {
				t.Errorf("nextGarbage(%d, %d) = %d, want %d", x.percent, x.made, got, x.want)
			}
		})
	}
}

var grown []byte

func TestWhatIsAllocatedIsCounted(t *testing.T) {
	before := allocated()
	grown = make([]byte, 8<<20)
	if made := allocated() - before; made < 8<<20 || made > 64<<20 {
		t.Errorf("%d bytes were counted when 8 MB were allocated", made)
	}
}
