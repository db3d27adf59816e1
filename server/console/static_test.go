package console

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"io/fs"
	"net/http"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
)

func TestVendoredFilesAreWhatVendorMDSays(t *testing.T) {
	table, err := staticFiles.ReadFile("static/vendor/VENDOR.md")
	if err != nil {
		t.Fatal(err)
	}
	checked := 0
	scripts, _ := fs.Glob(staticFiles, "static/vendor/*.js")
	for _, name := range scripts {
		body, err := staticFiles.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		sum := sha256.Sum256(body)
		row := regexp.MustCompile(`(?m)^\| ` + regexp.QuoteMeta(path.Base(name)) + ` \|.*$`).Find(table)
		if !bytes.Contains(row, []byte(hex.EncodeToString(sum[:]))) {
			t.Errorf("%s: VENDOR.md does not hold its sum %x", name, sum)
		}
		checked++
	}
	if checked != 2 {
		t.Errorf("%d vendored scripts were checked, want 2", checked)
	}
}

func TestStaticFilesMayBeKeptForEver(t *testing.T) {
	w := newWorld(t)
	p := parse(t, second(w.browser().get("/sign-in")))
	var urls []string
	for _, n := range slices.Concat(p.find("link"), p.find("script")) {
		urls = append(urls, attr(n, "href")+attr(n, "src"))
	}
	if len(urls) != 18 {
		t.Fatalf("%d files, want 18: %v", len(urls), urls)
	}
	for _, u := range urls {
		if !regexp.MustCompile(`\.[0-9a-f]{12}\.(css|js|svg)$`).MatchString(u) {
			t.Errorf("%s has no hash in its name", u)
		}
		res, _ := w.browser().get(u)
		if res.StatusCode != http.StatusOK || !strings.Contains(res.Header.Get("Cache-Control"), "immutable") {
			t.Errorf("%s answered %d, Cache-Control %q", u, res.StatusCode, res.Header.Get("Cache-Control"))
		}
	}
	if res, _ := w.browser().get("/static/vendor/VENDOR.md"); res.StatusCode != http.StatusNotFound {
		t.Errorf("VENDOR.md answered %d", res.StatusCode)
	}
}

func TestScriptStaysSmall(t *testing.T) {
	total := 0
	_ = fs.WalkDir(staticFiles, "static", func(name string, _ fs.DirEntry, err error) error {
		if err == nil && path.Ext(name) == ".js" {
			body, _ := staticFiles.ReadFile(name)
			var b bytes.Buffer
			z := gzip.NewWriter(&b)
			_, _ = z.Write(body)
			_ = z.Close()
			total += b.Len()
		}
		return err
	})
	if total == 0 || total > 40<<10 {
		t.Errorf("all script is %d bytes compressed, want at most 40 KiB", total)
	}
}

func TestNoScriptOrStyleStandsInMarkup(t *testing.T) {
	inline := regexp.MustCompile(`(?i)<style|\sstyle=|\son[a-z]+=|hx-on|javascript:|<script(?:\s[^>]*)?>[^<]`)
	files := 0
	_ = fs.WalkDir(templateFiles, "templates", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		files++
		body, _ := templateFiles.ReadFile(name)
		if found := inline.Find(body); found != nil {
			t.Errorf("%s: %q", name, found)
		}
		return nil
	})
	if files < 15 {
		t.Errorf("%d templates were looked at", files)
	}
}

func second[A, B any](_ A, b B) B { return b }
