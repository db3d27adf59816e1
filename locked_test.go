package main

import (
	"bytes"
	"sync"
)

// locked is a buffer for several goroutines; the zero value is empty.
type locked struct {
	mu sync.Mutex
	b  bytes.Buffer
}

// Write appends.
func (l *locked) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

// String is what was written so far.
func (l *locked) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}
