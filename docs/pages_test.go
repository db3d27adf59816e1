package docs

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var (
	link       = regexp.MustCompile(`\]\(([^)#\s]*)(#[^)\s]*)?\)`)
	unanchored = regexp.MustCompile(`[^a-z0-9 _-]`)
	span       = regexp.MustCompile("`[^`\n]*`")
	heading    = regexp.MustCompile(`(?m)^#{1,6} +(.+)$`)
)

// TestLinksLead checks that every link within the repository leads somewhere.
func TestLinksLead(t *testing.T) {
	pages, known := pages(t), map[string]map[string]bool{}
	checked := 0
	for _, page := range pages {
		for _, m := range link.FindAllStringSubmatch(span.ReplaceAllString(read(t, page), ""), -1) {
			if strings.Contains(m[1], "://") {
				continue
			}
			target := page
			if m[1] != "" {
				target = filepath.Join(filepath.Dir(page), m[1])
			}
			checked++
			if _, err := os.Stat(target); err != nil {
				t.Errorf("%s links to %s, which is not there", page, m[1])
				continue
			}
			if m[2] != "" && known[target] == nil {
				known[target] = anchors(t, target)
			}
			if m[2] != "" && !known[target][m[2][1:]] {
				t.Errorf("%s links to %s%s, which has no such heading", page, m[1], m[2])
			}
		}
	}
	if checked < 10 {
		t.Fatalf("only %d links were checked in %d pages", checked, len(pages))
	}
}

// TestMakeTargetsExist checks that every target the pages name is in the Makefile.
func TestMakeTargetsExist(t *testing.T) {
	makefile, checked := "\n"+read(t, "../Makefile"), 0
	for _, page := range pages(t) {
		for _, m := range regexp.MustCompile("(?m)(?:^|`)make ([a-z-]+)").FindAllStringSubmatch(read(t, page), -1) {
			checked++
			if !strings.Contains(makefile, "\n"+m[1]+":") {
				t.Errorf("%s names make %s, which is not in the Makefile", page, m[1])
			}
		}
	}
	if checked < 5 {
		t.Fatalf("only %d targets were checked", checked)
	}
}

func pages(t *testing.T) []string {
	t.Helper()
	pages, err := filepath.Glob("*.md")
	if err != nil || len(pages) < 4 {
		t.Fatalf("pages: %v, %v", pages, err)
	}
	detectors, err := filepath.Glob("detectors/*.md")
	if err != nil || len(detectors) < 4 {
		t.Fatalf("pages of detectors: %v, %v", detectors, err)
	}
	return append(append(pages, detectors...), "../README.md", "../rules/packs/README.md")
}

// anchors are the names by which a page's headings are linked to.
func anchors(t *testing.T, page string) map[string]bool {
	t.Helper()
	all := map[string]bool{}
	for _, m := range heading.FindAllStringSubmatch(read(t, page), -1) {
		name := strings.ToLower(strings.TrimSpace(m[1]))
		name = unanchored.ReplaceAllString(name, "")
		all[strings.ReplaceAll(name, " ", "-")] = true
	}
	return all
}

func read(t *testing.T, name string) string {
	t.Helper()
	src, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(src)
}
