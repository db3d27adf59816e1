package seal

import (
	"io/fs"
	"testing"
)

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
