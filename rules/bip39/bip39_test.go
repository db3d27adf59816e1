package bip39

import (
	"crypto/sha256"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// vectors are phrases of BIP 39's test vectors, with what they stand for: all
// zeros, all ones, 0x7F and 0x80 over and over.
var vectors = []string{
	strings.Repeat("abandon ", 11) + "about",
	strings.Repeat("abandon ", 17) + "agent",
	strings.Repeat("abandon ", 23) + "art",
	strings.Repeat("zoo ", 11) + "wrong",
	strings.Repeat("zoo ", 17) + "when",
	strings.Repeat("zoo ", 23) + "vote",
	"legal winner thank year wave sausage worth useful legal winner thank yellow",
	"letter advice cage absurd amount doctor acoustic avoid letter advice cage above",
	"LEGAL winner, thank year\nwave sausage worth 8. useful legal winner thank yellow",
}

func TestVectors(t *testing.T) {
	for _, v := range vectors {
		if !Valid(Parse(v)) {
			t.Errorf("Valid(%q) = false", v)
		}
	}
	for _, v := range []string{
		"", "abandon", strings.Repeat("abandon ", 12), strings.Repeat("abandon ", 11) + "zebras",
		strings.Repeat("abandon ", 13), strings.Repeat("abandon ", 24) + "art",
	} {
		if Valid(Parse(v)) {
			t.Errorf("Valid(%q) = true", v)
		}
	}
}

func TestChinese(t *testing.T) {
	for _, v := range []string{strings.Repeat("的 ", 11) + "在", strings.Repeat("的", 11) + "在", strings.Repeat("歇 ", 11) + "逻"} {
		if !Valid(Parse(v)) {
			t.Errorf("Valid(%q) = false", v)
		}
	}
	if Valid(Parse(strings.Repeat("的 ", 12))) {
		t.Error("a wrong last character is taken")
	}
}

func TestLists(t *testing.T) {
	list := strings.Fields(english)
	if len(list) != 2048 || len([]rune(strings.TrimSpace(simplified))) != 2048 || len([]rune(strings.TrimSpace(traditional))) != 2048 {
		t.Fatalf("the lists do not have 2048 words each")
	}
	for i, w := range list {
		if place, ok := Place([]byte(w)); !ok || int(place) != i {
			t.Errorf("Place(%q) = %d, %t, want %d", w, place, ok, i)
		}
	}
	if sum := sha256.Sum256([]byte(english)); sum[0] != 0x2f || sum[1] != 0x5e {
		t.Errorf("the English list is not BIP 39's: its SHA-256 begins with %x", sum[:2])
	}
}

// Of all last words, one in 2^(n/3) fits; n = 12 leaves 128 of 2048.
func TestOneInSixteen(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		places := rapid.SliceOfN(rapid.Uint16Range(0, 2047), 12, 12).Draw(t, "places")
		fit := 0
		for last := range uint16(2048) {
			places[11] = last
			if Valid(places) {
				fit++
			}
		}
		if fit != 128 {
			t.Fatalf("%d last words fit, want 128", fit)
		}
	})
}

func FuzzParse(f *testing.F) {
	for _, v := range vectors {
		f.Add(v)
	}
	f.Fuzz(func(_ *testing.T, v string) { Valid(Parse(v)) })
}

// A word of a text is the word by itself, whatever stands behind it.
func TestWordsInATextAreTheWordsByThemselves(t *testing.T) {
	tried := 0
	for _, w := range append(strings.Fields(english), "zo", "abandons", "abandoning", "Zoo", "QUIZ") {
		want, listed := Place([]byte(w))
		for _, text := range []string{w, "12 " + w, w + " is a word", "the" + w + ",x"} {
			at := strings.Index(text, w)
			if got, ok := PlaceIn([]byte(text), at, at+len(w)); got != want || ok != listed {
				t.Errorf("PlaceIn(%q, %d) = %d, %v, want %d, %v", text, at, got, ok, want, listed)
			}
			tried++
		}
	}
	if tried < 4*2048 {
		t.Errorf("%d words were tried", tried)
	}
}
