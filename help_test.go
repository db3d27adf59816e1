package main

import (
	"strings"
	"testing"

	"github.com/alecthomas/kong"
)

// TestEveryCommandShowsAnExample walks all commands: the help of each ends in lines
// that can be typed.
func TestEveryCommandShowsAnExample(t *testing.T) {
	parser, err := kong.New(&commands{}, kong.Name("takeback"))
	if err != nil {
		t.Fatal(err)
	}
	leaves := parser.Model.Leaves(true)
	for _, leaf := range leaves {
		words := strings.Fields(leaf.FullPath())
		if !strings.Contains(leaf.Detail, "  takeback "+words[1]) {
			t.Errorf("%s has no example in its help", leaf.FullPath())
		}
	}
	if len(leaves) < 30 {
		t.Errorf("%d commands were looked at", len(leaves))
	}
}
