package docs

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// TestThreatsAreTried checks that the page has all twenty threats, in their order, and
// that each is tried by tests that exist.
func TestThreatsAreTried(t *testing.T) {
	known, n := testNames(t), 0
	for line := range strings.Lines(read(t, "threats.md")) {
		cells := strings.Split(line, "|")
		if len(cells) < 6 || !strings.HasPrefix(cells[1], " T") {
			continue
		}
		if n++; strings.TrimSpace(cells[1]) != "T"+strconv.Itoa(n) {
			t.Errorf("row %d is of%s", n, cells[1])
		}
		tests := regexp.MustCompile("`([A-Z]\\w+)`").FindAllStringSubmatch(cells[4], -1)
		if len(tests) == 0 {
			t.Errorf("%s is tried by nothing", cells[1])
		}
		for _, m := range tests {
			if !slices.Contains(known, m[1]) {
				t.Errorf("%s is tried by %s, which is no test", cells[1], m[1])
			}
		}
	}
	if n != 20 {
		t.Errorf("%d threats, want 20", n)
	}
}

// testNames are the tests and fuzz tests of the module.
func testNames(t *testing.T) (names []string) {
	t.Helper()
	function := regexp.MustCompile(`(?m)^func ((?:Test|Fuzz)\w+)\(`)
	err := filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		text, err := os.ReadFile(path)
		for _, m := range function.FindAllSubmatch(text, -1) {
			names = append(names, string(bytes.Clone(m[1])))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}
