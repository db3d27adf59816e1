package rules

import (
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

// Masks get whatever a detector finds.
func TestMasksHideWhateverTheyAreGiven(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := rapid.OneOf(rapid.String(), rapid.StringMatching(`[0-9A-Za-z :@./_+-]{0,40}`)).Draw(t, "value")
		for name, mask := range masks {
			if m := mask(v); m == "" || len(v) > 6 && m == v || utf8.ValidString(v) && !utf8.ValidString(m) {
				t.Fatalf("%s shows %q as %q", name, v, m)
			}
		}
	})
}

func TestMasks(t *testing.T) {
	tests := []struct{ mask, value, want string }{
		{"last4", testCard("-"), "•••• 1881"},
		{"last4", "1234567", "••••••••"},
		{"last2", "AB 12 34 56 C", "••••6C"},
		{"email", "jane.doe@example.com", "j••••@example.com"},
		{"email", "éa@example.com", "é••••@example.com"},
		{"email", "nothing", "••••••••"},
		{"token", j("sk_", "live_", "4eC39HqLyjWDarjtT1zdp7dc"), "sk_live_••••p7dc"},
		{"token", j("AKIA", "Z7QW3RT5YU2PL4MN"), "AKIA••••L4MN"},
		{"token", "short", "••••••••"},
		{"url", "https://jane:x@git.example.com/a/b?c", "https://••••@git.example.com"},
		{"url", "Password=abc", "••••••••"},
		{"ip", "93.184.216.34", "93.184.•.•"},
		{"ip", "2606:4700::6810:85e5", "2606:••••"},
		{"hidden", "anything", "••••••••"},
	}
	for _, tt := range tests {
		if got := masks[tt.mask](tt.value); got != tt.want {
			t.Errorf("%s of %q is %q, want %q", tt.mask, tt.value, got, tt.want)
		}
	}
}
