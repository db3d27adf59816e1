package seal

import (
	"io/fs"
	"path/filepath"
	"testing"
	"time"
)

// A clock that was set back keeps nobody from seeing that the keys were rotated.
func TestRotationIsFollowedAfterTheClockWasSetBack(t *testing.T) {
	path := filepath.Join(t.TempDir(), "keys")
	running, err := Create(path)
	if err != nil {
		t.Fatal(err)
	}
	running.later.looked.Store(time.Now().Add(2 * time.Hour).UnixMilli())
	other, err := Load(path)
	if err != nil {
		t.Fatal(err)
	}
	rotated, err := other.Rotate(time.Now())
	if err != nil {
		t.Fatal(err)
	}
	if plain, err := running.Open(rotated.Seal([]byte("new"), "t", "c", "1"), "t", "c", "1"); err != nil || string(plain) != "new" {
		t.Errorf("Open = %q, %v", plain, err)
	}
}

func TestWhoMayReadTheKeys(t *testing.T) {
	for _, tc := range []struct {
		mode    fs.FileMode
		ours    bool
		refused bool
	}{
		{0o600, true, false},
		{0o400, true, false},
		{0o640, true, true},
		{0o604, true, true},
		{0o440, false, false}, // as secrets are mounted into a container
		{0o400, false, false},
		{0o460, false, true},
		{0o444, false, true},
		{0o450, false, true},
	} {
		if got := tooOpen(tc.mode, tc.ours); got != tc.refused {
			t.Errorf("mode %04o, ours %v: refused %v, want %v", tc.mode, tc.ours, got, tc.refused)
		}
	}
}
