package console

import (
	"bytes"
	"embed"
	"encoding/hex"
	"fmt"
	"html/template"
	"io"
	"path"
	"strings"
	"sync"
	"time"

	"github.com/takeback-chat/takeback/models"
)

//go:embed templates
var templateFiles embed.FS

// templates are what one language needs, by name: the parts, and of each page its layout and
// what fills it. All are of one set: a set per page would hold every part once per page.
// They are parsed when a page is first asked for in their language: a set is five megabytes, and
// those of two languages were a third of what lived in a node that nobody looked at.
type templates func() (*template.Template, error)

func loadTemplates(static *assets) map[string]templates {
	sets := map[string]templates{}
	for _, w := range catalogues {
		sets[w.Lang] = sync.OnceValues(func() (*template.Template, error) { return loadSet(static, w) })
	}
	return sets
}

// execute writes one template of the set.
func (t templates) execute(out io.Writer, name string, view any) error {
	all, err := t()
	if err != nil {
		return err
	}
	return all.ExecuteTemplate(out, name, view)
}

func loadSet(static *assets, w *words) (*template.Template, error) {
	all, err := template.New("all").Funcs(funcs(static, w)).ParseFS(templateFiles, "templates/parts/*.html")
	if err != nil {
		return nil, fmt.Errorf("parts in %s: %w", w.Lang, err)
	}
	files, err := templateFiles.ReadDir("templates")
	if err != nil {
		return nil, fmt.Errorf("read templates: %w", err)
	}
	for _, f := range files {
		if f.IsDir() || f.Name() == layoutFile {
			continue
		}
		if err := addPage(all, f.Name()); err != nil {
			return nil, fmt.Errorf("page %s in %s: %w", f.Name(), w.Lang, err)
		}
	}
	return all, nil
}

const layoutFile = "layout.html"

// addPage adds a page with a layout of its own. What every page defines gets the page's name.
func addPage(all *template.Template, file string) error {
	name := strings.TrimSuffix(file, path.Ext(file))
	var renames []string
	for _, form := range []string{`{{define "layout"}}`, `{{block "page" .}}`, `{{block "open" .}}`, `{{define "page"}}`, `{{define "open"}}`} {
		renames = append(renames, form, strings.Replace(form, `"`, `"`+name+" ", 1))
	}
	rename := strings.NewReplacer(renames...)
	for _, f := range []string{layoutFile, file} {
		text, err := templateFiles.ReadFile("templates/" + f)
		if err != nil {
			return fmt.Errorf("read: %w", err)
		}
		if _, err := all.New(name + " of " + f).Parse(rename.Replace(string(text))); err != nil {
			return fmt.Errorf("parse: %w", err)
		}
	}
	return nil
}

var (
	verdicts      = []models.Verdict{models.VerdictAllow, models.VerdictReview, models.VerdictRecall, models.VerdictMask, models.VerdictBlock}
	messageStates = []models.MessageState{models.Visible, models.Removed, models.Tombstone, models.Blocked, models.Rewritten}
)

func funcs(static *assets, w *words) template.FuncMap {
	return template.FuncMap{
		"t": w.T,
		"n": w.N,
		// tk is t for words of ours, whose key ends with a value: "verdict." "recall".
		"tk":    func(prefix string, value any) string { return w.T(prefix + fmt.Sprint(value)) },
		"span":  w.Span,
		"asset": static.url,
		"inc":   func(i int) int { return i + 1 },
		"plain": Visible,
		"line":  func(s string) string { return visible(strings.ReplaceAll(s, "\t", "  "), lineText) },
		"tail":  tail,
		"iso":   func(t time.Time) string { return t.UTC().Format(time.RFC3339) },
		"clock": func(t time.Time) string { return t.UTC().Format("15:04:05") },
		"day":   func(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05") },
		// What the filters offer.
		"verdicts":     func() []models.Verdict { return verdicts },
		"states":       func() []models.MessageState { return messageStates },
		"recallstates": func() []models.RecallState { return models.RecallStates },
		"reasoncodes":  func() []models.ReasonCode { return models.ReasonCodes },
		"triggers":     func() []models.Trigger { return triggers },
		"severities":   func() []models.Severity { return models.Severities },
		"parktimes":    func() []int { return parkFor },
		"minutes":      func(n int) string { return w.Span(time.Duration(n) * time.Minute) },
		"sinces":       func() []string { return []string{"1h", "24h", "168h"} },
		"short":        func(b []byte) string { return hex.EncodeToString(b[:min(6, len(b))]) },
	}
}

// tail is the end of an id, by which ids of the same minute differ.
func tail(id string) string {
	if len(id) != 36 {
		return Visible(id)
	}
	return "…" + Visible(id[24:])
}

// render writes a whole page.
func (v *visit) render(status int, name string, view any) error {
	var b bytes.Buffer // a page that fails half way must not be half sent
	if err := v.sets[v.words.Lang].execute(&b, name+" layout", view); err != nil {
		return fmt.Errorf("render page %s: %w", name, err)
	}
	v.gin.Data(status, "text/html; charset=utf-8", b.Bytes())
	return nil
}

// part writes one part, the answer to a script.
func (v *visit) part(status int, name string, view any) error {
	var b bytes.Buffer
	if err := v.writePart(&b, name, view); err != nil {
		return err
	}
	v.gin.Data(status, "text/html; charset=utf-8", b.Bytes())
	return nil
}

func (v *visit) writePart(w io.Writer, name string, view any) error {
	if err := v.sets[v.words.Lang].execute(w, name, view); err != nil {
		return fmt.Errorf("render part %s: %w", name, err)
	}
	return nil
}
