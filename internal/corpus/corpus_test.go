package corpus

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestTextsAreAsLongAsTheyAreSaidToBe(t *testing.T) {
	for _, x := range []struct {
		name          string
		texts         []string
		shortest, top int // of the mean
	}{
		{"chat", Chat(4000), 63, 67},
		{"numbers", Numbers(300), 344, 364},
		{"long", Long(10), 16<<10 - 3, 16 << 10},
	} {
		if mean := len(strings.Join(x.texts, "")) / len(x.texts); mean < x.shortest || mean > x.top {
			t.Errorf("%s: %d bytes in the mean", x.name, mean)
		}
	}
}

func TestTextsAreAlwaysTheSame(t *testing.T) {
	if !slices.Equal(Chat(50), Chat(50)) || !slices.Equal(Numbers(5), Numbers(5)) {
		t.Error("two makings differ")
	}
}

func TestHostileTextsAreValid(t *testing.T) {
	all := Hostile(16 << 10)
	for name, text := range all {
		if !utf8.ValidString(text) || len(text) > 16<<10 || len(text) < 16<<10-3 {
			t.Errorf("%s: %d bytes, valid %v", name, len(text), utf8.ValidString(text))
		}
	}
	if len(all) < 25 {
		t.Errorf("%d texts", len(all))
	}
}
