package docs

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/takeback-chat/takeback/internal/detectorpages"
	"github.com/takeback-chat/takeback/rules"
)

// TestPagesOfDetectorsAreCurrent holds the generated pages to the packs and validators.
func TestPagesOfDetectorsAreCurrent(t *testing.T) {
	pages, err := detectorpages.Pages("..")
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range pages {
		if got := read(t, filepath.FromSlash(name)); got != string(want) {
			t.Errorf("%s is not what the packs say now; run make docs", name)
		}
	}
	if len(pages) < 12 {
		t.Errorf("%d pages", len(pages))
	}
}

// TestTheExamplesOfPacksLoad reads the packs that the page on writing one's own shows.
func TestTheExamplesOfPacksLoad(t *testing.T) {
	blocks := strings.Split(read(t, "detectors/writing.md"), "```yaml\n")[1:]
	for i, block := range blocks {
		text, _, _ := strings.Cut(block, "```")
		if _, err := rules.ParsePack("example.yaml", []byte(text)); err != nil {
			t.Errorf("the pack %d of the page: %v", i+1, err)
		}
	}
	if len(blocks) != 2 {
		t.Errorf("%d packs on the page", len(blocks))
	}
}
