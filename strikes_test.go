package main

import (
	"context"
	"errors"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"github.com/takeback-chat/takeback/webhooks/strikes"
)

// A reading without end ends the service; one that takes its time does not.
func TestAReadingWithoutEndEndsTheService(t *testing.T) {
	file := filepath.Join(t.TempDir(), "strikes")
	synctest.Test(t, func(t *testing.T) {
		s, err := strikes.Open(file, nil, time.Now)
		if err != nil {
			t.Fatal(err)
		}
		ended := make(chan error, 1)
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		go func() { ended <- watchReading(ctx, s) }()
		slow := s.Read([]byte("slow"))
		time.Sleep(readingTime - 2*time.Second)
		slow()
		time.Sleep(time.Minute)
		select {
		case err := <-ended:
			t.Fatalf("ended: %v", err)
		default:
		}
		s.Read([]byte("loop"))
		time.Sleep(readingTime + 2*time.Second)
		if err := <-ended; !errors.Is(err, strikes.ErrStuck) {
			t.Errorf("ended with %v", err)
		}
	})
}

func TestStrikesAreRefusedWhereTheyCannotBe(t *testing.T) {
	if _, err := openStrikes(filepath.Join(t.TempDir(), "no", "folder"), nil); !errors.As(err, new(codedError)) {
		t.Errorf("error = %v", err)
	}
	if s, err := openStrikes("", nil); s != nil || err != nil {
		t.Errorf("none: %v, %v", s, err)
	}
}
