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
	"time"

	"github.com/takeback-chat/takeback/models"
)

//go:embed templates
var templateFiles embed.FS

// templates is what one language needs: a set per page (the layout, the parts
// and the page itself), and the parts alone for answers and streams.
type templates struct {
	pages map[string]*template.Template
	parts *template.Template
}

func loadTemplates(static *assets) (map[string]*templates, error) {
	sets := map[string]*templates{}
	for _, w := range catalogues {
		set, err := loadSet(static, w)
		if err != nil {
			return nil, err
		}
		sets[w.Lang] = set
	}
	return sets, nil
}

func loadSet(static *assets, w *words) (*templates, error) {
	parts, err := template.New("parts").Funcs(funcs(static, w)).ParseFS(templateFiles, "templates/parts/*.html")
	if err != nil {
		return nil, fmt.Errorf("parts in %s: %w", w.Lang, err)
	}
	set := &templates{pages: map[string]*template.Template{}, parts: parts}
	files, err := templateFiles.ReadDir("templates")
	if err != nil {
		return nil, fmt.Errorf("read templates: %w", err)
	}
	for _, f := range files {
		if f.IsDir() || f.Name() == "layout.html" {
			continue
		}
		page, err := template.Must(parts.Clone()).ParseFS(templateFiles, "templates/layout.html", "templates/"+f.Name())
		if err != nil {
			return nil, fmt.Errorf("page %s in %s: %w", f.Name(), w.Lang, err)
		}
		set.pages[strings.TrimSuffix(f.Name(), path.Ext(f.Name()))] = page
	}
	return set, nil
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
	page, ok := v.sets[v.words.Lang].pages[name]
	if !ok {
		return fmt.Errorf("no page %q", name)
	}
	var b bytes.Buffer // a page that fails half way must not be half sent
	if err := page.ExecuteTemplate(&b, "layout", view); err != nil {
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
	if err := v.sets[v.words.Lang].parts.ExecuteTemplate(w, name, view); err != nil {
		return fmt.Errorf("render part %s: %w", name, err)
	}
	return nil
}
