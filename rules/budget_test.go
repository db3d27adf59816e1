package rules

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/takeback-chat/takeback/models"
)

// What is bounded on texts made to be slow must not be lost in long texts that
// only hold much: a configuration of 60 KB, a key in every line.
func TestALongConfigurationIsReadToItsEnd(t *testing.T) {
	e := builtinRuleset(t).Engine
	g := gen{rand.New(rand.NewPCG(60, 1))}
	var b strings.Builder
	lines := 0
	for b.Len() < 60<<10 {
		fmt.Fprintf(&b, "service_%d:\n  url: https://api%d.internal/v1/items?page=%d\n  timeout_seconds: %d\n  note: the quick brown fox jumps over the lazy dog and comes home late, as foxes do in spring when nights are short\n  owner: nobody in particular, ask the people in the corner room about it before you change anything here\n  api_key: \"%s\"\n", lines, lines, lines, lines%60, g.from(mixed, 32))
		lines++
	}
	token := g.github()
	text := b.String() + "last: " + token + "\ncard: " + testCard(" ") + "\n"
	found := scanText(e, text)
	if f := findingOf(found, "github_token"); f == nil || text[f.Start:f.End] != token {
		t.Error("the token at the end is not found")
	}
	if findingOf(found, "credit_card") == nil {
		t.Error("the card at the end is not found")
	}
	keys := 0
	for _, f := range found {
		if f.Category == models.Secrets && f.Start > len(text)/2 {
			keys++
		}
	}
	if keys < lines/2*9/10 {
		t.Errorf("%d keys of the second half are found, %d lines in all, %d findings", keys, lines, len(found))
	}
}

// A pack without patterns of long words reads base64 all the same.
func TestEncodedWithoutPatternsOfLongWords(t *testing.T) {
	packs := Builtin()
	for _, p := range packs {
		if p.Name != "pii-contact" {
			continue
		}
		var only []*detector
		for _, d := range p.detectors {
			if d.ID == "email" {
				only = append(only, d)
			}
		}
		e, err := New([]Pack{{Name: "mail", detectors: only}}, Options{})
		if err != nil {
			t.Fatal(err)
		}
		text := "see " + "amFuZS5kb2VAZ21haWwuY29t" + " there"
		if f := findingOf(scanText(e, text), "email"); f == nil || f.View != "base64" {
			t.Errorf("found %+v", f)
		}
		return
	}
	t.Fatal("there is no pack pii-contact")
}
