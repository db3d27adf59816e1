package store

import (
	"strconv"
	"testing"
)

func TestEachIsToldOnceAndNotTooMany(t *testing.T) {
	var of toldOnce
	n := 0
	for i := range 3 * mostTold {
		if of.first(strconv.Itoa(i / 2)) {
			n++
		}
	}
	if n != mostTold || of.first("0") || of.first("another") {
		t.Errorf("%d were told of, want %d", n, mostTold)
	}
}
